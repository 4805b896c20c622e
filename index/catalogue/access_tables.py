"""The tables of accounts. Secrets that were drawn are stored as hexadecimal SHA-256, passwords as Argon2 hashes."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from index.accounts import LONGEST_MAIL
from index.catalogue.quotas import Quota
from index.catalogue.tables import NAME_TYPE, Base

# SHA-256 in hexadecimal.
_HASH = String(64)

LONGEST_ISSUER = 500
LONGEST_SUBJECT = 255
"""Characters of a subject (OpenID Connect Core 1.0, section 2)."""


def _account() -> ForeignKey:
    # Erasing an account takes all that hangs on it.
    return ForeignKey("account.id", ondelete="CASCADE")


class AccountRow(Base):
    """A person who may use Ruche."""

    __tablename__ = "account"
    quota = Quota("comptes", 50_000)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    mail: Mapped[str] = mapped_column(String(LONGEST_MAIL), unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None]
    created: Mapped[datetime]
    signed_in: Mapped[datetime | None]


class MembershipRow(Base):
    """An account in a group."""

    __tablename__ = "membership"

    account_id: Mapped[str] = mapped_column(String(16), _account(), primary_key=True)
    # `group` is a reserved word of SQL.
    group: Mapped[str] = mapped_column(
        "group_name", NAME_TYPE, ForeignKey("member_group.name", ondelete="CASCADE"), primary_key=True
    )


class GroupRow(Base):
    """A group that was created; the built-in ones need no row."""

    __tablename__ = "member_group"
    quota = Quota("groupes", 500)

    name: Mapped[str] = mapped_column(NAME_TYPE, primary_key=True)
    label: Mapped[str]


class FolderRuleRow(Base):
    """A group that may see a folder which not everyone may see."""

    __tablename__ = "folder_rule"
    quota = Quota("règles de dossier", 5_000)

    folder: Mapped[str] = mapped_column(primary_key=True)
    # No foreign key: built-in groups have no row.
    group: Mapped[str] = mapped_column("group_name", NAME_TYPE, primary_key=True)


class InvitationRow(Base):
    """An account promised to an address; the row goes when it is accepted."""

    __tablename__ = "invitation"
    is_shown = False
    quota = Quota("invitations en attente", 1_000)

    number: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    mail: Mapped[str] = mapped_column(String(LONGEST_MAIL), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    groups: Mapped[list[str]] = mapped_column(JSON)
    created: Mapped[datetime]
    expires: Mapped[datetime]


class IdentityRow(Base):
    """An identity of a provider, and the account that it is linked to."""

    __tablename__ = "identity"
    is_shown = False
    quota = Quota("identités", 100_000, "account_id", 20)
    __table_args__ = (Index("identity_account", "account_id"),)

    # A subject is unique within its issuer only (OpenID Connect Core 1.0, section 2).
    issuer: Mapped[str] = mapped_column(String(LONGEST_ISSUER), primary_key=True)
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(16), _account())
    linked: Mapped[datetime]


class SessionRow(Base):
    """A browser in which a person is signed in; `former_hash` is valid until the new token is seen.

    `id_token` is what the identity provider wants back when the person signs out; empty where there is none.
    """

    __tablename__ = "browser_session"
    is_shown = False
    __table_args__ = (Index("browser_session_account", "account_id"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(String(16), _account())
    token_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    former_hash: Mapped[str | None] = mapped_column(_HASH, unique=True)
    created: Mapped[datetime]
    renewed: Mapped[datetime]
    seen: Mapped[datetime]
    expires: Mapped[datetime]
    id_token: Mapped[str] = mapped_column(Text, default="")


class TokenRow(Base):
    """A tool's API token, in someone's name."""

    __tablename__ = "api_token"
    is_shown = False
    quota = Quota("jetons", 20_000, "account_id", 30)
    __table_args__ = (Index("api_token_account", "account_id"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(String(16), _account())
    token_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    start: Mapped[str] = mapped_column(String(16))
    name: Mapped[str]
    scope: Mapped[str] = mapped_column(String(16))
    created: Mapped[datetime]
    expires: Mapped[datetime]
    used: Mapped[datetime | None]


class AttemptRow(Base):
    """An attempt to sign in that did not succeed, or not yet: one row for the account, one for the network address."""

    __tablename__ = "sign_in_attempt"
    is_shown = False
    __table_args__ = (Index("sign_in_attempt_subject", "subject"), Index("sign_in_attempt_at", "at"))

    number: Mapped[int] = mapped_column(primary_key=True)
    # A hash: neither the address that was typed nor the network is kept.
    subject: Mapped[str] = mapped_column(_HASH)
    at: Mapped[datetime]


class SentMailRow(Base):
    """A mail that somebody's request sent: one row for the mailbox, one for each sender that is counted."""

    __tablename__ = "sent_mail"
    is_shown = False
    __table_args__ = (Index("sent_mail_subject", "subject"), Index("sent_mail_at", "at"))

    number: Mapped[int] = mapped_column(primary_key=True)
    # A hash: neither the mailbox nor the sender is kept.
    subject: Mapped[str] = mapped_column(_HASH)
    at: Mapped[datetime]


class AuditRow(Base):
    """An entry of the audit. Rows are added, and deleted when they are too old; nothing changes one."""

    __tablename__ = "audit"
    is_shown = False
    __table_args__ = (Index("audit_at", "at"), Index("audit_who", "who"), Index("audit_subject", "subject"))

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    # Ids and not names: an account that is erased leaves no name here.
    who: Mapped[str] = mapped_column(String(16))
    act: Mapped[str] = mapped_column(String(40))
    on: Mapped[str] = mapped_column("subject")
    detail: Mapped[str]
