"""Requests of harvesters (OAI-PMH 2.0): arguments, dates, sets and resumption tokens, checked. Pure functions."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from index.catalogue import Part
from index.catalogue.harvest import SETS
from webapp.exchange.dublin_core import PREFIX
from webapp.opaque import unwrapped, wrapped
from webapp.trees import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")
_NUMBER = re.compile(r"[0-9]{1,12}")
_TOKEN = "resumptionToken"  # noqa: S105 - the name of an argument


class Code(Enum):
    """The errors of the protocol, without those that say there are no formats and no sets: here there always are."""

    BAD_ARGUMENT = "badArgument"
    BAD_TOKEN = "badResumptionToken"  # noqa: S105 - an error's code
    BAD_VERB = "badVerb"
    NO_FORMAT = "cannotDisseminateFormat"
    NO_DOCUMENT = "idDoesNotExist"
    NO_RECORDS = "noRecordsMatch"


class RefusedError(Exception):
    """A request answered by an error of the protocol; the message is for whoever runs the harvester."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments that a verb requires, and those that it accepts."""

    needed: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()


_LISTING = Arguments(frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", _TOKEN}))

VERBS: Mapping[str, Arguments] = {
    "Identify": Arguments(),
    "ListMetadataFormats": Arguments(possible=frozenset({"identifier"})),
    "ListSets": Arguments(possible=frozenset({_TOKEN})),
    "GetRecord": Arguments(frozenset({"identifier", "metadataPrefix"})),
    "ListIdentifiers": _LISTING,
    "ListRecords": _LISTING,
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of a list: what comes after a revision and `given_count` earlier records; `arguments` are as written."""

    part: Part
    asked: Mapping[str, str]
    after: int = 0
    told: int = 0

    def token(self, after: int, told: int) -> str:
        """Return the token of the next part. It holds all that is needed: nothing is kept here of who harvests."""
        written = urlencode({**self.asked, "after": after, "told": told})
        return wrapped(written.encode())


def arguments(given: MultiDict[str, str]) -> dict[str, str]:
    """Return the arguments of a request, its verb among them. Raises OaiError for those that the protocol forbids."""
    verb = given.get("verb", "")
    if verb not in VERBS or len(given.getlist("verb")) > 1:
        raise RefusedError(Code.BAD_VERB, f"Un seul verbe, parmi\u00a0: {', '.join(VERBS)}.")
    asked = {name: value for name, value in given.items() if name != "verb"}
    known = VERBS[verb]
    if unknown := sorted(asked.keys() - known.needed - known.possible):
        raise RefusedError(Code.BAD_ARGUMENT, f"Argument inconnu de {verb}\u00a0: {plain(unknown[0])}.")
    for name, value in asked.items():
        # An argument that XML cannot hold could not be repeated in the answer.
        if len(given.getlist(name)) > 1 or not value or plain(value) != value:
            raise RefusedError(Code.BAD_ARGUMENT, f"L’argument {name} est vide, répété ou illisible.")
    # The protocol: a token excludes all other arguments.
    if _TOKEN in asked and len(asked) > 1:
        raise RefusedError(Code.BAD_ARGUMENT, f"{_TOKEN} se donne sans autre argument.")
    if _TOKEN not in asked and (missing := sorted(known.needed - asked.keys())):
        raise RefusedError(Code.BAD_ARGUMENT, f"Il manque l’argument {missing[0]}.")
    return {"verb": verb, **asked}


def check_format(asked: Mapping[str, str]) -> None:
    """Raise OaiError for any format but ours."""
    if asked.get("metadataPrefix", PREFIX) != PREFIX:
        raise RefusedError(Code.NO_FORMAT, f"Seul format\u00a0: {PREFIX}.")


def listing(asked: Mapping[str, str]) -> Listing:
    """Read the arguments of a list. Raises OaiError."""
    if _TOKEN in asked:
        return _resumed(asked[_TOKEN])
    written = {name: asked[name] for name in ("from", "until", "set") if name in asked}
    return Listing(_part(written), written)


def _resumed(token: str) -> Listing:
    try:
        written = dict(parse_qsl(unwrapped(token).decode(), strict_parsing=True))
        after, told = written.pop("after"), written.pop("told")
        part = _part(written)
    except (ValueError, KeyError, RefusedError) as error:
        # Anyone can make a token: whatever is wrong in one is the same error of the protocol.
        raise _bad_token() from error
    if not _NUMBER.fullmatch(after) or not _NUMBER.fullmatch(told) or written.keys() - {"from", "until", "set"}:
        raise _bad_token()
    return Listing(part, written, int(after), int(told))


def _bad_token() -> RefusedError:
    return RefusedError(Code.BAD_TOKEN, "Ce jeton n’a pas été donné ici\u00a0: recommencez le moissonnage.")


def _part(written: Mapping[str, str]) -> Part:
    since, until = written.get("from"), written.get("until")
    # A date and a date with its time differ in length: the protocol wants both of one granularity.
    if since and until and len(since) != len(until):
        raise RefusedError(Code.BAD_ARGUMENT, "from et until doivent avoir la même précision.")
    part = Part(_moment(since) if since else None, _moment(until) if until else None)
    # A date without a time includes the whole of its day.
    if until and part.until and len(until) == len("2024-01-25"):
        part = replace(part, until=part.until + timedelta(days=1, seconds=-1))
    if part.since and part.until and part.since > part.until:
        raise RefusedError(Code.BAD_ARGUMENT, "from est après until.")
    return _of_set(part, written["set"]) if "set" in written else part


def _moment(text: str) -> datetime:
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
    raise RefusedError(Code.BAD_ARGUMENT, "Une date s’écrit 2024-01-25 ou 2024-01-25T14:30:00Z.")


def _of_set(part: Part, name: str) -> Part:
    kind, _, value = name.partition(":")
    facet = next((facet for facet in SETS if facet.value == kind), None)
    if facet is None:
        # The protocol has no error of its own for an unknown set.
        raise RefusedError(Code.NO_RECORDS, "Cet ensemble n’existe pas.")
    return replace(part, facet=facet, value=value or None)
