"""Accounts: who may come in, as what, for how long; what is decided is pure, what is kept is hashed."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

import index
from index.accounts import passwords
from index.accounts.audit import CONSOLE, AuditAction
from index.accounts.errors import (
    AccountChangedError,
    AccountExistsError,
    GroupInUseError,
    GroupUnknownError,
    InvitationError,
    LastAdministratorError,
    MailAddressError,
    NotAllowedError,
    SuspendedAccountError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongCredentialsError,
)
from index.accounts.folder_rules import FolderRule, FolderRules, derive_audience
from index.accounts.model import Account, Group, Identity, Lifetimes, NewAccount, Role, Scope, parse_mail_address
from index.catalogue.access import attempts
from index.catalogue.access.access import Audit, Credentials
from index.catalogue.access.accounts import compute_account_etag
from index.catalogue.access.rules import WiderRuleError
from index.catalogue.file_statuses import StatusFilter
from index.catalogue.library_folders import LibraryFolder
from index.catalogue.postgresql import WRITER_LOCK_KEY
from index.catalogue.saved_searches import DigestFrequency
from index.model.documents import ANIMATORS, MEMBERS
from tests.index.conftest import dump

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

PASSWORD = "la ruche bourdonne"  # noqa: S105 - of an account that lives for one test
ADDRESS = "192.0.2.7"
LIFETIMES = Lifetimes()
HOUR = timedelta(hours=1)


def make(catalogue: Catalogue, name: str = "Ada Martin", role: Role = Role.READER, *groups: str) -> Account:
    """An account with the password of these tests."""
    mail = f"{name.split(maxsplit=1)[0].lower()}@grigny.example"
    return catalogue.access.accounts.create(NewAccount(mail, name, role, frozenset(groups)), PASSWORD, CONSOLE)


def come_in(catalogue: Catalogue, mail: str, password: str = PASSWORD) -> Account:
    """Someone signs in from one place."""
    return catalogue.access.sign_in(Credentials(mail, password, ADDRESS))


def acts(catalogue: Catalogue, account: Account) -> list[AuditAction]:
    """What the audit tells of an account, oldest first."""
    return [entry.act for entry in reversed(catalogue.access.audit.list_latest(100, account=account.id))]


def test_an_account_signs_in(catalogue: Catalogue) -> None:
    """With its mail as people type it, and its password; the audit and the account remember."""
    made = make(catalogue, "Ada Martin", Role.ANIMATOR)
    came = come_in(catalogue, " Ada@Grigny.example ")
    assert (came.id, came.role, came.audience) == (made.id, Role.ANIMATOR, frozenset({MEMBERS, ANIMATORS}))
    seen = catalogue.access.accounts.find(made.id)
    assert seen is not None
    assert seen.signed_in is not None
    assert acts(catalogue, made) == [AuditAction.ACCOUNT_CREATED, AuditAction.SIGNED_IN]


@pytest.mark.parametrize(
    ("mail", "password"), [("ada@grigny.example", "autre chose"), ("eve@grigny.example", PASSWORD)]
)
def test_what_is_wrong_is_not_told(catalogue: Catalogue, mail: str, password: str) -> None:
    """A wrong password and an unknown address are refused in the same words."""
    make(catalogue)
    with pytest.raises(WrongCredentialsError, match="Adresse ou mot de passe incorrect"):
        come_in(catalogue, mail, password)


def test_an_account_without_password_has_none(catalogue: Catalogue) -> None:
    """Who comes by the single sign-on has no password that anyone could guess, not even an empty one."""
    catalogue.access.accounts.create(NewAccount("sso@grigny.example", "Sacha"), None, CONSOLE)
    with pytest.raises(WrongCredentialsError):
        come_in(catalogue, "sso@grigny.example", "")


def test_tries_are_counted(catalogue: Catalogue) -> None:
    """After five wrong ones the right password waits too; another account does not, nor after a success."""
    make(catalogue)
    other = make(catalogue, "Bo Diallo")
    for _ in range(attempts.PER_ACCOUNT.failures):
        with pytest.raises(WrongCredentialsError):
            come_in(catalogue, "ada@grigny.example", "autre chose")
    with pytest.raises(TooManyAttemptsError, match="réessayez dans 1 minute") as refused:
        come_in(catalogue, "ada@grigny.example")
    assert 0 < refused.value.seconds <= 30
    assert come_in(catalogue, other.mail).id == other.id


def test_one_place_cannot_try_everyone(catalogue: Catalogue) -> None:
    """Failures over many addresses count together where they come from; another place is left alone."""
    for number in range(attempts.PER_ADDRESS.failures):
        assert catalogue.access.attempts.admit(f"{number}@grigny.example", ADDRESS) == timedelta(0)
    assert catalogue.access.attempts.admit("ada@grigny.example", ADDRESS) > timedelta(0)
    assert catalogue.access.attempts.admit("ada@grigny.example", "192.0.2.8") == timedelta(0)


def test_waits_grow_and_end() -> None:
    """30 seconds, doubled at each further failure, a quarter of an hour at most; old failures are forgotten."""
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    waits = [
        attempts.compute_wait([now] * count, attempts.PER_ACCOUNT, now).total_seconds()
        for count in (0, 4, 5, 6, 7, 20, 5_000)
    ]
    assert waits == [0, 0, 30, 60, 120, 900, 900]
    assert attempts.compute_wait([now - timedelta(minutes=14)] * 20, attempts.PER_ACCOUNT, now) == timedelta(minutes=1)
    assert attempts.compute_wait([now - HOUR] * 20, attempts.PER_ACCOUNT, now) == timedelta(0)


def test_passwords_are_long_and_not_obvious(catalogue: Catalogue) -> None:
    """Length is asked for, not a zoo of characters; the drawn ones pass, and differ."""
    for weak in ("court", "a" * 20, "ada@grigny.example", "x" * 300):
        with pytest.raises(WeakPasswordError):
            catalogue.access.accounts.create(NewAccount("ada@grigny.example", "Ada"), weak, CONSOLE)
    drawn = {passwords.generate_password() for _ in range(50)}
    assert len(drawn) == 50
    for each in drawn:
        passwords.check_password(each, "ada@grigny.example", "Ada")


def test_nothing_secret_is_kept(catalogue: Catalogue, behind: Engine, tmp_path: Path) -> None:
    """Neither password nor token stands in the database, nor in a file's write-ahead log."""
    account = make(catalogue)
    secrets = [
        PASSWORD,
        catalogue.access.sessions.open(account.id, LIFETIMES),
        catalogue.access.api_tokens.create(account.id, "agenda", Scope.READ, HOUR),
        catalogue.access.invitations.create(NewAccount("bo@grigny.example", ""), HOUR, account.id),
    ]
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("catalogue.sqlite*")) + dump(behind).encode()
    assert account.mail.encode() in kept
    assert [secret for secret in secrets if secret.encode() in kept] == []


