"""A client of Ruche's API for other programs. It imports nothing of Ruche: this one file may be copied.

ruche = Ruche("https://ruche.exemple.fr", token="ruche_…")
for result in ruche.search("non-recours", theme=["aller-vers"]):
    print(result["title"], result["url"])
"""

from __future__ import annotations

import json
import uuid
from typing import IO, TYPE_CHECKING, Any, TypedDict, cast
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TIMEOUT_SECONDS = 30.0
"""Seconds after which a request without an answer fails."""

_LARGEST_PAGE = {"par_page": "100"}
"""The largest page of a list that the service gives: fewest requests."""


# « make openapi » writes the types between these two lines again, from the schemas of the OpenAPI document.
# <types>


class Alike(TypedDict):
    """A document by its title, such as a near-duplicate under the result that it resembles."""

    id: str
    title: str


class Change(TypedDict):
    """A change of a document; `document` is null when a copy must forget it."""

    id: str
    revision: int
    deleted: bool
    document: CopiedDocument | None


class CopiedDocument(TypedDict):
    """A document as a copy keeps it: nothing that may change without it; `event` is an id."""

    id: str
    title: str
    format: str
    date: str | None
    authors: list[str]
    summary: str
    duration: float | None
    transcribed: str
    sha256: str
    added: str
    updated: str
    url: str
    original_url: str
    api_url: str
    event: str | None
    tags: list[CopiedTag]


class CopiedTag(TypedDict):
    """A facet's value on a document: who or what put it, and why."""

    facet: str
    value: str
    source: str
    reason: str


class Document(TypedDict):
    """A document; dates are ISO 8601, `duration` is in seconds."""

    id: str
    title: str
    format: str
    date: str | None
    authors: list[str]
    summary: str
    duration: float | None
    transcribed: str
    sha256: str
    added: str
    updated: str
    url: str
    original_url: str
    api_url: str
    event: Event | None
    paths: list[str]
    tags: list[Tag]


class Event(TypedDict):
    """An event (webinar, plenary…), as its documents refer to it."""

    id: str
    type: str
    title: str
    date: str


class Excerpt(TypedDict):
    """A passage as a result shows it; `highlights` are [start, end] in the characters of `text`."""

    locator: Locator
    url: str
    title: str
    text: str
    highlights: list[list[int]]


class Locator(TypedDict):
    """Where a passage is in its document: `number` from 1 in its unit, `start` and `end` in seconds."""

    unit: str
    number: int
    start: float | None
    end: float | None
    label: str
    anchor: str


class Outcome(TypedDict):
    """What became of a deposited file."""

    name: str
    fate: str
    message: str
    path: str


class Passage(TypedDict):
    """A part of a document's text, such as a slide with its speaker's notes."""

    ordinal: int
    locator: Locator
    url: str
    title: str
    text: str
    notes: str
    doubtful: bool


class Result(TypedDict):
    """A document among the results of a search."""

    id: str
    title: str
    format: str
    date: str | None
    authors: list[str]
    summary: str
    duration: float | None
    transcribed: str
    sha256: str
    added: str
    updated: str
    url: str
    original_url: str
    api_url: str
    event: Event | None
    paths: list[str]
    tags: list[Tag]
    score: float
    passages: list[Excerpt]
    missing: list[str]
    alike: list[Alike]


class Tag(TypedDict):
    """A facet's value on a document, with the label that people read."""

    facet: str
    value: str
    source: str
    reason: str
    label: str


# </types>


