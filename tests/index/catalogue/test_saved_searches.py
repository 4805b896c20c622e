"""Searches that one keeps, and the addresses that follow them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from index.accounts.audit import CONSOLE
from index.accounts.model import NewAccount, Role
from index.catalogue.database import CatalogueError
from index.catalogue.postgresql import WRITER_LOCK_KEY
from index.catalogue.saved_searches import DigestFrequency

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from index.catalogue.catalogue import Catalogue


def test_a_search_is_found_by_its_token_alone(catalogue: Catalogue) -> None:
    """The token is long, drawn anew for each, and gone with the search."""
    one, two = catalogue.saved_searches.save("RSA", "q=rsa"), catalogue.saved_searches.save("RSA", "q=rsa")
    assert one.token != two.token
    assert len(one.token) >= 20
    assert catalogue.saved_searches.find(one.token) == one
    catalogue.saved_searches.delete(one.token)
    assert catalogue.saved_searches.find(one.token) is None
    assert catalogue.saved_searches.find(two.token) == two


def test_nobody_is_told_before_confirming(catalogue: Catalogue) -> None:
    """A demand counts once confirmed; asked twice it is one; confirming again changes nothing."""
    search = catalogue.saved_searches.save("RSA", "q=rsa")
    asked = catalogue.saved_searches.subscribe(search, "a@exemple.fr", DigestFrequency.DAILY)
    assert catalogue.saved_searches.subscribe(search, "a@exemple.fr", DigestFrequency.WEEKLY).token == asked.token
    assert catalogue.saved_searches.list_confirmed() == ()
    assert catalogue.saved_searches.count_followers(search.token) == 0
    catalogue.saved_searches.confirm(asked.token)
    (first,) = catalogue.saved_searches.list_confirmed()
    catalogue.saved_searches.confirm(asked.token)
    assert catalogue.saved_searches.list_confirmed() == (first,)
    assert (first.address, first.rhythm, first.search) == ("a@exemple.fr", DigestFrequency.WEEKLY, search)
    assert catalogue.saved_searches.count_followers(search.token) == 1


def test_stopping_forgets_the_address(catalogue: Catalogue) -> None:
    """By its own link, with its search, or by never having confirmed."""
    search = catalogue.saved_searches.save("RSA", "q=rsa")
    stopped, kept, silent = (
        catalogue.saved_searches.subscribe(search, f"{name}@exemple.fr", DigestFrequency.DAILY)
        for name in ("a", "b", "c")
    )
    catalogue.saved_searches.unsubscribe(stopped.token)
    catalogue.saved_searches.confirm(kept.token)
    catalogue.saved_searches.delete_unconfirmed(datetime.now(UTC) + timedelta(days=1))
    assert [catalogue.saved_searches.find_subscription(each.token) for each in (stopped, silent)] == [None, None]
    assert catalogue.saved_searches.find_subscription(kept.token)
    catalogue.saved_searches.delete(search.token)
    assert catalogue.saved_searches.find_subscription(kept.token) is None


def test_a_digest_that_had_nothing_to_tell_was_not_sent(catalogue: Catalogue) -> None:
    """`told` moves how far one has been told, and the time of the last mail only when one left."""
    search = catalogue.saved_searches.save("RSA", "q=rsa")
    token = catalogue.saved_searches.subscribe(search, "a@exemple.fr", DigestFrequency.DAILY).token
    catalogue.saved_searches.confirm(token)
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    catalogue.saved_searches.record_mailing(token, moment, None)
    (told,) = catalogue.saved_searches.list_confirmed()
    assert (told.told_until, told.sent) == (moment, None)
    catalogue.saved_searches.record_mailing(token, moment, moment)
    (told,) = catalogue.saved_searches.list_confirmed()
    assert told.sent == moment


_SQLITE = (("PRAGMA busy_timeout=50", "occupé par un autre programme"), ("PRAGMA query_only=ON", "sans doute plein"))
_POSTGRESQL = (("SET lock_timeout=50", "occupé par un autre programme"),)


def test_a_catalogue_that_cannot_be_written_is_explained(catalogue: Catalogue, behind: Engine) -> None:
    """Whoever keeps a search or makes an account is told why not: held by another, no room; nothing is kept."""
    new = NewAccount("anne@example.org", "Anne", Role.ADMINISTRATOR)
    writes = (
        lambda: catalogue.saved_searches.save("rsa", "q=rsa"),
        lambda: catalogue.access.accounts.create(new, None, CONSOLE),
    )
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
    assert catalogue.access.accounts.list_all() == ()
