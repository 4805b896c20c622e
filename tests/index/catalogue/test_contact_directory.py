"""The directory tells of people what they agreed to, as long as they do, and forgets them when asked, or in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from index.accounts.audit import CONSOLE
from index.accounts.directory import ContactDetails, ContactState, shows_more
from index.accounts.errors import ContactChangedError, ContactError, ContactUnknownError
from index.accounts.model import Lifetimes, NewAccount
from index.catalogue.catalogue import Catalogue
from index.catalogue.contact_directory import ContactRow, Proposal, compute_contact_etag
from index.catalogue.quotas import QuotaReachedError
from index.catalogue.repositories import load_all_tables
from index.catalogue.tables import Base

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.accounts.model import Account

YEAR = timedelta(days=365)
DETAILS = ContactDetails("", "Coordination aller-vers", "CCAS de Grigny", "grigny", ("aller-vers",), "bus@ccas.example")


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue."""
    opened = Catalogue.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def person(catalogue: Catalogue) -> Account:
    """Somebody with an account."""
    return catalogue.access.accounts.create(NewAccount("ada@grigny.example", "Ada"), None, CONSOLE)


@pytest.fixture
def other(catalogue: Catalogue) -> Account:
    """Somebody else."""
    return catalogue.access.accounts.create(NewAccount("lou@flers.example", "Lou"), None, CONSOLE)


def _visible(catalogue: Catalogue) -> list[ContactDetails | None]:
    return [each.shown for each in catalogue.directory.list_visible(YEAR)]


def _age(catalogue: Catalogue, days: int) -> None:
    """Have all agreements and proposals be so many days older."""
    database, moment = create_engine(catalogue.url), datetime.now(UTC) - timedelta(days=days)
    with Session(database) as session, session.begin():
        for name in ("confirmed", "consented", "proposed_at"):
            column = getattr(ContactRow, name)
            session.execute(update(ContactRow).where(column.is_not(None)).values({name: moment}))
    database.dispose()


def dump(catalogue: Catalogue) -> str:
    """All rows of all tables."""
    load_all_tables()
    database = create_engine(catalogue.url)
    with database.connect() as connection:
        told = repr([connection.execute(table.select()).all() for table in Base.metadata.sorted_tables])
    database.dispose()
    return told


def test_nobody_is_shown_without_their_agreement(catalogue: Catalogue, person: Account, other: Account) -> None:
    """A proposal waits for whoever has its address; nobody else can agree to it, decline it or erase it."""
    assert catalogue.directory.propose([Proposal("Ada@grigny.example", DETAILS)], CONSOLE) == (1, 0)
    (waiting,) = catalogue.directory.list_of(person, YEAR)
    assert (waiting.state, _visible(catalogue), catalogue.directory.list_of(other, YEAR)) == (
        ContactState.PROPOSED,
        [],
        (),
    )
    etag = compute_contact_etag(DETAILS)
    with pytest.raises(ContactUnknownError):
        catalogue.directory.agree(other, waiting.id, etag)
    with pytest.raises(ContactUnknownError):
        catalogue.directory.decline(other, waiting.id)
    with pytest.raises(ContactUnknownError):
        catalogue.directory.erase(waiting.id, other.id, other)
    with pytest.raises(ContactChangedError):
        catalogue.directory.agree(person, waiting.id, "autre")
    catalogue.directory.agree(person, waiting.id, etag)
    assert _visible(catalogue) == [DETAILS]
    (agreed,) = catalogue.directory.list_visible(YEAR)
    assert agreed.consented
    assert agreed.consented == agreed.confirmed


def test_what_would_show_more_waits(catalogue: Catalogue, person: Account) -> None:
    """An animator's change that tells more is shown once its person agrees; what tells less holds at once."""
    id_ = catalogue.directory.save_own(person, DETAILS)
    more = ContactDetails(**DETAILS.to_json() | {"themes": ("aller-vers",), "phone": "01 23 45 67 89"})
    assert catalogue.directory.propose([Proposal(person.mail, more, id_)], CONSOLE) == (1, 0)
    assert _visible(catalogue) == [DETAILS]
    catalogue.directory.decline(person, id_)
    assert (_visible(catalogue), catalogue.directory.list_of(person, YEAR)[0].proposed) == ([DETAILS], None)
    less = ContactDetails(**DETAILS.to_json() | {"themes": (), "mail": ""})
    assert catalogue.directory.propose([Proposal(person.mail, less, id_)], CONSOLE) == (0, 1)
    assert _visible(catalogue) == [less]


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({}, False),
        ({"phone": "01"}, True),
        ({"mail": ""}, False),
        ({"organisation": "Autre"}, True),
        ({"territory": ""}, False),
        ({"territory": "flers"}, True),
        ({"themes": ("aller-vers", "rgpd")}, True),
        ({"themes": ()}, False),
        ({"until": "2030-01-01"}, False),
        ({"exported": True}, True),
    ],
)
def test_what_tells_more_is_known(change: dict[str, object], more: bool) -> None:  # noqa: FBT001 - a column of the table
    """Another text, another theme, a longer time, or to other tools."""
    assert shows_more(ContactDetails(**DETAILS.to_json() | {"themes": DETAILS.themes} | change), DETAILS) is more
    ending = ContactDetails(**DETAILS.to_json() | {"themes": DETAILS.themes, "until": "2030-01-01"})
    assert shows_more(DETAILS, ending)


