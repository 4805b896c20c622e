"""What axe-core finds on a page, in both colours and at both widths. Pages are shared out among several modules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4"]
# Each page in both colours and at both widths; their four pairs would take twice as long and show nothing else.
_LOOKS: tuple[tuple[Literal["dark", "light"], int, str], ...] = (
    ("dark", 1280, "rgb(22, 22, 22)"),
    ("light", 320, "rgb(255, 255, 255)"),
)
_TEAM = ("/animation", "/administration", "/compte")


def is_for_the_team(address: str) -> bool:
    """Whether a page is one of those who animate or administer, or of one's account; the others are for all who read.

    Half of the pages each: tests of one module run in one process, and these take minutes.
    """
    return address.startswith(_TEAM)


def list_violations(page: Page, address: str) -> Iterator[str]:
    """What is broken on a page, each with its address and its look; the page is loaded once for both looks."""
    axe, asked = Axe(), json.dumps({"runOnly": _RULES, "resultTypes": ["violations"]})
    page.goto(address)
    # What is folded is part of the page, and axe-core passes over it even where a wide screen shows it.
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.evaluate(axe.axe_script)
    for colours, width, background in _LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        expect(page.locator("body")).to_have_css("background-color", background)
        for each in page.evaluate(f"axe.run({asked}).then(found => found.violations)"):
            yield from (f"{address}, {colours} {width}: {each['id']}, {node['html'][:200]}" for node in each["nodes"])
