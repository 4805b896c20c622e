// Tries an operation in the page; without this script a form opens the answer itself.
"use strict";

function asked(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.elements) {
    if (!field.name || !field.value) continue;
    if ("place" in field.dataset) path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    else query.append(field.name, field.value);
  }
  return query.size ? `${path}?${query}` : path;
}

function shown(label, text) {
  const block = document.createElement("pre");
  block.tabIndex = 0;
  block.setAttribute("role", "region");
  block.setAttribute("aria-label", label);
  block.textContent = text;
  return block;
}

async function told(answer) {
  if (!(answer.headers.get("Content-Type") ?? "").includes("json")) return "(un fichier)";
  return JSON.stringify(await answer.json(), null, 2);
}

for (const form of document.querySelectorAll("form[data-trying]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const address = asked(form);
    const place = form.querySelector(".tried");
    place.textContent = "…";
    try {
      const answer = await fetch(address);
      const line = `curl -H "Authorization: Bearer $JETON" "${location.origin}${address}"`;
      place.replaceChildren(shown("Commande", line), shown("Réponse", `${answer.status}\n${await told(answer)}`));
    } catch {
      place.textContent = "Le service n’a pas répondu.";
    }
  });
}

function opened() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

addEventListener("hashchange", opened);
opened();
