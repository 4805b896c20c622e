"""Assistants, over the Model Context Protocol: search, reading and citation under one person's rights."""

from webapp.mcp.mcp_server import serve_assistant

__all__ = ["serve_assistant"]
