"""`python -m webapp.api` writes the OpenAPI document: the committed one is made so."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from index.settings import Settings
from webapp.api.specification import document
from webapp.app import create_app


def main() -> None:
    """Write it to the standard output, the same whatever the installation."""
    with TemporaryDirectory() as folder:
        app = create_app(Settings(library=Path(folder) / "bibliotheque", data=Path(folder) / "donnees"))
        json.dump(document(app), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
