"""`python -m webapp.write_openapi` writes what is derived from the API's schemas, and committed.

That is docs/openapi.json, and the types of webapp/client.py, which may import nothing of Ruche.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from index.config import Settings
from webapp.api import openapi_document, replace_client_types
from webapp.app import create_app

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOT = Path(__file__).parents[1]
DOCUMENT_PATH = _ROOT / "docs/openapi.json"
CLIENT_PATH = _ROOT / "webapp/client.py"


def main() -> None:
    """Write both files, which are the same whatever the installation."""
    # Default settings over empty folders, and no format: nothing of this machine may get into the document.
    with TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder) / "bibliotheque", data=Path(folder) / "donnees")
        app = create_app(settings, {})
        document = openapi_document(app)
    DOCUMENT_PATH.write_text(render_document(document), encoding="utf-8")
    CLIENT_PATH.write_text(replace_client_types(CLIENT_PATH.read_text(encoding="utf-8"), document), encoding="utf-8")


def render_document(document: Mapping[str, Any]) -> str:
    """Return the text of the OpenAPI document."""
    return f"{json.dumps(document, ensure_ascii=False, indent=1)}\n"


if __name__ == "__main__":
    main()
