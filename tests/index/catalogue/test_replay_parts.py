"""Which files are one replay, by their paths and the gathering they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalogue.replay_parts import Membership, PartFile, PartKind, join_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = {
    "mp4": PartKind.VIDEO,
    "webm": PartKind.VIDEO,
    "mp3": PartKind.SOUND,
    "vtt": PartKind.CAPTIONS,
    "srt": PartKind.CAPTIONS,
}
EVENT = "webinaire-2024-01-25"


def lie(*paths: str, event: str | None = None) -> list[PartFile]:
    """A file at each path, of one gathering; its id is its path."""
    return [PartFile(each, KINDS[each.rpartition(".")[2]], (each,), event) for each in paths]


def join(files: Sequence[PartFile]) -> dict[str, str]:
    """The document of each part."""
    return {id_: each.main for id_, each in join_parts(files).items()}


@pytest.mark.parametrize(
    ("paths", "parts"),
    [
        (("a/r.mp4", "a/r.vtt"), {"a/r.vtt": "a/r.mp4"}),
        (("a/r.mp4", "a/R.VTT".lower(), "a/r.mp3"), {"a/r.vtt": "a/r.mp4", "a/r.mp3": "a/r.mp4"}),
        (("a/Réunion.mp4", "a/Re\u0301union.vtt"), {"a/Re\u0301union.vtt": "a/Réunion.mp4"}),
        (("a/r.mp3", "a/r.srt"), {"a/r.srt": "a/r.mp3"}),
        (("a/r.mp4", "a/r.fr.vtt", "a/r.en-gb.vtt"), {"a/r.fr.vtt": "a/r.mp4", "a/r.en-gb.vtt": "a/r.mp4"}),
        (("a/r_1920x1080.mp4", "a/r.transcript.vtt"), {"a/r.transcript.vtt": "a/r_1920x1080.mp4"}),
        (("a/2024.mars.mp4", "a/2024.mars.vtt"), {"a/2024.mars.vtt": "a/2024.mars.mp4"}),
        (("a/r.mp4", "a/r.webm"), {"a/r.webm": "a/r.mp4"}),
        # Browsers and systems name a second copy.
        (("a/r.mp4", "a/s.mp4", "a/r (1).vtt"), {"a/r (1).vtt": "a/r.mp4"}),
        (("a/r.mp4", "a/s.mp4", "a/s - copie.fr.vtt"), {"a/s - copie.fr.vtt": "a/s.mp4"}),
        (("a/r.mp4", "a/r (1).mp4", "a/r (1).vtt"), {"a/r (1).vtt": "a/r (1).mp4"}),
        (("a/épisode 1.mp4", "a/épisode 2.mp4", "a/épisode 2.vtt"), {"a/épisode 2.vtt": "a/épisode 2.mp4"}),
        # Elsewhere, under another name, or without a recording.
        (("a/r.mp4", "b/r.vtt"), {}),
        (("a/r.mp4", "a/s.vtt"), {}),
        (("a/r.vtt", "a/r.srt"), {}),
        (("a/r.fr.vtt", "a/r.en.vtt"), {}),
    ],
)
def test_files_of_one_name_are_one_replay(paths: tuple[str, ...], parts: dict[str, str]) -> None:
    """In one folder, a name but for suffix, language and size makes a replay, if it has a recording."""
    assert join(lie(*paths)) == parts


@pytest.mark.parametrize(
    ("paths", "parts"),
    [
        (("a/zoom_0.mp4", "a/GMT2024.vtt"), {"a/GMT2024.vtt": "a/zoom_0.mp4"}),
        (
            ("a/zoom_0.mp4", "a/son.mp3", "a/t.fr.vtt", "a/t.en.vtt"),
            dict.fromkeys(["a/son.mp3", "a/t.fr.vtt", "a/t.en.vtt"], "a/zoom_0.mp4"),
        ),
        (("a/son.mp3", "a/t.vtt"), {"a/t.vtt": "a/son.mp3"}),
        # Two of a kind: nobody knows whose the captions are.
        (("a/matin.mp4", "a/soir.mp4", "a/t.vtt"), {}),
        (("a/matin.mp4", "a/soir.mp4", "a/soir.vtt"), {"a/soir.vtt": "a/soir.mp4"}),
        (("a/r.mp4", "a/s.vtt", "a/t.vtt"), {}),
        (("a/r.mp4", "a/r.vtt", "a/t.vtt"), {"a/r.vtt": "a/r.mp4"}),
    ],
)
def test_files_alone_of_their_kind_in_a_gathering_are_one_replay(paths: tuple[str, ...], parts: dict[str, str]) -> None:
    """Whatever their names, where there is one of each in the folder of a gathering; in another folder they are not."""
    assert join(lie(*paths, event=EVENT)) == parts
    named_alike = {id_: main for id_, main in parts.items() if id_.split(".")[0] == main.split(".")[0]}
    assert join(lie(*paths)) == named_alike


def test_two_gatherings_in_a_folder_stay_apart() -> None:
    """Captions of another gathering than the video's are not its captions."""
    assert join([*lie("a/r.mp4", event=EVENT), *lie("a/t.vtt", event="plenière-2024-02")]) == {}


def test_captions_that_lie_in_two_folders_are_of_one_replay() -> None:
    """The same content beside two videos, such as an empty file, does not make one replay of them."""
    captions = PartFile("c", PartKind.CAPTIONS, ("a/r.vtt", "b/r.vtt"), None)
    assert join([*lie("b/r.mp4", "a/r.mp4"), captions]) == {"c": "a/r.mp4"}


def test_french_captions_come_first() -> None:
    """The words that are read are those of French captions, or of captions that name no language; sound comes last."""
    ranks = {id_: each.rank for id_, each in join_parts(lie("r.mp4", "r.mp3", "r.en.vtt", "r.fr.vtt", "r.srt")).items()}
    assert sorted(ranks, key=ranks.__getitem__) == ["r.fr.vtt", "r.srt", "r.en.vtt", "r.mp3"]


_NAMES = st.builds(
    "{}/{}{}.{}".format,
    st.sampled_from("ab"),
    st.sampled_from(["r", "s", "R"]),
    st.sampled_from(["", ".fr", ".en", "_640x360"]),
    st.sampled_from(sorted(KINDS)),
)


@given(
    st.lists(st.tuples(st.sets(_NAMES, min_size=1, max_size=2), st.sampled_from([None, EVENT])), max_size=8),
    st.randoms(use_true_random=False),
)
def test_any_files_are_joined_alike(drawn: list[tuple[set[str], str | None]], chance: object) -> None:
    """Whatever lies where: each part has one document, a recording that is no part; the order of files is nothing."""
    files = [
        PartFile(str(place), KINDS[min(paths).rpartition(".")[2]], tuple(sorted(paths)), event)
        for place, (paths, event) in enumerate(drawn)
    ]
    found = join_parts(files)
    by_id = {each.id: each for each in files}
    mains = {each.main for each in found.values()}
    assert not mains & found.keys()
    assert all(by_id[main].kind is not PartKind.CAPTIONS for main in mains)
    assert all(by_id[each.main].kind <= by_id[id_].kind for id_, each in found.items())
    for main in mains:
        ranks = sorted(each.rank for each in found.values() if each.main == main)
        assert ranks == list(range(1, len(ranks) + 1))
    shuffled = list(files)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a Random
    assert join_parts(shuffled) == found
    assert all(isinstance(each, Membership) for each in found.values())
