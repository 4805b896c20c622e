// Comfort of the animators' space: every page does its work without this file.
"use strict";

/** Ctrl + Enter sends the form from any of its fields; Ctrl + → follows the link that passes over. */
function quicken(form) {
  const pass = form.querySelector("a[data-pass]");
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.key === "Enter") form.requestSubmit();
    else if (event.key === "ArrowRight" && pass && !event.target.matches("input:not([type=checkbox]), select")) pass.click();
    else return;
    event.preventDefault();
  });
}

/** One box ticks or clears all those of its list. */
function tickAll(box) {
  box.closest("[hidden]").hidden = false;
  const boxes = [...box.form.querySelectorAll(`input[type=checkbox][name="${box.dataset.all}"]`)];
  box.addEventListener("change", () => boxes.forEach((each) => (each.checked = box.checked)));
}

document.querySelectorAll("form[data-quick]").forEach(quicken);
document.querySelectorAll("input[data-all]").forEach(tickAll);
