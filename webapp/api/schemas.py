"""Schemas of the API's responses, as the OpenAPI document publishes them; tests hold the responses to them."""

from __future__ import annotations

from apiflask import Schema
from marshmallow import fields, validate

from index.catalogue import FileState
from index.model import FACETS, TagSource, Unit
from webapp.api.response_fields import (
    boolean_field,
    choice_field,
    date_field,
    datetime_field,
    integer_field,
    list_field,
    make_schema,
    number_field,
    string_field,
    uri_field,
)
from webapp.deposits import DepositFate
from webapp.server import PROBLEM_KINDS, REFUSED_PARAMETER

_DIGEST_PATTERN = r"^[0-9a-f]{64}$"

FACET_FIELD = choice_field([spec.slug for spec in FACETS], "Sorte d’étiquette.")


# Without their suffix, these are the names of the OpenAPI document; webapp/client.py takes their docstrings.
class LocatorSchema(Schema):
    """Where a passage is in its document: `number` from 1 in its unit, `start` and `end` in seconds."""

    unit = choice_field([unit.value for unit in Unit], "Ce que compte «\u00a0number\u00a0».")
    number = integer_field("Rang dans le document, à partir de 1.")
    start = number_field("Début, en secondes (replays).", nullable=True)
    end = number_field("Fin, en secondes (replays).", nullable=True)
    label = string_field("Comment le citer\u00a0: «\u00a0diapositive 12\u00a0», «\u00a034:10\u00a0».")
    anchor = string_field("Ancre dans la page du document.")


class EventSchema(Schema):
    """An event (webinar, plenary…), as its documents refer to it."""

    id = string_field("Identifiant, qui ne change jamais.")
    type = string_field("Sorte de rendez-vous.")
    title = string_field("Titre.")
    date = date_field("Jour, ou mois quand le jour n’est pas connu.")


class WholeEventSchema(EventSchema):
    """An event."""

    begins = string_field("Heure de début, à Paris.", nullable=True)
    ends = string_field("Heure de fin, à Paris.", nullable=True)
    place = string_field("Lieu.")
    link = string_field("Adresse de la visioconférence ou de l’inscription.")
    description = string_field("Présentation.")
    documents = integer_field("Nombre de documents que vous pouvez consulter.")
    url = uri_field("Sa page.")
    api_url = uri_field("Son adresse dans l’API.")


# A copy keeps no label: it changes with the vocabulary, without a change of the document.
class CopiedTagSchema(Schema):
    """A facet's value on a document: who or what put it, and why."""

    facet = FACET_FIELD
    value = string_field("Valeur, comme dans les filtres.")
    source = choice_field([source.value for source in TagSource], "Qui ou quoi l’a mise.")
    reason = string_field("Pourquoi.")


class TagSchema(CopiedTagSchema):
    """A facet's value on a document, with the label that people read."""

    label = string_field("Ce qu’on lit.")


class DocumentBaseSchema(Schema):
    """A document's own metadata."""

    id = string_field("Identifiant, qui ne change jamais.")
    title = string_field("Titre.")
    format = string_field("Format.")
    date = date_field("Jour dont parle le document, ou mois.", nullable=True)
    authors = list_field(fields.String(), "Auteurs.")
    summary = string_field("Résumé, s’il y en a un.")
    duration = number_field("Durée en secondes.", nullable=True)
    transcribed = string_field("Programme qui a écrit son texte d’après le son (transcription automatique), ou vide.")
    sha256 = string_field("Empreinte du contenu.", pattern=_DIGEST_PATTERN)
    added = datetime_field("Date de dépôt.")
    updated = datetime_field("Date du dernier changement de contenu.")
    url = uri_field("Sa page.")
    original_url = uri_field("Le fichier lui-même.")
    api_url = uri_field("Son adresse dans l’API.")


class DocumentSchema(DocumentBaseSchema):
    """A document; dates are ISO 8601, `duration` is in seconds."""

    event = fields.Nested(EventSchema, required=True, allow_none=True, metadata={"description": "Son rendez-vous."})
    paths = list_field(fields.String(), "Emplacements dans la bibliothèque.")
    tags = list_field(TagSchema, "Étiquettes.")


class CopiedDocumentSchema(DocumentBaseSchema):
    """A document as a copy keeps it: nothing that may change without it; `event` is an id."""

    event = string_field("Identifiant de son rendez-vous.", nullable=True)
    tags = list_field(CopiedTagSchema, "Étiquettes.")


