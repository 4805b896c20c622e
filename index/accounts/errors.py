"""Errors about accounts; each message is shown to people as it is."""

from __future__ import annotations

from index.model import ExplainedError


class AccountError(ExplainedError):
    """An error about accounts that the person who reads it can act upon."""


class AccountExistsError(AccountError):
    """Another account has this mail address."""


class AccountUnknownError(AccountError):
    """No account has this address or this id."""


class AccountChangedError(AccountError):
    """An account is no longer what the person who changes it was shown; nothing was changed."""


class NotAllowedError(AccountError):
    """An account tried to give a right that it does not have."""


class LastAdministratorError(AccountError):
    """The change would leave no active administrator; nothing was changed."""


class ContactError(AccountError):
    """What is said of a contact does not fit; the message says what."""


class ContactUnknownError(AccountError):
    """No such contact, or not of this person."""


class ContactChangedError(AccountError):
    """A contact is no longer what the person who agrees was shown; nothing was changed."""


class MailAddressError(AccountError):
    """A text is not a mail address."""


class WeakPasswordError(AccountError):
    """A password is too easily guessed; the message says what is required."""


class InvitationError(AccountError):
    """An invitation does not exist, was used, was revoked or has expired; the message does not say which."""


class GroupUnknownError(AccountError):
    """No group has this name."""


class GroupInUseError(AccountError):
    """A folder rule still names the group, or its name is that of a built-in group; nothing was changed."""


class FolderRuleUnknownError(AccountError):
    """No rule is about this folder."""


class WrongCredentialsError(AccountError):
    """The mail address or the password is wrong; the message does not say which."""


class SuspendedAccountError(AccountError):
    """The password or the identity is right, but the account is suspended."""


class NotExpectedError(AccountError):
    """The single sign-on identified someone who has no account, no invitation and no right to one."""


class UnverifiedMailError(AccountError):
    """The single sign-on identified someone without having verified their mail address."""


class TooManyAttemptsError(AccountError):
    """Too many failed attempts lately, for this account or from this network address.

    `seconds` says how long to wait; the message says it in minutes.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        minutes = max(1, round(seconds / 60))
        super().__init__(f"Trop d’essais : réessayez dans {minutes} minute{'s' if minutes > 1 else ''}.")
