"""Files of each format as other programs might write them, and other readers of the same files."""
