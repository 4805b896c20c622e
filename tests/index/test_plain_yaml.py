"""YAML that people write: what it gives, and that nothing in it grows or is taken for something else."""

from __future__ import annotations

import pytest

from index.plain_yaml import YamlError, load_yaml

KIBIBYTE = 1024
MOST = 512 * KIBIBYTE
"""The largest metadata file that is read."""


def billion_laughs() -> str:
    """A text of a few hundred bytes that stands for nine to the ninth values."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    return "\n".join([*lines, "titre: *i"])


def test_everything_written_is_text() -> None:
    """Numbers, dates, truths and base sixty are the texts that were written; what is left blank is nothing."""
    written = "a: 038\nb: 2024-01-25\nc: yes\nd: 14:30\ne:\nf: ~\ng: '~'\nh: 0xFF\ni: [1.5, null]\n"
    read = {"a": "038", "b": "2024-01-25", "c": "yes", "d": "14:30", "e": None, "f": None, "g": "~", "h": "0xFF"}
    assert load_yaml(written) == read | {"i": ["1.5", None]}
    assert load_yaml("# rien\n") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (billion_laughs(), "ligne 2 : les renvois"),
        ("titre: " + "[" * MOST, "niveaux de listes"),
        ("{a: " * (MOST // 4), "niveaux de listes"),
        ("- a\n" * (MOST // 4), "plus de 50000 valeurs"),
        ("[" + "[]," * (MOST // 3) + "]", "plus de 50000 valeurs"),
        ("titre: !!python/object/apply:os.system [ls]", "les types"),
        ("titre: a\ntitre: b", "ligne 2 : « titre » est écrit deux fois"),
        ("? [a, b]\n: c", "une clé doit être un texte"),
        ("a: b\n---\nc: d", "un seul document"),
        ("titre: [", "ligne 1 : vérifiez"),
        ("titre: \x00", "pas du YAML correct"),
    ],
    ids=lambda each: each[:20] if each.isprintable() else "text",
)
@pytest.mark.timeout(20)
def test_what_grows_or_deceives_is_refused(text: str, told: str) -> None:
    """An alias, a nest, a tag, a doubled key: each is refused at once, in one short line that says where."""
    with pytest.raises(YamlError, match=told) as refused:
        load_yaml(text)
    assert len(str(refused.value)) < 200
