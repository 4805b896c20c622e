"""The words of an index, with accents and numbers of documents: what is known of their spelling."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cached_property
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from index.text import analyse_word, fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Letters of a word that is corrected: a shorter one is close to half the language.
_MIN_LETTERS = 4

# One letter changed in a word of so few makes another word: « vert » is no « vers ». It may lack one.
_SHORT_LETTERS = 4

# Letters from which two mistakes are allowed; below, one.
TWO_MISTAKES_FROM = 8

# A form that is rarer than this among those with the same letters is somebody's mistake.
_MIN_FORM_SHARE = 0.1


class _PackedWords:
    """Words in one text, each ended by a line: a tenth of the memory that as many strings take."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ends = array("I", (found.start() for found in re.finditer("\n", text)))

    @classmethod
    def pack(cls, words: Iterable[str]) -> _PackedWords:
        """Return these words, packed."""
        return cls("".join(f"{word}\n" for word in words))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place: int) -> str:
        # Beyond the last, as `bisect` and loops expect of a sequence.
        end = self._ends[place]
        return self.text[self._ends[place - 1] + 1 if place else 0 : end]

    def list_between(self, first: int, last: int) -> list[str]:
        """Return the words from one place to before another."""
        if first >= last:
            return []
        return self.text[self._ends[first - 1] + 1 if first else 0 : self._ends[last - 1]].split("\n")

    def find_range(self, word: str) -> range:
        """Return where a word stands, once or several times; the words must be sorted."""
        return range(bisect_left(self, word), bisect_right(self, word))

    def find_beginning(self, start: str) -> tuple[int, int]:
        """Return between which places the words begin so; they must be sorted."""
        # The last character of Unicode: it sorts after every word that begins so.
        return bisect_left(self, start), bisect_left(self, start + "\U0010ffff")


