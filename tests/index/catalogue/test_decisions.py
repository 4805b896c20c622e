"""A person's word on documents: it prevails, it lasts, it can be taken back, it says who and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue.decisions import Deposit
from index.catalogue.file_records import FileLocation
from index.catalogue.metadata_layers import (
    ANIMATOR_REASON,
    Area,
    Decisions,
    Description,
    DocumentDecisions,
    EffectiveEvent,
    MetadataField,
    compute_effective_description,
)
from index.model.documents import MEMBERS, Event, FileStat, PartialDate, Tag, TagSource
from index.model.facets import Facet
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue
    from index.model.documents import Document
    from tests.index.conftest import Add

EVERYONE = frozenset({MEMBERS})
WEBINAR = Event("webinaire-2024-01-25", "webinaire", "L’aller vers", PartialDate(2024, 1, 25))
PLENARY = Event("pleniere-2023-12-20", "pleniere", "Lancement", PartialDate(2023, 12, 20))
KIND = Tag(Facet.EVENT_TYPE, "webinaire", TagSource.FOLDER, "dossier « Webinaires »")
YEAR = Tag(Facet.YEAR, "2024", TagSource.FOLDER, "date dans le dossier")
HEALTH = Tag(Facet.THEME, "sante", TagSource.CONTENT, "le texte en parle")
RULES = Description("Support", WEBINAR.date, WEBINAR, (KIND, YEAR, HEALTH))


def chosen(facet: Facet, value: str) -> Tag:
    """A tag as an animator puts it."""
    return Tag(facet, value, TagSource.ANIMATOR, ANIMATOR_REASON)


def read(catalogue: Catalogue, document_id: str) -> Document:
    """A document that is there."""
    document = catalogue.documents.find(document_id, EVERYONE)
    assert document is not None
    return document


def test_without_decisions_the_rules_hold() -> None:
    """Nobody has said anything: what the rules say is what holds."""
    assert compute_effective_description(DocumentDecisions(RULES), EffectiveEvent(WEBINAR, by_hand=False), {}) == RULES


def test_territories_bring_their_areas() -> None:
    """Whoever says « Grigny » says Essonne and Île-de-France, with the same authority and a reason that tells why."""
    ruled = Description("Fiche", None, None, (Tag(Facet.TERRITORY, "grigny", TagSource.FOLDER, "dossier « Grigny »"),))
    areas = {"grigny": (Area(Facet.DEPARTMENT, "essonne", "Grigny"),)}
    held = compute_effective_description(DocumentDecisions(ruled), EffectiveEvent(None, by_hand=False), areas)
    reason = "Grigny en fait partie (dossier « Grigny »)"
    assert held.tags[-1] == Tag(Facet.DEPARTMENT, "essonne", TagSource.FOLDER, reason)


def test_a_chosen_territory_brings_its_areas(catalogue: Catalogue, add: Add) -> None:
    """An animator's territory brings department and region by itself; taking it off takes them off."""
    id_ = add("Fiche", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_areas(load_vocabulary())
        transaction.decisions.decide([id_], Decisions(choose=(chosen(Facet.TERRITORY, "grigny"),)), "Anne")
    document = read(catalogue, id_)
    assert document.facet_values(Facet.DEPARTMENT) == ("essonne",)
    assert document.facet_values(Facet.REGION) == ("ile-de-france",)
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([id_], Decisions(undecide=((Facet.TERRITORY, "grigny"),)))
    assert read(catalogue, id_).facet_values(Facet.REGION) == ()


def test_a_declined_tag_stays_off(catalogue: Catalogue, add: Add) -> None:
    """A tag that a person takes off is not put back by any rule, until the person leaves it to the rules again."""
    id_ = add("Fiche", "texte", territories=("rennes", "lille"))
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_areas(load_vocabulary())
        transaction.decisions.decide([id_], Decisions(decline=((Facet.TERRITORY, "rennes"),)), "Anne")
        transaction.descriptions.save_each({id_: catalogue.decisions.find(id_).rules})
    document = read(catalogue, id_)
    assert document.facet_values(Facet.TERRITORY) == ("lille",)
    assert document.facet_values(Facet.REGION) == ("hauts-de-france",)
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([id_], Decisions(undecide=((Facet.TERRITORY, "rennes"),)))
    assert set(read(catalogue, id_).facet_values(Facet.TERRITORY)) == {"rennes", "lille"}


def test_the_last_word_counts(catalogue: Catalogue, add: Add) -> None:
    """Choosing what was declined, or declining what was chosen, replaces what was said before."""
    id_ = add("Fiche", "texte")
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([id_], Decisions(decline=((Facet.THEME, "sante"),)))
        transaction.decisions.decide([id_], Decisions(choose=(chosen(Facet.THEME, "sante"),)))
    assert read(catalogue, id_).facet_values(Facet.THEME) == ("sante",)
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([id_], Decisions(decline=((Facet.THEME, "sante"),)))
    assert read(catalogue, id_).facet_values(Facet.THEME) == ()


def test_a_single_value_is_replaced(catalogue: Catalogue, add: Add) -> None:
    """A document has one kind of event: a person's takes the place of the rules' and of the former one."""
    id_ = add("Support", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: RULES})
        transaction.decisions.decide([id_], Decisions(choose=(chosen(Facet.EVENT_TYPE, "atelier"),)))
        transaction.decisions.decide([id_], Decisions(choose=(chosen(Facet.EVENT_TYPE, "comite"),)))
    assert read(catalogue, id_).facet_values(Facet.EVENT_TYPE) == ("comite",)


