"""What can go wrong with an account; each message is shown as it is."""

from __future__ import annotations

from index.errors import ExplainedError


class AccountError(ExplainedError):
    """Something about accounts that the person can do something about."""


class AccountExistsError(AccountError):
    """Two accounts cannot share a mail address."""


class AccountUnknownError(AccountError):
    """No account has this address or this id."""


class NotAllowedError(AccountError):
    """An account may not give more than it has."""


class LastAdministratorError(AccountError):
    """Without this administrator nobody could administer any more; nothing was changed."""


class MailError(AccountError):
    """What was given is no mail address."""


class WeakPasswordError(AccountError):
    """A password that is too easily guessed; the message says what is asked for."""


class InvitationError(AccountError):
    """An invitation that does not exist, was used, was taken back, or is too old: which, nobody is told."""


class GroupUnknownError(AccountError):
    """A group that was never made."""


class GroupInUseError(AccountError):
    """A group that folders or persons still need; nothing was changed."""


class WrongCredentialsError(AccountError):
    """Mail address or password: which of them is wrong is not told."""


class SuspendedAccountError(AccountError):
    """The right password of an account that may not be used any more."""


class NotExpectedError(AccountError):
    """Someone whom the single sign-on identified, and whom nothing lets in."""


class UnverifiedMailError(AccountError):
    """Someone whom the single sign-on identified without having checked their address."""


class TooManyAttemptsError(AccountError):
    """Too many failures lately for this account or from this place; `seconds` says how long to wait."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        minutes = max(1, round(seconds / 60))
        super().__init__(f"Trop d’essais : réessayez dans {minutes} minute{'s' if minutes > 1 else ''}.")
