// Comfort only: without this file, the answer comes as a page of its own.
"use strict";

{
  const SILENT = "La réponse s’est interrompue. Réessayez dans un moment.";
  const BUSY = "Beaucoup de demandes sont parties en peu de temps. Réessayez un peu plus tard.";

  const found = (count) => (count ? `${count} ${count > 1 ? "phrases trouvées" : "phrase trouvée"}.` : "Aucune phrase retenue.");

  /** The events of an answer, as they come. */
  async function* readEvents(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let waiting = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const whole = (waiting + value).split("\n\n");
      waiting = whole.pop();
      for (const event of whole) if (event.startsWith("data: ")) yield JSON.parse(event.slice(6));
    }
  }

  /** Each quotation joins the list when it has been verified; what ended the answer is announced last. */
  async function answer(box, form) {
    const [status, list, button] = [box.querySelector("[role=status]"), box.querySelector("ul"), form.querySelector("button")];
    list.replaceChildren();
    list.hidden = true;
    box.querySelector("[data-ending]")?.remove();
    status.textContent = "Des phrases sont cherchées dans les documents…";
    // Not disabled: the focus would be lost.
    button.setAttribute("aria-disabled", "true");
    let ended = false;
    try {
      const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "text/event-stream" } });
      if (!response.ok) throw new Error(response.status === 429 ? BUSY : SILENT);
      for await (const event of readEvents(response.body)) {
        if (event.end) {
          const ending = document.createElement("div");
          ending.dataset.ending = "";
          ending.innerHTML = event.html;
          box.append(ending);
          ended = true;
        } else {
          list.insertAdjacentHTML("beforeend", event.html);
          list.hidden = false;
        }
      }
      status.textContent = ended ? found(list.children.length) : SILENT;
    } catch (error) {
      status.textContent = error.message === BUSY ? BUSY : SILENT;
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  for (const box of document.querySelectorAll("[data-assistant]")) {
    const form = box.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.querySelector("button").getAttribute("aria-disabled") !== "true") answer(box, form);
    });
  }
}