def test_title_and_date(catalogue: Catalogue, add: Add) -> None:
    """A person's title and date prevail; the year follows the date; both can be left to the rules again."""
    id_ = add("Support", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: RULES})
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.TITLE: "Le bus des droits"}))
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.DATE: "2023-05"}))
    document = read(catalogue, id_)
    assert (document.title, document.date) == ("Le bus des droits", PartialDate(2023, 5))
    assert document.facet_values(Facet.YEAR) == ("2023",)
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.TITLE: None}))
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.DATE: None}))
    document = read(catalogue, id_)
    assert (document.title, document.date, document.facet_values(Facet.YEAR)) == ("Support", WEBINAR.date, ("2024",))


def test_no_date(catalogue: Catalogue, add: Add) -> None:
    """A person may say that a document has no date: it has no year either."""
    id_ = add("Support", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: RULES})
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.DATE: ""}))
    assert (read(catalogue, id_).date, read(catalogue, id_).facet_values(Facet.YEAR)) == (None, ())


def test_another_gathering(catalogue: Catalogue, add: Add) -> None:
    """A document that a person puts in an event has its day, its year and its kind."""
    id_ = add("Support", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: RULES})
        transaction.events.save(PLENARY)
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.EVENT: PLENARY.id}), "Anne")
    document = read(catalogue, id_)
    assert (document.event, document.date) == (PLENARY, PLENARY.date)
    assert (document.facet_values(Facet.EVENT_TYPE), document.facet_values(Facet.YEAR)) == (("pleniere",), ("2023",))


def test_no_gathering(catalogue: Catalogue, add: Add) -> None:
    """A document that a person takes out of its event keeps its day, and has no kind of event."""
    id_ = add("Support", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: RULES})
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.EVENT: ""}))
    document = read(catalogue, id_)
    assert (document.event, document.date, document.facet_values(Facet.EVENT_TYPE)) == (None, WEBINAR.date, ())


def test_who_and_when(catalogue: Catalogue, add: Add) -> None:
    """Decisions say who took them and when, and what the rules would say without them; members see no name."""
    id_ = add("Support", "texte", territories=("lille",))
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([id_], Decisions(choose=(chosen(Facet.THEME, "sante"),)), "Anne")
        transaction.decisions.decide([id_], Decisions(decline=((Facet.TERRITORY, "lille"),)), "Marc")
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.TITLE: "Le bus"}), "Anne")
    decided = catalogue.decisions.find(id_)
    assert [(each.value, each.chosen, each.by.who) for each in decided.tags] == [
        ("lille", False, "Marc"),
        ("sante", True, "Anne"),
    ]
    assert decided.fields[MetadataField.TITLE].by.who == "Anne"
    assert decided.tags[0].by.at.tzinfo is not None
    assert decided.rules.title == "Support"
    assert not any("Anne" in tag.reason for tag in read(catalogue, id_).tags)


def test_one_decision_on_many_documents(catalogue: Catalogue, add: Add) -> None:
    """The same word on many documents, in one transaction."""
    ids = [add(f"Fiche {number}", "texte") for number in range(5)]
    decisions = Decisions(choose=(chosen(Facet.THEME, "rural"),), fields={MetadataField.DATE: "2024-02"})
    with catalogue.transaction() as transaction:
        transaction.decisions.decide(ids, decisions, "Anne")
    found = catalogue.documents.find_each(ids, EVERYONE).values()
    assert {(each.facet_values(Facet.THEME), each.date) for each in found} == {(("rural",), PartialDate(2024, 2))}


