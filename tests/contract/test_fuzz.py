"""Twenty thousand odd questions: whatever is typed has an answer, on the default engine."""

from __future__ import annotations

import random
from contextlib import closing
from typing import TYPE_CHECKING

from index.engines.protocol import Query
from index.engines.registry import open_engine
from index.model.documents import MEMBERS
from index.query.parser import parse_query
from tests.composition import load_vocabulary
from tests.contract.queries import document

if TYPE_CHECKING:
    from pathlib import Path

STRINGS = 20_000
_PIECES = r"""caf é ET OU SAUF AND OR NOT ( ) " « » * - + ~ : ' \ ^ ? le 2024 [ ] { thème: titre: année: type: .. TO
10 500 aller-vers C.A.F. usager·ère·s""".split()  # noqa: SIM905 - shorter so
_ODD = ("\u202f", "\x00", "\ud800", "\U0001f41d", "\n")


def _typed(draw: random.Random) -> str:
    """Something that a cat on a keyboard might send."""
    between = draw.choice(("", " "))
    return between.join(
        draw.choice(_PIECES) if draw.random() < 0.85 else draw.choice((*_ODD, chr(draw.randrange(32, 0x2FFF))))
        for _ in range(draw.randrange(14))
    )


def test_twenty_thousand_strings(tmp_path: Path) -> None:
    """Nothing that may be typed is an error, from the parser to the engine."""
    draw, vocabulary, answered = random.Random(7), load_vocabulary(), 0  # noqa: S311 - repeatable, no secret
    with closing(open_engine("tantivy", tmp_path / "index")) as engine:
        engine.write(put=[document(str(number), "Deck caf", "le caf aller-vers 2024 usager") for number in range(20)])
        for _ in range(STRINGS):
            answered += engine.search(Query(parse_query(_typed(draw), vocabulary), frozenset({MEMBERS}))).total > 0
    # Most of these hold a word of the library: had questions been swallowed, fewer would find it.
    assert answered > STRINGS // 10
