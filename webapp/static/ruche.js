// Comfort only: every page does its work without this file.
"use strict";

const PLACE = "ruche:place";
const wide = matchMedia("(min-width: 60rem)");

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
  box?.closest("details.others")?.setAttribute("open", "");
  box?.focus({ preventScroll: true });
  scrollTo({ top: place.top, behavior: "instant" });
}

/** A time in the transcript moves the video instead of loading the page again. */
function followTimes(video) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-second]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // The address can be shared as it stands, and the fragment alone marks the place without loading anything.
    history.replaceState(null, "", link.pathname + link.search);
    location.replace(link.hash);
    video.currentTime = Number(link.dataset.second);
    // A browser may refuse to play before any gesture on the page: the video is then simply at the right second.
    video.play().catch(() => {});
  });
}

const filters = document.querySelector("form.filters");
if (filters) applyFiltersAtOnce(filters);

const video = document.querySelector("video#lecteur");
if (video) followTimes(video);