class Lexicon:
    """The words of an index, with accents, and the number of documents that hold each.

    There may be hundreds of thousands, so they are packed, and what few questions need is computed at the first of
    them.
    """

    def __init__(self, words: Mapping[str, int]) -> None:
        pairs = sorted((fold_accents(written), written) for written in words)
        self._written = _PackedWords.pack(written for _, written in pairs)
        self._folded = _PackedWords.pack(exact for exact, _ in pairs)
        # Machine integers: Python's take several times as much memory.
        self._documents = array("L", (words[written] for _, written in pairs))

    @classmethod
    def restore(cls, kept: Mapping[str, Any]) -> Lexicon:
        """Return the words that `export` gave. Raises ValueError where its parts do not belong together."""
        restored = cls({})
        restored._written, restored._folded = _PackedWords(kept["written"]), _PackedWords(kept["folded"])
        restored._documents = array("L", kept["documents"])
        restored._stems = _PackedWords(kept["stems"]), array("L", kept["stem_documents"])
        stems, counts = restored._stems
        if not len(restored._written) == len(restored._folded) == len(restored._documents) or len(stems) != len(counts):
            raise ValueError("words and numbers of documents do not belong together")
        return restored

    def export(self) -> dict[str, Any]:
        """Return all that is known of the words, for JSON."""
        stems, counts = self._stems
        return {
            "written": self._written.text,
            "folded": self._folded.text,
            "documents": self._documents.tolist(),
            "stems": stems.text,
            "stem_documents": counts.tolist(),
        }

    def preload(self) -> None:
        """Compute now what the first question would otherwise wait for."""
        self.stem_frequency("")

    def __len__(self) -> int:
        return len(self._written)

    def __contains__(self, exact: str) -> bool:
        return bool(self._folded.find_range(exact))

    def word_frequency(self, exact: str) -> int:
        """Return about how many documents hold a word, accents and capitals aside; two of its forms count twice."""
        return sum(self._documents[place] for place in self._folded.find_range(exact.lower()))

    def written_frequency(self, written: str) -> int:
        """Return how many documents hold a word with these accents and capitals."""
        exact = fold_accents(written)
        return sum(
            self._documents[place] for place in self._folded.find_range(exact) if self._written[place] == written
        )

    def stem_frequency(self, stem: str) -> int:
        """Return about how many documents hold a word of a stem; one that holds two forms counts twice."""
        stems, counts = self._stems
        return sum(counts[place] for place in stems.find_range(stem))

    def forms(self, exact: str) -> tuple[str, ...]:
        """Return the accented forms of a folded word, the most frequent first, without likely mistakes."""
        forms = sorted(
            ((self._documents[each], self._written[each]) for each in self._folded.find_range(exact)), reverse=True
        )
        return tuple(written for documents, written in forms if documents >= _MIN_FORM_SHARE * forms[0][0])

    def find_by_prefix(self, start: str, limit: int) -> tuple[str, ...]:
        """Return the `limit` most frequent words, with accents, whose folded form begins with `start`."""
        first, last = self._folded.find_beginning(start)
        documents: Counter[str] = Counter()
        for exact, count in zip(self._folded.list_between(first, last), self._documents[first:last], strict=True):
            documents[exact] += count
        best = sorted(documents, key=lambda exact: (-documents[exact], exact))[:limit]
        return tuple(self.forms(exact)[0] for exact in best)

    def find_nearest(self, exact: str) -> tuple[str, ...]:
        """Return the folded words that were probably meant by an unknown one, the likeliest first."""
        if len(exact) < _MIN_LETTERS or not exact.isalpha():
            return ()
        # Imported here: few questions need it, and the indexer never does.
        from rapidfuzz import process  # noqa: PLC0415
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        most = 2 if len(exact) >= TWO_MISTAKES_FROM else 1
        # Few mistakes are in the first letter, and with a second one they make another word: « allophone » is no
        # « xylophone ». So these are looked up, and only words with the same first letter compared.
        near = process.extract(
            exact, self._list_beginning(exact[0]), scorer=OSA.distance, score_cutoff=most, limit=None
        )
        others = (word for word in _list_other_beginnings(exact) if word in self)
        ranked = sorted(
            (measure_distance(exact, word), word[0] != exact[0], -self.word_frequency(word), word)
            for word in (*(word for word, *_ in near), *others)
            if _may_be_meant(exact, word)
        )
        return tuple(word for *_, word in ranked)

    def _list_beginning(self, letter: str) -> list[str]:
        """Return the folded words that begin with a letter, each once, in order."""
        return list(dict.fromkeys(self._folded.list_between(*self._folded.find_beginning(letter))))

    @cached_property
    def _stems(self) -> tuple[_PackedWords, array[int]]:
        """All stems, in order, and about how many documents hold a word of each."""
        kin: Counter[str] = Counter()
        for written, documents in zip(self._written.list_between(0, len(self)), self._documents, strict=True):
            # Around the analyser's cache: all words of the index would push out those of texts and questions.
            kin[analyse_word.__wrapped__(written).stem] += documents
        stems = sorted(kin)
        return _PackedWords.pack(stems), array("L", (kin[stem] for stem in stems))


def _list_other_beginnings(exact: str) -> set[str]:
    """Return the texts one mistake away from a word whose first letter is another one."""
    changed = {letter + rest for letter in ascii_lowercase for rest in (exact, exact[1:])}
    return {each for each in (*changed, exact[1:], exact[1] + exact[0] + exact[2:]) if each[0] != exact[0]}


def _may_be_meant(exact: str, word: str) -> bool:
    """Whether a word that is near to a typed one is long enough to have been meant by it."""
    if len(exact) > _SHORT_LETTERS:
        return len(word) >= _MIN_LETTERS - 1
    return len(word) > len(exact) or sorted(word) == sorted(exact)


def measure_distance(exact: str, candidate: str) -> float:
    """Return the number of mistakes between two words; two letters exchanged count for half of one."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    folded = fold_accents(candidate)
    distance = OSA.distance(exact, folded)
    return distance - 0.5 if distance and sorted(exact) == sorted(folded) else distance
