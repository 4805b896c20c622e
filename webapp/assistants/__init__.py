"""What assistants are told over the Model Context Protocol: search, reading and citing, under one person's rights."""

from webapp.assistants.server import serve

__all__ = ["serve"]
