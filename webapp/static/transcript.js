// Comfort only: without this file, the player's own buttons and the forms do the same.
"use strict";

{
  const player = document.querySelector("[data-dictation] #lecteur");
  const keys = document.querySelector("[data-keys]");
  const texts = [...document.querySelectorAll("textarea[data-second]")];

  /** The player goes to a passage, without beginning to play. */
  function cue(text) {
    if (player && player.paused) player.currentTime = Number(text.dataset.second);
  }

  function play() {
    if (player.paused) player.play().catch(() => {});
    else player.pause();
  }

  function back() {
    player.currentTime = Math.max(0, player.currentTime - 2);
  }

  function next() {
    const now = texts.indexOf(document.activeElement);
    const following = texts[now + 1] ?? texts[0];
    following?.focus();
    if (following && player && !player.paused) player.currentTime = Number(following.dataset.second);
  }

  const actions = { " ": play, ",": back, ";": next };

  if (player) {
    keys.hidden = false;
    keys.querySelector("[data-play]").addEventListener("click", play);
    keys.querySelector("[data-back]").addEventListener("click", back);
    keys.querySelector("[data-next]").addEventListener("click", next);
  }
  document.addEventListener("keydown", (event) => {
    if (!event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && event.target.form?.matches(".spoken")) event.target.form.requestSubmit();
    else if (player && actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });
  for (const text of texts) text.addEventListener("focus", () => cue(text));
  // After a passage was saved, the address names the one to go on with.
  const asked = document.getElementById(location.hash.slice(1))?.querySelector("textarea");
  if (asked) asked.focus();
}
