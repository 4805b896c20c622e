"""A person who tags document after document, as a process that can be killed: it tells each decision once kept.

Run with the address of a catalogue; each line is a document's id and a theme.
"""

from __future__ import annotations

import itertools
import sys

from index.catalogue.catalogue import Catalogue
from index.catalogue.metadata_layers import Decisions
from index.model.documents import Tag, TagSource
from index.model.facets import Facet
from tests.composition import load_vocabulary


def decide(url: str) -> None:
    """Tag without end."""
    catalogue, themes = Catalogue.open(url), sorted(load_vocabulary().themes)
    for number in itertools.count():
        ids = catalogue.documents.list_ids()
        if ids:
            id_, theme = ids[number % len(ids)], themes[number % len(themes)]
            with catalogue.transaction() as transaction:
                transaction.decisions.decide(
                    [id_], Decisions(choose=(Tag(Facet.THEME, theme, TagSource.ANIMATOR, "choix de l’animation"),))
                )
            sys.stdout.write(f"{id_} {theme}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    decide(sys.argv[1])
