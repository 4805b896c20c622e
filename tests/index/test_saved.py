"""Searches that one keeps, and the addresses that follow them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from index.accounts.acts import CONSOLE
from index.accounts.model import NewAccount, Role
from index.catalogue.postgresql import WRITER_LOCK_KEY
from index.catalogue.saved import DigestFrequency
from index.catalogue.schema import CatalogueError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from index.catalogue.catalogue import Catalogue


def test_a_search_is_found_by_its_token_alone(catalogue: Catalogue) -> None:
    """The token is long, drawn anew for each, and gone with the search."""
    one, two = catalogue.saved.keep("RSA", "q=rsa"), catalogue.saved.keep("RSA", "q=rsa")
    assert one.token != two.token
    assert len(one.token) >= 20
    assert catalogue.saved.find(one.token) == one
    catalogue.saved.delete(one.token)
    assert catalogue.saved.find(one.token) is None
    assert catalogue.saved.find(two.token) == two


def test_nobody_is_told_before_confirming(catalogue: Catalogue) -> None:
    """A demand counts once confirmed; asked twice it is one; confirming again changes nothing."""
    search = catalogue.saved.keep("RSA", "q=rsa")
    asked = catalogue.saved.follow(search, "a@exemple.fr", DigestFrequency.DAILY)
    assert catalogue.saved.follow(search, "a@exemple.fr", DigestFrequency.WEEKLY).token == asked.token
    assert catalogue.saved.confirmed() == ()
    assert catalogue.saved.followers(search.token) == 0
    catalogue.saved.confirm(asked.token)
    (first,) = catalogue.saved.confirmed()
    catalogue.saved.confirm(asked.token)
    assert catalogue.saved.confirmed() == (first,)
    assert (first.address, first.rhythm, first.search) == ("a@exemple.fr", DigestFrequency.WEEKLY, search)
    assert catalogue.saved.followers(search.token) == 1


def test_stopping_forgets_the_address(catalogue: Catalogue) -> None:
    """By its own link, with its search, or by never having confirmed."""
    search = catalogue.saved.keep("RSA", "q=rsa")
    stopped, kept, silent = (
        catalogue.saved.follow(search, f"{name}@exemple.fr", DigestFrequency.DAILY) for name in ("a", "b", "c")
    )
    catalogue.saved.stop(stopped.token)
    catalogue.saved.confirm(kept.token)
    catalogue.saved.forget_unconfirmed(datetime.now(UTC) + timedelta(days=1))
    assert [catalogue.saved.subscription(each.token) for each in (stopped, silent)] == [None, None]
    assert catalogue.saved.subscription(kept.token)
    catalogue.saved.delete(search.token)
    assert catalogue.saved.subscription(kept.token) is None


def test_a_digest_that_had_nothing_to_tell_was_not_sent(catalogue: Catalogue) -> None:
    """`told` moves how far one has been told, and the time of the last mail only when one left."""
    search = catalogue.saved.keep("RSA", "q=rsa")
    token = catalogue.saved.follow(search, "a@exemple.fr", DigestFrequency.DAILY).token
    catalogue.saved.confirm(token)
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    catalogue.saved.told(token, moment, None)
    (told,) = catalogue.saved.confirmed()
    assert (told.told_until, told.sent) == (moment, None)
    catalogue.saved.told(token, moment, moment)
    (told,) = catalogue.saved.confirmed()
    assert told.sent == moment


_SQLITE = (("PRAGMA busy_timeout=50", "occupé par un autre programme"), ("PRAGMA query_only=ON", "sans doute plein"))
_POSTGRESQL = (("SET lock_timeout=50", "occupé par un autre programme"),)


def test_a_catalogue_that_cannot_be_written_is_explained(catalogue: Catalogue, behind: Engine) -> None:
    """Whoever keeps a search or makes an account is told why not: held by another, no room; nothing is kept."""
    new = NewAccount("anne@example.org", "Anne", Role.ADMINISTRATOR)
    writes = (lambda: catalogue.saved.keep("rsa", "q=rsa"), lambda: catalogue.accounts.create(new, None, CONSOLE))
    sqlite = behind.dialect.name == "sqlite"
    hold = "BEGIN IMMEDIATE" if sqlite else f"SELECT pg_advisory_lock({WRITER_LOCK_KEY})"
    # One connection at a time is in use here: the pool gives this very one to each write.
    for setting, told in _SQLITE if sqlite else _POSTGRESQL:
        with catalogue._database.connect() as connection:  # noqa: SLF001 - a shorter patience, a database to read only
            connection.exec_driver_sql(setting)
            connection.commit()
        with behind.connect() as other:
            if "timeout" in setting:
                other.exec_driver_sql(hold)
            for write in writes:
                with pytest.raises(CatalogueError, match=told):
                    write()
    assert catalogue.accounts.all() == ()
