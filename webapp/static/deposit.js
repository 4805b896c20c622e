// Deposit with drag and drop and progress. Without this file the form is sent as any other, and its answer is a page.
"use strict";

const SAID = { depose: "Déposé", identique: "Déjà là", "en-attente": "À décider", refuse: "Refusé" };
const CHOICES = [
  ["version", "Remplacer par cette version", "fr-btn"],
  ["autre-nom", "Garder les deux", "fr-btn fr-btn--secondary"],
  ["abandonner", "Abandonner", "fr-btn fr-btn--tertiary"],
];
const HINT = "Vous pouvez aussi glisser les fichiers ici.";
const MEGABYTE = 1024 * 1024;

/** An element with its class, its text and its children. */
function made(tag, kind, text = "", ...children) {
  const element = document.createElement(tag);
  element.className = kind;
  element.append(text, ...children);
  return element;
}

/** What to say of an answer that is no success. */
function refusal(status, seconds) {
  const minutes = Math.max(1, Math.ceil(Number(seconds) / 60));
  if (status === 413) return "Ce fichier est trop volumineux.";
  if (status === 400) return "Le service n’a pas compris cet envoi\u00a0: rechargez la page, puis recommencez.";
  if (status === 401) return "Votre session a pris fin\u00a0: connectez-vous dans un autre onglet, rechargez cette page, puis déposez ce fichier.";
  if (status === 403) return "Votre compte ne permet plus de déposer\u00a0: demandez-le à l’équipe d’animation.";
  if (status === 429) return `Beaucoup de fichiers sont arrivés en peu de temps\u00a0: déposez celui-ci dans ${count(minutes, "minute", "minutes")}.`;
  if (status === 503) return "Le catalogue est occupé\u00a0: déposez ce fichier dans une minute.";
  return "Le service n’a pas pu recevoir ce fichier\u00a0: réessayez dans quelques minutes.";
}

function count(number, one, several) {
  return `${number}\u00a0${number < 2 ? one : several}`;
}

