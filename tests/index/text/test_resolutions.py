"""What minutes decided: headings and sentences that say so, and nothing that merely has the words."""

from __future__ import annotations

import pytest

from index.model import Locator, Passage, Unit
from index.text import find_resolutions, fingerprint_resolution, is_minutes


def _find(text: str, heading: str = "Tour de table", *, minutes: bool = True) -> list[tuple[str, str]]:
    passage = Passage(0, Locator(Unit.HEADING, 1), text, heading)
    return [(each.heading, each.text) for each in find_resolutions([passage], minutes=minutes)]


@pytest.mark.parametrize(
    "heading",
    [
        "Décisions",
        "DÉCISIONS PRISES",
        "4. Relevé de décisions",
        "Relevé des décisions et des actions",
        "Décisions et suites",
        "Suites à donner",
        "Suites données",
        "À faire avant l’été",
        "A FAIRE",
        "Reste à faire d’ici juin",
        "Prochaines étapes",
        "Plan d’action",
        "Points d’accord",
        "Clôture et suites",
        "Ce que nous avons décidé",
        "Ce qui a été décidé",
    ],
)
def test_what_follows_such_a_heading_was_decided(heading: str) -> None:
    """Each line, without its bullet, in any document of a gathering."""
    assert _find("- Acheter un second véhicule\n2. Écrire aux mairies", heading, minutes=False) == [
        (heading, "Acheter un second véhicule"),
        (heading, "Écrire aux mairies"),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "Mot des décideurs",
        "Décision d’attribution",
        "Que déciderons-nous ?",
        "Les points à faire valider",
        "Aide à la décision",
        "Prise de décision dans les équipes",
        "Suites de couches",
        "Préparer la suite",
        "Les actions des territoires",
        "Qui décide du thème des webinaires ?",
    ],
)
def test_what_follows_another_heading_was_not(heading: str) -> None:
    """Even where it has words of decisions."""
    assert _find("- Un bus\n- Des affiches", heading) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Il est décidé de reporter la réunion.",
        "Il a été convenu que chaque équipe relit sa fiche.",
        "Les participants conviennent d’un calendrier.",
        "Le groupe retient une règle simple.",
        "La DGCS s’engage à répondre par écrit.",
        "Les deux villes s’engagent à prêter un local.",
        "La communauté s’accorde sur un principe.",
        "La proposition est adoptée à l’unanimité.",
        "Nous décidons d’essayer pendant un mois.",
        "Décision n° 3 : le bus passera le mardi.",
        "Une réunion dédiée sera organisée en mai.",
    ],
)
def test_a_sentence_of_minutes_says_so_itself(sentence: str) -> None:
    """It alone is taken, of minutes alone: tools quote such sentences as examples."""
    text = f"Le bus a bien roulé. {sentence} Le café était bon."
    assert _find(text) == [("", sentence)]
    assert _find(text, minutes=False) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Rien n’a été décidé.",
        "Il n’est pas décidé si le bus passera.",
        "Comme convenu au lancement, la séance était ouverte.",
        "Faut-il une décision à l’unanimité ?",
        "L’organisme décide, la personne choisit.",
        "Il est proposé de dater les fichiers.",
        "Les agents d’accueil ont acté de présence.",
        "Cette équipe a un comité trop large pour décider.",
    ],
)
def test_denials_reminders_questions_and_wishes_are_no_decisions(sentence: str) -> None:
    """They have the words, not the meaning."""
    assert _find(sentence) == []


def test_a_line_may_be_a_heading_that_its_file_does_not_mark() -> None:
    """« Décisions : » in a plain text begins a list."""
    assert _find("Bonjour à tous.\nDécisions :\n- Louer une salle") == [("Décisions", "Louer une salle")]


def test_lines_that_a_page_broke_are_whole() -> None:
    """A line that goes on with the one before is one item with it."""
    assert _find("- Louer une salle avec\nun vidéoprojecteur\n- Inviter la CAF", "Décisions") == [
        ("Décisions", "Louer une salle avec un vidéoprojecteur"),
        ("Décisions", "Inviter la CAF"),
    ]


def test_the_first_row_of_a_table_names_its_columns() -> None:
    """And is no decision; the others are, whole."""
    assert _find("Action | Responsable | Échéance\nRelire | Deux villes | Mai", "Suites") == [
        ("Suites", "Relire | Deux villes | Mai")
    ]


def test_under_a_conclusion_only_what_is_announced_counts() -> None:
    """Such parts of minutes tell other things too."""
    text = "La journée fut belle. Un questionnaire sera envoyé en juin."
    assert _find(text, "Conclusion") == [("Conclusion", "Un questionnaire sera envoyé en juin.")]


def test_recordings_and_descriptions_are_left_out() -> None:
    """What is said in passing decides nothing, nor does what a sidecar says."""
    spoken = Passage(0, Locator(Unit.TIME, 1, 0.0, 2.0), "Il est décidé de partir.", "Décisions")
    told = Passage(1, Locator(Unit.DESCRIPTION, 1), "Il est décidé de partir.", "Décisions")
    assert find_resolutions([spoken, told], minutes=True) == ()


def test_the_same_words_have_one_fingerprint() -> None:
    """Whatever their case, accents and punctuation: a new version of the minutes changes these."""
    assert fingerprint_resolution("Écrire aux mairies.") == fingerprint_resolution("ecrire aux MAIRIES")
    assert fingerprint_resolution("Écrire aux mairies") != fingerprint_resolution("Écrire à la mairie")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Compte rendu de la mensuelle", True),
        ("CR du 3 mai", True),
        ("PV de l’assemblée", True),
        ("Procès-verbal", True),
        ("Relevé de décisions", True),
        ("L’aller-vers : l’essentiel", False),
        ("Crédits et PVC", False),
    ],
)
def test_minutes_are_known_by_their_title(title: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """As members write it."""
    assert is_minutes(title) is expected
