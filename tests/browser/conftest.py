"""A served application, and a Chromium that reports everything it complains of."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.video import film
from tests.composition import create_app
from tests.webapp.accounts import COOKIE
from tests.webapp.http_server import served
from tests.webapp.small_library import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

    from tests.webapp.small_library import SmallLibrary

_CHROMIUMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""The first is the same engine without the windows of a desktop: a page takes a third of the processor."""

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_VIDEO_SECONDS = 6
_PATIENCE = 30_000
"""Milliseconds: far beyond what a page takes, far below what a person who waits for the tests would bear."""


@dataclass
class Visitor:
    """Someone with a browser.

    `complaints` are the errors of its console, CSP violations among them, and whatever it asked of another host.
    """

    page: Page
    pictures: Path | None
    scripted: bool = True
    complaints: list[str] = field(default_factory=list)

    def until(self, true: str) -> None:
        """Wait for a JavaScript expression to be true.

        Playwright's own wait evaluates it within the page, where the policy forbids that from the second time on.
        """
        deadline = time.monotonic() + _PATIENCE / 1_000
        while not self.page.evaluate(true):
            assert time.monotonic() < deadline, f"never: {true}"
            self.page.wait_for_timeout(50)

    def picture(self, name: str) -> None:
        """Keep what the page looks like, when pictures were asked for."""
        if self.pictures:
            self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)

    def window(self, name: str) -> None:
        """Keep what the window shows, as a person first sees the page, once its images have come."""
        if self.pictures:
            self.page.wait_for_load_state("networkidle")
            self.page.screenshot(path=self.pictures / f"{name}.png")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A small library, with a video that plays."""
    return build(tmp_path_factory.mktemp("site"), video=film(_VIDEO_SECONDS))


@pytest.fixture(scope="session")
def site(library: SmallLibrary) -> Iterator[str]:
    """The address of the application, served over the small library."""
    with served(create_app(library.settings)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; its driver keeps the thread's event loop for itself, which other files' tests need."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    installed = next((each for each in _CHROMIUMS if each.exists()), None)
    if installed is None:
        pytest.skip(f"no {_CHROMIUMS[-1]} here")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=installed, args=list(_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(params=[1280, 320], ids=["wide", "narrow"])
def width(request: pytest.FixtureRequest) -> int:
    """The width of the window, in CSS pixels."""
    wanted: int = request.param
    return wanted


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def scripted(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs JavaScript."""
    wanted: bool = request.param
    return wanted


@pytest.fixture
def session() -> str:
    """The secret of the session in which the visitor is signed in; none where accounts are not asked for."""
    return ""


@pytest.fixture
def visitor(  # noqa: PLR0917 - fixtures
    request: pytest.FixtureRequest,
    browser: Browser,
    site: str,
    width: int,
    scripted: bool,  # noqa: FBT001 - a fixture
    session: str,
) -> Iterator[Visitor]:
    """Someone who arrives with a window of that width."""
    context = browser.new_context(
        base_url=site, viewport={"width": width, "height": 800}, java_script_enabled=scripted, locale="fr-FR"
    )
    if session:
        context.add_cookies([{"name": COOKIE, "value": session, "url": site}])
    with _watched(context, site, _pictures(request)) as someone:
        someone.scripted = scripted
        yield someone
    context.close()


@contextmanager
def _watched(context: BrowserContext, site: str, pictures: Path | None) -> Iterator[Visitor]:
    context.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)
    someone = Visitor(context.new_page(), pictures)

    def listen(message: ConsoleMessage) -> None:
        # A browser asks for an icon of its own accord where nothing names one, as an answer in JSON cannot.
        if message.type in {"error", "warning"} and not message.location["url"].endswith("/favicon.ico"):
            someone.complaints.append(message.text)

    def ask(request: Request) -> None:
        if not request.url.startswith((f"{site}/", "data:")):
            someone.complaints.append(f"asked elsewhere: {request.url}")

    someone.page.on("console", listen)
    someone.page.on("request", ask)
    someone.page.on("pageerror", lambda error: someone.complaints.append(str(error)))
    yield someone
    assert someone.complaints == []


def _pictures(request: pytest.FixtureRequest) -> Path | None:
    asked = request.config.getoption("--screenshots")
    if asked is None:
        return None
    folder = Path(asked)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
