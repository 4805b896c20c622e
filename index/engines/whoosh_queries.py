"""Which entries of a Whoosh index a Match finds, and how well: sets for the first, BM25 for the second.

Whoosh's own matchers walk all fields' postings side by side, document by document, in Python. Here whole postings meet as
sets, which Python does in C, and only what is found is scored, word by word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


_K1, _B = 1.2, 0.75
"""BM25's usual parameters, which are Tantivy's. (Robertson and Zaragoza, « The Probabilistic Relevance Framework »)"""

Fields = Mapping[str, float] if TYPE_CHECKING else object
