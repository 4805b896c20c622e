"""Options that the whole suite shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the browser's tests leave pictures of the pages; nowhere unless asked."""
    parser.addoption("--screenshots", metavar="DIR", default=None, help="folder for pictures of the pages")
