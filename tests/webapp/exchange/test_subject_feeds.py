"""Feeds of a theme, a territory, an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import feedparser
import pytest

from tests.webapp.small_library import DATA, LONG_PAGE, OUTREACH, SLIDES, VIDEO
from tests.webapp.xpath import page

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

_OUTREACH = (SLIDES, VIDEO)


@pytest.mark.parametrize(
    ("subject", "title", "paths"),
    [
        ("/themes/aller-vers", "Aller-vers", _OUTREACH),
        ("/themes/grand-age-handicap", "Grand âge et handicap", ()),
        ("/territoires/grigny", "Grigny", _OUTREACH),
        (f"/rendez-vous/{OUTREACH.id}", "L’aller vers", _OUTREACH),
        (f"/rendez-vous/{DATA.id}", "Échanges de données", (LONG_PAGE,)),
    ],
)
def test_a_subject_has_its_feed(
    client: FlaskClient, library: SmallLibrary, subject: str, title: str, paths: tuple[str, ...]
) -> None:
    """A feed reader finds its documents and no others, by itself from the address of its page."""
    answer = client.get(f"{subject}.atom")
    read = feedparser.parse(answer.data)
    assert (read.bozo, read.version, answer.mimetype) == (False, "atom10", "application/atom+xml")
    assert read.feed.title == f"Ruche\u00a0: {title}"
    assert {each.id.rsplit("/", 1)[-1] for each in read.entries} == {library.ids[path] for path in paths}
    assert {each.rel: each.href for each in read.feed.links} == {
        "self": f"http://localhost{subject}.atom",
        "alternate": f"http://localhost{subject}",
    }
    shown = page(client.get(subject))
    assert f"{subject}.atom" in shown.xpath("//link[@rel='alternate'][@type='application/atom+xml']/@href")


@pytest.mark.parametrize("subject", ["/themes/aller-vers", "/territoires/grigny", f"/rendez-vous/{OUTREACH.id}"])
def test_with_accounts_a_subject_is_followed_by_a_kept_search(
    guarded_app: Flask, administrator: FlaskClient, library: SmallLibrary, subject: str
) -> None:
    """A feed reader cannot sign in: the page leads to a search to keep, whose feed anyone with its address can read."""
    reader = guarded_app.test_client()
    assert reader.get(f"{subject}.atom").status_code != 200
    shown = page(administrator.get(subject))
    (form,) = shown.xpath("//main//form[@action='/suivis']")
    kept = administrator.post("/suivis", data=dict(form.form_values())).headers["Location"].partition("?")[0]
    read = feedparser.parse(reader.get(f"{kept}.atom").data)
    assert {each.id.rsplit("/", 1)[-1] for each in read.entries} == {library.ids[path] for path in _OUTREACH}


@pytest.mark.parametrize("subject", ["/themes/nulle-part", "/territoires/nulle-part", "/rendez-vous/nulle-part"])
def test_what_does_not_exist_has_no_feed(client: FlaskClient, subject: str) -> None:
    """A feed is there where its page is."""
    assert [client.get(each).status_code for each in (subject, f"{subject}.atom")] == [404, 404]


def test_an_unchanged_feed_of_a_subject_is_not_sent_again(client: FlaskClient) -> None:
    """As all feeds."""
    first = client.get("/themes/aller-vers.atom")
    assert client.get("/themes/aller-vers.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
