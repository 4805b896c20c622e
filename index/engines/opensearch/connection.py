"""Sends requests to OpenSearch: answers are complete or an error, and passing failures are retried for a while."""

from __future__ import annotations

import random
import ssl
import time
from typing import TYPE_CHECKING, Any, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import AuthenticationException, AuthorizationException, SSLError, TransportError
from opensearchpy.exceptions import ConnectionError as UnreachableError

from index.engines.protocol import EngineUnavailableError, UnreadableIndexError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from index.engines.protocol import SearchCluster

Json = dict[str, Any]
Action = tuple[str, ...]
"""The lines of a bulk request for one document: one to remove it, two to write it."""

Answer = TypeVar("Answer")

# Seconds for which a search is retried: a person waits, and another copy, if there is one, answers at once.
_QUESTION_WAIT_SECONDS = 6.0

WRITE_WAIT_SECONDS = 30.0
"""Seconds for which a write is retried: a cluster that elects a manager, or is busy, accepts it in the end."""

# Seconds for one request.
_READ_TIMEOUT, _WRITE_TIMEOUT = 10, 60
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 5.0
_BUSY_STATUSES = frozenset({429, 500, 502, 503, 504})
# The index is absent, or a field of the request is.
_UNREADABLE_STATUSES = frozenset({400, 404})
# Of one bulk request: well below the 100 MB that a node accepts, and few enough to answer within the time limit.
_MAX_CHUNK_ACTIONS, _MAX_CHUNK_CHARACTERS = 1_000, 8_000_000
_CONNECTIONS = 16
_FIRST_ERROR_STATUS, _NOT_FOUND = 300, 404

_UNAVAILABLE = "Le moteur de recherche ne répond pas, ou pas en entier : réessayez dans un instant."
_REFUSED = "Le moteur de recherche refuse le compte de Ruche : vérifiez « opensearch_user » et son mot de passe."
_UNTRUSTED = (
    "Le certificat du moteur de recherche n’est pas reconnu : vérifiez « opensearch_ca » et « opensearch_url »."
)


class PartialAnswerError(Exception):
    """An answer lacks a part of the index, or the cluster refused a part of a request for the moment."""


def connect(cluster: SearchCluster) -> OpenSearch:
    """Return a client of a cluster, without connecting. Raises EngineUnavailableError if `ca` cannot be read."""
    return OpenSearch(
        hosts=list(cluster.urls),
        http_auth=(cluster.user, cluster.password) if cluster.user else None,
        ssl_context=_tls_context(cluster),
        timeout=_READ_TIMEOUT,
        # No retries by the client: `retry_while_busy` decides on them. It only avoids a silent node for a while.
        max_retries=0,
        retry_on_timeout=True,
        retry_on_status=(),
        pool_maxsize=_CONNECTIONS,
        http_compress=True,
    )


def check_cluster(cluster: SearchCluster) -> None:
    """Ask a cluster whether it is there. Raises EngineUnavailableError where it does not answer, or refuses us."""
    # Twice at most: whoever diagnoses waits, and a cluster that is asked once too early says so again.
    retry_while_busy(connect(cluster).info, 2 * _FIRST_WAIT)


def _tls_context(cluster: SearchCluster) -> ssl.SSLContext | None:
    if not any(url.startswith("https:") for url in cluster.urls):
        return None
    try:
        return ssl.create_default_context(cafile=cluster.ca or None)
    except OSError as error:
        raise EngineUnavailableError(
            f"L’autorité de certification du moteur de recherche ({cluster.ca}) est illisible : corrigez "
            "« opensearch_ca »."
        ) from error


