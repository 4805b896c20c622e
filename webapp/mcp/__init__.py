"""Assistants, over the Model Context Protocol: search, reading and citation under one person's rights."""

from typing import Any

from webapp.mcp.http_endpoint import mcp_blueprint

__all__ = ["mcp_blueprint", "serve_assistant"]


def __getattr__(name: str) -> Any:
    # Imported late: the SDK takes as long to load as all the rest, and pages do without.
    if name != "serve_assistant":
        raise AttributeError(name)
    from webapp.mcp.mcp_server import serve_assistant  # noqa: PLC0415

    return serve_assistant
