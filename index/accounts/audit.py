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


ERASED_ACCOUNT_LABEL = "compte effacé"
"""What people read in place of a name, where the id of an erased account still stands."""


class AuditAction(Enum):
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
    VIEWED_AS = "vu-comme"
    FOLDER_FOLLOWED = "regle-suit-dossier"
    FOLDER_LOST = "regle-sans-dossier"
    DOUBT_JUDGED = "doute-tranche"
    AUDIENCE_AGREED = "retenu-montre"
    AUDIENCE_KEPT = "retenu-garde"
    AUDIENCE_WITHDRAWN = "retenu-de-nouveau"
    DEPOSITED = "depot"
    DESCRIBED = "etiquetage"
    REMOVAL_CONFIRMED = "suppression-confirmee"
    EVENT_CHANGED = "rendez-vous-modifie"
    VOCABULARY_CHANGED = "vocabulaire-modifie"
    TRANSCRIPT_CORRECTED = "transcription-corrigee"
    CHAPTER_CORRECTED = "chapitre-corrige"
    INQUIRY_ANSWERED = "question-repondue"
    INQUIRY_JUDGED = "question-moderee"
    INQUIRY_PASSED_ON = "question-transmise"
    CONTACT_PROPOSED = "fiche-proposee"
    CONTACT_CHANGED = "fiche-modifiee"
    CONTACT_AGREED = "fiche-confirmee"
    CONTACT_DECLINED = "fiche-refusee"
    CONTACT_ERASED = "fiche-effacee"
    RESOLUTION_DISMISSED = "decision-ecartee"
    RESOLUTION_RESTORED = "decision-remise"
    JUDGED_QUESTION_CHANGED = "question-controle"

    @property
    def label(self) -> str:
        """The French name of the action, for administrators."""
        return _LABELS[self]


_LABELS = {
    AuditAction.ACCOUNT_CREATED: "compte créé",
    AuditAction.ACCOUNT_CHANGED: "compte modifié",
    AuditAction.ACCOUNT_SUSPENDED: "compte suspendu",
    AuditAction.ACCOUNT_RESTORED: "compte rétabli",
    AuditAction.ACCOUNT_ERASED: "compte effacé",
    AuditAction.ACCOUNT_EXPORTED: "données d’un compte exportées",
    AuditAction.ACCOUNT_LINKED: "compte relié à l’authentification unique",
    AuditAction.PASSWORD_CHANGED: "mot de passe changé",
    AuditAction.INVITED: "invitation envoyée",
    AuditAction.INVITATION_REVOKED: "invitation annulée",
    AuditAction.SIGNED_IN: "connexion",
    AuditAction.SIGN_IN_REFUSED: "connexion refusée",
    AuditAction.SESSIONS_CLOSED: "sessions fermées",
    AuditAction.TOKEN_CREATED: "jeton d’accès créé",
    AuditAction.TOKEN_REVOKED: "jeton d’accès révoqué",
    AuditAction.GROUP_CHANGED: "groupe modifié",
    AuditAction.FOLDER_CHANGED: "visibilité d’un dossier modifiée",
    AuditAction.VIEWED_AS: "site regardé comme un groupe le voit",
    AuditAction.FOLDER_FOLLOWED: "règle qui suit son dossier, renommé ou déplacé",
    AuditAction.FOLDER_LOST: "règle qui a perdu son dossier",
    AuditAction.DOUBT_JUDGED: "décision sur des données personnelles",
    AuditAction.AUDIENCE_AGREED: "document retenu, montré",
    AuditAction.AUDIENCE_KEPT: "document retenu, gardé réservé",
    AuditAction.AUDIENCE_WITHDRAWN: "document montré, retenu de nouveau",
    AuditAction.DEPOSITED: "fichier déposé",
    AuditAction.DESCRIBED: "documents étiquetés ou corrigés",
    AuditAction.REMOVAL_CONFIRMED: "suppressions confirmées",
    AuditAction.EVENT_CHANGED: "rendez-vous modifié",
    AuditAction.VOCABULARY_CHANGED: "vocabulaire modifié",
    AuditAction.TRANSCRIPT_CORRECTED: "transcription corrigée",
    AuditAction.CHAPTER_CORRECTED: "minute d’une diapositive corrigée",
    AuditAction.INQUIRY_ANSWERED: "question répondue",
    AuditAction.INQUIRY_JUDGED: "question ou réponse, montrée ou retirée",
    AuditAction.INQUIRY_PASSED_ON: "question transmise à l’équipe nationale",
    AuditAction.CONTACT_PROPOSED: "fiche d’annuaire proposée",
    AuditAction.CONTACT_CHANGED: "fiche d’annuaire modifiée",
    AuditAction.CONTACT_AGREED: "fiche d’annuaire écrite ou confirmée par sa personne",
    AuditAction.CONTACT_DECLINED: "fiche d’annuaire refusée",
    AuditAction.CONTACT_ERASED: "fiche d’annuaire effacée",
    AuditAction.RESOLUTION_DISMISSED: "décision écartée",
    AuditAction.RESOLUTION_RESTORED: "décision écartée, remise",
    AuditAction.JUDGED_QUESTION_CHANGED: "question de contrôle gardée, modifiée ou effacée",
}


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the audit.

    `who` is an account's id, CONSOLE, or empty where nobody is known; `on` is what the action was done to.
    """

    at: datetime
    who: str
    act: AuditAction
    on: str
    detail: str
