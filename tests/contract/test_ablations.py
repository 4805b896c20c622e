"""What each part of the ranking is worth, as the page of performance says it: measured with that part, and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bench_judged import ablate, catalogued, indexed, ranked
from benchmarks.judged import Judged

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "maraude": "La maraude va vers les personnes sans domicile. " * 3,
    "maraudes": "Nous marauderons, ils marauderont : les marauder. " * 3,
    "droits": "Ouvrir ses droits en ligne, puis au guichet. Une maraude passe. " * 2,
    "guichet": "Le guichet ouvre le matin. Les droits sociaux y sont ouverts. " * 2,
    "porte": "Le porte-à-porte des médiateurs sociaux.",
    "seuil": "À la porte, un médiateur social ; le pas de la porte.",
    "question": "Comment demander une aide au logement ? Où la demander ?",
    "aide": "Une aide au logement se demande à la caisse.",
    "longue": "Le logement. " * 40 + "Une aide.",
}
QUERIES = {
    "1": "maraude",
    "2": "ouvrir droits guichet",
    "3": "porte-à-porte",
    "4": "comment demander aide logement",
    "5": "aide logement maraude",
    "6": "droits sociaux",
}


def test_each_part_is_taken_away(tmp_path: Path) -> None:
    """Each is where the benchmark takes it away, and what it is worth is no answer that was remembered."""
    documents = tuple({"id": name, "title": name.capitalize(), "text": text} for name, text in TEXTS.items())
    with (
        catalogued(Judged(documents, QUERIES, {}), tmp_path) as (catalogue, ids),
        indexed(catalogue, tmp_path / "index") as open_search,
    ):
        whole, _ = ranked(open_search(), ids, QUERIES)
        without = dict(ablate(open_search, ids, QUERIES))
        # On these few questions; on thousands, each counts.
        changed = {name for name, rankings in without.items() if rankings != whole}
        assert changed >= {"without exact words", "without stems", "all words required"}
        # Nothing stays taken away.
        assert ranked(open_search(), ids, QUERIES)[0] == whole
