"""The page « Diagnostic »: what `ruche doctor` says, for whoever keeps the installation."""

from __future__ import annotations

import json

from flask import Blueprint, render_template

from index.catalogue import PROGRAMS_MEMO
from webapp.auth import may_administrate, require_animator, requires_accounts
from webapp.diagnosis.check_results import Level
from webapp.diagnosis.diagnosis import diagnose
from webapp.server import NOT_FOUND, ProblemError, services

diagnosis_blueprint = Blueprint("diagnosis", __name__, url_prefix="/administration/diagnostic")


@diagnosis_blueprint.before_request
def _require_keeper() -> None:
    # Paths and addresses are for administrators; without accounts, whoever is on the machine keeps it.
    if requires_accounts() and not may_administrate():
        raise ProblemError(404, NOT_FOUND)
    require_animator()


@diagnosis_blueprint.get("")
def show() -> str:
    """Examine the installation and show what was found, faults first."""
    # The indexer knows which programs there are where files are read.
    programs = json.loads(services().catalogue.indexer.read_memo(PROGRAMS_MEMO) or "[]")
    found = list(diagnose(services().settings, programs, services()))
    by_level = {level: [each for each in found if each.level is level] for level in reversed(Level)}
    return render_template("administration/diagnosis.html", by_level=by_level, level=Level)
