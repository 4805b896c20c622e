"""Validation errors of requests, as problems (RFC 9457) that name each parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask.exceptions import HTTPError

from webapp.errors import REFUSED_PARAMETER, Explanation, ProblemError, explain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apiflask import APIFlask
    from werkzeug.wrappers import Response


def install(app: APIFlask) -> None:
    """Have an application answer validation errors as problems."""
    app.register_error_handler(HTTPError, _refused)


def _refused(error: HTTPError) -> Response:
    misfits = dict(_misfits(error.detail))
    named = ", ".join(f"«\u00a0{name}\u00a0»" for name in misfits)
    detail = f"Le paramètre {named} ne convient pas." if len(misfits) == 1 else f"Ne conviennent pas\u00a0: {named}."
    explanation = Explanation("Paramètre refusé", detail, " ".join(misfits.values()))
    problem = ProblemError(error.status_code, explanation, kind=REFUSED_PARAMETER, misfits=misfits)
    return explain(problem, explanation)


def _misfits(detail: Any) -> Iterator[tuple[str, str]]:
    """Yield each error with the path to what is wrong, such as `choose.0.facet`."""
    # The outer level is where the parameter was (query, json): the path leaves it out.
    for told in detail.values():
        yield from _flat(told, ())


def _flat(told: Any, way: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(told, dict):
        for name, inner in told.items():
            yield from _flat(inner, (*way, str(name)))
    else:
        # `_schema` holds the errors of an object as a whole.
        names = [name for name in way if name != "_schema"]
        yield ".".join(names) or "corps", " ".join(map(str, told))
