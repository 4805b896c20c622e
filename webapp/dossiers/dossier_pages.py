"""The pages of dossiers: one's own, to fill, order and annotate; and one that somebody shows by a link."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from index.catalogue import UNDO_TIME
from index.model import Unit, parse_timecode, timecode
from webapp.auth import current_owner, find_document_or_404, requires_accounts, safe_redirect_address
from webapp.dossiers.contents import (
    GONE_TEXT,
    DossierContents,
    place_address,
    read_own_contents,
    read_shared_contents,
)
from webapp.dossiers.places import draft_place, list_places, locate
from webapp.pages import list_sendable_passages, summarise_passages
from webapp.server import NOT_FOUND, ProblemError, join_line, quote_text, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.catalogue import Dossier
    from index.model import Document
    from index.search import DocumentPassage
    from webapp.dossiers.contents import ShownItem

dossier_blueprint = Blueprint("dossiers", __name__, url_prefix="/dossiers")

MAX_TITLE_LENGTH = 120
MAX_NOTE_LENGTH = 2_000
"""Characters of a note, or of an introduction, that are kept."""

EXPORTS = {
    "docx": ("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("PDF", "application/pdf"),
    "md": ("Markdown", "text/markdown; charset=utf-8"),
}
"""The files that a dossier is exported as: suffix, label, media type."""

_DEFAULT_TITLE = "Mon dossier"
_UNFIT_FOR_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+')


@dossier_blueprint.get("")
def list_all() -> str:
    """Show one's dossiers, and those that can be put back."""
    owner, dossiers = current_owner(), services().catalogue.dossiers
    return render_template(
        "dossiers/list.html",
        dossiers=dossiers.list_of(owner),
        removed=dossiers.list_of(owner, removed=True),
        in_browser=not requires_accounts(),
        days=UNDO_TIME.days,
    )


@dossier_blueprint.post("")
def create() -> Response:
    """Create an empty dossier."""
    made = services().catalogue.dossiers.create(current_owner(create=True), _read_title())
    return redirect(url_for("dossiers.show", dossier_id=made.id), 303)


@dossier_blueprint.get("/ajout")
def choose() -> str:
    """Show the form that adds the document `document`, or its place `lieu`, to a dossier."""
    document = find_document_or_404(request.args.get("document", ""))
    anchor = request.args.get("lieu", "")
    place = locate(document, draft_place(document, anchor), list_places(document) if anchor else {}).place
    return render_template(
        "dossiers/choose.html",
        document=document,
        place=place,
        anchor=anchor if place else "",
        minute=timecode(place.locator.start or 0.0) if place and place.locator.unit is Unit.TIME else "",
        has_minutes=_has_minutes(document),
        dossiers=services().catalogue.dossiers.list_of(current_owner()),
        default_title=_DEFAULT_TITLE,
        back=_page_before() or place_address(document, place),
    )


@dossier_blueprint.post("/ajout")
def add() -> Response:
    """Add a document, or a place in one, to a dossier, which is created where none is chosen."""
    document = find_document_or_404(request.form.get("document", ""))
    dossiers, owner = services().catalogue.dossiers, current_owner(create=True)
    anchor = request.form.get("lieu", "")
    if _has_minutes(document) and (typed := request.form.get("minute", "").strip()):
        second = parse_timecode(typed)
        if second is None:
            flash(f"{quote_text(typed[:20])} ne se lit pas\u00a0: écrivez la minute comme 4:07 ou 1:02:34.", "error")
            return redirect(url_for("dossiers.choose", document=document.id, lieu=anchor), 303)
        anchor = f"t-{int(second)}"
    place = draft_place(document, anchor)
    chosen = request.form.get("dossier", "")
    # Another's dossier is refused like one that does not exist.
    dossier = _find_or_404(chosen) if chosen else dossiers.create(owner, _read_title())
    if dossiers.add_item(owner, dossier.id, place, _read_text("note")):
        flash(f"Ajouté au dossier {quote_text(dossier.title)}.", "success")
    else:
        flash(f"C’est déjà dans le dossier {quote_text(dossier.title)}.", "info")
    if request.form.get("puis") == "dossier":
        return redirect(url_for("dossiers.show", dossier_id=dossier.id), 303)
    return redirect(safe_redirect_address(request.form.get("suite")), 303)