def test_the_index_learns_what_changed_and_nothing_else(catalogue: Catalogue, add: Add) -> None:
    """A decision takes a revision where it changes the document; describing alike again takes none."""
    id_ = add("Support", "texte")
    known = catalogue.revisions.read_last()
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: catalogue.decisions.find(id_).rules})
    assert catalogue.revisions.read_last() == known
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([id_], Decisions(choose=(chosen(Facet.THEME, "rural"),)))
    assert [each.document_id for each in catalogue.revisions.list_since(known, 10)] == [id_]


def test_what_waits_for_a_look(catalogue: Catalogue, add: Add) -> None:
    """A document waits until a person says that it is rightly described; what each lacks is told, and pages follow."""
    ids = [add(f"Fiche {number}", "texte", territories=("lille",)) for number in range(3)]
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([ids[0]], Decisions(choose=(chosen(Facet.THEME, "rural"),)))
    page = catalogue.decisions.read_qualification_page(EVERYONE, page=1, per_page=2)
    assert (page.total, len(page.documents)) == (3, 2)
    assert page.counts_by_missing_facet == {Facet.THEME: 2, Facet.TERRITORY: 0, Facet.EVENT: 3}
    assert {
        each.id for each in catalogue.decisions.read_qualification_page(EVERYONE, lacking=Facet.THEME).documents
    } == set(ids[1:])
    rest = catalogue.decisions.read_qualification_page(EVERYONE, page=2, per_page=2)
    assert {each.id for each in (*page.documents, *rest.documents)} == set(ids)
    with catalogue.transaction() as transaction:
        transaction.decisions.qualify(ids[:2], "Anne")
    assert [each.id for each in catalogue.decisions.read_qualification_page(EVERYONE).documents] == [ids[2]]
    assert catalogue.decisions.read_qualification_page(frozenset({"autres"})).total == 0
    with catalogue.transaction() as transaction:
        transaction.decisions.unqualify(ids[:1])
    assert catalogue.decisions.read_qualification_page(EVERYONE).total == 2


def test_a_deposit_is_described_by_its_depositor(catalogue: Catalogue, add: Add) -> None:
    """What is said of a file before it comes reaches its document, once, and no other."""
    decisions = Decisions(choose=(chosen(Facet.THEME, "rural"),), fields={MetadataField.TITLE: "Le bus"})
    with catalogue.transaction() as transaction:
        transaction.decisions.announce_deposit(Deposit("dépôt/a.pdf", decisions, "Anne"))
    first, second = add("Support", "texte", path="dépôt/a.pdf"), add("Autre", "texte", path="dépôt/b.pdf")
    assert (read(catalogue, first).title, read(catalogue, first).facet_values(Facet.THEME)) == ("Le bus", ("rural",))
    assert catalogue.decisions.find(first).tags[0].by.who == "Anne"
    assert (read(catalogue, second).title, read(catalogue, second).facet_values(Facet.THEME)) == ("Autre", ())
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([first], Decisions(fields={MetadataField.TITLE: None}))
        transaction.descriptions.save_each({first: catalogue.decisions.find(first).rules})
    assert read(catalogue, first).title == "Support"


def test_a_deposit_follows_its_file(catalogue: Catalogue, add: Add) -> None:
    """A file that is moved before it could be read keeps what was said of it; one that is removed does not."""
    decisions = Decisions(choose=(chosen(Facet.THEME, "rural"),))
    with catalogue.transaction() as transaction:
        for path in ("a.pdf", "b.pdf"):
            transaction.files.save(FileLocation(path, FileStat(1, 1, 0), "0" * 64))
            transaction.decisions.announce_deposit(Deposit(path, decisions))
        transaction.decisions.move_deposit("a.pdf", "c.pdf")
        transaction.files.forget("a.pdf")
        transaction.files.forget("b.pdf")
    assert read(catalogue, add("Support", "texte", path="c.pdf")).facet_values(Facet.THEME) == ("rural",)
    assert read(catalogue, add("Autre", "texte", path="b.pdf")).facet_values(Facet.THEME) == ()


def test_authors_and_summary(catalogue: Catalogue, add: Add) -> None:
    """A sidecar's authors stand for the file's own, which come back with it gone."""
    id_ = add("Support", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each(
            {id_: Description("Support", None, None, (), authors=("DGCS",), summary="Deux phrases.")}
        )
    assert (read(catalogue, id_).authors, read(catalogue, id_).summary) == (("DGCS",), "Deux phrases.")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: Description("Support", None, None, ())})
    assert (read(catalogue, id_).authors, read(catalogue, id_).summary) == ((), "")
