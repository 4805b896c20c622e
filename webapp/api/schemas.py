"""Schemas of the API's responses, as the OpenAPI document publishes them; tests hold the responses to them."""

from __future__ import annotations

from apiflask import Schema
from marshmallow import fields, validate

from index.catalogue import State
from index.model import Facet, TagSource, Unit
from webapp.animation.deposit_writing import Fate
from webapp.api.members import NEXT, address, boolean, day_or_month, instant, made, many, one_of, real, string, whole
from webapp.errors import KINDS, REFUSED_PARAMETER

_DIGEST = r"^[0-9a-f]{64}$"

FACET = one_of([facet.value for facet in Facet], "Sorte d’étiquette.")


# Without their suffix, the names of these classes are those of the OpenAPI document.
class Locator(Schema):
    """Where a passage is in its document."""

    unit = one_of([unit.value for unit in Unit], "Ce que compte «\u00a0number\u00a0».")
    number = whole("Rang dans le document, à partir de 1.")
    start = real("Début, en secondes (replays).", none=True)
    end = real("Fin, en secondes (replays).", none=True)
    label = string("Comment le citer\u00a0: «\u00a0diapositive 12\u00a0», «\u00a034 min 10 s\u00a0».")
    anchor = string("Ancre dans la page du document.")


class Event(Schema):
    """An event, as a document refers to it."""

    id = string("Identifiant, qui ne change jamais.")
    type = string("Sorte de rendez-vous.")
    title = string("Titre.")
    date = day_or_month("Jour, ou mois quand le jour n’est pas connu.")


class WholeEvent(Event):
    """An event."""

    begins = string("Heure de début, à Paris.", none=True)
    ends = string("Heure de fin, à Paris.", none=True)
    place = string("Lieu.")
    link = string("Adresse de la visioconférence ou de l’inscription.")
    description = string("Présentation.")
    documents = whole("Nombre de documents que vous pouvez consulter.")
    url = address("Sa page.")
    api_url = address("Son adresse dans l’API.")


# A copy keeps no label: it changes with the vocabulary, without a change of the document.
class CopiedTag(Schema):
    """A tag with its reason."""

    facet = FACET
    value = string("Valeur, comme dans les filtres.")
    source = one_of([source.value for source in TagSource], "Qui ou quoi l’a mise.")
    reason = string("Pourquoi.")


class Tag(CopiedTag):
    """A tag with its label."""

    label = string("Ce qu’on lit.")


class DocumentBase(Schema):
    """A document's own metadata."""

    id = string("Identifiant, qui ne change jamais.")
    title = string("Titre.")
    format = string("Format.")
    date = day_or_month("Jour dont parle le document, ou mois.", none=True)
    authors = many(fields.String(), "Auteurs.")
    summary = string("Résumé, s’il y en a un.")
    duration = real("Durée en secondes.", none=True)
    sha256 = string("Empreinte du contenu.", pattern=_DIGEST)
    added = instant("Date de dépôt.")
    updated = instant("Date du dernier changement de contenu.")
    url = address("Sa page.")
    original_url = address("Le fichier lui-même.")
    api_url = address("Son adresse dans l’API.")


class Document(DocumentBase):
    """A document."""

    event = fields.Nested(Event, required=True, allow_none=True, metadata={"description": "Son rendez-vous."})
    paths = many(fields.String(), "Emplacements dans la bibliothèque.")
    tags = many(Tag, "Étiquettes.")


class CopiedDocument(DocumentBase):
    """A document as a copy keeps it: nothing that may change without a change of the document."""

    event = string("Identifiant de son rendez-vous.", none=True)
    tags = many(CopiedTag, "Étiquettes.")


class Passage(Schema):
    """A passage of a document."""

    ordinal = whole("Rang dans le document, à partir de 0.")
    locator = fields.Nested(Locator, required=True)
    url = address("Où le lire.")
    title = string("Titre.")
    text = string("Texte.")
    notes = string("Commentaires de l’orateur.")


class Version(Schema):
    """A content that a document has had."""

    number = whole("Rang, à partir de 1.")
    sha256 = string("Empreinte du contenu.", pattern=_DIGEST)
    size = whole("Taille en octets.")
    path = string("Emplacement d’alors.")
    seen = instant("Date à laquelle Ruche l’a vu.")
    modified = instant("Date du fichier.", none=True)
    who = string("Auteur que nomme le fichier.")


class Excerpt(Schema):
    """A passage as a result shows it."""

    locator = fields.Nested(Locator, required=True)
    url = address("Où le lire, mots surlignés.")
    title = string("Titre.")
    text = string("Extrait.")
    highlights = many(
        fields.List(fields.Integer(), validate=validate.Length(equal=2)),
        "Mots trouvés\u00a0: [début, fin] dans «\u00a0text\u00a0», en caractères.",
    )


class Alike(Schema):
    """A near-duplicate of a document."""

    id = string("Identifiant.")
    title = string("Titre.")


class Result(Document):
    """A document of a list of results."""

    score = real("Score\u00a0: ne se compare qu’au sein d’une même réponse.")
    passages = many(Excerpt, "Ses meilleurs passages.")
    missing = many(fields.String(), "Mots de la question qu’il n’a pas.")
    alike = many(Alike, "Documents presque identiques, rangés sous celui-ci.")


class FacetValue(Schema):
    """A value that one may filter by."""

    value = string("Valeur, à mettre dans le filtre.")
    label = string("Ce qu’on lit.")
    count = whole("Nombre de documents qu’elle donnerait.")
    selected = boolean("Si elle est choisie.")


# Facets have names that are no Python identifiers.
FACETS = fields.Nested(
    made("Facets", {facet.value: many(FacetValue, facet.label) for facet in Facet}),
    required=True,
    metadata={
        "description": "Par facette, les valeurs et leurs nombres, qui ignorent le choix fait dans leur facette."
    },
)


