"""What pages say of themselves to programs, in the words of schema.org."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.webapp.small_library import DATA, HOSTILE_TITLE, LONG_PAGE, LONG_TITLE, MARKUP, MONTHLY, OUTREACH, VIDEO
from tests.webapp.xpath import page

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def data(client: FlaskClient, address: str) -> dict[str, Any]:
    """The one block of a page."""
    (block,) = page(client.get(address)).xpath("//script[@type='application/ld+json']/text()")
    told: dict[str, Any] = json.loads(block)
    assert told["@context"] == "https://schema.org"
    assert told["url"] == f"http://localhost{address}"
    return told


def test_a_document_tells_what_it_is(client: FlaskClient, library: SmallLibrary) -> None:
    """Class, title, day, themes, event; what is not known is not there."""
    told = data(client, f"/documents/{library.ids[LONG_PAGE]}")
    assert (told["@type"], told["name"], told["encodingFormat"]) == ("DigitalDocument", LONG_TITLE, "application/pdf")
    assert (told["dateCreated"], told["about"]["startDate"]) == ("2024-11-07", "2024-11-07")
    assert told["about"]["url"] == f"http://localhost/rendez-vous/{DATA.id}"
    assert told["keywords"] == ["Échange de données", "RGPD et secret professionnel"]
    assert not {"author", "duration", "spatialCoverage", "description"} & told.keys()
    video = data(client, f"/documents/{library.ids[VIDEO]}")
    assert (video["@type"], video["duration"], video["spatialCoverage"]) == (
        "VideoObject",
        "PT6S",
        [{"@type": "Place", "name": "Grigny"}],
    )


def test_no_title_leaves_the_block(client: FlaskClient, library: SmallLibrary) -> None:
    """A title that holds markup is read back as it is, and no « < » of it is in the page."""
    address = f"/documents/{library.ids[MARKUP]}"
    assert data(client, address)["name"] == HOSTILE_TITLE
    block = client.get(address).text.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert "<" not in block


def test_an_event_tells_when_and_what(client: FlaskClient, library: SmallLibrary) -> None:
    """With what it left behind; a month stays a month."""
    told = data(client, f"/rendez-vous/{OUTREACH.id}")
    assert (told["@type"], told["name"], told["startDate"]) == ("Event", "L’aller vers", "2024-01-25")
    assert f"http://localhost/documents/{library.ids[VIDEO]}" in {each["url"] for each in told["workFeatured"]}
    assert data(client, f"/rendez-vous/{MONTHLY.id}")["startDate"] == "2025-04"
