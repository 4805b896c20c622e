"""Pages for all who read, looked at by axe-core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import guarded_site
from tests.browser.axe import is_for_the_team, list_violations
from tests.webapp.every_page import addresses

if TYPE_CHECKING:
    from tests.browser.conftest import Visitor
    from tests.webapp.small_library import SmallLibrary

pytestmark = pytest.mark.browser

library, site, session = guarded_site.FIXTURES


@pytest.mark.timeout(900)
@pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
@pytest.mark.parametrize("width", [1280], indirect=True, ids=["wide"])
def test_no_page_breaks_a_rule_that_a_machine_can_check(visitor: Visitor, library: SmallLibrary) -> None:
    """WCAG 2.2 A and AA, and the RGAA's own rules: no violation on any page, in any colours, wide and narrow."""
    shown = [each for each in addresses(library) if not is_for_the_team(each)]
    assert len(shown) > 30
    broken = [rule for address in (*shown, "/nulle-part") for rule in list_violations(visitor.page, address)]
    # The page that does not exist is one of those looked at; its 404 is no complaint.
    visitor.complaints[:] = [each for each in visitor.complaints if "404" not in each]
    assert broken == []
