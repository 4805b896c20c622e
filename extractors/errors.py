"""Why a file could not be read: a closed list of reasons, each with advice for the animator."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Why a content could not be read. `message` and `advice` are sentences that animators read."""

    # The catalogue keeps these values: a value never changes.
    ENCRYPTED = "protege"
    DAMAGED = "abime"
    EMPTY = "vide"
    UNKNOWN_FORMAT = "format-inconnu"
    TOO_SLOW = "trop-long"
    TOO_LARGE = "trop-volumineux"
    CRASHED = "arret-brutal"
    NO_CONVERTER = "convertisseur-absent"
    UNREADABLE = "illisible"

    @property
    def message(self) -> str:
        """What happened, in French, without a full stop."""
        return _TEXTS[self][0]

    @property
    def advice(self) -> str:
        """What the animator can do, in French, without a full stop."""
        return _TEXTS[self][1]


NO_RECOGNITION_WARNING = "Pages numérisées sans texte : la reconnaissance de caractères n’est pas installée."
"""The warning of what would be read if Tesseract were installed."""

MISNAMED_DETAIL = "contenu ni textuel ni connu"
"""The detail of the failures that another name may end: under its suffix, the content is not taken for text."""

_TEXTS: dict[Reason, tuple[str, str]] = {
    Reason.ENCRYPTED: ("protégé par mot de passe", "déposez une version sans mot de passe"),
    Reason.DAMAGED: (
        "fichier abîmé ou incomplet",
        "ouvrez-le avec son logiciel, enregistrez-le de nouveau et redéposez-le",
    ),
    Reason.EMPTY: ("fichier vide (0 octet)", "la copie a sans doute été interrompue : redéposez le fichier"),
    Reason.UNKNOWN_FORMAT: (
        "format non pris en charge",
        "déposez une version PDF, bureautique ou texte ; s’il est en texte brut, donnez-lui l’extension « .txt »",
    ),
    Reason.TOO_SLOW: ("lecture interrompue : trop longue", "découpez le fichier ou déposez une version PDF"),
    Reason.TOO_LARGE: ("contenu trop volumineux une fois ouvert", "découpez le fichier ou allégez ses images"),
    Reason.CRASHED: (
        "le lecteur s’est arrêté brutalement",
        "déposez une version PDF, enregistrée par un autre logiciel",
    ),
    Reason.NO_CONVERTER: (
        "convertisseur absent",
        "installez LibreOffice sur le serveur, ou déposez une version récente (DOCX, PPTX, XLSX) ou PDF",
    ),
    Reason.UNREADABLE: ("accès refusé ou lecture impossible", "vérifiez les droits du fichier et l’état du partage"),
}


class UnreadableFileError(Exception):
    """A content cannot be read, for one of the reasons.

    `detail` is for the log and for developers: a library's own message, in whatever language it is written.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        # Both go to Exception: pickle builds the error again from these arguments, on its way out of a worker.
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return self.reason.message
