"""Pages and drawings as trees to be asked by XPath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree, html

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def page(answer: TestResponse | str) -> Any:
    """A page's tree; what XPath gives depends on the question, so its type is anything."""
    return html.fromstring(answer if isinstance(answer, str) else answer.text)


def drawing(picture: str) -> Any:
    """A drawing's tree, which must be well-formed."""
    return etree.fromstring(picture)
