"""The menus of the animators' and the administrators' spaces name their pages as these name themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import url_for

from tests.webapp.xpath import page
from webapp.pages.navigation import ADMINISTRATION_PAGES, ANIMATION_PAGES

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from webapp.pages.navigation import MenuLink

# The first page of the space bears the space's name, and what needs accounts is not shown without them.
_OTHERWISE = {"animation.show", "contact_editor.show", "members.show", "groups.show", "audit.show"}


@pytest.mark.parametrize(
    "link",
    [each for each in (*ANIMATION_PAGES, *ADMINISTRATION_PAGES) if each.endpoint not in _OTHERWISE],
    ids=lambda link: link.endpoint,
)
def test_a_page_has_the_name_that_led_to_it(link: MenuLink, app: Flask, client: FlaskClient) -> None:
    """Whoever follows « Étiqueter en nombre » reads these words on top of the page, perhaps with more around them."""
    with app.test_request_context():
        address = url_for(link.endpoint)
    (heading,) = page(client.get(address)).xpath("//h1")
    assert link.label.casefold() in heading.text_content().casefold()
