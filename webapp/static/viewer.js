// Comfort only: the same links are on the page for a mouse, and for a browser that runs no script.
"use strict";

{
  const viewer = document.querySelector("[data-viewer]");
  const parts = viewer ? [...viewer.querySelectorAll("article.part")] : [];
  const WRITING = "input, textarea, select, video, summary, [contenteditable]";

  /** An address kept from elsewhere names a place only by its anchor: the part that holds it is asked for. */
  function findElsewhere() {
    const anchor = decodeURIComponent(location.hash.slice(1));
    const address = new URL(location.href);
    const asked = address.searchParams.get("lieu");
    if (!/^(page|diapositive|section|feuille)-\d+$/.test(anchor) || asked || document.getElementById(anchor)) return;
    address.searchParams.set("lieu", anchor);
    location.replace(address);
  }

  /** The part that one reads: the one that has the focus, or else the first that is not above the window. */
  function current() {
    const focused = document.activeElement.closest("article.part");
    if (focused) return parts.indexOf(focused);
    const place = parts.findIndex((part) => part.getBoundingClientRect().bottom > innerHeight / 3);
    return place < 0 ? parts.length - 1 : place;
  }

  function goTo(place) {
    const part = parts[place];
    part.focus({ preventScroll: true });
    part.scrollIntoView({ block: "start", behavior: "instant" });
    history.replaceState(null, "", `#${part.id}`);
  }

  /** One step: to a part of this page, or by its link to one that is on another. */
  function step(by) {
    const from = current();
    if (parts[from + by]) goTo(from + by);
    else parts[from]?.querySelector(by < 0 ? "[rel=prev]" : "[rel=next]")?.click();
  }

  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest(WRITING)) return;
    const inside = viewer.contains(event.target);
    if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    // Elsewhere, these two keys belong to the page as a whole.
    else if (event.key === "Home" && inside) goTo(0);
    else if (event.key === "End" && inside) goTo(parts.length - 1);
    else return;
    event.preventDefault();
  }

  if (parts.length) {
    findElsewhere();
    addEventListener("hashchange", findElsewhere);
    addEventListener("keydown", onKey);
  }
}
