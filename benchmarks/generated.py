"""Generated French: documents of passages whose words follow Zipf's law, with themes, territories and years."""

from __future__ import annotations

import itertools
import random
from functools import cache
from typing import TYPE_CHECKING

from index.engines.protocol import IndexedDocument
from index.model import MEMBERS, Facet, Locator, PartialDate, Passage, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

_VOCABULARY = 60_000
_EXPONENT = 1.05
_PASSAGES_PER_DOCUMENT = 12
_WORDS_PER_PASSAGE = (40, 120)
_SYLLABLES = "ac al an ar au ba bi bon ca ce ché con da dé di do du é en er fa fi for ga gé gran ha i in jo la lé li lo ma mé mi mo na né ni no o pa pé pi por pra qua ra ré ri ro sa sé si so su ta té ti to tra u va vé vi vo".split()  # noqa: E501, SIM905
_ENDINGS = "ement tion er é ée és ités eur euse age ance ment isme ique able al aux".split()  # noqa: SIM905
_COMMON = "de la le et les des à en du l’accès un une droits que pour dans aux par sur est".split()  # noqa: SIM905


@cache
def words() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """A vocabulary and the cumulated weights of its words; the first are French's own commonest."""
    draw = random.Random(1)  # noqa: S311 - repeatable, no secret
    made = dict.fromkeys(_COMMON)
    while len(made) < _VOCABULARY:
        made["".join(draw.choices(_SYLLABLES, k=draw.randint(1, 3))) + draw.choice(_ENDINGS)] = None
    weights = itertools.accumulate(1 / rank**_EXPONENT for rank in range(1, _VOCABULARY + 1))
    return tuple(made), tuple(weights)


def documents(passages: int, seed: int = 2) -> Iterator[IndexedDocument]:
    """Documents that together hold so many passages."""
    vocabulary, weights = words()
    draw = random.Random(seed)  # noqa: S311 - repeatable, no secret
    for number in range(-(-passages // _PASSAGES_PER_DOCUMENT)):
        count = min(_PASSAGES_PER_DOCUMENT, passages - number * _PASSAGES_PER_DOCUMENT)
        texts = (
            draw.choices(vocabulary, cum_weights=weights, k=draw.randint(*_WORDS_PER_PASSAGE)) for _ in range(count)
        )
        yield IndexedDocument(
            id=f"d{number:08d}",
            title=" ".join(draw.choices(vocabulary, cum_weights=weights, k=6)),
            passages=tuple(
                Passage(place, Locator(Unit.SLIDE, place + 1), " ".join(text), " ".join(text[:4]))
                for place, text in enumerate(texts)
            ),
            facets={
                Facet.THEME: tuple({f"theme-{draw.randrange(12)}" for _ in range(2)}),
                Facet.TERRITORY: (f"territoire-{draw.randrange(39)}",),
                Facet.EVENT_TYPE: (draw.choice(("webinaire", "mensuelle", "pleniere")),),
                Facet.YEAR: (str(draw.randint(2022, 2026)),),
                Facet.FORMAT: (draw.choice(("pdf", "pptx", "docx")),),
            },
            groups=frozenset({MEMBERS}),
            date=PartialDate(draw.randint(2022, 2026), draw.randint(1, 12), draw.randint(1, 28)),
        )


def questions(count: int, seed: int = 3) -> list[str]:
    """Questions of two or three words that are neither the commonest nor the rarest."""
    vocabulary, weights = words()
    draw = random.Random(seed)  # noqa: S311 - repeatable, no secret
    asked: list[str] = []
    while len(asked) < count:
        chosen = [word for word in draw.choices(vocabulary, cum_weights=weights, k=8) if word not in _COMMON]
        asked.append(" ".join(chosen[: draw.randint(2, 3)]))
    return asked
