"""Judged queries: a folder of docs.jsonl, queries.jsonl and qrels.tsv (each may be gzipped), and the usual measures."""

from __future__ import annotations

import gzip
import json
import math
import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

DEPTH = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """Documents and queries as read, and for each query its relevant documents with their grades."""

    documents: tuple[dict[str, Any], ...]
    queries: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]


def read(folder: Path) -> Judged:
    """A collection of judged queries; queries without a judgement are left out."""
    grades: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for line in _lines(folder, "qrels.tsv"):
        query, document, grade = line.split("\t")[:3]
        if grade.strip().isdigit() and int(grade) > 0:
            grades[query][document] = int(grade)
    queries = {row["id"]: row["text"] for row in map(json.loads, _lines(folder, "queries.jsonl"))}
    return Judged(
        documents=tuple(map(json.loads, _lines(folder, "docs.jsonl"))),
        queries={id_: text for id_, text in queries.items() if id_ in grades},
        grades=grades,
    )


def find_sets(folder: Path) -> list[Path]:
    """The folders of judged queries: this one, or those in it."""
    return sorted({found.parent for name in ("qrels.tsv", "qrels.tsv.gz") for found in folder.glob(f"**/{name}")})


def _lines(folder: Path, name: str) -> Iterator[str]:
    plain, packed = folder / name, folder / f"{name}.gz"
    with gzip.open(packed, "rt", encoding="utf-8") if packed.exists() else plain.open(encoding="utf-8") as file:
        yield from (line.rstrip("\n") for line in file if line.strip())


@dataclass(frozen=True, slots=True)
class Measures:
    """Means over queries; a document of any grade counts as found for MRR, recall and hit.

    `unanswered` is the share of queries without any result.
    """

    ndcg: float
    mrr: float
    recall: float
    hit: float
    unanswered: float

    def __str__(self) -> str:
        return f"nDCG@10 {self.ndcg:.4f}  MRR@10 {self.mrr:.4f}  R@10 {self.recall:.4f}  Hit@1 {self.hit:.4f}"


def measure(rankings: Mapping[str, Sequence[str]], grades: Mapping[str, Mapping[str, int]]) -> Measures:
    """The measures of rankings, each at most DEPTH documents, best first."""
    each = [_of_one(ranking[:DEPTH], grades[query]) for query, ranking in rankings.items()]
    return Measures(*(statistics.fmean(column) for column in zip(*each, strict=True)))


def _of_one(ranking: Sequence[str], grades: Mapping[str, int]) -> tuple[float, ...]:
    gains = [grades.get(document, 0) for document in ranking]
    first = next((place for place, gain in enumerate(gains, 1) if gain), 0)
    return (
        _dcg(gains) / _dcg(sorted(grades.values(), reverse=True)[:DEPTH]),
        1 / first if first else 0.0,
        sum(map(bool, gains)) / min(len(grades), DEPTH),
        float(first == 1),
        float(not ranking),
    )


def _dcg(gains: Iterable[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))
