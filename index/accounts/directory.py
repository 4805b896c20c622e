"""The nouns of the directory: what is said of someone, in their function, and whether others may read it now."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Self

from index.accounts.errors import ContactError, MailAddressError
from index.accounts.model import LONGEST_MAIL, parse_mail_address
from index.text import fold_accents

if TYPE_CHECKING:
    from datetime import datetime

MAX_CONTACT_THEMES = 12

_LONGEST = {"name": 100, "role": 150, "organisation": 200, "mail": LONGEST_MAIL, "phone": 30, "address": 300}
"""Characters of each text."""

_LABELS = {
    "name": "nom",
    "role": "fonction",
    "organisation": "organisation",
    "mail": "courriel",
    "phone": "téléphone",
    "address": "adresse postale",
}
_PHONE = re.compile(r"\+?[\d\s().-]{6,30}")


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """What the directory says of someone: a function in an organisation, with its work address and telephone.

    `territory` and `themes` are slugs of the vocabulary, "" and none where not told. `since` and `until` are days in
    ISO 8601, "" where open. `exported` tells whether they agreed to be in files and answers for other tools.
    """

    name: str = ""
    role: str = ""
    organisation: str = ""
    territory: str = ""
    themes: tuple[str, ...] = ()
    mail: str = ""
    phone: str = ""
    address: str = ""
    since: str = ""
    until: str = ""
    exported: bool = False

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """Read what `to_json` wrote, by an earlier version too."""
        # A field that a later version took away is passed over.
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in told.items() if name in known} | {"themes": tuple(told["themes"])})

    def to_json(self) -> dict[str, Any]:
        """Return it as the catalogue stores it."""
        return asdict(self) | {"themes": list(self.themes)}

    @property
    def title(self) -> str:
        """What stands above the rest: the name, else the function, else the organisation."""
        return self.name or self.role or self.organisation

    def is_current(self, day: date) -> bool:
        """Whether they hold the function on a day."""
        # ISO 8601 days compare as texts.
        return (not self.since or self.since <= day.isoformat()) and (not self.until or day.isoformat() <= self.until)


class ContactState(Enum):
    """Where a contact stands; the value is what animators and its person read."""

    PROPOSED = "attend l’accord de la personne"
    SHOWN = "visible des membres"
    CHANGED = "visible ; un changement attend l’accord de la personne"
    EXPIRED = "caché : plus confirmé depuis longtemps"
    ENDED = "caché : la fonction n’a pas commencé, ou est finie"
    WITHOUT_ACCOUNT = "caché : le compte est suspendu"


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact: `shown` is what its person agreed to, None before; `proposed` what waits for their agreement.

    `mail` is the address of the account that may agree. `consented` is when they first agreed, `confirmed` when last.
    """

    id: str
    mail: str
    account_id: str
    state: ContactState
    shown: ContactDetails | None
    proposed: ContactDetails | None
    consented: datetime | None
    confirmed: datetime | None
    expires: datetime | None
    proposed_at: datetime | None

    @property
    def latest(self) -> ContactDetails:
        """What is said of them last, agreed to or not."""
        # A contact that has neither is deleted, never kept.
        return self.proposed or self.shown or ContactDetails()

    @property
    def is_visible(self) -> bool:
        """Whether members read it now."""
        return self.state in {ContactState.SHOWN, ContactState.CHANGED}


def check_details(details: ContactDetails) -> ContactDetails:
    """Return details with their spaces tidied. Raises ContactError, which says what is wrong with which part."""
    # Pasted from mails and spreadsheets: spaces of all kinds, and line ends.
    tidy = {name: " ".join(str(getattr(details, name)).split()) for name in _LONGEST}
    for name, most in _LONGEST.items():
        if len(tidy[name]) > most:
            raise ContactError(f"« {_LABELS[name]} » est trop long : {most} caractères au plus.")
    # Whom they work for is what others look for; a function may have no name, a person no function.
    if not tidy["organisation"]:
        raise ContactError("Il manque l’organisation.")
    if not (tidy["name"] or tidy["role"]):
        raise ContactError("Il manque le nom ou la fonction.")
    if tidy["mail"]:
        try:
            tidy["mail"] = parse_mail_address(tidy["mail"])
        except MailAddressError as error:
            raise ContactError(str(error)) from error
    if tidy["phone"] and not _PHONE.fullmatch(tidy["phone"]):
        raise ContactError(f"« {tidy['phone']} » n’est pas un numéro de téléphone.")
    since, until = _check_day(details.since), _check_day(details.until)
    if since and until and until < since:
        raise ContactError("La fin est avant le début.")
    if len(details.themes) > MAX_CONTACT_THEMES:
        raise ContactError(f"Il faut {MAX_CONTACT_THEMES} thèmes au plus.")
    themes = tuple(dict.fromkeys(details.themes))
    return ContactDetails(**details.to_json() | tidy | {"since": since, "until": until, "themes": themes})


def shows_more(new: ContactDetails, old: ContactDetails) -> bool:
    """Whether new details tell anything that the old ones do not, or tell it to more, or for longer."""
    # What is left out tells less, whatever stood there.
    texts = any(getattr(new, name) not in {"", getattr(old, name)} for name in (*_LONGEST, "territory"))
    # A day further back, or an end that comes later or never.
    longer = (new.since < old.since) or (bool(old.until) and (not new.until or new.until > old.until))
    return texts or longer or not set(new.themes) <= set(old.themes) or (new.exported and not old.exported)


def contact_words(details: ContactDetails) -> str:
    """Return what a search looks through, in lower case without accents."""
    return fold_accents(f"{details.name} {details.role} {details.organisation}")


def _check_day(text: str) -> str:
    text = text.strip()
    # An open end.
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ContactError(f"« {text[:30]} » n’est pas une date : écrivez-la 2026-03-12.") from None