class PassageSchema(Schema):
    """A part of a document's text, such as a slide with its speaker's notes."""

    ordinal = integer_field("Rang dans le document, à partir de 0.")
    locator = fields.Nested(LocatorSchema, required=True)
    url = uri_field("Où le lire.")
    title = string_field("Titre.")
    text = string_field("Texte.")
    notes = string_field("Commentaires de l’orateur.")
    doubtful = boolean_field("Transcription automatique dont le programme n’est pas sûr.")


class AlikeSchema(Schema):
    """A document by its title, such as a near-duplicate under the result that it resembles."""

    id = string_field("Identifiant.")
    title = string_field("Titre.")


class ResolutionSchema(Schema):
    """Something that a gathering decided, as its minutes say it."""

    text = string_field("La décision, telle qu’elle est écrite.")
    heading = string_field("La rubrique où elle se trouve\u00a0; vide si c’est une phrase du texte.")
    event = fields.Nested(EventSchema, required=True, metadata={"description": "Le rendez-vous."})
    document = string_field("Identifiant du document qui la contient.")
    title = string_field("Titre de ce document.")
    copies = list_field(AlikeSchema, "Les autres documents du rendez-vous qui la contiennent.")
    locator = fields.Nested(LocatorSchema, required=True)
    url = uri_field("Où la lire.")


class ContactSchema(Schema):
    """Whom to ask, as they agreed to be handed on; `territory` and `themes` are values of the vocabulary."""

    id = string_field("Identifiant.")
    name = string_field("Nom, ou vide pour une fonction.")
    role = string_field("Fonction.")
    organisation = string_field("Organisation.")
    territory = string_field("Territoire, ou vide.")
    themes = list_field(fields.String(), "Thèmes sur lesquels aider.")
    mail = string_field("Courriel professionnel.")
    phone = string_field("Téléphone professionnel.")
    address = string_field("Adresse postale professionnelle.")
    since = date_field("Depuis ce jour.", nullable=True)
    until = date_field("Jusqu’à ce jour.", nullable=True)
    confirmed = datetime_field("Dernière confirmation par la personne.")


class ChapterSchema(Schema):
    """When a slide of a deck begins to be spoken of in a recording of the same gathering."""

    recording = string_field("Identifiant de l’enregistrement.")
    deck = string_field("Identifiant du support.")
    slide = integer_field("Numéro de la diapositive, à partir de 1.")
    title = string_field("Son titre.")
    start = number_field("Début, en secondes.")
    timecode = string_field("Le même, comme « 12:34 ».")
    confidence = number_field("Sûreté de l’alignement, de 0 à 1\u00a0; null si une personne l’a dit.", nullable=True)
    url = uri_field("L’enregistrement à cet instant.")
    slide_url = uri_field("La diapositive.")


class PartSchema(Schema):
    """Another file of a replay: its captions, or its sound alone."""

    id = string_field("Identifiant, qui ne change jamais.")
    format = string_field("Format.")
    paths = list_field(fields.String(), "Emplacements dans la bibliothèque.")
    transcribed = string_field("Programme qui a écrit son texte d’après le son (transcription automatique), ou vide.")
    sha256 = string_field("Empreinte du contenu.", pattern=_DIGEST_PATTERN)
    original_url = uri_field("Le fichier.")


class VersionSchema(Schema):
    """A content that a document has had."""

    number = integer_field("Rang, à partir de 1.")
    sha256 = string_field("Empreinte du contenu.", pattern=_DIGEST_PATTERN)
    size = integer_field("Taille en octets.")
    path = string_field("Emplacement d’alors.")
    seen = datetime_field("Date à laquelle Ruche l’a vu.")
    modified = datetime_field("Date du fichier.", nullable=True)
    who = string_field("Auteur que nomme le fichier.")


class ExcerptSchema(Schema):
    """A passage as a result shows it; `highlights` are [start, end] in the characters of `text`."""

    locator = fields.Nested(LocatorSchema, required=True)
    url = uri_field("Où le lire, mots surlignés.")
    title = string_field("Titre.")
    text = string_field("Extrait.")
    highlights = list_field(
        fields.List(fields.Integer(), validate=validate.Length(equal=2)),
        "Mots trouvés\u00a0: [début, fin] dans «\u00a0text\u00a0», en caractères.",
    )


class ResultSchema(DocumentSchema):
    """A document among the results of a search."""

    score = number_field("Score\u00a0: ne se compare qu’au sein d’une même réponse.")
    passages = list_field(ExcerptSchema, "Ses meilleurs passages.")
    missing = list_field(fields.String(), "Mots de la question qu’il n’a pas.")
    alike = list_field(AlikeSchema, "Documents presque identiques, rangés sous celui-ci.")


