"""A client of Ruche's API for other programs: this file alone, which imports nothing of Ruche, may be copied.

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

SECONDS = 30.0
"""How long an answer is waited for."""

_LONG = {"par_page": "100"}
"""As much at once as the service gives."""


class Locator(TypedDict):
    """Where a passage stands: `number` from 1 in its unit, `start` and `end` in seconds."""

    unit: str
    number: int
    start: float | None
    end: float | None
    label: str
    anchor: str


class CopiedTag(TypedDict):
    """A value of a facet, who or what put it, and why."""

    facet: str
    value: str
    source: str
    reason: str


class Tag(CopiedTag):
    """The same, with what one reads of it."""

    label: str


class Event(TypedDict):
    """A gathering, as its documents name it."""

    id: str
    type: str
    title: str
    date: str


class DocumentBase(TypedDict):
    """What is known of a document by itself; dates are ISO 8601, `duration` is in seconds."""

    id: str
    title: str
    format: str
    date: str | None
    authors: list[str]
    summary: str
    duration: float | None
    sha256: str
    added: str
    updated: str
    url: str
    original_url: str
    api_url: str


class Document(DocumentBase):
    """What is known of a document."""

    event: Event | None
    paths: list[str]
    tags: list[Tag]


class CopiedDocument(DocumentBase):
    """What a copy keeps of a document: nothing that may change without a change of it. `event` is an id."""

    event: str | None
    tags: list[CopiedTag]


class Excerpt(TypedDict):
    """A passage as a result shows it; `highlights` are [start, end] in the characters of `text`."""

    locator: Locator
    url: str
    title: str
    text: str
    highlights: list[list[int]]


class Alike(TypedDict):
    """A document that nearly says the same."""

    id: str
    title: str


class Result(Document):
    """A document of a list of results."""

    score: float
    passages: list[Excerpt]
    missing: list[str]
    alike: list[Alike]


class Passage(TypedDict):
    """A part of a document's text."""

    ordinal: int
    locator: Locator
    url: str
    title: str
    text: str
    notes: str


class Change(TypedDict):
    """A document that changed; `document` is None when it is to be forgotten."""

    id: str
    revision: int
    deleted: bool
    document: CopiedDocument | None


class Outcome(TypedDict):
    """What became of a deposited file."""

    name: str
    fate: str
    message: str
    path: str


class RucheError(Exception):
    """The service refused; `problem` is its own explanation (RFC 9457), whose `type` tells refusals apart."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail", status)))
        self.status = status
        self.problem = problem


class Ruche:
    """One service. Lists are followed to their end, page after page, as they are read.

    The token goes to this address alone: neither another that an answer names nor a redirection gets it.
    """

    def __init__(self, address: str, token: str = "") -> None:
        self._root = f"{address.rstrip('/')}/api/v1"
        self._token = token

    def search(self, question: str = "", **filters: str | Sequence[str]) -> Iterator[Result]:
        """All documents that answer; filters are those of the API (`theme`, `territoire`, `annee`, `tri`…)."""
        return cast("Iterator[Result]", self._rows("search", "results", {"q": question, **_LONG, **filters}))

    def documents(self) -> Iterator[Document]:
        """All documents, the newest deposits first."""
        return cast("Iterator[Document]", self._rows("documents", "documents", _LONG))

    def document(self, document_id: str) -> Document:
        """One document."""
        return cast("Document", self._asked(f"documents/{quote(document_id, safe='')}"))

    def passages(self, document_id: str) -> Iterator[Passage]:
        """A document's whole text."""
        path = f"documents/{quote(document_id, safe='')}/passages"
        return cast("Iterator[Passage]", self._rows(path, "passages", _LONG))

    def original(self, document_id: str) -> IO[bytes]:
        """A document's file, to read from, then to close."""
        return self._opened(f"{self._root}/documents/{quote(document_id, safe='')}/original")

    def changes(self, cursor: str = "") -> tuple[list[Change], str]:
        """What changed since a cursor, or everything, and the cursor to come back with."""
        found: list[Change] = []
        more = True
        while more:
            page = self._asked("changes", _LONG | ({"curseur": cursor} if cursor else {}))
            found += page["changes"]
            cursor, more = page["cursor"], page["more"]
        return found, cursor

    def deposit(self, name: str, content: bytes, **about: str | Sequence[str]) -> Outcome:
        """Put a file into the library; `about` are the fields of a deposit (`dossier`, `theme`, `doublon`…)."""
        kind, body = _form(name, content, about)
        with self._opened(f"{self._root}/deposits", body, {"Content-Type": kind}) as answer:
            return cast("Outcome", json.load(answer)["outcomes"][0])

    def _rows(self, path: str, name: str, asked: Mapping[str, str | Sequence[str]]) -> Iterator[dict[str, Any]]:
        query = urlencode(asked, doseq=True)
        while True:
            page = self._page(path, query)
            yield from page[name]
            if page["next"] is None:
                return
            query = urlsplit(page["next"]).query

    def _asked(self, path: str, asked: Mapping[str, str | Sequence[str]] | None = None) -> dict[str, Any]:
        return self._page(path, urlencode(asked or {}, doseq=True))

    def _page(self, path: str, query: str) -> dict[str, Any]:
        with self._opened(f"{self._root}/{path}?{query}" if query else f"{self._root}/{path}") as answer:
            return cast("dict[str, Any]", json.load(answer))

    def _opened(self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> IO[bytes]:
        request = Request(url, body, dict(headers or {}))  # noqa: S310 - the caller's own service
        if self._token:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            return cast("IO[bytes]", urlopen(request, timeout=SECONDS))  # noqa: S310 - the caller's own service  # nosec B310
        except HTTPError as error:
            with error:
                raise RucheError(error.code, _problem(error.read())) from error


def _problem(body: bytes) -> dict[str, Any]:
    """A refusal's explanation; nothing where a server in front answered in its own way."""
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _form(name: str, content: bytes, fields: Mapping[str, str | Sequence[str]]) -> tuple[str, bytes]:
    """A form with one file, as RFC 7578 writes it."""
    boundary = uuid.uuid4().hex
    parts = [
        f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}'.encode()
        for field, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    plain = name.replace("\r", " ").replace("\n", " ").replace('"', "%22")
    parts.append(f'Content-Disposition: form-data; name="fichiers"; filename="{plain}"\r\n\r\n'.encode() + content)
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return f"multipart/form-data; boundary={boundary}", body + b"--" + boundary.encode() + b"--\r\n"
