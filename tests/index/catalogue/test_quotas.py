"""Nothing that a person adds grows without end: each table has a quota, or something else that bounds it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from index.accounts.audit import CONSOLE
from index.accounts.model import Lifetimes, NewAccount, Scope
from index.catalogue import usage
from index.catalogue.access import attempts
from index.catalogue.access.sessions import MOST_SESSIONS
from index.catalogue.access_tables import AttemptRow
from index.catalogue.catalogue import Catalogue
from index.catalogue.quotas import Quota, QuotaReachedError
from index.catalogue.repositories import load_all_tables
from index.catalogue.saved_searches import DigestFrequency, SavedSearchRow
from index.catalogue.tables import Base
from index.catalogue.usage import WITHOUT_WORDS, DailySearch, SearchTally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIBRARY = "as many as files, documents, passages or events of the library, which people fill within its disk"
ONE = "one row, or one for each of a closed list"
DECIDED = "at most one row for each document and value of the vocabulary, by animators"
BOUNDED_OTHERWISE = {
    **dict.fromkeys(
        ("event", "document", "place", "missing", "version", "queue", "left_out", "passage", "tag", "audience"), LIBRARY
    ),
    **dict.fromkeys(("failure", "description", "area", "notice", "opened", "doubt", "library_folder"), LIBRARY),
    **dict.fromkeys(("hold", "agreement"), LIBRARY),
    **dict.fromkeys(("harvest", "harvest_set", "harvest_group"), LIBRARY),
    **dict.fromkeys(("clock", "memo", "indexer"), ONE),
    **dict.fromkeys(("tag_decision", "field_decision", "qualification"), DECIDED),
    "deposit": "one for each path that animators deposit, 1,200 files an hour and account",
    "dismissed_resolution": "one for each line that minutes hold, by animators",
    "alignment": "one for each deck and recording of a gathering",
    "chapter_decision": "one for each slide of a deck and recording, by animators",
    "document_vectors": "one for each document and model, and models that are no longer named are deleted",
    "transcript_piece": "one for so many seconds of a recording, once for each program that hears it",
    "event_claim": "one for each event of the calendar, whose file is bounded, or that an animator makes by a form",
    "membership": "accounts and groups have quotas",
    "browser_session": "20 for each account: one more closes the oldest",
    "sign_in_attempt": "an hour's, and the latest 50,000",
    "next_search": "5,000 different a day, for 90 days",
    "opened_result": "5,000 different a day, for 90 days",
    "searched": "5,000 different texts a day; rare ones are forgotten after 30 days",
    "sent_mail": "100 an hour in all; older ones than a week are deleted",
    "announcement_receiver": ONE,
    "evaluation": "the latest 200",
    "announcement": "so many a run and receiver, 50 receivers; deleted 90 days after they end",
    "mailed_deposit": "100 a run of a quarter of an hour, of animators alone; deleted after 90 days",
    "audit": "erased after a year; acts of members are bounded in rate",
}


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue."""
    opened = Catalogue.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    yield opened
    opened.close()


def test_every_table_is_bounded() -> None:
    """A new table has a quota, or a line above that says what bounds it."""
    load_all_tables()
    tables = {mapper.local_table.name: mapper.class_.quota for mapper in Base.registry.mappers}  # type: ignore[attr-defined]  # mypy sees a FromClause
    with_quota = {name for name, quota in tables.items() if quota}
    assert with_quota.isdisjoint(BOUNDED_OTHERWISE)
    assert with_quota | BOUNDED_OTHERWISE.keys() == tables.keys()


def test_a_person_has_so_many_of_each(catalogue: Catalogue) -> None:
    """Saved searches, mails and tokens: one more than the quota is refused in words, and others' are left alone."""
    for number in range(200):
        kept = catalogue.saved_searches.save(f"n{number}", "q=droits", "ada")
        catalogue.saved_searches.subscribe(kept, "ada@ruche.example", DigestFrequency.DAILY)
    with pytest.raises(QuotaReachedError, match="déjà 200 recherches gardées pour vous"):
        catalogue.saved_searches.save("de trop", "q=droits", "ada")
    other = catalogue.saved_searches.save("la première", "q=droits", "lou")
    with pytest.raises(QuotaReachedError, match="200 suivis par courriel"):
        catalogue.saved_searches.subscribe(other, "ada@ruche.example", DigestFrequency.DAILY)
    account = catalogue.access.accounts.create(NewAccount("ada@ruche.example", "Ada"), None, CONSOLE)
    for number in range(30):
        catalogue.access.api_tokens.create(account.id, f"outil {number}", Scope.READ, timedelta(days=1))
    with pytest.raises(QuotaReachedError, match="30 jetons"):
        catalogue.access.api_tokens.create(account.id, "de trop", Scope.READ, timedelta(days=1))


def test_all_together_have_so_many(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds them; what is added in one transaction is counted too."""
    monkeypatch.setattr(SavedSearchRow, "quota", Quota("recherches gardées", 2))
    for owner in ("ada", "lou"):
        catalogue.saved_searches.save("n", "q=droits", owner)
    with pytest.raises(QuotaReachedError, match="prévenez l’administration"):
        catalogue.saved_searches.save("n", "q=droits", "eve")


def test_sessions_close_the_oldest(catalogue: Catalogue) -> None:
    """Signing in is never refused for having signed in before."""
    account = catalogue.access.accounts.create(NewAccount("ada@ruche.example", "Ada"), None, CONSOLE)
    lifetimes = Lifetimes(session_idle=timedelta(hours=1), session=timedelta(days=1), audit=timedelta(days=30))
    tokens = [catalogue.access.sessions.open(account.id, lifetimes) for _ in range(MOST_SESSIONS + 5)]
    assert len(catalogue.access.sessions.list_of(account.id)) == MOST_SESSIONS
    assert catalogue.access.sessions.find(tokens[-1], lifetimes)
    assert catalogue.access.sessions.find(tokens[0], lifetimes) is None


def test_attempts_and_texts_of_a_day(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts from many networks push out the oldest; a day's texts beyond a number count without their words."""
    monkeypatch.setattr(attempts, "MOST_ATTEMPTS", 10)
    for number in range(20):
        catalogue.access.attempts.admit(f"{number}@ruche.example", f"192.0.2.{number}")
    with Session(catalogue.access.attempts._database) as session:  # noqa: SLF001 - the table has no reader
        assert session.scalars(select(func.count()).select_from(AttemptRow)).one() <= 12
    monkeypatch.setattr(usage, "MOST_TEXTS_A_DAY", 3)
    day = datetime.now(UTC).date()
    catalogue.usage.add({DailySearch(f"mot{number}", day): SearchTally(1, 0) for number in range(10)}, {})
    assert catalogue.usage.count_searches_by_day(date.min) == {day: (10, 3)}
    assert WITHOUT_WORDS not in {each.text for each in catalogue.usage.list_fruitless(day, 10)}
