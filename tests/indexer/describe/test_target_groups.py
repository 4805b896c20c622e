"""« Public visé »: what a sidecar, a name and a text say of the group that a document is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue.metadata_layers import Decisions
from index.model import Facet, Tag, TagSource
from index.search import Question
from index.vocabulary import EntryKind, VocabularyEntry
from indexer.describe.sidecars import parse_sidecar
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from index.model import Document
    from tests.indexer.conftest import Bench

ABOUT_THE_YOUNG = "Les jeunes du quartier. Les jeunes viennent. " * 4
IN_PASSING = "Le guichet mobile va de commune en commune avec son équipe. " * 120 + "Les jeunes y viennent. " * 6


def tags_of(bench: Bench, words: str) -> list[Tag]:
    """The groups of the one document that a question finds."""
    (document,) = bench.found(words)
    return [tag for tag in document.tags if tag.facet is Facet.TARGET_GROUP]


def values_of(document: Document) -> tuple[str, ...]:
    """The groups of a document."""
    return document.facet_values(Facet.TARGET_GROUP)


def test_a_sidecar_says_it_for_a_folder_and_for_a_file(bench: Bench) -> None:
    """The usual names are understood, inclusive writing too; what nobody knows is named with what is near."""
    bench.put(
        "Outils/_fiche.yaml",
        "publics: [Retraité·e·s, SDF]\nfichiers:\n  guide.txt:\n    public: travailleurs sociaux\n    thème: Santé\n",
    )
    bench.put("Outils/guide.txt", "Un guide du porte-à-porte.")
    bench.put("Outils/affiche.txt", "Une affiche pour la mairie.")
    bench.step()
    assert [(tag.value, tag.source) for tag in tags_of(bench, "affiche")] == [
        ("personnes-agees", TagSource.SIDECAR),
        ("sans-domicile", TagSource.SIDECAR),
    ]
    assert [tag.value for tag in tags_of(bench, "guide")] == ["agents"]
    told = parse_sidecar("_fiche.yaml", "publics: [Familes, Licornes]", load_vocabulary()).problems
    assert told[0] == "public visé inconnu « Familes » ; vouliez-vous dire « Familles » ?"
    assert "ajoutez-le (espace d’animation, Vocabulaire)" in told[1]


def test_a_text_must_keep_coming_back_to_it(bench: Bench) -> None:
    """A text about a group has the tag, with its reason; a longer one that names it in passing has none."""
    bench.put("note.txt", ABOUT_THE_YOUNG)
    bench.put("compte rendu.txt", IN_PASSING)
    bench.step()
    (tag,) = tags_of(bench, "quartier")
    assert (tag.value, tag.source) == ("jeunes", TagSource.CONTENT)
    assert "« Jeunes » (8 fois)" in tag.reason
    assert tags_of(bench, "guichet") == []


def test_one_filters_by_it(bench: Bench) -> None:
    """By a filter, which counts it, and in words, under any of its names."""
    bench.put("note.txt", ABOUT_THE_YOUNG)
    bench.put("Familles/courrier.txt", "Un courrier pour la mairie.")
    bench.step()
    answer = bench.searching.ask(Question(selection={Facet.TARGET_GROUP: frozenset({"jeunes"})}))
    assert [values_of(found.document) for found in answer.found] == [("jeunes",)]
    assert {each.value: each.count for each in answer.facets[Facet.TARGET_GROUP]} == {"jeunes": 1, "familles": 1}
    for words in ("public:jeunes", "public:jeunesse", "PUBLIC:Jeunes", "quartier public:jeunes"):
        assert [values_of(each) for each in bench.found(words)] == [("jeunes",)]
    assert [values_of(each) for each in bench.found('public:"familles monoparentales"')] == [("familles",)]
    assert bench.found("public:licornes") == []


def test_what_animators_decide_lasts(bench: Bench) -> None:
    """A group that is taken off does not come back, one that is put stays, through a new version of the file."""
    bench.put("note.txt", ABOUT_THE_YOUNG)
    bench.step()
    (document,) = bench.found("quartier")
    families = Tag(Facet.TARGET_GROUP, "familles", TagSource.ANIMATOR, "choix")
    decisions = Decisions(choose=(families,), decline=((Facet.TARGET_GROUP, "jeunes"),))
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.decide([document.id], decisions, "")
    bench.put("note.txt", f"{ABOUT_THE_YOUNG} Une nouvelle version.")
    bench.step()
    assert [tag.value for tag in tags_of(bench, "quartier")] == ["familles"]


def test_a_group_that_animators_add_is_found_in_texts(bench: Bench) -> None:
    """Documents are described anew when the list changes, without being read again."""
    bench.put("note.txt", "Les détenus de la maison d’arrêt. Les détenus. Détenus et détenues. " * 3)
    bench.step()
    assert tags_of(bench, "arrêt") == []
    with bench.catalogue.transaction() as transaction:
        entry = VocabularyEntry("detenus", "Détenus", ("personnes détenues",))
        transaction.vocabulary_changes.add(EntryKind.TARGET_GROUP, "detenus", entry, "")
    bench.step()
    bench.keep_up()
    assert [tag.value for tag in tags_of(bench, "arrêt")] == ["detenus"]
