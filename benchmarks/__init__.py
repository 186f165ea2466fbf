"""What is measured, and how: `make bench-send`, docs/speed.md."""
