"""The vectors of passages in both databases: what changed is read in order, what is another model's is apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue.vectors import DocumentVectors, VectorProgress

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

ONE, TWO = b"\x01" * 16, b"\x02" * 16


def test_vectors_are_kept_by_document_and_model(catalogue: Catalogue, add: Add) -> None:
    """A document's vectors replace those it had; changes come in order, each once; other models are apart."""
    first, second = add("Un", "un"), add("Deux", "deux")
    made = DocumentVectors("contenu", (ONE, TWO), (b"\x7f\x00\x81",))
    with catalogue.transaction() as transaction:
        transaction.vectors.save("petit", first, made)
        transaction.vectors.save("petit", second, DocumentVectors("", (), ()))
        transaction.vectors.save("grand", first, DocumentVectors("contenu", (ONE,), (b"\x01\x02",)))
        transaction.vectors.write_progress(VectorProgress("petit", 2, is_complete=True, probe="7f00", dimensions=3))
    assert catalogue.vectors.find("petit", first) == made
    assert not made.is_whole
    assert catalogue.vectors.find_content("petit", "contenu") is None
    rows = list(catalogue.vectors.list_since("petit", 0))
    assert [(id_, size, vectors) for _, id_, size, vectors in rows] == [(first, 3, b"\x7f\x00\x81"), (second, 0, b"")]
    whole = DocumentVectors("contenu", (ONE, TWO), (b"\x7f\x00\x81", b"\x00\x00\x7f"))
    with catalogue.transaction() as transaction:
        transaction.vectors.save("petit", first, whole)
    last = rows[-1][0]
    assert [(number > last, id_) for number, id_, *_ in catalogue.vectors.list_since("petit", last)] == [(True, first)]
    assert catalogue.vectors.find_content("petit", "contenu") == whole
    progress = catalogue.vectors.read_progress()
    assert progress == VectorProgress("petit", 2, is_complete=True, probe="7f00", dimensions=3)
    with catalogue.transaction() as transaction:
        transaction.vectors.drop_others("petit")
    assert list(catalogue.vectors.list_since("grand", 0)) == []
    with catalogue.transaction() as transaction:
        transaction.vectors.drop_all()
    assert (list(catalogue.vectors.list_since("petit", 0)), catalogue.vectors.read_progress()) == ([], None)
