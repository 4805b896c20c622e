"""Checks of what Ruche asks elsewhere: models, mail, single sign-on. Each gives one finding, and sends no document."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from index.config import SPEECH_MODEL_FOLDER
from index.engines import CLUSTERED_ENGINES, EngineUnavailableError, check_engine_cluster
from index.model_service import ModelService, ServiceRefusalError
from webapp.auth import check_identity_provider
from webapp.diagnosis.check_results import Finding, find_fault, find_fine, find_warning
from webapp.mailing import (
    MailboxError,
    MailServerError,
    can_send,
    explain_mailbox_settings,
    open_mail_connection,
    open_mailbox,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.config import Settings

_MOST_WAIT_SECONDS = 10.0


def check_services(settings: Settings) -> Iterator[Finding]:
    """Check each service that the settings name, by asking it."""
    if settings.engine in CLUSTERED_ENGINES:
        yield _check_cluster(settings)
    yield _check_transcription(settings)
    if settings.assistant:
        service = ModelService(settings.assistant, settings.assistant_model, settings.assistant_key)
        yield _check_model("Réponses", service, "assistant")
    # A class of this machine is loaded by the indexer, which tells what hinders it.
    if "://" in settings.embedding:
        service = ModelService(settings.embedding, settings.embedding_model, settings.embedding_key)
        yield _check_model("Classement par le sens", service, "embedding")
    yield _check_mail(settings)
    if settings.deposit_mailbox_host:
        yield _check_mailbox(settings)
    if settings.auth == "oidc":
        yield _check_sign_on(settings)


def _check_cluster(settings: Settings) -> Finding:
    subject = "Moteur de recherche"
    # While an index of another engine is still searched, nothing else tells that its successor cannot be built.
    try:
        check_engine_cluster(settings.engine, settings.cluster)
    except EngineUnavailableError as error:
        return find_fault(
            subject, str(error), "Vérifiez qu’OpenSearch est en marche, et le réglage «\u00a0opensearch_url\u00a0»."
        )
    return find_fine(subject, "OpenSearch répond.")


def _check_transcription(settings: Settings) -> Finding:
    subject = "Transcription"
    if not settings.transcription:
        return find_fine(
            subject, "Non demandée\u00a0: les enregistrements sans sous-titres se trouvent par leur titre seul."
        )
    if settings.transcription != "locale":
        service = ModelService(settings.transcription, settings.transcription_model, settings.transcription_key)
        return _check_model(subject, service, "transcription")
    folder = Path(settings.transcription_model or SPEECH_MODEL_FOLDER)
    if find_spec("faster_whisper") is None:
        return find_fault(
            subject,
            "Le réglage «\u00a0transcription = locale\u00a0» demande faster-whisper, qui n’est pas installé "
            f"dans {sys.prefix}.",
            "make install-transcription",
        )
    if not (folder / "model.bin").is_file():
        return find_fault(
            subject,
            f"Il n’y a pas de modèle (model.bin) dans {folder}.",
            "make install-transcription, ou corrigez le réglage «\u00a0transcription_model\u00a0».",
        )
    return find_fine(subject, f"Le modèle de {folder.name} est là.")


def _check_model(subject: str, service: ModelService, setting: str) -> Finding:
    try:
        offered = service.list_models(_MOST_WAIT_SECONDS)
    except ServiceRefusalError as error:
        return find_fault(
            subject,
            f"Le service {service.address} refuse ou ne répond pas\u00a0: {error}.",
            f"Vérifiez les réglages «\u00a0{setting}\u00a0» et «\u00a0{setting}_key\u00a0», et le réseau.",
        )
    # Some services answer, and list nothing: then the name cannot be checked.
    if service.model and offered and service.model not in offered:
        return find_fault(
            subject,
            f"Le service {service.address} ne propose pas le modèle «\u00a0{service.model}\u00a0».",
            f"Choisissez dans le réglage «\u00a0{setting}_model\u00a0»\u00a0: {', '.join(offered[:8])}.",
        )
    if not service.model and len(offered) != 1:
        return find_fault(
            subject,
            f"Le service {service.address} propose {len(offered)} modèles, et aucun n’est choisi.",
            f"Nommez-en un dans le réglage «\u00a0{setting}_model\u00a0»\u00a0: {', '.join(offered[:8])}.",
        )
    return find_fine(subject, f"{service.address} répond.")


def _check_mail(settings: Settings) -> Finding:
    subject = "Courriels"
    if not settings.smtp_host:
        return find_fine(subject, "Aucun serveur\u00a0: les suivis par courriel ne sont pas proposés.")
    if not can_send(settings):
        return find_warning(
            subject,
            "Un serveur est réglé, mais aucun courriel ne peut partir.",
            "Donnez aussi les réglages «\u00a0mail_sender\u00a0» et «\u00a0public_address\u00a0».",
        )
    # Up to signing in, without a message: nobody's mailbox gets a test.
    try:
        with open_mail_connection(settings):
            return find_fine(subject, f"{settings.smtp_host}:{settings.smtp_port} nous accepte.")
    except MailServerError as error:
        return find_fault(subject, str(error), "Corrigez ces réglages, ou prévenez qui tient ce serveur.")


def _check_mailbox(settings: Settings) -> Finding:
    subject = "Dépôts par courriel"
    if trouble := explain_mailbox_settings(settings):
        return find_fault(subject, f"La boîte ne peut pas être lue\u00a0: {trouble}.", "Complétez ces réglages.")
    # Up to opening the inbox: no message is read, moved or marked.
    try:
        with open_mailbox(settings) as mailbox:
            mailbox.list_messages()
            return find_fine(subject, f"La boîte {settings.deposit_mailbox_user} s’ouvre.")
    except MailboxError as error:
        return find_fault(subject, str(error), "Corrigez ces réglages, ou prévenez qui tient ce serveur.")


def _check_sign_on(settings: Settings) -> Finding:
    trouble = check_identity_provider(settings)
    if trouble:
        return find_fault(
            "Authentification unique",
            f"{settings.oidc_name} ne répond pas comme attendu ({trouble}).",
            "Vérifiez le réglage «\u00a0oidc_discovery\u00a0», le réseau et l’horloge de la machine.",
        )
    return find_fine("Authentification unique", f"{settings.oidc_name} répond, ses clés se lisent.")
