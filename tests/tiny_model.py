"""A model of a few meanings, for tests: how often each is spoken of. Installations name such a class in `embedding`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.model_server import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MEANINGS = (
    ("argent", "financement", "budget", "euros"),
    ("maison", "logement", "toit", "loyer"),
    ("santé", "médecin", "soin", "hôpital"),
    ("droits", "sociaux", "quartier"),
)
ENTRY = "tests.tiny_model:TinyModel"


class TinyModel:
    """Turns texts into vectors of as many numbers as there are meanings, and one that all share."""

    def __init__(self, dimensions: str = "5") -> None:
        self._dimensions = int(dimensions)

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector for each text."""
        return [self._encode_one(text.lower()) for text in texts]

    def _encode_one(self, text: str) -> list[float]:
        counts = [float(sum(text.count(word) for word in words)) for words in MEANINGS]
        return [*counts, 0.1, *[0.0] * (self._dimensions - len(counts) - 1)]


def serve_vectors(dimensions: int = 5, most: int = 1_000) -> Callable[[dict[str, Any]], Answer]:
    """How a service answers with the tiny model's vectors; it refuses more than so many texts at once."""
    model = TinyModel(str(dimensions))

    def respond(sent: dict[str, Any]) -> Answer:
        texts = sent["input"]
        if len(texts) > most:
            return Answer(413, {"error": "trop"})
        rows = [{"index": place, "embedding": vector} for place, vector in enumerate(model.encode(texts))]
        # Not in order: the number says whose each is.
        return Answer(body={"data": rows[::-1]})

    return respond
