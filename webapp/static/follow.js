// Follows what the service does meanwhile: files being read, questions being evaluated. Without it a link looks again.
"use strict";

/** What another look at an address says of work under way; nothing where its answer is no such page. */
async function readingOf(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("[data-reading]");
}

/** Looks again until nothing is waited for; more and more seldom, since a video may wait for hours. */
async function follow(reading, address) {
  let shown = reading;
  for (let wait = 2000; Number(shown.dataset.waiting) && shown.isConnected; wait = Math.min(wait * 1.3, 30000)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const found = await readingOf(address).catch(() => null);
    // A page that is looked at anew would take the place from under a hand or a screen reader: only what differs counts.
    if (!found || found.innerHTML === shown.innerHTML || shown.contains(document.activeElement)) continue;
    shown.replaceWith(found);
    shown = found;
  }
}

const alone = document.querySelector("main > .space [data-reading]");
if (alone) follow(alone, location.href);
