"""One file for each format, in which every construct that may hold words holds a word of its own."""
