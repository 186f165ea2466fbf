"""The whole main job shown alive, with real parts, by one command."""
