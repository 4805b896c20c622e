// Copies what a button names, and shares what a link leads to; without a script, or without the right to the clipboard,
// the buttons are not there, and the links lead to the address to share.
"use strict";

/** What was done is said beside what one pressed, in words that are read aloud. */
function announcer(holder) {
  const news = document.createElement("span");
  news.setAttribute("role", "status");
  holder.append(" ", news);
  return (text) => {
    news.textContent = text;
  };
}

async function copyText(text, tell, done) {
  try {
    await navigator.clipboard.writeText(text);
    tell(done);
  } catch {
    tell("La copie a été refusée par le navigateur\u00a0: sélectionnez le texte.");
  }
}

for (const holder of document.querySelectorAll("[data-copying]")) {
  // Browsers give no clipboard to pages that come unencrypted.
  holder.hidden = !navigator.clipboard;
  if (holder.hidden) continue;
  const button = holder.querySelector("button[data-copy], button[data-copy-from]");
  const tell = announcer(holder);
  button.addEventListener("click", () => {
    const from = document.getElementById(button.dataset.copyFrom);
    copyText(from ? from.innerText.trim() : button.dataset.copy, tell, "Copié.");
  });
}

for (const link of document.querySelectorAll("a[data-share]")) {
  const touched = matchMedia("(pointer: coarse)").matches && navigator.share;
  if (!touched && !navigator.clipboard) break;
  const tell = announcer(link.parentElement);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // Who closes the device's own panel has shared nothing, and knows it.
    if (touched) navigator.share({ title: document.title, url: link.href }).catch(() => {});
    else copyText(link.href, tell, "Lien copié.");
  });
}
