"""Files in, text out. Knows file formats and nothing else."""