@dossier_blueprint.get("/<dossier_id>")
def show(dossier_id: str) -> str:
    """Show one's dossier, with all that changes it. `retire` is the number of an item that was just taken out."""
    contents = read_own_contents(_find_or_404(dossier_id))
    # The address keeps it, so that going back in the browser can still undo it.
    taken_out = request.args.get("retire", type=int)
    return render_template(
        "dossiers/show.html",
        dossier=contents.dossier,
        contents=contents,
        exports=EXPORTS,
        gone_text=GONE_TEXT,
        days=UNDO_TIME.days,
        in_browser=not requires_accounts(),
        taken_out=next((each for each in contents.removed if each.item.number == taken_out), None),
    )


@dossier_blueprint.post("/<dossier_id>")
def describe(dossier_id: str) -> Response:
    """Change a dossier's title and introduction."""
    dossier = _find_or_404(dossier_id)
    title = join_line(request.form.get("titre", ""), MAX_TITLE_LENGTH) or dossier.title
    services().catalogue.dossiers.describe(dossier.owner, dossier.id, title, _read_text("introduction"))
    flash("C’est enregistré.", "success")
    return _lead_to(dossier)


@dossier_blueprint.post("/<dossier_id>/resume")
def summarise(dossier_id: str) -> Response:
    """Summarise what a dossier holds by quotations. Its notes are sent to nobody."""
    dossier = _find_or_404(dossier_id)
    passages = [_list_item_passages(each) for each in read_own_contents(dossier).shown]
    return summarise_passages(dossier.title, passages, url_for("dossiers.show", dossier_id=dossier.id))


@dossier_blueprint.post("/<dossier_id>/suppression")
def remove(dossier_id: str) -> Response:
    """Take a dossier away."""
    dossier = _find_or_404(dossier_id)
    services().catalogue.dossiers.remove(dossier.owner, dossier.id)
    flash(f"{quote_text(dossier.title)} est supprimé. Vous pouvez le remettre ci-dessous.", "success")
    return redirect(url_for("dossiers.list_all"), 303)


@dossier_blueprint.post("/<dossier_id>/retablissement")
def restore(dossier_id: str) -> Response:
    """Put back a dossier that was taken away."""
    # An id that is not one's own changes nothing, and the page that follows is a 404.
    services().catalogue.dossiers.restore(current_owner(), dossier_id)
    return _lead_to(_find_or_404(dossier_id))


@dossier_blueprint.post("/<dossier_id>/partage")
def share(dossier_id: str) -> Response:
    """Give a dossier a link, or, with `geste` « annuler », take it back."""
    dossier, dossiers = _find_or_404(dossier_id), services().catalogue.dossiers
    if request.form.get("geste") == "annuler":
        dossiers.unshare(dossier.owner, dossier.id)
        flash("Le lien ne mène plus à rien.", "success")
    else:
        dossiers.share(dossier.owner, dossier.id)
        flash("Le lien de lecture est prêt, ci-dessous.", "success")
    return _lead_to(dossier, "partage")


@dossier_blueprint.post("/<dossier_id>/elements/<int:number>/note")
def annotate(dossier_id: str, number: int) -> Response:
    """Change an item's note."""
    dossier = _find_or_404(dossier_id)
    services().catalogue.dossiers.annotate(dossier.owner, dossier.id, number, _read_text("note"))
    flash("Note enregistrée.", "success")
    return _lead_to(dossier, f"element-{number}")


@dossier_blueprint.post("/<dossier_id>/elements/<int:number>/place")
def move_item(dossier_id: str, number: int) -> Response:
    """Move an item before the item `avant`, or to the end without one."""
    dossier = _find_or_404(dossier_id)
    before = request.form.get("avant", type=int)
    services().catalogue.dossiers.move_item(dossier.owner, dossier.id, number, before)
    return _lead_to(dossier, f"element-{number}")


@dossier_blueprint.post("/<dossier_id>/elements/<int:number>/retrait")
def remove_item(dossier_id: str, number: int) -> Response:
    """Take an item out."""
    dossier = _find_or_404(dossier_id)
    services().catalogue.dossiers.remove_item(dossier.owner, dossier.id, number)
    return redirect(url_for("dossiers.show", dossier_id=dossier.id, retire=str(number)), 303)


