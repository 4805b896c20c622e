"""One's own account."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.identity import only_with_accounts, require_person

blueprint = only_with_accounts(Blueprint("account", __name__, url_prefix="/compte"))


@blueprint.get("")
def show() -> str:
    """Who one is here."""
    return render_template("accounts/own.html", account=require_person())