def test_passwords_are_hashed_as_the_standard_recommends() -> None:
    """In a process of its own, since tests hash for less: Argon2id with 64 MiB, three passes, one thread."""
    asked = "from index.accounts.passwords import hash_password; print(hash_password('le cheval est bleu'))"
    hashed = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own words
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_old_hashes_are_made_anew(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash of weaker parameters is replaced when its owner comes in, and still opens."""
    made = make(catalogue)
    before = catalogue.access.accounts.find_password_hash(made.mail)
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=4, memory_cost=8_192, parallelism=1))
    come_in(catalogue, made.mail)
    after = catalogue.access.accounts.find_password_hash(made.mail)
    assert after is not None
    assert (after != before, "t=4" in after) == (True, True)
    assert come_in(catalogue, made.mail).id == made.id


@pytest.mark.parametrize("text", ["", "ada", "ada@grigny", "a b@c.fr", "ada@.fr", f"{'a' * 250}@c.fr", "<a@b.fr>"])
def test_what_is_no_address_is_refused(text: str) -> None:
    """A mail address has a name, an at sign, and a domain with a dot."""
    with pytest.raises(MailAddressError):
        parse_mail_address(text)


def test_one_address_one_account(catalogue: Catalogue) -> None:
    """However it is written."""
    make(catalogue)
    with pytest.raises(AccountExistsError):
        catalogue.access.accounts.create(NewAccount("ADA@grigny.example", "Autre"), None, CONSOLE)


def test_the_last_administrator_stays(catalogue: Catalogue) -> None:
    """Neither suspended, nor demoted, nor erased, until there is another who can come in."""
    first = make(catalogue, "Ada Martin", Role.ADMINISTRATOR)
    other = make(catalogue, "Bo Diallo", Role.ADMINISTRATOR)
    catalogue.access.accounts.suspend(other.id, first.id)
    for attempt in (
        lambda: catalogue.access.accounts.suspend(first.id, first.id),
        lambda: catalogue.access.accounts.erase(first.id, first.id),
        lambda: catalogue.access.accounts.change(first.id, NewAccount(first.mail, first.name), first.id),
    ):
        with pytest.raises(LastAdministratorError):
            attempt()
    catalogue.access.accounts.restore(other.id, first.id)
    catalogue.access.accounts.erase(first.id, other.id)
    assert [each.id for each in catalogue.access.accounts.list_all()] == [other.id]


def test_a_suspended_account_is_out_at_once(catalogue: Catalogue) -> None:
    """Its sessions and its tools' keys are worth nothing; only who knows the password learns why."""
    make(catalogue, "Bo Diallo", Role.ADMINISTRATOR)
    account = make(catalogue)
    session = catalogue.access.sessions.open(account.id, LIFETIMES)
    token = catalogue.access.api_tokens.create(account.id, "agenda", Scope.READ, HOUR)
    catalogue.access.accounts.suspend(account.id, CONSOLE)
    assert catalogue.access.sessions.find(session, LIFETIMES) is None
    assert catalogue.access.api_tokens.find_owner(token) is None
    with pytest.raises(SuspendedAccountError):
        come_in(catalogue, account.mail)
    catalogue.access.accounts.restore(account.id, CONSOLE)
    # For good: whoever had the account in hand may have made the token.
    assert catalogue.access.api_tokens.find_owner(token) is None
    assert catalogue.access.sessions.find(session, LIFETIMES) is None


def test_sessions_end(catalogue: Catalogue) -> None:
    """By signing out, by idleness, by age, by a new password; on one device, on all, on all but this one."""
    account, now = make(catalogue), datetime.now(UTC)

    def good(token: str, at: datetime = now) -> bool:
        return catalogue.access.sessions.find(token, LIFETIMES, at) is not None

    first, second, third = (catalogue.access.sessions.open(account.id, LIFETIMES) for _ in range(3))
    assert good(first)
    assert not good("autre")
    assert not good(first, now + LIFETIMES.session_idle + HOUR)
    assert not good(first, now + LIFETIMES.session + HOUR)
    catalogue.access.sessions.close(first)
    assert (good(first), good(second)) == (False, True)
    mine = catalogue.access.sessions.find(second, LIFETIMES)
    assert mine is not None
    catalogue.access.sessions.close_all(account.id, account.id, but=mine.number)
    assert (good(second), good(third)) == (True, False)
    catalogue.access.accounts.set_password(account.id, "une autre phrase longue", account.id)
    assert not good(second)


def test_tokens_of_sessions_rotate(catalogue: Catalogue) -> None:
    """After an hour the browser gets another; both serve together for a while, then the former is worth nothing."""
    account, now = make(catalogue), datetime.now(UTC)
    token = catalogue.access.sessions.open(account.id, LIFETIMES)
    found = catalogue.access.sessions.find(token, LIFETIMES, now)
    assert found is not None
    assert found.renewed_token is None
    later = now + HOUR + timedelta(minutes=1)
    signed = catalogue.access.sessions.find(token, LIFETIMES, later)
    assert signed is not None
    assert signed.renewed_token not in (None, token)
    together = catalogue.access.sessions.find(token, LIFETIMES, later + timedelta(seconds=5))
    assert together is not None
    assert together.renewed_token is None
    assert catalogue.access.sessions.find(signed.renewed_token or "", LIFETIMES, later + timedelta(minutes=2))
    assert catalogue.access.sessions.find(token, LIFETIMES, later + timedelta(minutes=2)) is None


_SQLITE = ("BEGIN IMMEDIATE", "PRAGMA query_only=ON")
_POSTGRESQL = (f"SELECT pg_advisory_lock({WRITER_LOCK_KEY})",)


def test_reading_goes_on_while_nothing_can_be_written(catalogue: Catalogue, behind: Engine) -> None:
    """When a session or a key was last used, and its renewal, wait for a catalogue that has room and is free."""
    account, later = make(catalogue), datetime.now(UTC) + HOUR + timedelta(minutes=1)
    session = catalogue.access.sessions.open(account.id, LIFETIMES)
    key = catalogue.access.api_tokens.create(account.id, "agenda", Scope.READ, 2 * HOUR)
    for hindrance in _SQLITE if behind.dialect.name == "sqlite" else _POSTGRESQL:
        with behind.connect() as other, catalogue._database.connect() as own:  # noqa: SLF001 - a database to read only
            (own if "PRAGMA" in hindrance else other).exec_driver_sql(hindrance)
            own.rollback()
            own.close()
            signed = catalogue.access.sessions.find(session, LIFETIMES, later)
            assert signed is not None
            assert (signed.account, signed.renewed_token) == (account, None)
            assert catalogue.access.api_tokens.find_owner(key, later) == account
            assert [each.used for each in catalogue.access.api_tokens.list_of(account.id)] == [None]
    behind.dispose()
    catalogue._database.dispose()  # noqa: SLF001 - the connections that only read
    again = catalogue.access.sessions.find(session, LIFETIMES, later)
    assert again is not None
    assert again.renewed_token


def _role(catalogue: Catalogue, token: str) -> Role | None:
    found = catalogue.access.api_tokens.find_owner(token)
    return found.role if found else None


def test_tools_have_keys_of_their_own(catalogue: Catalogue) -> None:
    """Within their scope and their time, and never more than their owner may now; taken back at will."""
    reader, animator = make(catalogue), make(catalogue, "Bo Diallo", Role.ANIMATOR)
    with pytest.raises(NotAllowedError):
        catalogue.access.api_tokens.create(reader.id, "dépôt", Scope.ANIMATE, HOUR)
    token = catalogue.access.api_tokens.create(animator.id, "dépôt", Scope.ANIMATE, HOUR)
    reading = catalogue.access.api_tokens.create(reader.id, "agenda", Scope.READ, HOUR)
    assert token.startswith("ruche_")
    assert [_role(catalogue, each) for each in (token, reading)] == [Role.ANIMATOR, Role.READER]
    assert _role(catalogue, catalogue.access.api_tokens.create(animator.id, "lecture", Scope.READ, HOUR)) is Role.READER
    assert catalogue.access.api_tokens.find_owner(token, datetime.now(UTC) + HOUR) is None
    _, told = catalogue.access.api_tokens.list_of(animator.id)
    assert (told.name, token.startswith(told.start), told.used is not None) == ("dépôt", True, True)
    catalogue.access.accounts.change(animator.id, NewAccount(animator.mail, animator.name, Role.READER), CONSOLE)
    assert _role(catalogue, token) is Role.READER
    assert catalogue.access.api_tokens.revoke(animator.id, told.number, animator.id)
    assert catalogue.access.api_tokens.find_owner(token) is None
    assert not catalogue.access.api_tokens.revoke(reader.id, told.number, reader.id)


def test_an_invitation_is_taken_once(catalogue: Catalogue) -> None:
    """It gives the role and groups that it was made with; then, expired or revoked, it gives nothing."""
    catalogue.access.rules.save_group(Group("comite", "Comité"), CONSOLE)
    wanted = NewAccount("Bo@Grigny.example", "", Role.ANIMATOR, frozenset({"comite"}))
    former = catalogue.access.invitations.create(wanted, HOUR, CONSOLE)
    token = catalogue.access.invitations.create(wanted, HOUR, CONSOLE)
    assert catalogue.access.invitations.find(token).mail == "bo@grigny.example"
    made = catalogue.access.invitations.accept(token, "Bo  Diallo", PASSWORD)
    assert (made.name, made.role, made.groups) == ("Bo Diallo", Role.ANIMATOR, frozenset({"comite"}))
    late = catalogue.access.invitations.create(NewAccount("ali@grigny.example", ""), -HOUR, CONSOLE)
    revoked = catalogue.access.invitations.create(NewAccount("zoe@grigny.example", ""), HOUR, CONSOLE)
    (pending,) = catalogue.access.invitations.list_pending()
    catalogue.access.invitations.revoke(pending.number, CONSOLE)
    for gone in (former, token, late, revoked, "autre"):
        with pytest.raises(InvitationError):
            catalogue.access.invitations.accept(gone, "Eve", PASSWORD)
    with pytest.raises(AccountExistsError):
        catalogue.access.invitations.create(wanted, HOUR, CONSOLE)
    assert catalogue.access.invitations.purge() == 1


def test_a_weak_password_leaves_the_invitation(catalogue: Catalogue) -> None:
    """Who is refused may try again."""
    token = catalogue.access.invitations.create(NewAccount("bo@grigny.example", ""), HOUR, CONSOLE)
    with pytest.raises(WeakPasswordError):
        catalogue.access.invitations.accept(token, "Bo", "court")
    assert catalogue.access.invitations.accept(token, "Bo", PASSWORD).mail == "bo@grigny.example"


@pytest.mark.parametrize(
    ("paths", "groups"),
    [
        ((), {MEMBERS}),
        (("a/b.pdf",), {MEMBERS}),
        (("Comité/b.pdf",), {"comite"}),
        (("Comité/Public/b.pdf",), {MEMBERS}),
        (("Comité/Public/Bureau/x/b.pdf",), {"bureau"}),
        (("Comités/b.pdf", "Comité"), {MEMBERS}),
        (("Comité/b.pdf", "Comité/Public/Bureau/b.pdf"), {"comite", "bureau"}),
        (("Comité/b.pdf", "a/b.pdf"), {"comite", MEMBERS}),
    ],
)
def test_the_most_specific_rule_decides(paths: tuple[str, ...], groups: set[str]) -> None:
    """Place by place; a document in several places is seen by whoever may see one of them."""
    rules = {
        "comité": frozenset({"comite"}),
        "comité/public": frozenset({MEMBERS}),
        "comité/public/bureau": frozenset({"bureau"}),
    }
    assert derive_audience(paths, FolderRules(rules)) == groups


def test_a_rule_for_the_whole_library() -> None:
    """The library itself is a folder too."""
    assert derive_audience(["a/b.pdf"], FolderRules({"": frozenset({"comite"})})) == {"comite"}


def test_capitals_and_accents_make_no_other_folder() -> None:
    """However a system spells a folder, its rule holds."""
    rules = FolderRules({"comité": frozenset({"comite"})})
    for folder in ("Comité", "COMITÉ", "Comite\u0301", "comitÉ/Sous"):
        assert derive_audience([f"{folder}/b.pdf"], rules) == {"comite"}
    assert derive_audience(["Comite/b.pdf"], rules) == {MEMBERS}


def test_what_came_after_a_rule_lost_its_folder() -> None:
    """New folders are kept for the lost rule's groups, in other rules' folders too; a rule made for one frees it."""
    rules = FolderRules(
        {"a": frozenset({"comite"}), "b": frozenset({"bureau"}), "n/own": frozenset({"bureau"})},
        withheld={"n": frozenset({"comite"}), "b/n": frozenset({"comite"}), "a/n": frozenset({"comite", "autre"})},
    )
    paths = ("n/x", "n/sub/x", "b/n/x", "a/n/x", "n/own/x", "b/x", "z/x")
    assert [derive_audience([path], rules) for path in paths] == [
        {"comite"},
        {"comite"},
        set(),
        {"comite"},
        {"bureau"},
        {"bureau"},
        {MEMBERS},
    ]


def test_changing_a_rule_changes_who_sees(catalogue: Catalogue, add: Add) -> None:
    """At once, for the documents of the folder and no others, each with a revision that indexes learn."""
    everyone, committee = frozenset({MEMBERS}), frozenset({MEMBERS, "comite"})
    inside, outside = add("Dedans", path="Comité/a.pdf"), add("Dehors", path="Comité 2/b.pdf")
    catalogue.access.rules.save_group(Group("comite", "Comité"), CONSOLE)
    before = catalogue.revisions.read_last()
    assert catalogue.access.rules.save_folder_rule(FolderRule("/Comité/", frozenset({"comite"})), CONSOLE).changed == 1
    assert catalogue.documents.find(inside, everyone) is None
    assert catalogue.documents.find(inside, committee)
    assert catalogue.documents.find(outside, everyone)
    assert [each.document_id for each in catalogue.revisions.list_since(before, 10)] == [inside]
    assert catalogue.access.rules.list_folder_rules() == (FolderRule("Comité", frozenset({"comite"})),)
    assert catalogue.access.rules.delete_folder_rule("Comité", CONSOLE).changed == 1
    assert catalogue.documents.find(inside, everyone)


def test_a_rule_is_of_all_spellings_of_its_folder(catalogue: Catalogue, add: Add) -> None:
    """« COMITÉ » is « Comité » under other capitals, for documents, their files and what is known of the folder."""
    catalogue.access.rules.save_group(Group("comite", "Comité"), CONSOLE)
    spellings = ("Comité", "COMITÉ", "Comite\u0301")
    for path in (*(f"{each}/a.pdf" for each in spellings), "comités/a.pdf", "comit_/a.pdf"):
        add(path, "la CAF", path=path)
    with catalogue.transaction() as transaction:
        folders = [LibraryFolder(each, "", datetime.now(UTC)) for each in (*spellings, "comités", "comit_")]
        transaction.folders.update(folders, (), ())
    rule = FolderRule("comité", frozenset({"comite"}))
    effect = catalogue.access.rules.save_folder_rule(rule, CONSOLE)
    assert (effect.changed, dict(effect.lost)) == (3, {MEMBERS: 3})
    wanted = StatusFilter(groups=frozenset({MEMBERS}))
    assert [each.path for each in catalogue.file_statuses.find(wanted)] == ["comit_/a.pdf", "comités/a.pdf"]
    places = ("COMITÉ/…", "Comite\u0301/…", "comités/…")
    assert catalogue.files.filter_visible(places, frozenset({MEMBERS})) == ("comités/…",)
    assert catalogue.folders.count_documents(frozenset({MEMBERS})) == {"": 2, "comités": 1, "comit_": 1}
    # A second rule, for another spelling, takes the place of the first.
    again = FolderRule("COMITÉ", frozenset({MEMBERS}))
    effect = catalogue.access.rules.save_folder_rule(again, CONSOLE)
    assert (effect.changed, dict(effect.gained)) == (3, {MEMBERS: 3})
    assert catalogue.access.rules.list_folder_rules() == (again,)


def test_a_rule_shows_what_its_author_was_told(catalogue: Catalogue, add: Add) -> None:
    """What shows more is told and not done, until someone agrees to just that; what came since is told too."""
    everyone, rules = frozenset({MEMBERS}), catalogue.access.rules
    add("Dedans", path="Comité/a.pdf")
    # Whoever narrows need not agree to anything.
    rules.save_folder_rule(FolderRule("Comité", frozenset({ANIMATORS})), CONSOLE, agreed_to="")
    known = catalogue.revisions.read_last()
    with pytest.raises(WiderRuleError) as asked:
        rules.delete_folder_rule("Comité", CONSOLE, agreed_to="")
    assert (asked.value.effect.changed, dict(asked.value.effect.gained)) == (1, {MEMBERS: 1})
    assert [each.folder for each in rules.list_folder_rules()] == ["Comité"]
    assert catalogue.revisions.read_last() == known
    late = add("Venu depuis", path="Comité/b.pdf")
    with pytest.raises(WiderRuleError) as again:
        rules.delete_folder_rule("Comité", CONSOLE, agreed_to=asked.value.effect.etag)
    assert dict(again.value.effect.gained) == {MEMBERS: 2}
    assert not catalogue.documents.find(late, everyone)
    rules.delete_folder_rule("Comité", CONSOLE, agreed_to=again.value.effect.etag)
    assert catalogue.documents.find(late, everyone)


def test_rights_that_changed_meanwhile_are_not_given_unseen(catalogue: Catalogue) -> None:
    """Whoever changes or restores an account from a page of before is told: a group that it left is not given back."""
    accounts, rules = catalogue.access.accounts, catalogue.access.rules
    rules.save_group(Group("comite", "Comité"), CONSOLE)
    person = accounts.create(NewAccount("a@ruche.example", "Ada", groups=frozenset({"comite"})), None, CONSOLE)
    shown = compute_account_etag(person)
    left = accounts.change(person.id, NewAccount(person.mail, "Ada"), CONSOLE, shown)
    with pytest.raises(AccountChangedError):
        accounts.change(person.id, NewAccount(person.mail, "Ada L.", groups=person.groups), CONSOLE, shown)
    assert accounts.find(person.id) == left
    accounts.suspend(person.id, CONSOLE)
    with pytest.raises(AccountChangedError):
        accounts.restore(person.id, CONSOLE, compute_account_etag(left))


def test_a_group_of_the_same_name_is_another_group(catalogue: Catalogue) -> None:
    """People who were invited to a group that was deleted are not of one that gets its name later."""
    catalogue.access.rules.save_group(Group("comite", "Comité"), CONSOLE)
    invited = NewAccount("a@ruche.example", "", groups=frozenset({"comite"}))
    token = catalogue.access.invitations.create(invited, timedelta(days=1), CONSOLE)
    catalogue.access.rules.delete_group("comite", CONSOLE)
    catalogue.access.rules.save_group(Group("comite", "Comité"), CONSOLE)
    assert catalogue.access.invitations.accept(token, "Ada", PASSWORD).groups == frozenset()


def test_a_rule_needs_groups_that_exist(catalogue: Catalogue) -> None:
    """A folder for nobody, or for a group that was never made, is a mistake; a group in use does not go."""
    for groups in (frozenset[str](), frozenset({"inconnu"})):
        with pytest.raises(GroupUnknownError):
            catalogue.access.rules.save_folder_rule(FolderRule("Comité", groups), CONSOLE)
    with pytest.raises(GroupInUseError):
        catalogue.access.rules.save_group(Group(MEMBERS, "Autres"), CONSOLE)
    catalogue.access.rules.save_group(Group("comite", "Comité"), CONSOLE)
    account = make(catalogue, "Ada Martin", Role.READER, "comite")
    catalogue.access.rules.save_folder_rule(FolderRule("Comité", frozenset({"comite", ANIMATORS})), CONSOLE)
    with pytest.raises(GroupInUseError, match="Comité"):
        catalogue.access.rules.delete_group("comite", CONSOLE)
    catalogue.access.rules.delete_folder_rule("Comité", CONSOLE)
    catalogue.access.rules.delete_group("comite", CONSOLE)
    with pytest.raises(GroupUnknownError, match="n’existe plus"):
        catalogue.access.rules.delete_group("comite", CONSOLE)
    left = catalogue.access.accounts.find(account.id)
    assert left is not None
    assert left.groups == frozenset()


def test_a_person_gets_what_is_kept_of_them(catalogue: Catalogue) -> None:
    """Account, sessions, keys, searches and audit, without a secret, nor what is others'; the export is audited."""
    account = make(catalogue)
    come_in(catalogue, account.mail)
    catalogue.access.sessions.open(account.id, LIFETIMES)
    catalogue.access.api_tokens.create(account.id, "agenda", Scope.READ, HOUR)
    catalogue.saved_searches.save("À moi", "q=caf", account.id)
    others = catalogue.saved_searches.save("RSA", "q=rsa")
    for address in ("Ada@grigny.example", "autre@grigny.example"):
        catalogue.saved_searches.subscribe(others, address, DigestFrequency.WEEKLY)
    told = catalogue.access.export_person(account.id, account.id)
    assert told["compte"]["mail"] == account.mail
    assert (len(told["sessions"]), [each["name"] for each in told["jetons"]]) == (1, ["agenda"])
    assert [each["act"] for each in told["journal"]][:2] == ["compte-exporte", "jeton-cree"]
    followed = [(each["address"], each["search"], each["rhythm"]) for each in told["abonnements"]]
    assert followed == [("Ada@grigny.example", "RSA", "semaine")]
    assert [each["name"] for each in told["recherches"]] == ["À moi"]
    assert "argon2" not in str(told)
    assert "autre@" not in str(told)


def test_an_erased_person_is_nowhere(catalogue: Catalogue, behind: Engine) -> None:
    """No row holds the address or the name any more; what they decided has « compte effacé » for its author."""
    catalogue.access.rules.save_group(Group("comite", "Comité"), CONSOLE)
    catalogue.access.invitations.create(NewAccount("ada@grigny.example", "", Role.READER), HOUR, CONSOLE)
    account = make(catalogue, "Ada Martin", Role.READER, "comite")
    catalogue.access.identities.link_account(
        Identity("https://fournisseur.example", "sujet-1", account.mail, account.name), None
    )
    come_in(catalogue, account.mail)
    catalogue.access.sessions.open(account.id, LIFETIMES, "jeton-du-fournisseur")
    catalogue.access.api_tokens.create(account.id, "agenda-ada", Scope.READ, HOUR)
    mine, others = (
        catalogue.saved_searches.save("Recherche d’Ada", "q=caf", account.id),
        catalogue.saved_searches.save("RSA", "q=rsa"),
    )
    catalogue.saved_searches.subscribe(mine, "autre@grigny.example", DigestFrequency.WEEKLY)
    catalogue.saved_searches.subscribe(others, "Ada@grigny.example", DigestFrequency.DAILY)
    before = dump(behind)
    left = ("ada@", "Ada", "sujet-1", "jeton-du-fournisseur", "agenda-ada", "autre@", mine.token, "argon2")
    assert all(each in before for each in left)
    catalogue.access.accounts.erase(account.id, CONSOLE)
    assert account.id not in catalogue.access.accounts.list_names()
    told = dump(behind)
    assert account.id in told
    assert [each for each in left if each in told] == []
    assert others.token in told


def test_passwords_are_hashed_while_others_may_write(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes long: whoever makes an account, changes a password or takes an invitation keeps nobody waiting."""
    written: list[str] = []

    def hashed(password: str) -> str:
        # A writer that found another in its way would wait, then fail.
        written.append(catalogue.saved_searches.save("pendant", "q=caf").token)
        return passwords.hash_password(password)

    monkeypatch.setattr("index.catalogue.access.accounts.hash_password", hashed)
    account = make(catalogue)
    catalogue.access.accounts.set_password(account.id, "une autre phrase longue", CONSOLE)
    secret = catalogue.access.invitations.create(NewAccount("bo@grigny.example", ""), HOUR, CONSOLE)
    catalogue.access.invitations.accept(secret, "Bo", PASSWORD)
    assert len(written) == 3


def test_a_refused_person_is_in_the_audit(catalogue: Catalogue) -> None:
    """A suspended account that someone tries with the right password, as with a wrong one."""
    account = make(catalogue)
    catalogue.access.accounts.suspend(account.id, CONSOLE)
    with pytest.raises(SuspendedAccountError):
        come_in(catalogue, account.mail)
    assert acts(catalogue, account)[-1] is AuditAction.SIGN_IN_REFUSED


def test_nothing_changes_a_line_of_the_audit(catalogue: Catalogue) -> None:
    """It is told, counted, added to and erased by age, by code that has no other way to it."""
    assert {name for name in vars(Audit) if not name.startswith("_")} == {"list_latest", "count", "purge"}
    source = Path(index.__file__).parent
    statements = re.compile(r"\b(?:update|delete|merge)\(\s*AuditRow|AuditRow\.\w+\s*=[^=]")
    found = {
        each.name: statements.findall(text)
        for each in source.rglob("*.py")
        if "AuditRow" in (text := each.read_text(encoding="utf-8"))
    }
    assert found == {"access.py": ["delete(AuditRow"], "access_tables.py": [], "writing.py": []}
    account = make(catalogue)
    catalogue.access.accounts.suspend(account.id, CONSOLE)
    before = catalogue.access.audit.list_latest(10)
    catalogue.access.accounts.change(account.id, NewAccount("eva@grigny.example", "Eva"), CONSOLE)
    catalogue.access.accounts.erase(account.id, CONSOLE)
    assert catalogue.access.audit.list_latest(10)[2:] == before


def test_the_audit_is_erased_when_its_time_is_over(catalogue: Catalogue) -> None:
    """What is older than its time goes, the rest stays."""
    make(catalogue)
    assert catalogue.access.audit.purge(datetime.now(UTC) - HOUR) == 0
    assert catalogue.access.audit.purge(datetime.now(UTC) + HOUR) == 1
    assert catalogue.access.audit.list_latest(10) == ()
