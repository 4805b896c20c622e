"""How things are said to people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from index.model import Document, Facet, Locator, PartialDate, Tag, TagSource, Unit, duration_label


@pytest.mark.parametrize(
    ("locator", "label", "anchor"),
    [
        (Locator(Unit.SLIDE, 12), "diapositive 12", "diapositive-12"),
        (Locator(Unit.PAGE, 3), "page 3", "page-3"),
        (Locator(Unit.TIME, 80, 2050.4, 2071.0), "34:10", "t-2050"),
        (Locator(Unit.HEADING, 2), "section 2", "section-2"),
    ],
)
def test_locators(locator: Locator, label: str, anchor: str) -> None:
    """A place is cited as a person would, and addressed in a way that lasts."""
    assert (locator.label, locator.anchor) == (label, anchor)


@pytest.mark.parametrize(("seconds", "label"), [(45, "45 s"), (2050, "34 min 10 s"), (3720, "1 h 02 min")])
def test_durations(seconds: float, label: str) -> None:
    """Durations are said in the units that matter."""
    assert duration_label(seconds) == label


@pytest.mark.parametrize(
    ("iso", "label"),
    [("2024-01-25", "25 janvier 2024"), ("2024-02-01", "1er février 2024"), ("2024-08", "août 2024")],
)
def test_dates(iso: str, label: str) -> None:
    """A month without a day stays a month."""
    assert PartialDate.parse(iso).label == label
    assert PartialDate.parse(iso).isoformat() == iso


def test_the_order_of_authority() -> None:
    """What an animator chose comes before what a folder or the text says, once."""
    tags = (
        Tag(Facet.THEME, "rgpd", TagSource.CONTENT, "texte"),
        Tag(Facet.THEME, "rural", TagSource.ANIMATOR, "choix"),
        Tag(Facet.THEME, "rgpd", TagSource.FOLDER, "dossier"),
    )
    now = datetime.now(UTC)
    document = Document("x", "T", "pdf", "0", ("t.pdf",), tags, None, now, now)
    assert document.facet_values(Facet.THEME) == ("rural", "rgpd")
