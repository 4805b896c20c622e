"""The settings of an installation: their names, defaults and bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from index.config import oidc_settings
from index.config.reading_settings import check_embedding, check_extraction, check_service, check_transcription
from index.engines import SearchCluster
from index.web_processes import MAX_WEB_PROCESSES

LogFormat = Literal["auto", "texte", "json"]

INDEXER_LOCK_NAME = "indexeur.lock"
"""The lock file, in the data folder, that the one indexer at work holds."""


class Settings(BaseModel):
    """All settings with their defaults. Relative paths start from the folder of `ruche.toml`."""

    # « extra » is forbidden, so that a misspelt setting is refused and not ignored.
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    library: Path = Field(
        default=Path("bibliotheque"), description="Dossier surveillé, où l’équipe dépose les fichiers."
    )
    data: Path = Field(default=Path("donnees"), description="Dossier où Ruche tient son catalogue et son index.")
    catalogue: str = Field(
        default="",
        repr=False,
        description="Adresse de la base du catalogue ; vide : un fichier SQLite dans le dossier « data ».",
    )
    vocabulary: Path | None = Field(
        default=None, description="Fichier YAML qui ajoute ou remplace des territoires, thèmes et sigles."
    )
    engine: Literal["tantivy", "whoosh", "opensearch"] = Field(
        default="tantivy",
        description="Moteur de recherche ; « whoosh », en Python pur, est bien plus lent ; « opensearch » est à part.",
    )
    opensearch_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#@]+/?([\s,]+https?://[^\s/?#@]+/?)*)?$",
        description="Adresses des machines d’OpenSearch, séparées par des espaces, pour le moteur « opensearch ».",
    )
    opensearch_user: str = Field(default="", description="Compte de Ruche sur OpenSearch ; vide : aucun.")
    opensearch_password: str = Field(
        default="", repr=False, description="Mot de passe de ce compte ; plutôt par RUCHE_OPENSEARCH_PASSWORD."
    )
    opensearch_ca: Path | None = Field(
        default=None, description="Certificat (PEM) de l’autorité d’OpenSearch ; vide : celles du système."
    )
    opensearch_index: str = Field(
        default="ruche", pattern="^[a-z][a-z0-9-]{0,60}$", description="Début du nom des index sur OpenSearch."
    )
    opensearch_shards: int = Field(default=1, ge=1, le=64, description="Nombre de parts d’un index sur OpenSearch.")
    opensearch_replicas: int = Field(
        default=1, ge=0, le=5, description="Copies de chaque part, sur d’autres machines s’il y en a."
    )
    embedding: Annotated[str, AfterValidator(check_embedding)] = Field(
        default="",
        description="Ce qui transforme les passages en vecteurs ; vide : rien, un service (https://…/v1), ou la classe "
        "« paquet.module:Classe » d’un paquet Python.",
    )
    embedding_model: str = Field(default="", description="Nom du modèle chez ce service, ou donné à cette classe.")
    embedding_key: str = Field(
        default="", repr=False, description="Clé de ce service ; plutôt par RUCHE_EMBEDDING_KEY."
    )
    reranker: Annotated[str, AfterValidator(check_service)] = Field(
        default="",
        description="Service qui relit les 50 premiers résultats pour les reclasser (https://…/v1) ; vide : aucun.",
    )
    reranker_model: str = Field(default="", description="Nom du modèle chez ce service.")
    reranker_key: str = Field(default="", repr=False, description="Clé de ce service ; plutôt par RUCHE_RERANKER_KEY.")
    boost_recent: float = Field(
        default=0.1, ge=0, le=1, description="Ce que gagne au plus un document du jour dans le classement ; 0 : rien."
    )
    boost_event: float = Field(
        default=0.05, ge=0, le=1, description="Ce que gagne un document issu d’un rendez-vous ; 0 : rien."
    )
    site_name: str = Field(default="Ruche", min_length=1, description="Nom affiché en tête des pages.")
    demonstration: bool = Field(
        default=False,
        description="true : la page d’accueil propose trois choses à essayer, comme dans la démonstration.",
    )
    contact: str = Field(
        default="", description="Adresse électronique ou page de l’équipe d’animation, proposée aux membres."
    )
    ask_link: str = Field(
        default="",
        description="Adresse électronique ou page où poser une question à la communauté ; vide : celle de « contact ».",
    )
    theme: Literal["neutre", "etat"] = Field(
        default="neutre",
        description="Habillage ; « etat » (police et bloc-marque de l’État) est réservé aux services de l’État.",
    )
    publisher: str = Field(
        default="", description="Éditeur du site (nom, adresse, téléphone), pour les mentions légales."
    )
    publication_director: str = Field(
        default="", description="Directeur ou directrice de la publication, pour les mentions légales."
    )
    hosting_provider: str = Field(
        default="", description="Hébergeur du site (nom, adresse, téléphone), pour les mentions légales."
    )
    secret_key: str = Field(
        default="",
        repr=False,
        description="Secret qui signe les cookies ; vide : Ruche en tire un, gardé dans le dossier « data ».",
    )
    session_idle_hours: int = Field(
        default=12,
        ge=1,
        le=720,
        description="Durée sans visite après laquelle on doit se connecter de nouveau, en heures.",
    )
    session_days: int = Field(
        default=7,
        ge=1,
        le=90,
        description="Durée après laquelle on doit se connecter de nouveau quoi qu’il arrive, en jours.",
    )
    contact_days: int = Field(
        default=365,
        ge=30,
        le=1_095,
        description="Jours où une fiche de l’annuaire est montrée depuis que sa personne l’a confirmée.",
    )
    invitation_days: int = Field(default=7, ge=1, le=90, description="Durée de validité d’une invitation, en jours.")
    audit_days: int = Field(
        default=365, ge=30, le=3_650, description="Durée de conservation du journal de qui a fait quoi, en jours."
    )
    auth: Literal["aucune", "comptes", "oidc"] = Field(
        default="aucune",
        description="Qui peut entrer : « aucune » demande (sur la machine même), « comptes », ou « oidc », "
        "l’authentification unique avec les comptes.",
    )
    oidc_name: str = Field(
        default="ProConnect",
        min_length=1,
        description="Nom du fournisseur d’identité, lu sur le bouton de connexion.",
    )
    oidc_discovery: str = Field(
        default="",
        description="Adresse du fournisseur d’identité, qui finit par /.well-known/openid-configuration.",
    )
    oidc_client_id: str = Field(default="", description="Identifiant de Ruche chez ce fournisseur.")
    oidc_client_secret: str = Field(
        default="",
        repr=False,
        description="Secret de Ruche chez ce fournisseur ; plutôt par la variable RUCHE_OIDC_CLIENT_SECRET.",
    )
    oidc_client_secret_file: Path | None = Field(
        default=None, description="Fichier qui ne contient que ce secret, et que Ruche seule peut lire."
    )
    oidc_scopes: str = Field(
        default="openid given_name usual_name email uid siret",
        description="Ce qui est demandé au fournisseur, séparé par des espaces.",
    )
    oidc_domains: str = Field(
        default="",
        description="Domaines des adresses électroniques admises sans invitation, séparés par des espaces.",
    )
    oidc_sirets: str = Field(
        default="", description="SIRET des établissements admis sans invitation, séparés par des espaces."
    )
    oidc_role: Literal["lecteur", "animateur"] = Field(
        default="lecteur", description="Rôle de qui entre ainsi pour la première fois, sans invitation."
    )
    oidc_groups: str = Field(
        default="", description="Groupes de qui entre ainsi pour la première fois, séparés par des espaces."
    )
    host: str = Field(
        default="127.0.0.1",
        description="Adresse d’écoute du service web ; avec « auth = aucune », sur la machine même seulement.",
    )
    port: int = Field(default=8420, ge=0, le=65535, description="Port du service web ; 0 en choisit un libre.")
    web_processes: int = Field(
        default=1,
        ge=1,
        le=MAX_WEB_PROCESSES,
        description="Nombre de processus qui servent les pages et l’API ; pas plus que la machine n’a de cœurs.",
    )
    workers: int = Field(default=2, ge=1, le=64, description="Nombre de fichiers lus en même temps sur cette machine.")
    extraction: Annotated[str, AfterValidator(check_extraction)] = Field(
        default="local",
        description="Où les fichiers sont lus ; « local », ou « dask://machine:port », un cluster Dask.",
    )
    settle_seconds: float = Field(
        default=1.0, ge=0.1, le=600, description="Secondes sans changement après lesquelles un fichier déposé est lu."
    )
    watching: Literal["native", "polling"] = Field(
        default="native",
        description="Comment le dossier est suivi ; « polling » pour un partage réseau ou un dossier synchronisé.",
    )
    polling_seconds: float = Field(
        default=10.0,
        ge=1,
        le=3_600,
        description="Secondes entre deux comparaisons du dossier quand « watching » est « polling ».",
    )
    rescan_seconds: float = Field(
        default=300.0,
        ge=1,
        le=86_400,
        description="Secondes entre deux comparaisons complètes du dossier et du catalogue.",
    )
    guard_share: float = Field(
        default=0.3,
        gt=0,
        le=1,
        description="Part des fichiers, de 0 à 1, dont la disparition soudaine doit être confirmée.",
    )
    extraction_seconds: float = Field(
        default=60.0, ge=1, le=3_600, description="Secondes accordées au plus à la lecture d’un fichier."
    )
    extraction_megabytes: int = Field(
        default=2_048,
        ge=512,
        le=65_536,
        description="Mémoire la plus grande accordée à la lecture d’un fichier, en mébioctets.",
    )
    log_format: LogFormat = Field(
        default="auto",
        description="Forme du journal : « texte », « json », ou « auto » (texte dans un terminal, JSON ailleurs).",
    )
    assistant: Annotated[str, AfterValidator(check_service)] = Field(
        default="",
        description="Service qui choisit, dans les passages, les phrases qui répondent (https://…/v1) ; vide : aucun.",
    )
    assistant_model: str = Field(
        default="", description="Nom du modèle chez ce service ; vide : le seul qu’il propose."
    )
    assistant_key: str = Field(
        default="", repr=False, description="Clé de ce service ; plutôt par RUCHE_ASSISTANT_KEY."
    )
    assistant_token: str = Field(
        default="",
        repr=False,
        description="Jeton personnel au nom duquel « ruche mcp » répond ; plutôt par RUCHE_ASSISTANT_TOKEN.",
    )
    metrics_token: str = Field(
        default="",
        repr=False,
        description="Jeton qui ouvre « /metriques » à l’outil de supervision ; vide : personne ne les lit.",
    )
    preview_megabytes: int = Field(
        default=4_096,
        ge=16,
        le=1_048_576,
        description="Place que prennent au plus sur le disque les images des pages, en mébioctets.",
    )

    api_origins: str = Field(
        default="",
        pattern=r"^(https?://[^\s/*]+( https?://[^\s/*]+)*)?$",
        description="Sites dont les pages peuvent interroger l’API depuis un navigateur, séparés par des espaces.",
    )
    rare_search_days: int = Field(
        default=30,
        ge=0,
        le=365,
        description="Jours où les mots d’une recherche faite une seule fois sont gardés ; 0 : jusqu’au lendemain.",
    )
    transcription: Annotated[str, AfterValidator(check_transcription)] = Field(
        default="",
        description="Ce qui écrit ce qui est dit ; vide : rien, « locale », ou un service (https://…/v1).",
    )
    transcription_model: str = Field(default="", description="Dossier d’un modèle, ou son nom chez le service.")
    transcription_key: str = Field(
        default="", repr=False, description="Clé de ce service ; plutôt par RUCHE_TRANSCRIPTION_KEY."
    )
    deposit_megabytes: int = Field(
        default=1_000,
        ge=1,
        le=50_000,
        description="Taille la plus grande d’un dépôt par la page web, en mébioctets.",
    )
    public_address: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$",
        description="Adresse du site telle que les membres l’ouvrent (https://…) ; les courriels et le moissonnage "
        "en ont besoin.",
    )
    trusted_proxy: str = Field(
        default="",
        description="Adresse du serveur placé devant Ruche, quand il est ailleurs ; vide : sur la machine même.",
    )
    announcements: Path | None = Field(
        default=None,
        description="Fichier YAML des salons et des outils à prévenir du nouveau ; vide : aucun.",
    )
    announcements_private: bool = Field(
        default=False,
        description="true : ces salons et ces outils peuvent être à une adresse privée (10.…, la machine même).",
    )
    smtp_host: str = Field(default="", description="Serveur qui envoie les courriels ; vide : aucun courriel.")
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="Port de ce serveur.")
    smtp_security: Literal["starttls", "tls", "aucune"] = Field(
        default="starttls", description="Chiffrement de l’échange : « starttls », « tls », ou « aucune »."
    )
    smtp_user: str = Field(default="", description="Compte sur ce serveur ; vide : sans identification.")
    smtp_password: str = Field(
        default="", repr=False, description="Mot de passe de ce compte ; plutôt par la variable RUCHE_SMTP_PASSWORD."
    )
    mail_sender: str = Field(default="", description="Adresse qui envoie les courriels, lue par les membres.")
    deposit_mailbox_host: str = Field(
        default="", description="Serveur (IMAP) de la boîte où l’équipe dépose par courriel ; vide : aucune."
    )
    deposit_mailbox_port: int = Field(default=993, ge=1, le=65_535, description="Port de ce serveur.")
    deposit_mailbox_security: Literal["tls", "starttls", "aucune"] = Field(
        default="tls", description="Chiffrement de l’échange : « tls », « starttls », ou « aucune »."
    )
    deposit_mailbox_user: str = Field(
        default="", description="Compte de la boîte, d’ordinaire son adresse, que l’équipe lit sur la page des dépôts."
    )
    deposit_mailbox_password: str = Field(
        default="",
        repr=False,
        description="Mot de passe de ce compte ; plutôt par la variable RUCHE_DEPOSIT_MAILBOX_PASSWORD.",
    )
    deposit_mailbox_authserv: str = Field(
        default="",
        description="Nom que le serveur de la boîte donne en tête de ses contrôles (Authentication-Results).",
    )
    deposit_mailbox_folder: str = Field(
        default="Dépôts par courriel",
        min_length=1,
        description="Dossier de la bibliothèque où ces dépôts sont rangés, dans un sous-dossier par sujet.",
    )
    deposit_mailbox_megabytes: int = Field(
        default=40, ge=1, le=200, description="Taille la plus grande d’un de ces messages, en mébioctets."
    )

    @field_validator("host")
    @classmethod
    def _check_host(cls, host: str, info: ValidationInfo) -> str:
        if info.data.get("auth") == "aucune" and not oidc_settings.is_loopback(host):
            raise ValueError(
                "avec « auth = aucune », qui atteint Ruche lit et change tout : elle n’écoute que sur la machine même "
                "(127.0.0.1) ; choisissez « comptes » ou « oidc »"
            )
        return host

    @property
    def catalogue_url(self) -> str:
        """The URL of the catalogue's database, in SQLAlchemy's form."""
        return self.catalogue or f"sqlite:///{self.data / 'catalogue.sqlite'}"

    @property
    def cluster(self) -> SearchCluster | None:
        """How to reach OpenSearch, None where no address is set."""
        told = (self.opensearch_index, self.opensearch_shards, self.opensearch_replicas)
        reached = (self.opensearch_user, self.opensearch_password, self.opensearch_ca)
        urls = tuple(self.opensearch_url.replace(",", " ").split())
        return SearchCluster(urls, *reached, *told) if urls else None

    @property
    def index_folder(self) -> Path:
        """The folder of the index's generations."""
        return self.data / "index"

    @property
    def compiled_folder(self) -> Path:
        """The cache of compiled templates; it may be deleted at any time."""
        return self.data / "gabarits"

    @property
    def preview_folder(self) -> Path:
        """The cache of page images; it may be deleted at any time."""
        return self.data / "apercus"