class FacetValueSchema(Schema):
    """A value that one may filter by."""

    value = string_field("Valeur, à mettre dans le filtre.")
    label = string_field("Ce qu’on lit.")
    count = integer_field("Nombre de documents qu’elle donnerait.")
    selected = boolean_field("Si elle est choisie.")


# Facets have names that are no Python identifiers.
FACETS_FIELD = fields.Nested(
    make_schema("Facets", {spec.slug: list_field(FacetValueSchema, spec.label) for spec in FACETS}),
    required=True,
    metadata={
        "description": "Par facette, les valeurs et leurs nombres, qui ignorent le choix fait dans leur facette."
    },
)


class AcronymSchema(Schema):
    """An acronym."""

    letters = string_field("Sigle.")
    meaning = string_field("Ce qu’il veut dire.")
    aliases = list_field(fields.String(), "Autres écritures.")
    ambiguous = boolean_field("S’il a un autre sens courant.")


class SubjectSchema(Schema):
    """A value of the vocabulary: a theme, an event type."""

    id = string_field("Identifiant, qui ne change jamais.")
    label = string_field("Libellé.")
    aliases = list_field(fields.String(), "Autres mots qui le désignent.")
    documents = integer_field("Nombre de documents que vous pouvez consulter.")


class TerritorySchema(SubjectSchema):
    """A territory."""

    kind = string_field("Sorte de territoire.")
    department = string_field("Département.")
    department_code = string_field("Code du département.")
    region = string_field("Région.")
    wave = integer_field("Vague de l’expérimentation.", nullable=True)


class ChangeSchema(Schema):
    """A change of a document; `document` is null when a copy must forget it."""

    id = string_field("Identifiant du document.")
    revision = integer_field("Numéro du changement\u00a0: il ne fait que croître.")
    deleted = boolean_field("S’il faut l’oublier\u00a0: retiré, ou réservé à d’autres.")
    document = fields.Nested(
        CopiedDocumentSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Le document, s’il ne faut pas l’oublier."},
    )


class FileSchema(Schema):
    """What became of a file."""

    path = string_field("Emplacement dans la bibliothèque.")
    state = choice_field([state.value for state in FileState], "État.")
    label = string_field("L’état en toutes lettres.")
    reason = string_field("Pourquoi.")
    advice = string_field("Que faire.")
    document = string_field("Identifiant du document qu’il contient.", nullable=True)
    seen = datetime_field("Depuis quand.")


class OutcomeSchema(Schema):
    """What became of a deposited file."""

    name = string_field("Nom du fichier.")
    # A tool's file never waits for a choice: the view refuses it.
    fate = choice_field(
        [fate.value for fate in (DepositFate.KEPT, DepositFate.SAME, DepositFate.REFUSED)], "Ce qu’il est devenu."
    )
    message = string_field("Explication.")
    path = string_field("Emplacement dans la bibliothèque.")


class StatisticsSchema(Schema):
    """What the library holds, as far as the person who asks may see."""

    documents = integer_field("Documents.")
    files = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Nombre de fichiers par état, pour l’équipe d’animation ; vide pour les autres."},
    )
    facets = FACETS_FIELD
    revision = integer_field("Numéro du dernier changement d’un document.")
    indexed = integer_field("Numéro du dernier changement que la recherche connaît.", nullable=True)


class ControlSchema(Schema):
    """One check of the service's health."""

    name = string_field("Ce qui est vérifié.")
    ok = boolean_field("Si tout va bien.")
    message = string_field("Constat, et que faire.")


class HealthSchema(Schema):
    """Whether members can find what the library holds."""

    ready = boolean_field("Si tout va bien.")
    controls = list_field(ControlSchema, "Vérifications, pour l’équipe d’animation ; vide pour les autres.")


class MisfitSchema(Schema):
    """An error about one parameter."""

    parameter = string_field("Nom du paramètre.")
    detail = string_field("Ce qui ne convient pas.")


class ProblemSchema(Schema):
    """An error (RFC 9457)."""

    type = choice_field(
        [f"/api#probleme-{kind}" for kind in (*PROBLEM_KINDS.values(), REFUSED_PARAMETER)],
        "Sorte de problème\u00a0: ces noms ne changent jamais.",
    )
    title = string_field("Titre.")
    status = integer_field("Code HTTP.")
    detail = string_field("Ce qui s’est passé, et que faire.")
    instance = string_field("Adresse demandée.")
    # Only where parameters are at fault.
    errors = fields.List(
        fields.Nested(MisfitSchema), metadata={"description": "Les paramètres qui ne conviennent pas."}
    )
