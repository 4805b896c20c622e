"""Tags: each with its source and a reason that a person understands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalogue.documents.writes import Content
from index.model.documents import Locator, Passage, Tag, TagSource, Unit
from index.model.facets import Facet
from index.text.analysis import normalise_unicode, tokenise
from index.vocabulary.vocabulary import Vocabulary
from indexer.describe.tagging import AnalysedText, Gazetteer, Tagger
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from index.catalogue.metadata_layers import Description

TAGGER = Tagger(load_vocabulary())


def describe(path: str, *texts: str, title: str = "", created: datetime | None = None) -> Description:
    """What Ruche makes of a document of pages."""
    passages = tuple(Passage(place, Locator(Unit.PAGE, place + 1), text) for place, text in enumerate(texts))
    return TAGGER.describe_document([path], Content("d" * 64, "pdf", title, passages, created=created))


def tags(description: Description, facet: Facet) -> list[Tag]:
    """Its tags of one facet."""
    return [tag for tag in description.tags if tag.facet is facet]


def test_by_folder() -> None:
    """A folder named after a territory tags what it holds, and says so."""
    assert tags(describe("Territoires/Grigny/fiche.pdf"), Facet.TERRITORY) == [
        Tag(Facet.TERRITORY, "grigny", TagSource.FOLDER, "dossier « Grigny »")
    ]


def test_by_file_name() -> None:
    """So does a file's name."""
    tag = tags(describe("divers/Illectronisme à Rennes.pdf"), Facet.THEME)[0]
    assert (tag.value, tag.source, tag.reason) == (
        "numerique-inclusion",
        TagSource.FILE_NAME,
        "nom du fichier « Illectronisme à Rennes »",
    )


def test_by_content_with_a_threshold() -> None:
    """A theme that is treated is a tag, one that is mentioned is not; the reason gives the words and their number."""
    description = describe("note.pdf", "L’illectronisme et la médiation numérique. " * 5, "Un mot du budget.")
    found = tags(description, Facet.THEME)
    assert [tag.value for tag in found] == ["numerique-inclusion"]
    assert "« illectronisme » (5 fois)" in found[0].reason


def test_territories_by_content() -> None:
    """A territory named often is a subject; named once, an example; in the title, a subject at once."""
    assert tags(describe("note.pdf", "À Vannes."), Facet.TERRITORY) == []
    often = tags(describe("note.pdf", "À Vannes. Vannes. Vannes !"), Facet.TERRITORY)
    assert often[0].reason == "« Vannes » cité 3 fois"
    assert tags(describe("note.pdf", title="Visite à Lille"), Facet.TERRITORY)[0].reason == "« Lille » dans le titre"


def test_years_say_where_they_come_from() -> None:
    """The year of a dated folder, else of the file itself, with the reason."""
    in_folder = tags(describe("Webinaires/2024-01-25 - L'aller vers/deck.pdf"), Facet.YEAR)[0]
    assert (in_folder.value, in_folder.source) == ("2024", TagSource.FOLDER)
    of_file = tags(describe("deck.pdf", created=datetime(2023, 5, 2, tzinfo=UTC)), Facet.YEAR)[0]
    assert (of_file.value, of_file.reason) == ("2023", "fichier daté du 2 mai 2023")
    assert tags(describe("deck.pdf"), Facet.YEAR) == []


def test_titles() -> None:
    """A file's own title, else its name made readable."""
    assert describe("x/compte_rendu  final.pdf").title == "compte rendu final"
    assert describe("x/a.pdf", title="Vrai titre").title == "Vrai titre"


@pytest.mark.parametrize(
    ("text", "found"),
    [("à Lille", True), ("LILLE", True), ("la lille", False), ("Saint-Louis", True), ("saint louis", False)],
)
def test_proper_names_need_a_capital(text: str, found: bool) -> None:  # noqa: FBT001 - a column of the table
    """A common word that happens to be a town's name is none."""
    gazetteer = Gazetteer([("lille", "Lille", 1), ("saint-louis", "Saint-Louis", 1)], proper=True)
    assert bool(gazetteer.find_mentions(AnalysedText(text))) is found


_PIECES = st.sampled_from(
    ["l'", "L’", "C.A.F.", "agent.e.s", "1 200", "a-t-il", "usager·ère", ".", "-", " ", "É", "(e)s", "'"]
)


@given(st.lists(st.text() | st.lists(_PIECES).map("".join), max_size=4))
def test_a_text_in_parts_has_the_words_of_the_whole(parts: list[str]) -> None:
    """Names are looked for among words, and read again where they stand: the two go together, across parts too."""
    parts = [normalise_unicode(part) for part in parts]
    whole = "\n".join(parts)
    words = [token for token in tokenise(whole) for _ in token.word.exact.split()]
    text = AnalysedText(*parts)
    assert text.exact == [word for token in tokenise(whole) for word in token.word.exact.lower().split()]
    for size in range(1, 4):
        ranges = list(zip(words, words[size - 1 :], strict=False))
        assert [text.original_spelling(at, at + size - 1) for at in range(len(ranges))] == [
            whole[first.start : last.end] for first, last in ranges
        ]


def test_acronyms_need_capitals() -> None:
    """« PASS » is a service, « pass » is not."""
    gazetteer = Gazetteer([("sante", "PASS", 1)], proper=False)
    assert set(gazetteer.find_mentions(AnalysedText("la PASS de l’hôpital"))) == {"sante"}
    assert gazetteer.find_mentions(AnalysedText("le pass culture")) == {}


def test_another_vocabulary_is_another_fingerprint() -> None:
    """The fingerprint tells when documents must be described anew."""
    assert Tagger(Vocabulary()).fingerprint != TAGGER.fingerprint == Tagger(load_vocabulary()).fingerprint


def test_an_event_type_is_told_from_each_name_that_says_it() -> None:
    """A folder that says the same as the file bears it out; one that says another, or nothing, does not."""
    named = {
        "2024-01-25 Webinaire/Webinaire - support.pptx": {TagSource.FILE_NAME, TagSource.FOLDER},
        "2024-01-25 Webinaire/Atelier - notes.pptx": {TagSource.FILE_NAME},
        "2024-01-25/Webinaire.pptx": {TagSource.FILE_NAME},
        "2024-01-25 Webinaire/Support.pptx": {TagSource.FOLDER},
    }
    assert {path: {each.source for each in tags(describe(path), Facet.EVENT_TYPE)} for path in named} == named


def test_a_name_is_one_source_whatever_repeats_it() -> None:
    """Without a title of its own a document has its file's name for one: its words count once."""
    repeated = tags(describe("Échange de données.txt", "Bonjour."), Facet.THEME)
    assert [each.source for each in repeated] == [TagSource.FILE_NAME]
    borne_out = tags(describe("Échange de données.txt", "L’échange de données. " * 4), Facet.THEME)
    assert {each.source for each in borne_out} == {TagSource.FILE_NAME, TagSource.CONTENT}
    titled = tags(describe("note.txt", "Bonjour.", title="Échange de données"), Facet.THEME)
    assert [each.source for each in titled] == [TagSource.CONTENT]
