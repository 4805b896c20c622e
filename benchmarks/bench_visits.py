"""What a person waits for: paint, shifts, requests and bytes of each page in a real browser, and journeys through them.

`python -m benchmarks.bench_visits http://127.0.0.1:8000` measures a service that runs, such as the demonstration, and
prints a table; a first visit has an empty cache, a second one what the first has left there.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

_BROWSER = "/usr/bin/chromium"
_WIDTHS = {"desktop": (1280, 800), "phone": (390, 844)}
_QUESTION = "aller vers"
_STILL = 500
"""Milliseconds without scrolling after which a page stands still."""

# Buffered, so that what was painted or moved before the page could listen is counted too.
_LISTEN = """
window.measured = {lcp: 0, cls: 0, scrolled: 0};
new PerformanceObserver((list) => { for (const each of list.getEntries()) measured.lcp = each.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) measured.cls += each.value;
}).observe({type: "layout-shift", buffered: true});
addEventListener("scroll", () => { measured.scrolled = performance.now(); }, {capture: true, passive: true});
"""

_READ = """() => ({
  ...measured, now: performance.now(), loaded: performance.getEntriesByType("navigation")[0].loadEventEnd
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Of one page: milliseconds to its largest paint, how far it shifted, requests, bytes as they were sent.

    `settled` are the milliseconds from its load until nothing scrolled by itself any more.
    """

    paint: float
    shift: float
    requests: int
    size: int
    settled: float


def visit(context: BrowserContext, address: str) -> Visit:
    """Return what one visit cost, in a page of its own."""
    page = context.new_page()
    page.add_init_script(_LISTEN)
    sizes = list[float]()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    # What comes from the browser's cache is told apart, and weighs nothing.
    protocol.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address)
    # Half a second in which nothing was asked for, and one in which nothing scrolled: a smooth scroll moves each frame.
    page.wait_for_load_state("networkidle")
    while (told := page.evaluate(_READ))["now"] - told["scrolled"] < _STILL:
        page.wait_for_timeout(50)
    page.close()
    sent = [each for each in sizes if each]
    return Visit(told["lcp"], told["cls"], len(sent), round(sum(sent)), max(0.0, told["scrolled"] - told["loaded"]))


def list_pages(page: Page, site: str) -> dict[str, str]:
    """Return the addresses to visit by name, found as a member finds them."""
    pages = {"home": "/", "results": f"/recherche?q={_QUESTION}", "all documents": "/recherche"}
    for name, format_, place in (("slide", "pptx", "Diapositive"), ("minute", "sous-titres", ":")):
        page.goto(f"{site}/recherche?q={_QUESTION}&format={format_}")
        link = page.locator(".excerpts a", has_text=place).last
        if link.count():
            pages[name] = link.get_attribute("href") or "/"
    pages |= {"year": "/rendez-vous", "themes": "/themes", "territories": "/territoires"}
    return {name: site + address for name, address in pages.items()}


@contextmanager
def _timed(name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    sys.stdout.write(f"{name}: {(time.perf_counter() - began) * 1000:.0f} ms\n")


def walk(browser: Browser, site: str) -> None:
    """Print how long three journeys take, from the first action until the place is in sight."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(site)
    page.get_by_label("Chercher dans les documents").fill(_QUESTION)
    with _timed("home to the slide, 2 actions"):
        page.keyboard.press("Enter")
        page.locator(".excerpts a", has_text="Diapositive").first.click()
        page.locator("article.part:target").wait_for()
    page = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.goto(site)
    field = page.get_by_label("Chercher dans les documents")
    field.fill(f"{_QUESTION} format:sous-titres")
    with _timed("phone to the minute of a replay, 3 actions"):
        field.press("Enter")
        page.locator(".excerpts a").first.tap()
        page.locator("#lecteur").wait_for()
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"{site}/recherche?q={_QUESTION}")
    # The first Tab shows the link that passes by the head of the page.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tabs = 1
    while not page.evaluate("document.activeElement.closest('.card') !== null"):
        page.keyboard.press("Tab")
        tabs += 1
    sys.stdout.write(f"keyboard, to the first result: {tabs} Tabs and Enter\n")


def main(site: str) -> None:
    """Print the table and the journeys of a service."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_BROWSER, args=["--no-sandbox", "--disable-gpu"])
        pages = list_pages(browser.new_page(), site)
        sys.stdout.write("page | LCP ms | CLS | requests | KB | settled ms | second: LCP ms | requests | KB\n")
        for width, size in _WIDTHS.items():
            for name, address in pages.items():
                # A context of its own has an empty cache.
                context = browser.new_context(viewport={"width": size[0], "height": size[1]})
                first, second = visit(context, address), visit(context, address)
                context.close()
                cells = (
                    f"{name}, {width}",
                    f"{first.paint:.0f} | {first.shift:.3f} | {first.requests} | {first.size / 1e3:.0f}",
                    f"{first.settled:.0f}",
                    f"{second.paint:.0f} | {second.requests} | {second.size / 1e3:.0f}",
                )
                sys.stdout.write(" | ".join(cells) + "\n")
        walk(browser, site)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
