"""`python -m webapp.api` writes the OpenAPI document to standard output, as it is committed in docs/openapi.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from index.config import Settings
from webapp.api import openapi_document
from webapp.app import create_app


def main() -> None:
    """Write the document, which is the same whatever the installation."""
    # Default settings over empty folders, and no format: nothing of this machine may get into the document.
    with TemporaryDirectory() as folder:
        app = create_app(Settings(library=Path(folder) / "bibliotheque", data=Path(folder) / "donnees"), {})
        json.dump(openapi_document(app), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
