"""Validation errors of requests, as problems (RFC 9457) that name each parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask.exceptions import HTTPError

from webapp.errors import REFUSED_PARAMETER, ErrorExplanation, ProblemError, explain_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apiflask import APIFlask
    from werkzeug.wrappers import Response


def install_validation_errors(app: APIFlask) -> None:
    """Have an application answer validation errors as problems."""
    app.register_error_handler(HTTPError, _explain_validation_error)


def _explain_validation_error(error: HTTPError) -> Response:
    misfits = dict(_list_parameter_errors(error.detail))
    names = ", ".join(f"«\u00a0{name}\u00a0»" for name in misfits)
    detail = f"Le paramètre {names} ne convient pas." if len(misfits) == 1 else f"Ne conviennent pas\u00a0: {names}."
    explanation = ErrorExplanation("Paramètre refusé", detail, " ".join(misfits.values()))
    problem = ProblemError(error.status_code, explanation, kind=REFUSED_PARAMETER, parameter_errors=misfits)
    return explain_error(problem, explanation)


def _list_parameter_errors(detail: Any) -> Iterator[tuple[str, str]]:
    """Yield each error with the path to what is wrong, such as `choose.0.facet`."""
    # The outer level is where the parameter was (query, json): the path leaves it out.
    for errors in detail.values():
        yield from _flatten_errors(errors, ())


def _flatten_errors(errors: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(errors, dict):
        for name, inner in errors.items():
            yield from _flatten_errors(inner, (*path, str(name)))
    else:
        # `_schema` holds the errors of an object as a whole.
        names = [name for name in path if name != "_schema"]
        yield ".".join(names) or "corps", " ".join(map(str, errors))
