"""Turns texts into vectors: a service with OpenAI's interface, or a class of a Python package."""

from __future__ import annotations

import hashlib
import math
import os
from array import array
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from index.model import ExplainedError
from index.model_service import ModelService, Patience, ServiceRefusalError, ask_patiently

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.config import Settings

MOST_DIMENSIONS = 4_096
_LARGEST = 127
"""A number of a vector is kept as a signed byte: the direction stays the same to a hundredth of a degree or so."""

_MOST_CHARACTERS = 8_000
"""What is sent of one text: a passage has 200 words, a note of a slide may have more."""

_ANSWER_SECONDS = 120.0
_PATIENCE = Patience(attempts=4, seconds=300.0)
_DIGEST_BYTES = 16


class EncoderError(ExplainedError):
    """The setting names a model that cannot be loaded; the message says why."""


class TextEncoder(Protocol):
    """Turns texts into vectors of signed bytes, close in direction for texts that mean nearly the same."""

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        """Return a vector for each text, in their order. Raises ServiceRefusalError. Waits for a slow service."""
        ...

    def encode_question(self, text: str, seconds: float) -> bytes:
        """Return the vector of a question. Raises ServiceRefusalError within about so many seconds."""
        ...


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """The model that the settings name: `entry` is an address (« …/v1 ») or « package.module:class »."""

    entry: str
    model: str = ""
    # A key must end in no log.
    key: str = field(default="", repr=False)

    @property
    def is_service(self) -> bool:
        """Whether texts are sent to a service."""
        return "://" in self.entry

    @property
    def name(self) -> str:
        """What tells this model from others: vectors are kept under it. It may be shown."""
        where = urlsplit(self.entry).netloc if self.is_service else self.entry
        return f"{self.model} ({where})" if self.model else where


def choose_encoder(settings: Settings) -> EncoderSpec | None:
    """Return the model that the settings name; None where nothing is to be turned into vectors."""
    if not settings.embedding:
        return None
    return EncoderSpec(settings.embedding, settings.embedding_model, settings.embedding_key)


@cache
def open_encoder(spec: EncoderSpec) -> TextEncoder:
    """Open the model; a process keeps it. Raises EncoderError where it cannot be loaded."""
    if spec.is_service:
        return _ServiceEncoder(ModelService(spec.entry, spec.model, spec.key))
    return _LocalEncoder(_load_model(spec))