@dossier_blueprint.post("/<dossier_id>/elements/<int:number>/remise")
def restore_item(dossier_id: str, number: int) -> Response:
    """Put back an item that was taken out."""
    dossier = _find_or_404(dossier_id)
    services().catalogue.dossiers.restore_item(dossier.owner, dossier.id, number)
    return _lead_to(dossier, f"element-{number}")


@dossier_blueprint.get("/<dossier_id>/export/<kind>")
def export(dossier_id: str, kind: str) -> Response:
    """Send one's dossier as a file: docx, pdf or md."""
    return _send_export(read_own_contents(_find_or_404(dossier_id)), kind)


@dossier_blueprint.get("/partage/<token>")
def show_shared(token: str) -> str:
    """Show the dossier of a link to whoever has it, by their own rights."""
    # The link is checked at each request: once taken back, it shows nothing.
    contents = read_shared_contents(_find_shared_or_404(token))
    return render_template(
        "dossiers/shared.html", dossier=contents.dossier, contents=contents, exports=EXPORTS, gone_text=GONE_TEXT
    )


@dossier_blueprint.get("/partage/<token>/export/<kind>")
def export_shared(token: str, kind: str) -> Response:
    """Send the dossier of a link as a file, by the rights of whoever asks."""
    return _send_export(read_shared_contents(_find_shared_or_404(token)), kind)


def _list_item_passages(shown: ShownItem) -> list[DocumentPassage]:
    """Return the passages of an item's place, or of its whole document, that may be sent to a service."""
    passages = list_sendable_passages(shown.document)
    if shown.place is None:
        return passages
    locator = shown.place.locator
    if locator.unit is Unit.TIME:
        # What is being said at that second, and what follows it.
        begun = [at for at, each in enumerate(passages) if (each.passage.locator.start or 0) <= (locator.start or 0)]
        return passages[begun[-1] : begun[-1] + 2] if begun else []
    return [each for each in passages if each.passage.locator.anchor == locator.anchor]


def _find_or_404(dossier_id: str) -> Dossier:
    """Return one's own dossier. Raises ProblemError (404), also for another's."""
    dossier = services().catalogue.dossiers.find(current_owner(), dossier_id)
    if dossier is None:
        raise ProblemError(404, NOT_FOUND)
    return dossier


def _find_shared_or_404(token: str) -> Dossier:
    dossier = services().catalogue.dossiers.find_shared(token)
    if dossier is None:
        raise ProblemError(404, NOT_FOUND)
    return dossier


def _has_minutes(document: Document) -> bool:
    format_ = services().format_of(document)
    return format_.is_recording or format_.is_captions


def _lead_to(dossier: Dossier, anchor: str | None = None) -> Response:
    return redirect(url_for("dossiers.show", dossier_id=dossier.id, _anchor=anchor), 303)


def _page_before() -> str:
    """Return the address within the site of the page that led here; "" where it was another site's, or is not told."""
    # The referrer is sent within the site alone, by our own policy; some browsers send none.
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return ""
    return safe_redirect_address(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def _read_title() -> str:
    return join_line(request.form.get("titre", ""), MAX_TITLE_LENGTH) or _DEFAULT_TITLE


def _read_text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:MAX_NOTE_LENGTH]


def _send_export(contents: DossierContents, kind: str) -> Response:
    # Not a converter of the route: an unknown kind must be a page in words, as any other.
    if kind not in EXPORTS:
        raise ProblemError(404, NOT_FOUND)
    # Windows refuses these signs in names, and a full stop at their end.
    name = _UNFIT_FOR_NAMES.sub(" ", contents.dossier.title).strip(". ") or "dossier"
    # Headers are ASCII: this call writes « ’ » and « œ » as RFC 6266 says.
    return send_file(
        BytesIO(_render_export(contents, kind)), EXPORTS[kind][1], as_attachment=True, download_name=f"{name}.{kind}"
    )


def _render_export(contents: DossierContents, kind: str) -> bytes:
    # The libraries that write Word and PDF are loaded where they are needed: no page waits for them.
    if kind == "docx":
        from webapp.dossiers.word_export import render_word as render  # noqa: PLC0415
    elif kind == "pdf":
        from webapp.dossiers.pdf_export import render_pdf as render  # noqa: PLC0415
    else:
        from webapp.dossiers.markdown_export import render_markdown as render  # noqa: PLC0415
    return render(contents)
