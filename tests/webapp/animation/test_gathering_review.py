"""Documents of one gathering, or of one folder, qualified together; and « comme le précédent »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue.metadata_layers import ANIMATOR_REASON, Decisions
from index.model.documents import MEMBERS, Tag, TagSource
from index.model.facets import Facet
from tests.webapp.own_library import FIXTURES
from tests.webapp.small_library import DAMAGED, LONG_PAGE, OUTREACH, SILENT, SLIDES
from tests.webapp.xpath import page as tree_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue
    from index.model.documents import Document
    from tests.webapp.small_library import SmallLibrary

library, app, client, catalogue = FIXTURES

EVERYONE = frozenset({MEMBERS})
_ADDRESS = "/animation/qualifier/ensemble"


def _document(catalogue: Catalogue, id_: str) -> Document:
    found = catalogue.documents.find(id_, EVERYONE)
    assert found is not None
    return found


def _chosen(slug: str) -> Decisions:
    return Decisions(choose=(Tag(Facet.THEME, slug, TagSource.ANIMATOR, ANIMATOR_REASON),))


def test_documents_of_one_gathering_stand_together(client: FlaskClient, catalogue: Catalogue) -> None:
    """Each document that waits is in one form, with those of its event; why it waits is said of each."""
    page = tree_of(client.get(_ADDRESS))
    listed = [each.xpath(".//input[@name='document']/@value") for each in page.xpath("//form[@data-group]")]
    waiting = catalogue.decisions.read_qualification_page(EVERYONE, 1, 100)
    assert sorted(id_ for ids in listed for id_ in ids) == sorted(each.id for each in waiting.documents)
    events = [{_document(catalogue, id_).event for id_ in ids} for ids in listed]
    assert all(len(each) == 1 for each in events)
    assert len(page.xpath("//*[@class='doubts']")) == waiting.total


def test_one_answer_for_several_documents(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """Event, theme and place go to all ticked documents; undoing gives each its own back, and they wait again."""
    ids = [library.ids[path] for path in (LONG_PAGE, SILENT)]
    with catalogue.transaction() as transaction:
        transaction.decisions.decide(ids[:1], _chosen("rgpd"))
    before = [_document(catalogue, id_) for id_ in ids]
    total = catalogue.decisions.count_doubtful(EVERYONE)
    form = {"document": ids, "rendez-vous": OUTREACH.id, "theme": ["", "rgpd"], "territoire": "grigny"}
    page = tree_of(client.post(_ADDRESS, data=form))
    assert "2\u00a0documents qualifiés" in page.xpath("string(//div[@role='status'])")
    for after in (_document(catalogue, id_) for id_ in ids):
        assert after.event == OUTREACH
        assert "rgpd" in after.facet_values(Facet.THEME)
        assert "grigny" in after.facet_values(Facet.TERRITORY)
    undo: dict[str, list[str]] = {}
    for each in page.xpath("//form[contains(@action, '/annulation')]//input[@type='hidden']"):
        undo.setdefault(each.get("name"), []).append(each.get("value"))
    undone = client.post(f"{_ADDRESS}/annulation", data=undo)
    assert undone.status_code == 303
    assert "ces documents attendent de nouveau" in client.get(undone.location).text
    restored = [_document(catalogue, id_) for id_ in ids]
    assert [(set(each.tags), each.event) for each in restored] == [(set(each.tags), each.event) for each in before]
    assert catalogue.decisions.count_doubtful(EVERYONE) == total
    # What the person had chosen before is still theirs.
    (kept,) = catalogue.decisions.find(ids[0]).tags
    assert (kept.value, kept.chosen) == ("rgpd", True)


def test_one_document_is_spoken_of_as_one(client: FlaskClient, library: SmallLibrary) -> None:
    """What was done, and undone, agrees in number."""
    id_ = library.ids[SLIDES]
    assert "1\u00a0document qualifié." in client.post(_ADDRESS, data={"document": id_}).text
    undone = client.post(f"{_ADDRESS}/annulation", data={"document": id_})
    assert "ce document attend de nouveau" in client.get(undone.location).text


def test_only_what_was_shown_can_be_unticked(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """A doubtful value that was shown and unticked is declined; one that came meanwhile is nobody's word."""
    id_ = library.ids[SLIDES]
    (theme,) = _document(catalogue, id_).facet_values(Facet.THEME)
    shown = f"{id_}:theme:{theme}"
    client.post(_ADDRESS, data={"document": id_})
    assert catalogue.decisions.find(id_).tags == ()
    client.post(_ADDRESS, data={"document": id_, "propose": shown, "garde": shown})
    assert catalogue.decisions.find(id_).tags == ()
    client.post(_ADDRESS, data={"document": id_, "propose": shown})
    assert _document(catalogue, id_).facet_values(Facet.THEME) == ()


def test_what_a_form_has_spoilt_changes_nothing(
    client: FlaskClient, library: SmallLibrary, catalogue: Catalogue
) -> None:
    """Unknown documents, events, values and codes are passed over; without a document the page says what to do."""
    assert client.post(_ADDRESS, data={}).status_code == 400
    assert "Cochez au moins un document" in client.post(_ADDRESS, data={"document": "inconnu"}).text
    id_ = library.ids[SLIDES]
    before = _document(catalogue, id_)
    odd = {"document": id_, "rendez-vous": "inconnu", "theme": "inconnu", "propose": ["x", f"{id_}:format:pptx"]}
    assert client.post(_ADDRESS, data=odd).status_code == 200
    spoilt = ["", "x", f"{id_} theme:inconnu=-", f"{id_} rendez-vous:x=@inconnu", f"{id_} format:pptx=-", "= : ="]
    for address in (f"{_ADDRESS}/annulation", "/animation/documents/annulation"):
        assert client.post(address, data={"avant": spoilt}).status_code == 303
    assert _document(catalogue, id_) == before


def test_as_the_one_before(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """A document takes the event, the themes and the places of the one just validated; title and date stay its own."""
    first, second = library.ids[SLIDES], library.ids[SILENT]
    before, model = _document(catalogue, second), _document(catalogue, first)
    page = tree_of(client.get(f"/animation/qualifier?voir=tous&fait={first}"))
    assert page.xpath("//button[@name='comme']/@value") == [first]
    form = {"titre": before.title, "date": before.date.isoformat() if before.date else "", "comme": first}
    assert client.post(f"/animation/qualifier/{second}", data=form).status_code == 303
    after = _document(catalogue, second)
    assert (after.event, after.title) == (model.event, before.title)
    for facet in (Facet.THEME, Facet.TERRITORY):
        assert after.facet_values(facet) == model.facet_values(facet)
    # A document that the person may not see, or none, is not copied.
    client.post(f"/animation/qualifier/{second}", data=form | {"comme": DAMAGED})
    assert _document(catalogue, second).event is None
