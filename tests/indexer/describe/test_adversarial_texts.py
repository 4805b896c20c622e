"""Texts made to hold up whoever reads them: 100,000 characters that an expression would try in every way."""

from __future__ import annotations

import pytest

from extractors.model import Section, SectionUnit
from index.catalogue.documents.writes import Content
from index.personal_data import find_personal_data
from index.personal_data.contacts import find_mails
from index.text.analysis import analyse_text, find_words, join_compounds, join_numbers
from indexer.describe import naming
from indexer.describe.passages import cut_passages
from indexer.describe.tagging import Tagger
from tests.composition import load_vocabulary

LENGTH = 100_000
UNITS = (
    *("a", "1", " ", "\n", "1 ", "a ", "a.", "1-", "- ", "(", "\\", '"', "'", "@", "a@", "a@a.", "/", "0 ", "1.", "é"),
    *("A.", "|", "\t", "&", "«", "01 ", "06 12 34 56 7", "FR76 ", "\u00a0", "1\u00a0", ":", "–", "a-", "a'", "a’", "œ"),
    *(
        "·",
        "a·",
        "l'",
        "I ",
        "1 12 ",
        "2 85 05 78 006 084 ",
        "le ",
        "? ",
        "n° ",
        "1 000 ",
        "e\u0301",
        "\u0301",
        "\u200b",
    ),
    *("AB ", "AB-", "L1-", "+33 ", "(0)", "A.B.", "ʼ", "2024-01-", "25 janvier ", "janvier "),
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.timeout(20)
def test_no_text_holds_up_the_indexer(unit: str) -> None:
    """Passages, words, personal data, tags and names, as text and as a title: all are read within seconds."""
    text = (unit * LENGTH)[:LENGTH]
    passages = cut_passages([Section(SectionUnit.PAGE, 1, text)])
    list(find_personal_data(passages))
    list(find_mails(text))
    analyse_text(text)
    list(find_words(text))
    list(join_compounds(text))
    join_numbers(text)
    naming.find_date(text)
    assert Tagger(load_vocabulary()).describe_document(["x/y.pdf"], Content("d" * 64, "pdf", text, passages))
