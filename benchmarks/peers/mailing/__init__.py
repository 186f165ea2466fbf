"""The one app of the peers' project."""
