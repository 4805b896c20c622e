"""Pages of those who animate and administer, and pages that answer forms, looked at by axe-core."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.browser import guarded_site
from tests.browser.axe import is_for_the_team, list_violations
from tests.webapp.every_page import addresses, answers

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Route

    from tests.browser.conftest import Visitor
    from tests.webapp.small_library import SmallLibrary

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"]),
    pytest.mark.parametrize("width", [1280], indirect=True, ids=["wide"]),
]

library, site, session = guarded_site.FIXTURES


def test_no_page_breaks_a_rule_that_a_machine_can_check(visitor: Visitor, library: SmallLibrary) -> None:
    """WCAG 2.2 A and AA, and the RGAA's own rules: no violation on any page, in any colours, wide and narrow."""
    shown = [each for each in addresses(library) if is_for_the_team(each)]
    assert len(shown) > 30
    assert [rule for address in shown for rule in list_violations(visitor.page, address)] == []


def test_no_answer_to_a_form_breaks_one(visitor: Visitor, tmp_path: Path) -> None:
    """The same for the pages that answer a form, which no address shows."""
    broken = []
    for name, answer in answers(tmp_path).items():
        # Shown as if it had been asked for: it needs the site's styles, and its form would change what it is about.
        visitor.page.route("**/reponse", partial(_fulfil, answer), times=1)
        broken += [f"{name}: {rule}" for rule in list_violations(visitor.page, "/reponse")]
    assert broken == []


def _fulfil(answer: str, route: Route) -> None:
    route.fulfill(body=answer, content_type="text/html; charset=utf-8")