def retry_while_busy(call: Callable[[], Answer], seconds: float = _QUESTION_WAIT_SECONDS) -> Answer:
    """Return what a call returns; retry it while the cluster is busy, unreachable, or answers in part.

    Raises EngineUnavailableError after `seconds` of it, UnreadableIndexError when the index is absent or lacks a field.
    """
    end, wait = time.monotonic() + seconds, _FIRST_WAIT
    while True:
        try:
            return call()
        except (TransportError, PartialAnswerError) as error:
            if not _is_retryable(error) or time.monotonic() + wait > end:
                raise _explain_error(error) from error
        # A random share of the wait, so that clients do not all come back at once.
        time.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - no secret  # nosec B311
        wait = min(2 * wait, _LONGEST_WAIT)


def require_complete(answer: Json) -> Json:
    """Return an answer that covers all shards. Raises PartialAnswerError if it does not."""
    # OpenSearch answers 200 even where shards failed or ran out of time.
    shards = answer.get("_shards", {})
    if answer.get("timed_out") or shards.get("failed"):
        raise PartialAnswerError(f"{shards.get('failed')} of {shards.get('total')} shards failed")
    return answer


def send_bulk(client: OpenSearch, alias: str, actions: Iterable[Action]) -> None:
    """Send all actions in chunks; actions that are refused for the moment are sent again alone."""
    for chunk in _split_chunks(actions):
        _send_chunk(client, alias, chunk)


def _send_chunk(client: OpenSearch, alias: str, left: list[Action]) -> None:
    def send_left() -> None:
        nonlocal left
        lines = "".join(f"{line}\n" for action in left for line in action)
        # Only through an alias: otherwise a write would create a deleted index again, with guessed fields.
        params = {"require_alias": "true", "request_timeout": _WRITE_TIMEOUT}
        left = _list_refused(left, client.bulk(body=lines, index=alias, params=params))
        if left:
            raise PartialAnswerError(f"{len(left)} documents refused for the moment")

    retry_while_busy(send_left, WRITE_WAIT_SECONDS)


def _list_refused(sent: list[Action], answer: Json) -> list[Action]:
    """Return the actions to send again. Raises UnreadableIndexError where one is refused for good."""
    again = []
    for action, each in zip(sent, answer["items"], strict=True):
        ((verb, result),) = each.items()
        # To delete what is not there is no error.
        unknown = verb == "delete" and result["status"] == _NOT_FOUND and "error" not in result
        if result["status"] in _BUSY_STATUSES:
            again.append(action)
        elif result["status"] >= _FIRST_ERROR_STATUS and not unknown:
            raise UnreadableIndexError(f"{result.get('_id')}: {result.get('error')}")
    return again


def _split_chunks(actions: Iterable[Action]) -> Iterator[list[Action]]:
    chunk: list[Action] = []
    size = 0
    for action in actions:
        # In characters, fewer than the bytes sent, but the limit leaves room.
        weight = sum(map(len, action))
        if chunk and (len(chunk) >= _MAX_CHUNK_ACTIONS or size + weight > _MAX_CHUNK_CHARACTERS):
            yield chunk
            chunk, size = [], 0
        chunk.append(action)
        size += weight
    if chunk:
        yield chunk


def _is_retryable(error: TransportError | PartialAnswerError) -> bool:
    # A certificate does not become right by waiting. SSLError is a ConnectionError too, so it is looked at first.
    if isinstance(error, SSLError):
        return False
    if isinstance(error, PartialAnswerError | UnreachableError):
        return True
    # A node that leaves between the two phases of a search loses what the first one found, which is a 404 too.
    lost = error.error == "search_phase_execution_exception" and error.status_code == _NOT_FOUND
    return lost or error.status_code in _BUSY_STATUSES


def _explain_error(error: TransportError | PartialAnswerError) -> Exception:
    if isinstance(error, AuthenticationException | AuthorizationException):
        return EngineUnavailableError(_REFUSED)
    if isinstance(error, SSLError):
        return EngineUnavailableError(_UNTRUSTED)
    if isinstance(error, TransportError) and error.status_code in _UNREADABLE_STATUSES:
        return UnreadableIndexError(str(error))
    return EngineUnavailableError(_UNAVAILABLE)