class RucheError(Exception):
    """The service refused; `problem` is its explanation (RFC 9457), whose `type` names the kind of refusal."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail", status)))
        self.status = status
        self.problem = problem


class Ruche:
    """One service, by its address. Lists are iterators that fetch page after page as they are read.

    The token is sent to this address alone: never to another one that an answer names, nor after a redirection.
    """

    def __init__(self, address: str, token: str = "") -> None:
        self._root = f"{address.rstrip('/')}/api/v1"
        self._token = token

    def search(self, question: str = "", **filters: str | Sequence[str]) -> Iterator[Result]:
        """Yield the documents that answer; filters are those of the API (`theme`, `territoire`, `annee`, `tri`…)."""
        return cast(
            "Iterator[Result]", self._iterate_rows("search", "results", {"q": question, **_LARGEST_PAGE, **filters})
        )

    def documents(self) -> Iterator[Document]:
        """Yield all documents, the newest deposits first."""
        return cast("Iterator[Document]", self._iterate_rows("documents", "documents", _LARGEST_PAGE))

    def document(self, document_id: str) -> Document:
        """Return a document. Raises RucheError (404) for one that does not exist or may not be seen."""
        return cast("Document", self._get_json(f"documents/{quote(document_id, safe='')}"))

    def passages(self, document_id: str) -> Iterator[Passage]:
        """Yield the passages of a document, in order."""
        path = f"documents/{quote(document_id, safe='')}/passages"
        return cast("Iterator[Passage]", self._iterate_rows(path, "passages", _LARGEST_PAGE))

    def original(self, document_id: str) -> IO[bytes]:
        """Return a document's file as an open stream, which the caller closes."""
        return self._send_request(f"{self._root}/documents/{quote(document_id, safe='')}/original")

    def changes(self, cursor: str = "") -> tuple[list[Change], str]:
        """Return what changed since a cursor ("" for everything), and the cursor for the next time."""
        found: list[Change] = []
        more = True
        # All pages at once: the cursor is worth keeping only when everything before it is known.
        while more:
            page = self._get_json("changes", _LARGEST_PAGE | ({"curseur": cursor} if cursor else {}))
            found += page["changes"]
            cursor, more = page["cursor"], page["more"]
        return found, cursor

    def deposit(self, name: str, content: bytes, **about: str | Sequence[str]) -> Outcome:
        """Put a file into the library and return its fate; `about` are fields of a deposit (`dossier`, `theme`…)."""
        kind, body = _encode_form(name, content, about)
        with self._send_request(f"{self._root}/deposits", body, {"Content-Type": kind}) as answer:
            return cast("Outcome", json.load(answer)["outcomes"][0])

    def _iterate_rows(self, path: str, name: str, asked: Mapping[str, str | Sequence[str]]) -> Iterator[dict[str, Any]]:
        query = urlencode(asked, doseq=True)
        while True:
            page = self._fetch_page(path, query)
            yield from page[name]
            if page["next"] is None:
                return
            # Only the query is taken: the next page is asked of this service, wherever `next` may point.
            query = urlsplit(page["next"]).query

    def _get_json(self, path: str, asked: Mapping[str, str | Sequence[str]] | None = None) -> dict[str, Any]:
        return self._fetch_page(path, urlencode(asked or {}, doseq=True))

    def _fetch_page(self, path: str, query: str) -> dict[str, Any]:
        with self._send_request(f"{self._root}/{path}?{query}" if query else f"{self._root}/{path}") as answer:
            return cast("dict[str, Any]", json.load(answer))

    def _send_request(self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> IO[bytes]:
        request = Request(url, body, dict(headers or {}))  # noqa: S310 - the caller's own service
        if self._token:
            # Unredirected: urllib sends ordinary headers to wherever a redirection leads.
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            return cast("IO[bytes]", urlopen(request, timeout=TIMEOUT_SECONDS))  # noqa: S310 - the caller's own service  # nosec B310
        except HTTPError as error:
            # An HTTPError is a response: its connection must be closed.
            with error:
                raise RucheError(error.code, _parse_problem(error.read())) from error


def _parse_problem(body: bytes) -> dict[str, Any]:
    """Return the problem of a refusal; {} where a reverse proxy answered with something else than a JSON object."""
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _encode_form(name: str, content: bytes, fields: Mapping[str, str | Sequence[str]]) -> tuple[str, bytes]:
    """Return the content type and the body of a form with one file (RFC 7578)."""
    # Random, so that no content can contain it.
    boundary = uuid.uuid4().hex
    parts = [
        f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}'.encode()
        for field, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    # RFC 7578 and HTML: quotes are percent-encoded; a line break would end the header.
    plain = name.replace("\r", " ").replace("\n", " ").replace('"', "%22")
    parts.append(f'Content-Disposition: form-data; name="fichiers"; filename="{plain}"\r\n\r\n'.encode() + content)
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return f"multipart/form-data; boundary={boundary}", body + b"--" + boundary.encode() + b"--\r\n"
