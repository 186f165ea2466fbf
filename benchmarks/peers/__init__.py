"""The named peers, written as their own documentation and the books write them, and tuned where they can be."""
