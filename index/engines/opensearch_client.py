"""Talking to a cluster: what it answers is whole or an error, and what is momentary is tried again for a while."""

from __future__ import annotations

import random
import ssl
import time
from typing import TYPE_CHECKING, Any, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import AuthenticationException, AuthorizationException, SSLError, TransportError
from opensearchpy.exceptions import ConnectionError as UnreachableError

from index.engine import EngineUnavailableError, UnreadableIndexError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from index.engine import Cluster

Json = dict[str, Any]
Action = tuple[str, ...]
"""The one line or two of a bulk request that remove a document or write it."""

Answer = TypeVar("Answer")

_PATIENCE = 6.0
"""Seconds for which a question is asked again: a person waits, and another copy answers at once if there is one."""

WRITING_PATIENCE = 30.0
"""Idem for what is written: a cluster that elects its manager anew, or is busy, takes it in the end."""

_ANSWER_SECONDS, _WRITTEN_SECONDS = 10, 60
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 5.0
_BUSY = frozenset({429, 500, 502, 503, 504})
_WRONG = frozenset({400, 404})
_MOST_ACTIONS, _MOST_BYTES = 1_000, 8_000_000
_CONNECTIONS = 16
_FIRST_ERROR, _ABSENT = 300, 404

_UNAVAILABLE = "Le moteur de recherche ne répond pas, ou pas en entier : réessayez dans un instant."
_REFUSED = "Le moteur de recherche refuse le compte de Ruche : vérifiez « opensearch_user » et son mot de passe."
_UNTRUSTED = (
    "Le certificat du moteur de recherche n’est pas reconnu : vérifiez « opensearch_ca » et « opensearch_url »."
)


class PartialError(Exception):
    """An answer that lacks a part of the index, or a request of which a part was refused for the moment."""


def connect(cluster: Cluster) -> OpenSearch:
    """A client of a cluster; nothing is asked yet. Raises EngineUnavailableError where its authority cannot be read."""
    return OpenSearch(
        hosts=list(cluster.urls),
        http_auth=(cluster.user, cluster.password) if cluster.user else None,
        ssl_context=_trust(cluster),
        timeout=_ANSWER_SECONDS,
        # Trying again is decided here, in one place; a node that is silent is left alone for a while.
        max_retries=0,
        retry_on_timeout=True,
        retry_on_status=(),
        pool_maxsize=_CONNECTIONS,
        http_compress=True,
    )


def _trust(cluster: Cluster) -> ssl.SSLContext | None:
    if not any(url.startswith("https:") for url in cluster.urls):
        return None
    try:
        return ssl.create_default_context(cafile=cluster.ca or None)
    except OSError as error:
        raise EngineUnavailableError(
            f"L’autorité de certification du moteur de recherche ({cluster.ca}) est illisible : corrigez "
            "« opensearch_ca »."
        ) from error


def patiently(call: Callable[[], Answer], patience: float = _PATIENCE) -> Answer:
    """What a call gives, made again while the cluster is busy, unreachable, or answers in part.

    Raises EngineUnavailableError when that lasts, UnreadableIndexError when the index is absent or lacks a field.
    """
    end, wait = time.monotonic() + patience, _FIRST_WAIT
    while True:
        try:
            return call()
        except (TransportError, PartialError) as error:
            if not _is_momentary(error) or time.monotonic() + wait > end:
                raise _told(error) from error
        # Not quite the same for all, lest all who wait come back together.
        time.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - no secret  # nosec B311
        wait = min(2 * wait, _LONGEST_WAIT)


def whole(answer: Json) -> Json:
    """An answer of which no part is missing: shards may fail, or run out of time, without an error being raised."""
    shards = answer.get("_shards", {})
    if answer.get("timed_out") or shards.get("failed"):
        raise PartialError(f"{shards.get('failed')} of {shards.get('total')} shards failed")
    return answer


def bulk(client: OpenSearch, alias: str, actions: Iterable[Action]) -> None:
    """Have all actions done, each tried again on its own while it is refused for the moment."""
    for chunk in _chunks(actions):
        _send(client, alias, chunk)


def _send(client: OpenSearch, alias: str, left: list[Action]) -> None:
    def send() -> None:
        nonlocal left
        lines = "".join(f"{line}\n" for action in left for line in action)
        # Only by its alias: an index that has gone must not come back by itself, with guessed fields.
        params = {"require_alias": "true", "request_timeout": _WRITTEN_SECONDS}
        left = _refused(left, client.bulk(body=lines, index=alias, params=params))
        if left:
            raise PartialError(f"{len(left)} documents refused for the moment")

    patiently(send, WRITING_PATIENCE)


def _refused(sent: list[Action], answer: Json) -> list[Action]:
    """The actions to send again. Raises UnreadableIndexError where one will never do."""
    again = []
    for action, each in zip(sent, answer["items"], strict=True):
        ((verb, result),) = each.items()
        unknown = verb == "delete" and result["status"] == _ABSENT and "error" not in result
        if result["status"] in _BUSY:
            again.append(action)
        elif result["status"] >= _FIRST_ERROR and not unknown:
            raise UnreadableIndexError(f"{result.get('_id')}: {result.get('error')}")
    return again


def _chunks(actions: Iterable[Action]) -> Iterator[list[Action]]:
    chunk: list[Action] = []
    size = 0
    for action in actions:
        weight = sum(map(len, action))
        if chunk and (len(chunk) >= _MOST_ACTIONS or size + weight > _MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(action)
        size += weight
    if chunk:
        yield chunk


def _is_momentary(error: TransportError | PartialError) -> bool:
    if isinstance(error, SSLError):
        return False
    if isinstance(error, PartialError | UnreachableError):
        return True
    # A node that goes between the two phases of a search takes along what the first one found: « 404 » too.
    lost = error.error == "search_phase_execution_exception" and error.status_code == _ABSENT
    return lost or error.status_code in _BUSY


def _told(error: TransportError | PartialError) -> Exception:
    if isinstance(error, AuthenticationException | AuthorizationException):
        return EngineUnavailableError(_REFUSED)
    if isinstance(error, SSLError):
        return EngineUnavailableError(_UNTRUSTED)
    if isinstance(error, TransportError) and error.status_code in _WRONG:
        return UnreadableIndexError(str(error))
    return EngineUnavailableError(_UNAVAILABLE)