def test_an_agreement_ends(catalogue: Catalogue, person: Account) -> None:
    """Without a new word of its person a contact is hidden in time, then deleted; their word shows it again."""
    id_ = catalogue.directory.save_own(person, DETAILS)
    # A day more than the agreement holds.
    _age(catalogue, 366)
    (hidden,) = catalogue.directory.list_of(person, YEAR)
    assert (hidden.state, _visible(catalogue), catalogue.directory.purge(YEAR)) == (ContactState.EXPIRED, [], 0)
    catalogue.directory.agree(person, id_, compute_contact_etag(DETAILS))
    (again,) = catalogue.directory.list_visible(YEAR)
    assert again.consented != again.confirmed
    _age(catalogue, 366 + 90)
    purged = catalogue.access.purge_expired(Lifetimes(contact=YEAR))
    assert (purged.contacts, catalogue.directory.list_of(person, YEAR)) == (1, ())


def test_proposals_without_an_answer_are_forgotten(catalogue: Catalogue, person: Account) -> None:
    """Those of people who are told of otherwise too: what they agreed to stays."""
    catalogue.directory.propose([Proposal("personne@nulle-part.example", DETAILS)], CONSOLE)
    id_ = catalogue.directory.save_own(person, DETAILS)
    more = ContactDetails(**DETAILS.to_json() | {"themes": (), "phone": "01 23 45 67 89"})
    catalogue.directory.propose([Proposal(person.mail, more, id_)], CONSOLE)
    # A day more than proposals wait.
    _age(catalogue, 91)
    assert catalogue.directory.purge(YEAR) == 1
    (left,) = catalogue.directory.list_all(YEAR)
    assert (left.id, left.proposed, left.shown) == (id_, None, DETAILS)


def test_a_function_has_its_time(catalogue: Catalogue, person: Account) -> None:
    """Before and after it, nobody is shown; long after, nothing is kept."""
    today = date.today()  # noqa: DTZ011 - a day of here
    for since, until, seen in ((1, 9, False), (-9, -1, False), (0, 0, True), (-120, -100, False)):
        days = [(today + timedelta(days=each)).isoformat() for each in (since, until)]
        details = ContactDetails(**DETAILS.to_json() | {"themes": (), "since": days[0], "until": days[1]})
        id_ = catalogue.directory.save_own(person, details)
        assert bool(_visible(catalogue)) is seen
        if since == -120:
            assert catalogue.directory.purge(YEAR) == 1
        else:
            catalogue.directory.erase(id_, person.id, person)


def test_whoever_is_suspended_is_not_shown(catalogue: Catalogue, person: Account) -> None:
    """As long as they are."""
    catalogue.directory.save_own(person, DETAILS)
    catalogue.access.accounts.suspend(person.id, CONSOLE)
    assert _visible(catalogue) == []
    catalogue.access.accounts.restore(person.id, CONSOLE)
    assert _visible(catalogue) == [DETAILS]


def test_erasing_leaves_no_trace(catalogue: Catalogue, person: Account, other: Account) -> None:
    """Of one contact on demand, and of a person with their account: in no table, not even in what others are told."""
    words = ("Coordination cachetine", "cachetine@ccas.example", "0123456789")
    mine = ContactDetails("", words[0], "CCAS", "", (), words[1], words[2])
    id_ = catalogue.directory.save_own(person, mine)
    assert all(word in dump(catalogue) for word in words)
    catalogue.directory.erase(id_, person.id, person)
    assert not any(word in dump(catalogue) for word in words)
    catalogue.directory.save_own(person, mine)
    catalogue.directory.propose([Proposal(person.mail, mine)], CONSOLE)
    # Somebody else tells the address too, as that of a shared mailbox.
    catalogue.directory.save_own(other, ContactDetails("Lou", "", "Ville", mail=person.mail))
    told = catalogue.access.export_person(person.id, CONSOLE)["annuaire"]
    assert [(each["shown"] or each["proposed"])["role"] for each in told] == [words[0]] * 2
    catalogue.access.accounts.erase(person.id, CONSOLE)
    assert not any(word in dump(catalogue) for word in (*words, person.mail))
    assert [each.shown and each.shown.name for each in catalogue.directory.list_visible(YEAR)] == ["Lou"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"organisation": " "}, "Il manque l’organisation"),
        ({"role": ""}, "Il manque le nom ou la fonction"),
        ({"mail": "bus"}, "n’est pas une adresse"),
        ({"phone": "au bureau"}, "n’est pas un numéro"),
        ({"since": "12 mars"}, "n’est pas une date"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "La fin est avant"),
        ({"address": "x" * 301}, "trop long"),
        ({"themes": tuple(map(str, range(13)))}, "12 thèmes"),
    ],
)
def test_what_does_not_fit_is_refused(
    catalogue: Catalogue, person: Account, change: dict[str, object], words: str
) -> None:
    """In words that say what to change; nothing is stored."""
    with pytest.raises(ContactError, match=words):
        catalogue.directory.save_own(person, ContactDetails(**DETAILS.to_json() | {"themes": ()} | change))
    assert catalogue.directory.list_all(YEAR) == ()


def test_a_person_has_so_many(catalogue: Catalogue, person: Account) -> None:
    """And a proposal beyond is refused whole."""
    proposals = [Proposal(person.mail, DETAILS)] * 6
    with pytest.raises(QuotaReachedError):
        catalogue.directory.propose(proposals, CONSOLE)
    assert catalogue.directory.list_all(YEAR) == ()
