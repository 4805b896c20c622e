"""Assistants, over the Model Context Protocol: search, reading and citation under one person's rights."""

from webapp.assistants.server import serve_assistant

__all__ = ["serve_assistant"]