class Expansion(Schema):
    """What was searched in addition to the words typed."""

    typed = string("Mots de la question.")
    added = many(fields.String(), "Ce qui est cherché en plus.")


class Correction(Schema):
    """What was searched in place of a word."""

    typed = string("Mot de la question.")
    used = string("Mot cherché.")


class Understood(Schema):
    """A node of the syntax tree of a question."""

    kind = string(
        "Sorte\u00a0: mot, expression, debut, proche, tous, au-moins, un, sauf, titre, auteur, etiquette, tout."
    )
    text = string("Mot, début de mot ou valeur.", none=True)
    stem = string("Racine cherchée.", none=True)
    weight = real("Poids dans le classement.")
    minimum = whole("Combien de parties il faut.", none=True)
    parts = many(fields.Nested(lambda: Understood()), "Ses parties.")  # noqa: PLW0108 - the class is not made yet


class Explanation(Schema):
    """Why these results come in this order."""

    understood = fields.Nested(Understood, required=True, metadata={"description": "La question comprise."})
    boost_recent = real("Ce que gagne au plus un document récent, en part de son score.")
    boost_event = real("Ce que gagne un document issu d’un rendez-vous.")


class Answer(Schema):
    """The answer to a search."""

    query = string("Question.")
    exact = boolean("Si les mots sont cherchés tels quels.")
    sort = string("Ordre.")
    expansions = many(Expansion, "Sigles et synonymes cherchés en plus.")
    corrections = many(Correction, "Corrections.")
    related = many(fields.String(), "Mots voisins.")
    related_themes = many(fields.String(), "Thèmes voisins.")
    preparing = boolean("Si l’index est encore en construction.")
    total = whole("Nombre de documents.")
    page = whole("Page, à partir de 1.")
    pages = whole("Nombre de pages.")
    per_page = whole("Documents par page.")
    results = many(Result, "Documents de cette page.")
    facets = FACETS
    explanation = fields.Nested(
        Explanation, required=True, allow_none=True, metadata={"description": "Avec «\u00a0explication=1\u00a0»."}
    )
    next = NEXT
    previous = address("Adresse de la page précédente\u00a0; null à la première.", none=True)


class Subject(Schema):
    """A theme or an event type."""

    id = string("Identifiant, qui ne change jamais.")
    label = string("Libellé.")
    aliases = many(fields.String(), "Autres mots qui le désignent.")
    documents = whole("Nombre de documents que vous pouvez consulter.")


class Territory(Subject):
    """A territory."""

    kind = string("Sorte de territoire.")
    department = string("Département.")
    department_code = string("Code du département.")
    region = string("Région.")
    wave = whole("Vague de l’expérimentation.", none=True)


class Acronym(Schema):
    """An acronym."""

    letters = string("Sigle.")
    meaning = string("Ce qu’il veut dire.")
    aliases = many(fields.String(), "Autres écritures.")
    ambiguous = boolean("S’il a un autre sens courant.")


class Change(Schema):
    """A change of a document."""

    id = string("Identifiant du document.")
    revision = whole("Numéro du changement\u00a0: il ne fait que croître.")
    deleted = boolean("S’il faut l’oublier\u00a0: retiré, ou réservé à d’autres.")
    document = fields.Nested(
        CopiedDocument,
        required=True,
        allow_none=True,
        metadata={"description": "Le document, s’il ne faut pas l’oublier."},
    )


class File(Schema):
    """What became of a file."""

    path = string("Emplacement dans la bibliothèque.")
    state = one_of([state.value for state in State], "État.")
    label = string("L’état en toutes lettres.")
    reason = string("Pourquoi.")
    advice = string("Que faire.")
    document = string("Identifiant du document qu’il contient.", none=True)
    seen = instant("Depuis quand.")


class Outcome(Schema):
    """What became of a deposited file."""

    name = string("Nom du fichier.")
    # A tool's file never waits for a choice: the view refuses it.
    fate = one_of([fate.value for fate in (Fate.KEPT, Fate.SAME, Fate.REFUSED)], "Ce qu’il est devenu.")
    message = string("Explication.")
    path = string("Emplacement dans la bibliothèque.")


class Statistics(Schema):
    """What the library holds, as far as the person who asks may see."""

    documents = whole("Documents.")
    files = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Nombre de fichiers par état, pour l’équipe d’animation ; vide pour les autres."},
    )
    facets = FACETS
    revision = whole("Numéro du dernier changement d’un document.")
    indexed = whole("Numéro du dernier changement que la recherche connaît.", none=True)


class Control(Schema):
    """One check of the service's health."""

    name = string("Ce qui est vérifié.")
    ok = boolean("Si tout va bien.")
    message = string("Constat, et que faire.")


class Health(Schema):
    """Whether members can find what the library holds."""

    ready = boolean("Si tout va bien.")
    controls = many(Control, "Vérifications, pour l’équipe d’animation ; vide pour les autres.")


class Misfit(Schema):
    """An error about one parameter."""

    parameter = string("Nom du paramètre.")
    detail = string("Ce qui ne convient pas.")


class Problem(Schema):
    """An error (RFC 9457)."""

    type = one_of(
        [f"/api#probleme-{kind}" for kind in (*KINDS.values(), REFUSED_PARAMETER)],
        "Sorte de problème\u00a0: ces noms ne changent jamais.",
    )
    title = string("Titre.")
    status = whole("Code HTTP.")
    detail = string("Ce qui s’est passé, et que faire.")
    instance = string("Adresse demandée.")
    # Only where parameters are at fault.
    errors = fields.List(fields.Nested(Misfit), metadata={"description": "Les paramètres qui ne conviennent pas."})
