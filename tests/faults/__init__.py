"""What can go wrong, done for real: real servers and workers as processes, and a peer whose journal is the judge."""
