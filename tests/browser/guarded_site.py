"""A site that asks for accounts, as an administrator sees it: every page answers. Each module has one of its own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.composition import create_app
from tests.webapp.accounts import administrator_token, guarded
from tests.webapp.http_server import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.webapp.small_library import SmallLibrary


@pytest.fixture(scope="module")
def library(library: SmallLibrary, tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A copy of the one that all browsers share: people, rules and saved searches are added to this one."""
    root = tmp_path_factory.mktemp("guarded")
    shutil.copytree(library.settings.library.parent, root, dirs_exist_ok=True)
    settings = library.settings.model_copy(update={"library": root / "bibliotheque", "data": root / "donnees"})
    return replace(library, settings=settings)


@pytest.fixture(scope="module")
def site(library: SmallLibrary) -> Iterator[str]:
    """A site that asks for accounts, which has more pages."""
    with served(create_app(guarded(library))) as address:
        yield address


@pytest.fixture
def session(library: SmallLibrary) -> str:
    """An administrator's: every page answers."""
    return administrator_token(library.settings)


FIXTURES = library, site, session
