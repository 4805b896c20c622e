// Comfort only: every page does its work without this file.
"use strict";

const PLACE = "ruche:place";
const wide = matchMedia("(min-width: 62em)");

/** Storage may be refused by the browser's settings: one then loses one's place, nothing more. */
function remember(place) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  } catch {}
}

function recall() {
  try {
    const place = JSON.parse(sessionStorage.getItem(PLACE));
    sessionStorage.removeItem(PLACE);
    return place;
  } catch {
    return null;
  }
}

/** On a wide screen, filters apply as they are chosen; the page then comes back where it was, focus included. */
function applyFiltersAtOnce(form) {
  form.dataset.live = "";
  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type !== "checkbox" || !wide.matches) return;
    remember({ name: box.name, value: box.value, top: scrollY });
    form.requestSubmit();
  });
  const place = recall();
  if (!place) return;
  const box = [...form.elements].find((each) => each.name === place.name && each.value === place.value);
  for (let fold = box?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  box?.focus({ preventScroll: true });
  scrollTo({ top: place.top, behavior: "instant" });
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** A long list of filters gets a field that keeps only those one types the name of, and those they stand in. */
function narrowByTyping(list) {
  const id = `trouver-${list.id}`;
  const field = made("input", "", { class: "fr-input", id, type: "search", autocomplete: "off" });
  const news = made("p", "", { class: "hidden", role: "status" });
  const box = made("div", "", { class: "narrowing" });
  box.append(made("label", list.dataset.narrowed, { class: "fr-label", for: id }), field, news);
  list.querySelector("legend").after(box);
  const folds = [...list.querySelectorAll("details")];
  const opened = new Map(folds.map((fold) => [fold, fold.open]));
  field.addEventListener("input", () => {
    const wanted = plain(field.value.trim());
    let kept = 0;
    // Those within come first: a place is kept for what lies in it.
    for (const line of [...list.querySelectorAll("li")].reverse()) {
      const itself = plain(line.querySelector(".choice").textContent).includes(wanted);
      kept += itself;
      line.hidden = !itself && !line.querySelector("li:not([hidden])");
    }
    for (const fold of folds) {
      fold.open = wanted ? fold.querySelector("li:not([hidden])") !== null : opened.get(fold);
    }
    news.textContent = wanted ? `${kept} choix` : "";
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

const PAUSE = 150;
const SHORTEST = 2;

/** An element with its text and attributes. */
function made(tag, text, attributes) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const RECENT = "ruche:recent";
const MOST_RECENT = 6;
const ERASE = "Effacer mes recherches récentes";

/** What was searched in this browser, the latest first: the service is told nothing of it. */
function readRecent() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT)) ?? [];
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string").slice(0, MOST_RECENT) : [];
  } catch {
    return [];
  }
}

function keepRecent(words) {
  try {
    const others = readRecent().filter((each) => each !== words);
    localStorage.setItem(RECENT, JSON.stringify([words, ...others].slice(0, MOST_RECENT)));
  } catch {
    // No storage: nothing is kept, which harms nothing.
  }
}

/** Results of a question keep it. */
function keepQuestion() {
  const words = filters && new URLSearchParams(location.search).get("q")?.trim();
  if (words) keepRecent(words);
}

function forgetRecent() {
  try {
    localStorage.removeItem(RECENT);
  } catch {
    // No storage: nothing was kept.
  }
}

/** Suggestions under a search field, after the list-autocomplete combobox of ARIA 1.2: the field keeps the focus. */
class Suggestions {
  constructor(field) {
    this.field = field;
    this.found = [];
    this.at = -1;
    this.list = made("ul", "", { id: `suggestions-${field.id}`, class: "suggestions", role: "listbox", "aria-label": "Suggestions" });
    this.news = made("p", "", { class: "hidden", role: "status" });
    field.parentElement.append(this.list, this.news);
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    this.show([]);
    field.addEventListener("input", () => this.ask());
    field.addEventListener("click", () => this.found.length || this.recall());
    field.addEventListener("keydown", (event) => this.onKey(event));
    field.addEventListener("blur", () => this.close());
    field.form.addEventListener("submit", () => this.close());
    // Pressing on an option must not take the focus away first: the list would close under the finger.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.take([...this.list.children].indexOf(event.target.closest("li"))));
  }

