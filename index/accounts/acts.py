"""What the audit records: which action, by whom, on what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# No account can have this id: ids are drawn from letters without « l » and « o ».
CONSOLE = "console"
"""Stands for an account's id where a command acts: whoever may run commands may do anything anyway."""


ERASED = "compte effacé"
"""What people read in place of a name, where the id of an erased account still stands."""


class Act(Enum):
    """An action that the audit records, on an account (its id), a group, a folder, an event or a document (its id).

    The value is stored in the database: a new name of a member changes nothing, a new value would orphan old entries.
    """

    ACCOUNT_CREATED = "compte-cree"
    ACCOUNT_CHANGED = "compte-modifie"
    ACCOUNT_SUSPENDED = "compte-suspendu"
    ACCOUNT_RESTORED = "compte-retabli"
    ACCOUNT_ERASED = "compte-efface"
    ACCOUNT_EXPORTED = "compte-exporte"
    ACCOUNT_LINKED = "compte-relie"
    PASSWORD_CHANGED = "mot-de-passe-change"  # noqa: S105 - the name of an act
    INVITED = "invitation"
    INVITATION_REVOKED = "invitation-annulee"
    SIGNED_IN = "connexion"
    SIGN_IN_REFUSED = "connexion-refusee"
    SESSIONS_CLOSED = "sessions-fermees"
    TOKEN_CREATED = "jeton-cree"  # noqa: S105 - idem
    TOKEN_REVOKED = "jeton-revoque"  # noqa: S105 - idem
    GROUP_CHANGED = "groupe-modifie"
    FOLDER_CHANGED = "dossier-modifie"
    DOUBT_JUDGED = "doute-tranche"
    DEPOSITED = "depot"
    DESCRIBED = "etiquetage"
    REMOVAL_CONFIRMED = "suppression-confirmee"
    GATHERING_CHANGED = "rendez-vous-modifie"
    VOCABULARY_CHANGED = "vocabulaire-modifie"

    @property
    def label(self) -> str:
        """The French name of the action, for administrators."""
        return _LABELS[self]


_LABELS = {
    Act.ACCOUNT_CREATED: "compte créé",
    Act.ACCOUNT_CHANGED: "compte modifié",
    Act.ACCOUNT_SUSPENDED: "compte suspendu",
    Act.ACCOUNT_RESTORED: "compte rétabli",
    Act.ACCOUNT_ERASED: "compte effacé",
    Act.ACCOUNT_EXPORTED: "données d’un compte exportées",
    Act.ACCOUNT_LINKED: "compte relié à l’authentification unique",
    Act.PASSWORD_CHANGED: "mot de passe changé",
    Act.INVITED: "invitation envoyée",
    Act.INVITATION_REVOKED: "invitation annulée",
    Act.SIGNED_IN: "connexion",
    Act.SIGN_IN_REFUSED: "connexion refusée",
    Act.SESSIONS_CLOSED: "sessions fermées",
    Act.TOKEN_CREATED: "jeton d’accès créé",
    Act.TOKEN_REVOKED: "jeton d’accès révoqué",
    Act.GROUP_CHANGED: "groupe modifié",
    Act.FOLDER_CHANGED: "visibilité d’un dossier modifiée",
    Act.DOUBT_JUDGED: "décision sur des données personnelles",
    Act.DEPOSITED: "fichier déposé",
    Act.DESCRIBED: "documents étiquetés ou corrigés",
    Act.REMOVAL_CONFIRMED: "suppressions confirmées",
    Act.GATHERING_CHANGED: "rendez-vous modifié",
    Act.VOCABULARY_CHANGED: "vocabulaire modifié",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the audit.

    `who` is an account's id, CONSOLE, or empty where nobody is known; `on` is what the action was done to.
    """

    at: datetime
    who: str
    act: Act
    on: str
    detail: str
