"""Tables of contacts: CSV files of any program, spreadsheets of the library by their text, and exports."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from index.accounts import (
    AccountError,
    ContactDetails,
    ContactError,
    MailAddressError,
    check_details,
    parse_mail_address,
)
from index.model import ExplainedError, Facet, Unit
from index.text import fold_accents
from webapp.pages import find_slug, find_slugs
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from index.accounts import Contact
    from index.model import Passage

MAX_CONTACT_ROWS = 150
"""Rows of one import: what an animator reads before agreeing."""

COLUMNS = {
    "Nom": "name",
    "Fonction": "role",
    "Organisation": "organisation",
    "Territoire": "territory",
    "Thèmes": "themes",
    "Courriel": "mail",
    "Téléphone": "phone",
    "Adresse": "address",
    "Depuis": "since",
    "Jusqu’au": "until",
    "Compte": "account",
}
"""The columns of a table, each with what it tells; « Compte » is the address of whoever confirms, if it is another."""

_OTHER_NAMES = {
    "name": ("nom et prenom", "prenom et nom", "nom prenom", "contact", "personne"),
    "role": ("role", "poste", "titre"),
    "organisation": ("organisme", "structure", "employeur", "porteur"),
    "territory": ("territoires", "commune", "ville"),
    "themes": ("theme", "sujets", "competences"),
    "mail": ("mail", "e-mail", "email", "adresse electronique", "adresse mail", "courriel professionnel"),
    "phone": ("tel", "tel.", "telephone professionnel"),
    "address": ("adresse postale",),
    "since": ("debut", "du"),
    "until": ("fin", "au", "jusqu'a", "jusqu'au"),
    "account": ("adresse du compte",),
}
_FIRST_NAME = "prenom"
_CONFUSED = "Des cases vides se confondent : mettez-y un tiret dans le tableur, puis recommencez."
_REMARK = "Une seule case est remplie : ce n’est pas une fiche."
_BLANK = frozenset({"", "-", "–", "—", "/"})
_ESCAPED = re.compile(r"^'(?=[=+@＝＋－＠-])")
"""The apostrophe by which an exported cell is no formula."""

_SEPARATOR = re.compile(r"[,;]")
_FRENCH_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_PHONE = re.compile(r"\+?[\d\s.()-]{6,}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{4}")


class TableError(ExplainedError):
    """A file or a document that is no table of contacts; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A line of a table or a card: `number` is where it stands, `details` what it tells, `error` what is wrong with it.

    `mail` is the address of the account of whoever may confirm it.
    """

    number: int
    details: ContactDetails
    mail: str
    error: str = ""


def read_csv(data: bytes) -> list[ContactLine]:
    """Read a CSV file as spreadsheets write it, in French or not. Raises TableError."""
    text = decode_typed(data)
    # A workbook is a ZIP: its first bytes hold zeros.
    if "\0" in text:
        raise TableError("Ce fichier n’est pas un tableau CSV : enregistrez-le au format CSV depuis votre tableur.")
    first = text.partition("\n")[0]
    # The heading tells: no name of a column holds one.
    delimiter = max(";,\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if any(row)]
    except csv.Error as error:
        raise TableError("Ce tableau CSV est abîmé : enregistrez-le de nouveau depuis votre tableur.") from error
    return _read_rows(rows, lambda columns, row: [*row, *[""] * (len(columns) - len(row))][: len(columns)])


def decode_typed(data: bytes) -> str:
    """Decode what a French program wrote: UTF-8, else what spreadsheets write by themselves."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read_passages(passages: Iterable[Passage]) -> list[ContactLine]:
    """Read the first table of contacts of a spreadsheet of the library, by its text. Raises TableError.

    The text of a spreadsheet leaves out empty cells: each is put where it alone can be, and a line that could be read
    in two ways says so.
    """
    sheets = groupby((each for each in passages if each.locator.unit is Unit.SHEET), key=lambda each: each.locator)
    for _, parts in sheets:
        rows = [line.split(" | ") for line in _join_lines([each.text for each in parts])]
        # A title may stand above the table.
        heads = [at for at, row in enumerate(rows) if _is_head(row)]
        if heads:
            return _read_rows(rows[heads[0] :], _align)
    raise TableError(
        "Ce document n’a pas de tableau de contacts : il lui faut au moins « Organisation » et « Courriel »."
    )


def write_rows(contacts: Iterable[Contact]) -> Iterator[list[str]]:
    """Yield the rows of contacts, as COLUMNS has them; names are those of the vocabulary."""
    for contact in contacts:
        yield to_row(contact.shown or ContactDetails(), contact.mail)


def to_row(details: ContactDetails, account: str) -> list[str]:
    """Return what is told of a contact as a row of COLUMNS."""
    label = services().label
    # What « Compte » says only where it says something.
    told = {**details.to_json(), "account": "" if account == details.mail else account}
    # Names, not slugs: people edit the table.
    told["territory"] = label(Facet.TERRITORY, details.territory) if details.territory else ""
    labels = ((slug, label(Facet.THEME, slug)) for slug in details.themes)
    # A label with a comma would be read as two.
    told["themes"] = ", ".join(slug if _SEPARATOR.search(text) else text for slug, text in labels)
    return [str(told[name]) for name in COLUMNS.values()]


