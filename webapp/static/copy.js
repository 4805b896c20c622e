// A button that copies what it names; without a script, or without the right to the clipboard, it is not there.
"use strict";

for (const holder of document.querySelectorAll("[data-copying]")) {
  if (!navigator.clipboard) break;
  const button = holder.querySelector("button[data-copy]");
  const news = document.createElement("span");
  news.setAttribute("role", "status");
  holder.append(" ", news);
  holder.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      news.textContent = "Copié.";
    } catch {
      news.textContent = "La copie a été refusée par le navigateur\u00a0: sélectionnez le texte.";
    }
  });
}
