// One page or slide as large as the screen. Comfort only: without this file, the links lead to a page of it alone.
"use strict";

{
  const STATE = "plein-ecran";
  let dialog = null;
  let opener = null;
  let showing = null;
  // Whether the browser has given the whole screen to the dialog that is open.
  let filled = false;

  /** The page or slide that an address shows alone, as that page has it. */
  async function fetchPlace(address) {
    showing?.abort();
    showing = new AbortController();
    const answer = await fetch(address, { signal: showing.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-place-alone]");
  }

  async function show(address) {
    try {
      const place = await fetchPlace(address);
      dialog.querySelector("[data-place-alone]")?.remove();
      dialog.append(place);
      // The dialog keeps the focus, so that its keys go on working, and its name is read anew.
      dialog.setAttribute("aria-label", place.querySelector("h1").textContent);
      dialog.focus();
    } catch (error) {
      // Called off by a further step; otherwise the page itself says what is wrong.
      if (error.name !== "AbortError") location.assign(address);
    }
  }

  function open(event) {
    const link = event.target.closest("a[data-full]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    opener = link;
    filled = false;
    dialog = made("dialog", "", { class: "full-screen", tabindex: "-1" });
    const close = made("button", "Fermer", { class: "fr-btn fr-btn--sm fr-btn--tertiary fr-icon-close-line fr-btn--icon-right full-screen-close", type: "button" });
    close.addEventListener("click", () => dialog.close());
    dialog.append(close);
    dialog.addEventListener("close", leave);
    dialog.addEventListener("click", turn);
    document.body.append(dialog);
    dialog.showModal();
    // Telephones have a gesture for the way back: it closes the dialog.
    history.pushState({ [STATE]: true }, "");
    // Where a browser refuses, the dialog fills its window.
    document.documentElement.requestFullscreen?.().catch(() => {});
    show(link.href);
  }

  /** A way on leads on within the dialog, the way back closes it. */
  function turn(event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.rel) show(link.href);
    else dialog.close();
  }

  function leave() {
    // What is still under way would come into a dialog that is gone.
    showing?.abort();
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    if (history.state?.[STATE]) history.back();
    // A browser gives the focus to the place that the address names, once it has told of the way back.
    else setTimeout(comeBack);
  }

  /** One comes back to the page or slide that one saw last, the focus on what opened it. */
  function comeBack() {
    // Whoever goes back twice at once is told of it twice.
    if (!dialog) return;
    const seen = document.getElementById(dialog.querySelector("[data-place-alone]")?.dataset.placeAlone);
    dialog.remove();
    dialog = null;
    const link = seen?.querySelector("a[data-full]") ?? opener;
    link.focus({ preventScroll: true });
    seen?.scrollIntoView({ block: "start", behavior: "instant" });
  }

  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // While it closes, a key is for neither the dialog nor the page.
    if (dialog && !dialog.open) return;
    const within = dialog ?? document.querySelector("main [data-place-alone]");
    const ways = { ArrowLeft: "a[rel=prev]", PageUp: "a[rel=prev]", ArrowRight: "a[rel=next]", PageDown: "a[rel=next]" };
    const wanted = event.key in ways ? ways[event.key] : !dialog && event.key === "Escape" ? "a[data-back]" : null;
    const link = wanted && within?.querySelector(wanted);
    if (!link || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    // Pages of places alone take each other's turn: the way back leads to the document.
    if (dialog || event.key === "Escape") link.click();
    else location.replace(link.href);
  }

  document.addEventListener("click", open);
  addEventListener("keydown", onKey);
  addEventListener("popstate", () => {
    if (!dialog) return;
    if (dialog.open) dialog.close();
    else setTimeout(comeBack);
  });
  document.addEventListener("fullscreenchange", () => {
    // A screen that the dialog before this one gives back is no wish to close this one.
    if (filled && !document.fullscreenElement && dialog?.open) dialog.close();
    filled = Boolean(document.fullscreenElement && dialog?.open);
  });
}
