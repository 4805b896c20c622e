// Comfort only: the same links are on the page for a mouse, and for a browser that runs no script.
"use strict";

{
  const viewer = document.querySelector("[data-viewer]");
  const parts = viewer ? [...viewer.querySelectorAll("article.part")] : [];
  const bar = viewer?.querySelector("[data-place-bar]");
  const counted = bar?.querySelector("[data-found-total]");
  let waiting = false;
  const WRITING = "input, textarea, select, video, summary, [contenteditable], .passage-frame";

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
    if (focused && isInSight(focused)) return parts.indexOf(focused);
    const place = parts.findIndex((part) => part.getBoundingClientRect().bottom > innerHeight / 3);
    return place < 0 ? parts.length - 1 : place;
  }

  /** The focus stays where it was when one scrolls away. */
  function isInSight(part) {
    const { top, bottom } = part.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  }

  function goTo(place) {
    const part = parts[place];
    part.focus({ preventScroll: true });
    part.scrollIntoView({ block: "start", behavior: "instant" });
    history.replaceState(null, "", `#${part.id}`);
  }

  /** What the bar says: which part one reads, and how many of those found come up to it. */
  function tellPlace() {
    waiting = false;
    const part = parts[current()];
    // Pages have a number among all of them, sections a title.
    const numbered = part.querySelector(".part-place").textContent.trim();
    const named = part.id.startsWith("section") && part.ariaLabel !== bar.querySelector(".place-name").textContent.trim();
    bar.querySelector("[data-place]").textContent = named ? part.ariaLabel : numbered;
    pointInStrip(part);
    if (!counted) return;
    const before = parts.slice(0, parts.indexOf(part) + 1).findLast((each) => each.dataset.foundRank);
    const rank = before?.dataset.foundRank ?? findRankBefore(part);
    counted.textContent = `${rank} / ${counted.dataset.foundTotal}`;
    counted.append(made("span", counted.dataset.foundTotal > 1 ? "\u00a0trouvés" : "\u00a0trouvé", {}));
    // Not « disabled »: the focus of whoever goes from one to the next by a key would be lost at the last.
    for (const each of bar.querySelectorAll("[data-found]")) {
      each.ariaDisabled = !part.querySelector(`[data-step=found-${each.dataset.found}]`);
    }
  }

  /** The strip shows which of its images one reads, and scrolls by itself alone: the page stays where it is. */
  function pointInStrip(part) {
    const strip = viewer.querySelector("[data-strip]");
    const link = strip?.querySelector(`a[href$="#${part.id}"]`);
    if (!link || link.ariaCurrent) return;
    strip.querySelector("[aria-current]")?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    const { top, left } = link.getBoundingClientRect();
    const frame = strip.getBoundingClientRect();
    strip.scrollBy({
      top: top - frame.top - (frame.height - link.offsetHeight) / 2,
      left: left - frame.left - (frame.width - link.offsetWidth) / 2,
      behavior: "instant",
    });
  }

  /** Where none before is on this page: as many as come before the next one. */
  function findRankBefore(part) {
    const after = parts.slice(parts.indexOf(part)).find((each) => each.dataset.foundRank);
    return after ? after.dataset.foundRank - 1 : part.querySelector("[data-step=found-after]") ? 0 : counted.dataset.foundTotal;
  }

  function onScroll() {
    if (!waiting) requestAnimationFrame(tellPlace);
    waiting = true;
  }

  /** To the passage found before or after the part that one reads. */
  function goToFound(side) {
    const link = parts[current()].querySelector(`[data-step=found-${side}]`);
    const place = link ? parts.findIndex((part) => link.hash === `#${part.id}` && link.pathname === location.pathname) : -1;
    if (place >= 0) goTo(place);
    else link?.click();
  }

  /** One step: to a part of this page, or by its link to one that is on another. */
  function step(by) {
    const from = current();
    if (parts[from + by]) goTo(from + by);
    else parts[from]?.querySelector(by < 0 ? "[rel=prev]" : "[rel=next]")?.click();
  }

  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest(WRITING)) return;
    if (document.querySelector("dialog[open], dialog.full-screen")) return;
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
    if (bar) {
      for (const each of bar.querySelectorAll("[data-found]")) {
        each.addEventListener("click", () => goToFound(each.dataset.found));
      }
      addEventListener("scroll", onScroll, { passive: true });
      tellPlace();
    }
  }
}
