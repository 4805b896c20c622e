// Keys of one letter, for who wants them: a list of them turns them off (WCAG 2.1.4). Every page does its work without.
"use strict";

{
  const OFF = "ruche:sans-raccourcis";
  const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], video, audio";
  const KEYS = [
    ["/", "chercher"],
    ["n", "résultat ou passage trouvé suivant"],
    ["N", "résultat ou passage trouvé précédent"],
    ["?", "cette liste"],
  ];
  // Pages that qualify documents have two more, and what n and N go through there.
  const QUALIFYING = [
    ["n", "document ou rendez-vous suivant"],
    ["N", "document ou rendez-vous précédent"],
    ["v", "valider"],
    ["c", "comme le précédent"],
    ["?", "cette liste"],
  ];
  const OTHERS = [
    ["← →", "page ou diapositive précédente, suivante"],
    ["Début Fin", "première, dernière page affichée"],
    ["Échap", "fermer ce qui est ouvert"],
  ];

  /** Without storage they cannot be turned off for good: they are then left off. */
  function areOn() {
    try {
      return localStorage.getItem(OFF) === null;
    } catch {
      return false;
    }
  }

  function turn(on) {
    try {
      if (on) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch {
      // They stay off.
    }
  }

  function search() {
    const field = document.querySelector("main [data-suggestions], header [data-suggestions]");
    field?.focus();
    field?.select();
    return Boolean(field);
  }

  /** The next result, or on a document's page the next passage found. */
  function step(by) {
    const way = document.querySelector(by > 0 ? "[data-found=after], [data-step=hit-after]" : "[data-found=before], [data-step=hit-before]");
    if (way) {
      way.click();
      return true;
    }
    const results = [...document.querySelectorAll(".card h2 a, [data-group] h2")];
    const card = document.activeElement.closest(".card, [data-group]");
    const from = results.findIndex((each) => each.closest(".card, [data-group]") === card);
    const next = results[from < 0 && by < 0 ? results.length - 1 : from + by];
    next?.focus();
    return Boolean(next);
  }

  /** Validates the group that has the focus, else the first; on the page of one document, that document. */
  function accept() {
    const group = document.activeElement.closest("[data-group]") ?? document;
    const button = group.querySelector("button[data-accept]");
    button?.click();
    return Boolean(button);
  }

  function copy() {
    const button = document.querySelector("button[data-copy]");
    button?.click();
    return Boolean(button);
  }

  function list(pairs) {
    const keys = made("dl", "", { class: "keys-list" });
    for (const [key, what] of pairs) {
      const line = made("div", "", {});
      const name = made("dt", "", {});
      name.append(made("kbd", key, {}));
      line.append(name, made("dd", what, {}));
      keys.append(line);
    }
    return keys;
  }

  function help() {
    const dialog = made("dialog", "", { class: "keys-help", "aria-labelledby": "titre-raccourcis" });
    const box = made("div", "", { class: "fr-checkbox-group" });
    const choice = made("input", "", { type: "checkbox", id: "raccourcis" });
    choice.checked = areOn();
    choice.addEventListener("change", () => turn(choice.checked));
    box.append(choice, made("label", "Raccourcis d’une seule touche, dans ce navigateur", { class: "fr-label", for: "raccourcis" }));
    const close = made("button", "Fermer", { class: "fr-btn", type: "button" });
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    dialog.append(made("h2", "Raccourcis clavier", { class: "fr-h4", id: "titre-raccourcis" }), list(document.querySelector("button[data-accept]") ? [KEYS[0], ...QUALIFYING] : KEYS), box);
    dialog.append(made("p", "Toujours\u00a0:", { class: "fr-mt-2w fr-mb-1v" }), list(OTHERS), close);
    document.body.append(dialog);
    dialog.showModal();
    return true;
  }

  const actions = { "/": search, n: () => step(1), N: () => step(-1), "?": help, v: accept, c: copy };

  addEventListener("keydown", (event) => {
    const busy = event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.target.closest?.(TYPING);
    if (busy || !(event.key in actions) || document.querySelector("dialog[open]") || !areOn()) return;
    if (actions[event.key]()) event.preventDefault();
  });
  document.querySelector("[data-keys-help]")?.addEventListener("click", help);
}
