"""One module or package a format, each with `extract(path, limits)`; loaded when a file of the format is read."""