  close() {
    this.forget();
    this.show([]);
  }

  forget() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  /** In an empty field, what one has searched before. */
  recall() {
    const recent = this.field.value ? [] : readRecent().map((text) => ({ text }));
    this.show(recent.length ? [...recent, { text: ERASE, kind: "effacer" }] : []);
  }

  ask() {
    this.forget();
    const typed = this.field.value;
    if (typed.trim().length < SHORTEST) return this.recall();
    this.request = new AbortController();
    const { signal } = this.request;
    this.timer = setTimeout(async () => {
      try {
        const answer = await fetch(`/suggestions?${new URLSearchParams({ q: typed })}`, { signal });
        const { suggestions } = await answer.json();
        if (!signal.aborted) this.show(suggestions);
      } catch {
        // Help that does not come is no breakdown; where it was called off, what is shown belongs to someone newer.
        if (!signal.aborted) this.show([]);
      }
    }, PAUSE);
  }

  show(suggestions) {
    const count = suggestions.length;
    if (count || this.found.length) this.news.textContent = count ? `${count} suggestion${count > 1 ? "s" : ""}` : "";
    this.found = suggestions;
    this.list.replaceChildren(
      ...suggestions.map(({ text, kind, url }, number) => {
        const option = made("li", text, { id: `${this.list.id}-${number}`, role: "option" });
        const opened = kind === "rendez-vous" ? kind : "document";
        if (url) option.append(" ", made("span", opened, { class: "quiet" }));
        return option;
      }),
    );
    this.list.hidden = !count;
    this.field.setAttribute("aria-expanded", String(count > 0));
    this.point(-1);
  }

  point(at) {
    this.at = at;
    [...this.list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    if (at < 0) return this.field.removeAttribute("aria-activedescendant");
    this.field.setAttribute("aria-activedescendant", this.list.children[at].id);
    this.list.children[at].scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    const size = this.found.length;
    if (event.isComposing) return;
    if (!size && event.key === "ArrowDown") this.recall();
    if (!size) return;
    // One step past either end is the field itself, with what was typed.
    const moves = { ArrowDown: this.at + 1 < size ? this.at + 1 : -1, ArrowUp: this.at < 0 ? size - 1 : this.at - 1 };
    if (event.key in moves) this.point(moves[event.key]);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.at >= 0) this.take(this.at);
    else return;
    event.preventDefault();
  }

  take(at) {
    const taken = this.found[at];
    if (!taken) return;
    this.close();
    if (taken.kind === "effacer") return forgetRecent();
    if (taken.url) return location.assign(taken.url);
    this.field.value = taken.text;
    this.field.form.requestSubmit();
  }
}

const RESULTS = "ruche:results";

/** The way back from a document leads to the list that one came from, with its filters, its order and its page. */
function keepWayBack() {
  try {
    if (filters) sessionStorage.setItem(RESULTS, location.href);
    const kept = new URL(sessionStorage.getItem(RESULTS));
    for (const link of document.querySelectorAll("a[data-results]")) {
      const plainly = new URL(link.href);
      if (plainly.pathname !== kept.pathname || plainly.searchParams.get("q") !== kept.searchParams.get("q")) continue;
      kept.hash = plainly.hash;
      link.href = kept;
    }
  } catch {
    // No storage, or nothing kept in it: the links lead to the question alone.
  }
}

const filters = document.querySelector("form.filters");
if (filters) applyFiltersAtOnce(filters);
keepWayBack();

keepQuestion();
// Whoever is asked to sign in may be someone else, however the former person left.
if (document.querySelector("[data-signing-in]")) forgetRecent();

for (const list of document.querySelectorAll("[data-narrowed]")) narrowByTyping(list);

for (const field of document.querySelectorAll("input[data-suggestions]")) new Suggestions(field);