def digest_text(text: str) -> bytes:
    """Return what stands for a text: its vector is kept under it."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[:_DIGEST_BYTES]


def quantise(numbers: Iterable[Any]) -> bytes:
    """Return a vector as signed bytes, its largest number as 127; all zeros for one that has no direction.

    Raises ValueError where it is no list of numbers, or far too long.
    """
    values = [float(each) for each in numbers]
    if not 1 < len(values) <= MOST_DIMENSIONS:
        raise ValueError(f"{len(values)} dimensions")
    # A model gives « not a number » for a text that it makes nothing of: nothing is near such a vector.
    if not all(map(math.isfinite, values)) or not (largest := max(map(abs, values))):
        return bytes(len(values))
    scale = _LARGEST / largest
    return array("b", [round(each * scale) for each in values]).tobytes()


def compare_vectors(one: bytes, other: bytes) -> float:
    """Return the cosine of two vectors; 0 where their lengths differ or one has no direction."""
    if len(one) != len(other):
        return 0.0
    a, b = array("b", one), array("b", other)
    lengths = math.hypot(*a) * math.hypot(*b)
    return sum(x * y for x, y in zip(a, b, strict=True)) / lengths if lengths else 0.0


class _ServiceEncoder:
    """Sends texts to a service, fewer at once where it wants fewer."""

    def __init__(self, service: ModelService) -> None:
        self._service = service
        self._most = 64

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        """Return a vector for each text, asking a busy service again."""
        found: list[bytes | None] = []
        while len(found) < len(texts):
            found += self._encode_some(texts[len(found) : len(found) + self._most])
        size = next((len(vector) for vector in found if vector), 0)
        if not size:
            raise ServiceRefusalError("le service refuse tout ce qui lui est envoyé, ou ce modèle", about_request=True)
        # A text that is refused among others has no direction: it must not keep all others waiting for ever.
        return [vector or bytes(size) for vector in found]

    def encode_question(self, text: str, seconds: float) -> bytes:
        """Return the vector of a question, asked for once."""
        return self._ask([text], seconds)[0]

    def _encode_some(self, texts: Sequence[str]) -> list[bytes | None]:
        try:
            return [*ask_patiently(lambda: self._ask(texts, _ANSWER_SECONDS), _PATIENCE)]
        except ServiceRefusalError as refusal:
            # Several services say that they are out of order (500) for one text that their model makes nothing of, or
            # that is too long for it: where another text passes, it is these texts, and not the service.
            if not refusal.about_request and (not refusal.is_temporary or not self._answers()):
                raise
        return self._encode_halves(texts)

    def _encode_halves(self, texts: Sequence[str]) -> list[bytes | None]:
        if len(texts) > 1:
            # Many services take 32 texts, or so many words, at once, and say no more than « 413 ».
            self._most = max(_LEAST_TEXTS, len(texts) // 2)
            half = len(texts) // 2
            return [*self._encode_once(texts[:half]), *self._encode_once(texts[half:])]
        if len(texts[0]) > _SHORT_CHARACTERS:
            # Longer than the model reads: its beginning says what it is about.
            return self._encode_once([texts[0][: len(texts[0]) // 2]])
        return [None]

    def _encode_once(self, texts: Sequence[str]) -> list[bytes | None]:
        try:
            return [*self._ask(texts, _ANSWER_SECONDS)]
        except ServiceRefusalError as refusal:
            if not refusal.about_request and not refusal.is_temporary:
                raise
            return self._encode_halves(texts)

    def _answers(self) -> bool:
        """Whether the service turns a plain sentence into a vector."""
        try:
            self._ask(["Un texte simple."], _ANSWER_SECONDS)
        except ServiceRefusalError:
            return False
        return True

    def _ask(self, texts: Sequence[str], seconds: float) -> list[bytes]:
        # A text without a sign is refused by most services.
        sent = [text[:_MOST_CHARACTERS].strip() or "-" for text in texts]
        body = {"model": self._service.model, "input": sent, "encoding_format": "float"}
        return _read_vectors(self._service.post("embeddings", seconds, json=body), len(texts))


_LEAST_TEXTS = 2
"""How many texts are sent at once at least: one bad text must not make all others come one by one."""

_SHORT_CHARACTERS = 200
"""A text of fewer characters is refused for another reason than its length."""


def _read_vectors(told: Any, count: int) -> list[bytes]:
    listed = told.get("data") if isinstance(told, dict) else None
    try:
        # By their number, where there is one: not all services keep the order.
        rows = sorted(enumerate(listed or ()), key=lambda row: row[1].get("index", row[0]))
        vectors = [quantise(each["embedding"]) for _, each in rows]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ServiceRefusalError("la réponse du service n’est pas une suite de vecteurs") from error
    if len(vectors) != count or len({*map(len, vectors)}) > 1:
        raise ServiceRefusalError("le service ne donne pas un vecteur par texte, tous de même longueur")
    return vectors


class _LocalEncoder:
    """A model of a Python package, in this process."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        """Return a vector for each text."""
        try:
            return [quantise(each) for each in self._model.encode([text[:_MOST_CHARACTERS] for text in texts])]
        except (TypeError, ValueError) as error:
            raise ServiceRefusalError("le modèle ne donne pas des vecteurs de nombres") from error

    def encode_question(self, text: str, _: float) -> bytes:
        """Return the vector of a question."""
        return self.encode([text])[0]


def _load_model(spec: EncoderSpec) -> Any:
    # Several threads for a single text wait for each other; read before the libraries are loaded.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    module, _, path = spec.entry.partition(":")
    try:
        opened = attrgetter(path)(import_module(module))
        model = opened(spec.model) if spec.model else opened()
        # Asked for now, so that a class without it is told at once.
        _ = model.encode
    except (ImportError, AttributeError, ValueError, TypeError, OSError) as error:
        raise EncoderError(
            f"Réglage « embedding » : {spec.entry!r} ne désigne pas un modèle à charger ({error}). Écrivez "
            "« paquet.module:Classe », dont « encode » donne des vecteurs, l’adresse d’un service, ou laissez vide."
        ) from error
    return model
