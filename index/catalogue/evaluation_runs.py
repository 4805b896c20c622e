"""The evaluation that is under way, as all pages see it: begun once, followed, told where it broke off."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from index.catalogue.writing import begin_write, draw_id, read_memo, write_memo
from index.model import ExplainedError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_MEMO = "evaluation.run"
_SILENT_AFTER = timedelta(minutes=1)
"""Without news for so long, whoever evaluated is gone: one question takes seconds at most, even with a slow model."""


class EvaluationTakenOverError(ExplainedError):
    """Another evaluation began meanwhile, this one having been silent for too long."""


@dataclass(frozen=True, slots=True)
class EvaluationRun:
    """An evaluation that goes on, or did not end: `asked` of `total` questions, told at `seen` for the last time.

    `failure` says in French why it stopped; it is empty while it runs, and where the service stopped under it.
    """

    key: str
    began: datetime
    seen: datetime
    asked: int = 0
    total: int = 0
    failure: str = ""

    def is_running(self, now: datetime) -> bool:
        """Whether somebody is still asking the questions."""
        return not self.failure and now - self.seen < _SILENT_AFTER


class EvaluationRuns:
    """One evaluation at a time, whichever process of the installation makes it."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def read(self) -> EvaluationRun | None:
        """The evaluation that runs, or broke off; None once it has ended well."""
        with Session(self._database) as session:
            return _parse_run(read_memo(session, _MEMO))

    def begin(self) -> EvaluationRun | None:
        """Begin an evaluation; None while another one runs. One that broke off is forgotten."""
        now = datetime.now(UTC)
        # Read and written in one transaction that writes: of two buttons pressed at once, one begins.
        with begin_write(self._database) as session:
            present = _parse_run(read_memo(session, _MEMO))
            if present and present.is_running(now):
                return None
            run = EvaluationRun(draw_id(), now, now)
            write_memo(session, _MEMO, _render_run(run))
        return run

    def tell_progress(self, run: EvaluationRun, asked: int, total: int) -> None:
        """Say how far an evaluation is. Raises EvaluationTakenOverError where it is no longer the one that runs."""
        self._write(run, _render_run(replace(run, seen=datetime.now(UTC), asked=asked, total=total)))

    def tell_failure(self, run: EvaluationRun, failure: str) -> None:
        """Say in French why an evaluation stopped. Raises EvaluationTakenOverError."""
        self._write(run, _render_run(replace(run, failure=failure)))

    def end(self, run: EvaluationRun) -> None:
        """Say that an evaluation is over, and what it found is recorded. Raises EvaluationTakenOverError."""
        self._write(run, "")

    def _write(self, run: EvaluationRun, told: str) -> None:
        with begin_write(self._database) as session:
            present = _parse_run(read_memo(session, _MEMO))
            if present is None or present.key != run.key:
                raise EvaluationTakenOverError("Une autre évaluation a commencé entre-temps.")
            write_memo(session, _MEMO, told)


def _render_run(run: EvaluationRun) -> str:
    return json.dumps(asdict(run), default=datetime.isoformat)


def _parse_run(told: str | None) -> EvaluationRun | None:
    if not told:
        return None
    known = json.loads(told)
    return EvaluationRun(**known | {name: datetime.fromisoformat(known[name]) for name in ("began", "seen")})
