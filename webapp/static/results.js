// Comfort only: results as one types, the filters of a narrow screen, a preview. Without this file, forms and links do it.
"use strict";

{
  const TYPING_PAUSE = 400;
  const READING = 3000;
  const form = document.querySelector("form.filters");
  const field = document.querySelector("input[form=question]");
  const preview = document.querySelector("[data-preview-of-results]");
  const news = made("p", "", { class: "hidden", role: "status" });
  const roomy = matchMedia("(min-width: 87.5em)");
  const previews = new Map();
  let words = field.value.trim();
  let said = "";
  let asking = null;
  let waiting = 0;
  let reading = 0;
  let counting = null;
  let pointing = 0;
  let pointed = "";
  let ticked = false;

  /** The address that the form leads to: shared, it asks the same. */
  function currentAddress() {
    const address = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (value) address.searchParams.append(name, value);
    return address;
  }

  /** The page of results at an address, which is not counted as a question. */
  async function fetchResults(address, signal) {
    const typed = new URL(address);
    typed.searchParams.set("frappe", "1");
    const answer = await fetch(typed, { signal });
    if (!answer.ok) throw new Error(answer.statusText);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  function onInput(event) {
    clearTimeout(waiting);
    clearTimeout(reading);
    asking?.abort();
    const typed = field.value.trim();
    if (said && typed === words) {
      document.querySelector("[data-extent]").textContent = said;
      said = "";
    }
    // A word that is being composed is none yet.
    if (!event.isComposing && typed !== words && typed.length > 1) waiting = setTimeout(ask, TYPING_PAUSE);
  }

  async function ask() {
    asking = new AbortController();
    const { signal } = asking;
    const address = currentAddress();
    try {
      const page = await fetchResults(address, signal);
      if (signal.aborted) return;
      if (Number(page.querySelector("[data-total]").dataset.total)) renew(page, address);
      else tellNothing();
    } catch {
      // Called off, or no answer: the list stays, and Enter asks as ever.
    }
  }

  /** A word that is not finished finds nothing: what is shown stays, and says of what it is. */
  function tellNothing() {
    const extent = document.querySelector("[data-extent]");
    said ||= extent.textContent;
    news.textContent = `Aucun document pour «\u00a0${field.value.trim()}\u00a0»`;
    extent.textContent = `${news.textContent}. Voici encore ${words ? `ceux de «\u00a0${words}\u00a0»` : "tous les documents"}.`;
  }

  /** The page's parts take their new state; the field, its focus and its list of suggestions are left alone. */
  function renew(page, address) {
    words = field.value.trim();
    said = "";
    ticked = false;
    const extent = page.querySelector("[data-extent]");
    // One voice says how many there are.
    extent.removeAttribute("role");
    for (const part of document.querySelectorAll("[data-renewed]")) {
      part.replaceWith(page.querySelector(`[data-renewed=${part.dataset.renewed}]`));
    }
    document.querySelector(".results").className = page.querySelector(".results").className;
    document.title = page.title;
    history.replaceState(history.state, "", address);
    keepWayBack();
    for (const list of form.querySelectorAll("[data-narrowed]")) narrowByTyping(list);
    news.textContent = extent.textContent;
    showFirst();
    // Who reads for a while has asked: this is counted, and kept among the recent searches.
    reading = setTimeout(() => {
      keepRecent(words);
      fetch(address, { method: "HEAD" }).catch(() => {});
    }, READING);
  }

  /** On a narrow screen the filters cover the page: what is behind cannot be reached, and their button says what it shows. */
  function onFold(event) {
    const fold = event.target;
    if (!fold.matches(".filters-fold")) return;
    cover(fold, fold.open && !wide.matches);
    // Boxes that were ticked before it was closed are still ticked: what they show has been counted.
    if (fold.open && !ticked) sayTotal(document.querySelector("[data-total]"));
  }

  function cover(fold, covering) {
    for (let each = fold; each !== document.body; each = each.parentElement) {
      for (const other of each.parentElement.children) if (other !== each) other.inert = covering;
    }
  }

  function sayTotal(list) {
    const total = Number(list.dataset.total);
    const button = form.querySelector("[data-apply]");
    if (button) button.textContent = total ? `Voir ${total > 1 ? `les ${total} documents` : "le document"}` : "Aucun document";
  }

  async function onFilter() {
    if (wide.matches) return;
    ticked = true;
    counting?.abort();
    counting = new AbortController();
    const { signal } = counting;
    try {
      const page = await fetchResults(currentAddress(), signal);
      if (!signal.aborted) sayTotal(page.querySelector("[data-total]"));
    } catch {
      // Called off, or no answer: the button leads there all the same.
    }
  }

  function onEscape(event) {
    const fold = form.querySelector(".filters-fold[open]");
    if (event.key !== "Escape" || !fold || wide.matches) return;
    fold.open = false;
    fold.querySelector("summary").focus();
  }

  /** What one points at, with the mouse or the keyboard, is shown beside the list. */
  function point(event) {
    if (!roomy.matches) return;
    const within = event.target.closest?.(".excerpts li, .card");
    const link = within?.querySelector("a[data-preview]");
    clearTimeout(pointing);
    if (link) pointing = setTimeout(() => showPreview(link), 150);
  }

  async function showPreview(link) {
    const address = link.dataset.preview;
    pointed = address;
    try {
      if (!previews.has(address)) previews.set(address, fetchPreview(address));
      const { title, shown } = await previews.get(address);
      // An answer that comes late is kept for the next time; what one points at by now stays.
      if (address !== pointed) return;
      const opening = made("a", title, { href: link.href });
      const head = made("h2", "", { class: "fr-h6" });
      head.append(opening);
      preview.replaceChildren(head, ...shown.map((each) => each.cloneNode(true)));
      preview.scrollTop = 0;
    } catch {
      previews.delete(address);
    }
  }

  async function fetchPreview(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const title = page.querySelector("[data-place-alone] h1").textContent;
    return { title, shown: [...page.querySelectorAll(".place-picture, .place-text")] };
  }

  function showFirst() {
    const first = roomy.matches && document.querySelector("a[data-preview]");
    if (first) showPreview(first);
  }

  /** Some browsers keep the page as it was left, boxes ticked and words typed that the list does not obey. */
  function onComingBack(event) {
    if (!event.persisted) return;
    field.value = words;
    for (const box of form.querySelectorAll("[type=checkbox]")) box.checked = box.defaultChecked;
  }

  document.querySelector("main").append(news);
  field.addEventListener("input", onInput);
  field.addEventListener("compositionend", onInput);
  form.addEventListener("toggle", onFold, { capture: true });
  form.addEventListener("change", onFilter);
  addEventListener("keydown", onEscape);
  addEventListener("pageshow", onComingBack);
  document.addEventListener("pointerover", point);
  document.addEventListener("focusin", point);
  showFirst();
}