def make_line(number: int, told: dict[str, str]) -> ContactLine:
    """Return the line that values by name make; one that does not fit says what is wrong."""
    values = {name: " ".join(text.split()) for name, text in told.items()}
    mail = values.pop("account", "") or values.get("mail", "")
    themes = [each for each in _SEPARATOR.split(values.pop("themes", "")) if each.strip()]
    values |= {name: _iso(values.get(name, "")) for name in ("since", "until")}
    details = ContactDetails.from_json({**values, "themes": ()})
    try:
        territory = find_slug(Facet.TERRITORY, details.territory)
        found = replace(details, territory=territory, themes=find_slugs(Facet.THEME, themes))
        if not mail:
            raise ContactError("Il manque le courriel : c’est par lui que la personne confirmera.")
        return ContactLine(number, check_details(found), parse_mail_address(mail))
    except AccountError as error:
        return ContactLine(number, details, mail, str(error))


def _read_rows(
    rows: Sequence[Sequence[str]], complete: Callable[[Sequence[str], Sequence[str]], list[str] | None]
) -> list[ContactLine]:
    """Read the rows under the first one, which names the columns; `complete` gives a row its empty cells."""
    if not rows or not _is_head(rows[0]):
        raise TableError(f"La première ligne doit nommer les colonnes : {', '.join(COLUMNS)}.")
    if len(rows) - 1 > MAX_CONTACT_ROWS:
        raise TableError(f"Il y a {len(rows) - 1} lignes : importez-en {MAX_CONTACT_ROWS} au plus à la fois.")
    columns = [_name_column(cell) for cell in rows[0]]
    lines = []
    for number, row in enumerate(rows[1:], 2):
        filled = [cell.strip() for cell in row]
        # A line of one cell is a remark under the table.
        cells = complete(columns, filled) if sum(map(bool, filled)) > 1 else None
        if cells is None:
            told = ContactDetails(organisation=" | ".join(filter(None, filled))[:200])
            lines.append(ContactLine(number, told, "", _CONFUSED if sum(map(bool, filled)) > 1 else _REMARK))
        else:
            named = zip(columns, (_ESCAPED.sub("", cell) for cell in cells), strict=True)
            values = {name: "" if cell in _BLANK else cell for name, cell in named if name}
            # Many directories have first names in a column of their own.
            first = values.pop(_FIRST_NAME, "")
            values["name"] = f"{first} {values.get('name', '')}".strip()
            lines.append(make_line(number, values))
    return lines


def _is_head(row: Sequence[str]) -> bool:
    return {"organisation", "mail"} <= {_name_column(cell) for cell in row}


def _name_column(cell: str) -> str:
    """Return what a column tells by its heading, "" for one of no concern."""
    # « Courriel * » and « Téléphone : » are written so to say that they are needed.
    folded = " ".join(fold_accents(cell).replace("’", "'").strip(" *:").split())
    if folded == _FIRST_NAME:
        return _FIRST_NAME
    for heading, name in COLUMNS.items():
        if folded in {fold_accents(heading).replace("’", "'"), *_OTHER_NAMES[name]}:
            return name
    return ""


def _align(columns: Sequence[str], row: Sequence[str]) -> list[str] | None:
    """Give a row its empty cells back; None where they could be in several places, or nowhere."""
    if len(row) == len(columns):
        return list(row)
    found = []
    # Columns are few: a row of eleven has 462 ways to lack some at most.
    for places in combinations(range(len(columns)), len(row)):
        if all(_may_hold(columns[place], cell) for place, cell in zip(places, row, strict=True)):
            cells = [""] * len(columns)
            for place, cell in zip(places, row, strict=True):
                cells[place] = cell
            found.append(cells)
    return found[0] if len(found) == 1 else None


def _may_hold(column: str, cell: str) -> bool:
    """Whether a cell may be of a column: what looks like an address, a number or a name of the vocabulary is one."""
    match column:
        case "mail" | "account":
            return _is_mail(cell)
        case "phone":
            return bool(_PHONE.fullmatch(cell)) and not _DAY.fullmatch(cell)
        case "since" | "until":
            return bool(_DAY.fullmatch(cell))
        case "territory":
            return _is_known(Facet.TERRITORY, [cell])
        case "themes":
            return _is_known(Facet.THEME, _SEPARATOR.split(cell))
        case _:
            return not (_is_mail(cell) or _PHONE.fullmatch(cell) or _DAY.fullmatch(cell))


def _is_known(facet: Facet, names: Iterable[str]) -> bool:
    try:
        return bool(find_slugs(facet, names))
    except ContactError:
        return False


def _is_mail(cell: str) -> bool:
    try:
        return bool(parse_mail_address(cell))
    except MailAddressError:
        return False


def _iso(text: str) -> str:
    """Return a day as ISO 8601 has it, « 12/03/2026 » too; any other text as it is, to be refused in words."""
    found = _FRENCH_DAY.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text


def _join_lines(texts: Sequence[str]) -> list[str]:
    """Join the parts of a long sheet: one that was cut within a line goes on with it."""
    lines: list[str] = []
    for text in texts:
        first, *others = text.splitlines() or [""]
        whole = lines[0].count(" | ") if lines else 0
        if lines and 0 < lines[-1].count(" | ") + first.count(" | ") <= whole and lines[-1].count(" | ") < whole:
            # Cut between two words: the cell goes on.
            lines[-1] = f"{lines[-1]} {first}"
        else:
            lines.append(first)
        lines += others
    return lines
