"""What models make up goes, what people say stays."""

from __future__ import annotations

import pytest

from extractors.transcription.hallucinations import HeardSegment, clean_segments, cut_loops


def heard(*texts: str, certain: bool = True) -> list[HeardSegment]:
    """Segments of two seconds."""
    return [
        HeardSegment(2.0 * place, 2.0 * place + 2, text, -0.2 if certain else -1.2, 0.0 if certain else 0.8)
        for place, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Sous-titres réalisés par la communauté d'Amara.org",
        "Sous-titrage Société Radio-Canada",
        "Sous-titrage ST' 501",
        "❤️ par SousTitreur.com",
        "Sous-titres réalisés para la communauté d’Amara.org",
        "Subtitles by the Amara.org community",
        "Sous-titrage MFP.",
    ],
)
def test_credits_of_films_are_left_out(text: str) -> None:
    """Nobody says these in a webinar, however sure the model is."""
    assert clean_segments(heard(text)) == ((), 1)


@pytest.mark.parametrize(
    "text", ["Merci d’avoir regardé cette vidéo !", "Merci.", "Abonnez-vous à la chaîne", "Au revoir."]
)
def test_polite_words_are_left_out_only_where_nobody_seems_to_speak(text: str) -> None:
    """People do say thank you and goodbye."""
    assert clean_segments(heard(text, certain=False)) == ((), 1)
    kept, dropped = clean_segments(heard(text))
    assert ([each.text for each in kept], dropped) == ([text], 0)


@pytest.mark.parametrize(
    "text",
    [
        "Les sous-titres de la vidéo seront en ligne demain.",
        "On remercie la communauté d’agglomération.",
        "Le sous-titrage par la plateforme est automatique.",
    ],
)
def test_sentences_about_captions_stay(text: str) -> None:
    """A word of the credits is no credit."""
    kept, dropped = clean_segments(heard(text))
    assert ([each.text for each in kept], dropped) == ([text], 0)


def test_words_of_low_certainty_are_marked() -> None:
    """They stay, and are said to be unsure."""
    kept, dropped = clean_segments(heard("La maison des services", certain=False))
    assert [each.doubtful for each in kept] == [True]
    assert dropped == 0


def test_loops_are_cut_and_counted() -> None:
    """A model that repeats itself says it once, marked."""
    kept, dropped = clean_segments(heard("Voilà, on va " + "on va " * 30 + "commencer."))
    assert [each.text for each in kept] == ["Voilà, on va commencer."]
    assert dropped == 1
    assert kept[0].doubtful


@pytest.mark.parametrize("text", ["... ... ... ... ...", "♪♪", "…", " - "])
def test_signs_that_stand_for_no_speech_are_left_out(text: str) -> None:
    """Models write them over music and silence."""
    assert clean_segments(heard(text)) == ((), 1)


def test_long_loops_are_cut() -> None:
    """A whole sentence said 28 times over in one segment is one sentence."""
    sentence = "Et donc nous allons voir ensemble comment la commune et le département se sont organisés cette année."
    kept, dropped = clean_segments(heard(" ".join([sentence] * 28)))
    assert [each.text for each in kept] == [sentence]
    assert dropped == 1


@pytest.mark.parametrize(
    "text",
    ["Oui oui oui.", "Très, très, très important.", "un deux trois un deux trois un deux trois", "", "mot"],
)
def test_what_people_repeat_stays(text: str) -> None:
    """Three times is emphasis."""
    assert cut_loops(text) == text


def test_segments_that_repeat_are_left_out() -> None:
    """The same sentence over and over is kept three times."""
    kept, dropped = clean_segments(heard(*["On y va."] * 10, "Bien."))
    assert [each.text for each in kept] == ["On y va."] * 3 + ["Bien."]
    assert dropped == 7