class Deposit {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=file]");
    this.progress = form.querySelector(".deposit-progress");
    this.news = form.querySelector(".deposit-news");
    this.list = form.querySelector(".deposit-files");
    this.sending = false;
    this.welcome(form.querySelector("[data-drop]"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.sending) this.sendAll([...this.input.files]);
    });
    addEventListener("beforeunload", (event) => {
      if (this.sending) event.preventDefault();
    });
  }

  /** Files may be dropped where they may be chosen; those of several drops add up. */
  welcome(place) {
    place.querySelector(".drop-hint").hidden = false;
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragover", (event) => carries(event) && event.preventDefault());
    addEventListener("drop", (event) => carries(event) && event.preventDefault());
    place.addEventListener("dragover", () => place.classList.add("over"));
    place.addEventListener("dragleave", () => place.classList.remove("over"));
    place.addEventListener("drop", (event) => {
      place.classList.remove("over");
      const all = new DataTransfer();
      for (const file of [...this.input.files, ...event.dataTransfer.files]) all.items.add(file);
      this.input.files = all.files;
      this.name();
    });
    this.input.addEventListener("change", () => this.name());
  }

  /** Says which files are chosen: the browser's own field only counts them. */
  name() {
    const names = [...this.input.files].map((file) => file.name);
    const hint = this.form.querySelector(".drop-hint");
    hint.textContent = names.length ? `${count(names.length, "fichier choisi", "fichiers choisis")}\u00a0: ${names.join(", ")}` : HINT;
  }

  async sendAll(files) {
    this.sending = true;
    this.progress.hidden = false;
    this.list.replaceChildren();
    this.fates = [];
    const button = this.form.querySelector("button.fr-btn");
    button.disabled = true;
    const title = this.progress.querySelector("h2");
    title.textContent = "Dépôt en cours";
    title.focus();
    for (const [at, file] of files.entries()) {
      this.news.textContent = `Fichier ${at + 1} sur ${files.length}`;
      await this.send(file);
    }
    this.sending = false;
    button.disabled = false;
    this.input.value = "";
    this.name();
    title.textContent = "Dépôt terminé";
    this.conclude();
  }

  async send(file) {
    const row = made("li", "deposit-file");
    const bar = made("progress", "");
    const said = made("p", "deposit-said", "Envoi…");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `Envoi de ${file.name}`);
    row.append(made("p", "deposit-name path", file.name), bar, said);
    this.list.append(row);
    const most = Number(this.form.dataset.most);
    if (file.size > most * MEGABYTE) {
      const message = `Ce fichier dépasse ${most}\u00a0Mo\u00a0: copiez-le plutôt dans le dossier partagé.`;
      return this.tell(row, [{ name: file.name, fate: "refuse", message }]);
    }
    const fields = new FormData(this.form);
    fields.delete("fichiers");
    fields.append("fichiers", file);
    try {
      this.tell(row, await this.post(this.form.action, fields, (part) => {
        bar.value = part;
        if (part === 1) said.textContent = "Rangement…";
      }));
    } catch (error) {
      this.tell(row, [{ name: file.name, fate: "refuse", message: error.message }]);
    }
  }

  /** XMLHttpRequest, because fetch does not tell how much has been sent. */
  post(address, fields, progress = () => {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
      request.addEventListener("load", () => {
        if (request.status === 200 && request.response) resolve(request.response.outcomes);
        else reject(new Error(refusal(request.status, request.getResponseHeader("Retry-After"))));
      });
      request.addEventListener("error", () => reject(new Error("La connexion a été coupée\u00a0: déposez ce fichier de nouveau.")));
      request.send(fields);
    });
  }

  /** Puts in the place of a row one row for each outcome: an archive has several. */
  tell(row, outcomes) {
    row.replaceWith(...outcomes.map((outcome) => this.row(outcome)));
    this.fates.push(...outcomes.map(({ fate }) => fate));
  }

  row(outcome) {
    const message = outcome.message.replace(/ (?=[:;?!»])|(?<=«) /g, "\u00a0");
    const row = made("li", `deposit-file fate-${outcome.fate}`);
    row.append(
      made("p", "deposit-name path", outcome.path || outcome.name),
      made("p", "deposit-said", "", made("strong", "", `${SAID[outcome.fate]}.`), ` ${message}`),
    );
    if (outcome.fate === "en-attente") row.append(this.choices(row, outcome));
    return row;
  }

  choices(row, outcome) {
    const buttons = CHOICES.map(([choice, text, kind]) => {
      const button = made("button", kind, text);
      button.type = "button";
      button.setAttribute("aria-label", `${text}\u00a0: ${outcome.path}`);
      button.addEventListener("click", () => this.choose(row, outcome, choice));
      return made("li", "", "", button);
    });
    return made("ul", "fr-btns-group fr-btns-group--inline fr-btns-group--sm", "", ...buttons);
  }

  async choose(row, outcome, choice) {
    const fields = new FormData(this.form);
    fields.delete("fichiers");
    fields.set("doublon", choice);
    fields.set("emplacement", outcome.path);
    fields.set("attente", outcome.held);
    row.querySelectorAll("button").forEach((each) => (each.disabled = true));
    try {
      const [told] = await this.post(this.form.dataset.choose, fields);
      this.fates.splice(this.fates.indexOf("en-attente"), 1, told.fate);
      const after = this.row(told);
      row.replaceWith(after);
      after.tabIndex = -1;
      after.focus();
      this.conclude();
    } catch (error) {
      row.querySelectorAll("button").forEach((each) => (each.disabled = false));
      row.querySelector(".deposit-said").textContent = error.message;
    }
  }

  conclude() {
    const of = (...wanted) => this.fates.filter((fate) => wanted.includes(fate)).length;
    const kept = of("depose", "identique");
    const parts = [kept ? count(kept, "fichier déposé", "fichiers déposés") : "Aucun fichier déposé"];
    if (of("en-attente")) parts.push(`${of("en-attente")} à décider`);
    if (of("refuse")) parts.push(count(of("refuse"), "refusé", "refusés"));
    this.news.replaceChildren(`${parts.join(", ")}. `);
    if (kept) this.answer(kept);
  }

  /** Under the files, what was understood of each: the page of that address, followed as it is on its own. */
  async answer(kept) {
    const place = this.form.querySelector(".deposit-answer");
    const address = `${this.form.dataset.follow}?derniers=${Math.min(kept, 60)}`;
    const link = made("a", "", "Voir ce que Ruche a compris");
    link.href = address;
    this.news.append(link);
    const found = await readingOf(address).catch(() => null);
    if (!found) return;
    place.replaceChildren(made("h2", "fr-h4 fr-mt-4w", "Voilà ce que Ruche a compris"), found);
    follow(found, address);
  }
}

const form = document.querySelector("form.deposit");
if (form) new Deposit(form);
