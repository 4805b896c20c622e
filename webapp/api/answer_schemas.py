"""Schemas of the answer to a search: what was understood, the cards, the documents found."""

from __future__ import annotations

from apiflask import Schema
from marshmallow import fields

from webapp.api.response_fields import (
    NEXT_FIELD,
    boolean_field,
    integer_field,
    list_field,
    number_field,
    string_field,
    uri_field,
)
from webapp.api.schemas import FACETS_FIELD, AcronymSchema, AlikeSchema, ExcerptSchema, ResultSchema, WholeEventSchema


class ExpansionSchema(Schema):
    """What was searched in addition to the words typed."""

    typed = string_field("Mots de la question.")
    added = list_field(fields.String(), "Ce qui est cherché en plus.")


class CorrectionSchema(Schema):
    """What was searched in place of a word."""

    typed = string_field("Mot de la question.")
    used = string_field("Mot cherché.")


class WishSchema(Schema):
    """A part of the question that was understood as a date, an event, a territory or a format."""

    kind = string_field("Sorte\u00a0: rendez-vous, type, territoire, format ou nature.")
    label = string_field("Ce qu’on lit.")
    facet = string_field("Facette dont les valeurs passent devant.", nullable=True)
    values = list_field(fields.String(), "Ces valeurs.")


class MeantEventSchema(WholeEventSchema):
    """An event that a question means, with its documents."""

    materials = list_field(AlikeSchema, "Ses documents.")


class MeantSubjectSchema(Schema):
    """A territory or a theme that a question names."""

    facet = string_field("Facette\u00a0: territoire ou theme.")
    value = string_field("Valeur, à mettre dans le filtre.")
    label = string_field("Ce qu’on lit.")
    documents = integer_field("Nombre de documents que vous pouvez consulter.")


class DoingDocumentSchema(AlikeSchema):
    """A document by which a territory answers."""

    missing = list_field(fields.String(), "Thème de la question qu’il ne nomme pas.")


class TerritoryGroupSchema(Schema):
    """A territory that answers « quels territoires » or « qui »."""

    value = string_field("Valeur, à mettre dans le filtre.")
    label = string_field("Ce qu’on lit.")
    documents = list_field(DoingDocumentSchema, "Documents qui le disent.")


class PassageAnswerSchema(ExcerptSchema):
    """A passage that answers the question, in whole sentences."""

    document = fields.Nested(AlikeSchema, required=True, metadata={"description": "Son document."})
    coverage = number_field("Part des mots de la question qu’il contient, les plus rares comptant davantage.")


class CardsSchema(Schema):
    """What a question names, on the first page of its results."""

    events = list_field(MeantEventSchema, "Rendez-vous.")
    subjects = list_field(MeantSubjectSchema, "Territoires et thèmes.")
    acronyms = list_field(AcronymSchema, "Sigles.")
    territories = list_field(TerritoryGroupSchema, "Territoires qui répondent à «\u00a0qui\u00a0».")


class UnderstoodSchema(Schema):
    """A node of the syntax tree of a question."""

    kind = string_field(
        "Sorte\u00a0: mot, expression, debut, proche, tous, au-moins, un, sauf, titre, auteur, etiquette, tout."
    )
    text = string_field("Mot, début de mot ou valeur.", nullable=True)
    stem = string_field("Racine cherchée.", nullable=True)
    weight = number_field("Poids dans le classement.")
    minimum = integer_field("Combien de parties il faut.", nullable=True)
    parts = list_field(fields.Nested(lambda: UnderstoodSchema()), "Ses parties.")  # noqa: PLW0108 - the class is not made yet


class BatchAnswerSchema(Schema):
    """The answer to one question of a list: how many documents, and the first with its best passage."""

    query = string_field("La question.")
    meaning = string_field("Ce que veulent dire ses sigles, ou vide.")
    total = integer_field("Nombre de documents que vous pouvez consulter.")
    document = fields.Nested(
        AlikeSchema, required=True, allow_none=True, metadata={"description": "Le premier document."}
    )
    place = string_field("L’endroit de son meilleur passage, ou vide.")
    text = string_field("Ce qu’il y dit, ou vide.")
    url = uri_field("Où le lire.", nullable=True)


class ExplanationSchema(Schema):
    """Why these results come in this order."""

    understood = fields.Nested(UnderstoodSchema, required=True, metadata={"description": "La question comprise."})
    boost_recent = number_field("Ce que gagne au plus un document récent, en part de son score.")
    boost_event = number_field("Ce que gagne un document issu d’un rendez-vous.")


class AnswerSchema(Schema):
    """The answer to a search."""

    query = string_field("Question.")
    exact = boolean_field("Si les mots sont cherchés tels quels.")
    sort = string_field("Ordre.")
    expansions = list_field(ExpansionSchema, "Sigles et synonymes cherchés en plus.")
    corrections = list_field(CorrectionSchema, "Corrections.")
    answers = list_field(PassageAnswerSchema, "Pour une question en une phrase, ce qui y répond le mieux.")
    cards = fields.Nested(CardsSchema, required=True, metadata={"description": "Ce que la question nomme."})
    understood = list_field(
        WishSchema, "Dates, rendez-vous, territoires et formats compris\u00a0: leurs documents passent devant."
    )
    related = list_field(fields.String(), "Mots voisins.")
    related_themes = list_field(fields.String(), "Thèmes voisins.")
    preparing = boolean_field("Si l’index est encore en construction.")
    total = integer_field("Nombre de documents.")
    complete = integer_field(
        "Combien contiennent tous les mots\u00a0; null où la question ne les distingue pas de ceux qui en contiennent "
        "une partie. S’il y en a, les nombres par facette sont les leurs.",
        nullable=True,
    )
    narrowed = boolean_field("Si la liste s’en tient à ceux-là\u00a0: à la demande, ou parce qu’elle est par date.")
    page = integer_field("Page, à partir de 1.")
    pages = integer_field("Nombre de pages.")
    per_page = integer_field("Documents par page.")
    results = list_field(ResultSchema, "Documents de cette page.")
    facets = FACETS_FIELD
    explanation = fields.Nested(
        ExplanationSchema, required=True, allow_none=True, metadata={"description": "Avec «\u00a0explication=1\u00a0»."}
    )
    next = NEXT_FIELD
    previous = uri_field("Adresse de la page précédente\u00a0; null à la première.", nullable=True)
