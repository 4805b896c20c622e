"""A recording, its captions and its sound are one document, whatever happens to their files."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from benchmarks.generated_speech import silence, to_wave
from index.accounts.audiences import EVERY_ANIMATOR
from index.catalogue import Decisions, MetadataField, PartKind
from index.catalogue.replay_parts import PartFile, join_parts
from index.generations.generation_store import find_live_folder
from index.generations.live import Generation
from index.generations.rebuild import find_flaw
from index.model import Facet, Tag, TagSource
from index.personal_data import Verdict
from index.search import Question
from indexer.reconcile import PART_KINDS
from tests.extractors.samples import sample
from tests.indexer.conftest import EVERYONE, open_bench

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from extractors import Pool
    from index.model import Document
    from tests.indexer.conftest import Bench

FOLDER = "Webinaires/2024-01-25 - L\u2019aller vers"
NIR = "1 85 05 78 006 084 91"


def film(mark: str) -> bytes:
    """A video that differs from others by what players skip at its end."""
    free = mark.encode()
    return sample(".mp4") + (8 + len(free)).to_bytes(4, "big") + b"free" + free


def captions(*lines: str) -> bytes:
    """One cue of two seconds a line."""
    cues = (f"00:{2 * n:02d}.000 --> 00:{2 * n + 2:02d}.000\n{line}" for n, line in enumerate(lines))
    return "\n\n".join(("WEBVTT", *cues)).encode() + b"\n"


def put(bench: Bench, path: str, content: bytes) -> Path:
    """A file of the library."""
    file = bench.library / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def id_at(bench: Bench, path: str) -> str:
    """The id of the document of a file, be it a part."""
    id_ = bench.catalogue.files.find_in_extent()[path].document_id
    assert id_ is not None
    return id_


def only(bench: Bench, words: str, **selection: str) -> Document:
    """The one document that a question finds."""
    chosen = {Facet(facet): frozenset({value}) for facet, value in selection.items()}
    (found,) = bench.searching.ask(Question(words, chosen)).found
    return found.document


def seen(bench: Bench, id_: str, groups: frozenset[str] = EVERYONE) -> Document | None:
    """A document, if these may see it."""
    return bench.catalogue.documents.find(id_, groups)


def decide(bench: Bench, id_: str, **fields: str) -> None:
    """A person says something of a document."""
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.decide(
            [id_], Decisions(fields={MetadataField[name.upper()]: value for name, value in fields.items()})
        )


def test_words_that_are_said_are_found_as_a_video(bench: Bench) -> None:
    """The words of captions are those of the video: under its format, and under that of captions as before."""
    put(bench, "a/Bilan.mp4", film("a"))
    put(bench, "a/Bilan.vtt", captions("Bonjour.", "Le chèque énergie arrive."))
    bench.step()
    for format_ in ("video", "sous-titres"):
        found = only(bench, "chèque énergie", format=format_)
        assert found.id == id_at(bench, "a/Bilan.mp4")
        assert found.format == "video"
    (hit,) = bench.searching.ask(Question("chèque")).found
    assert hit.excerpts[0].locator.start is not None
    (part,) = bench.catalogue.replays.list_parts(found.id, EVERYONE)
    assert part.paths == ("a/Bilan.vtt",)
    assert bench.catalogue.documents.count_all().documents == 1
    assert bench.catalogue.documents.count_readable(EVERYONE).without_text == 0
    assert {each.state.value for each in bench.catalogue.file_statuses.find()} == {"indexe"}


@pytest.mark.parametrize("first", ["a/Bilan.mp4", "a/Bilan.vtt"])
def test_a_part_that_comes_later_joins(bench: Bench, first: str) -> None:
    """Whichever comes first, they are one; what was said of the captions alone is said of the replay."""
    contents = {"a/Bilan.mp4": film("a"), "a/Bilan.vtt": captions("Le chèque énergie.")}
    put(bench, first, contents[first])
    bench.step()
    decide(bench, id_at(bench, first), title="Bilan de l\u2019année")
    for path, content in contents.items():
        put(bench, path, content)
    bench.step()
    found = only(bench, "chèque")
    assert (found.id, found.title) == (id_at(bench, "a/Bilan.mp4"), "Bilan de l\u2019année")
    assert bench.catalogue.replays.find_main(id_at(bench, "a/Bilan.vtt"), EVERYONE) == found.id


def test_captions_that_leave_are_a_document_again(bench: Bench) -> None:
    """Renamed out of the replay, they are what they were; renamed back, they are joined again; ids stay."""
    put(bench, "a/Bilan.mp4", film("a"))
    file = put(bench, "a/Bilan.vtt", captions("Le chèque énergie."))
    bench.step()
    video, text = id_at(bench, "a/Bilan.mp4"), id_at(bench, "a/Bilan.vtt")
    (bench.library / "b").mkdir()
    gone = file.rename(bench.library / "b/Autre.vtt")
    bench.step()
    assert only(bench, "chèque").id == text
    assert seen(bench, video)
    gone.rename(file)
    bench.step()
    assert only(bench, "chèque").id == video
    assert seen(bench, text) is None


def test_a_replay_that_loses_its_video_stays(bench: Bench) -> None:
    """The captions keep what was decided, and the video's address leads to them; with the video, all is as before."""
    file = put(bench, "a/Bilan.mp4", film("a"))
    put(bench, "a/Bilan.vtt", captions("Le chèque énergie."))
    bench.step()
    video, text = id_at(bench, "a/Bilan.mp4"), id_at(bench, "a/Bilan.vtt")
    decide(bench, video, title="Bilan de l\u2019année")
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.qualify([video])
    content = file.read_bytes()
    file.unlink()
    bench.step()
    found = only(bench, "chèque")
    assert (found.id, found.title) == (text, "Bilan de l\u2019année")
    assert bench.catalogue.replays.find_main(video, EVERYONE) == text
    assert bench.catalogue.decisions.read_qualification_page(EVERYONE).total == 0
    file.write_bytes(content)
    bench.step()
    assert only(bench, "chèque").id == video
    assert bench.catalogue.replays.find_main(text, EVERYONE) == video


def test_captions_in_two_languages_are_both_found(bench: Bench) -> None:
    """The words of all captions find the replay; French ones are read first."""
    put(bench, "a/Bilan.mp4", film("a"))
    put(bench, "a/Bilan.en.vtt", captions("The energy voucher."))
    put(bench, "a/Bilan.fr.vtt", captions("Le chèque énergie."))
    bench.step()
    video = id_at(bench, "a/Bilan.mp4")
    assert only(bench, "voucher").id == only(bench, "chèque").id == video
    assert [each.text for each in bench.catalogue.documents.list_passages(video)] == [
        "Le chèque énergie.",
        "The energy voucher.",
    ]
    passages = bench.catalogue.documents.list_passages_from(video, 1, 5)
    assert [(each.ordinal, each.text) for each in passages] == [(1, "The energy voucher.")]
    assert bench.catalogue.documents.find_passages({video: [0, 1, 2]})[video][1] == passages[0]


def test_new_captions_are_found_at_once(bench: Bench) -> None:
    """A new version of the captions changes the replay's words; other words are no longer found."""
    put(bench, "a/Bilan.mp4", film("a"))
    put(bench, "a/Bilan.vtt", captions("Le chèque énergie."))
    bench.step()
    put(bench, "a/Bilan.vtt", captions("Le bouclier tarifaire arrive."))
    bench.step()
    assert only(bench, "bouclier").id == id_at(bench, "a/Bilan.mp4")
    assert bench.found("chèque") == []


def test_a_gathering_has_one_replay_whatever_the_names(bench: Bench) -> None:
    """Alone of their kind in a gathering's folder, files of any name are one; a second video parts them."""
    put(bench, f"{FOLDER}/zoom_0.mp4", film("a"))
    put(bench, f"{FOLDER}/GMT20240125.transcript.vtt", captions("Le chèque énergie."))
    put(bench, f"{FOLDER}/audio.wav", to_wave(silence(1)))
    bench.step()
    video = id_at(bench, f"{FOLDER}/zoom_0.mp4")
    assert only(bench, "chèque").id == video
    assert len(bench.catalogue.replays.list_parts(video, EVERYONE)) == 2
    second = put(bench, f"{FOLDER}/zoom_1.mp4", film("b"))
    bench.step()
    assert only(bench, "chèque").format == "sous-titres"
    second.unlink()
    bench.step()
    assert only(bench, "chèque").id == video


def test_conflicting_decisions_are_kept_and_told(bench: Bench) -> None:
    """The video's title prevails, the other is told until somebody has looked; apart, each has its own again."""
    put(bench, "a/Bilan.mp4", film("a"))
    file = put(bench, "b/Bilan.vtt", captions("Le chèque énergie."))
    bench.step()
    video, text = id_at(bench, "a/Bilan.mp4"), id_at(bench, "b/Bilan.vtt")
    decide(bench, video, title="Bilan filmé")
    decide(bench, text, title="Bilan écrit", date="2024-01-25")
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.qualify([video, text])
    moved = file.rename(bench.library / "a/Bilan.vtt")
    bench.step()
    found = seen(bench, video)
    assert found is not None
    assert found.title == "Bilan filmé"
    assert found.date is not None
    assert [(each.what, each.said) for each in bench.catalogue.replays.list_conflicts(video)] == [
        (MetadataField.TITLE, "Bilan écrit")
    ]
    assert bench.catalogue.decisions.read_qualification_page(EVERYONE).total == 1
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.qualify([video])
    assert bench.catalogue.replays.list_conflicts(video) == ()
    moved.rename(file)
    bench.step()
    titles = {each.title for id_ in (video, text) if (each := seen(bench, id_))}
    assert titles == {"Bilan filmé", "Bilan écrit"}


def test_a_decision_that_is_taken_back_is_so_of_all_files(bench: Bench) -> None:
    """A title or a tag that was given to the captions can be left to the rules again on the replay."""
    put(bench, "a/Bilan.vtt", captions("Le chèque énergie."))
    bench.step()
    text = id_at(bench, "a/Bilan.vtt")
    tag = Tag(Facet.THEME, "logement", TagSource.ANIMATOR, "choix")
    decide(bench, text, title="Écrit")
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.decide([text], Decisions(choose=(tag,)))
    put(bench, "a/Bilan.mp4", film("a"))
    bench.step()
    video = id_at(bench, "a/Bilan.mp4")
    found = seen(bench, video)
    assert found is not None
    assert found.title == "Écrit"
    assert tag in found.tags
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.decide(
            [video], Decisions(undecide=((Facet.THEME, "logement"),), fields={MetadataField.TITLE: None})
        )
    found = seen(bench, video)
    assert found is not None
    assert found.title == "Domiciliation"  # its file says so
    assert tag not in found.tags


def test_what_one_file_must_not_show_the_replay_does_not(bench: Bench) -> None:
    """Personal data in captions withholds the video; without the captions it waits for somebody to agree."""
    put(bench, "a/Bilan.mp4", film("a"))
    bench.step()
    video = id_at(bench, "a/Bilan.mp4")
    assert seen(bench, video)
    file = put(bench, "a/Bilan.vtt", captions(f"Mon numéro est le {NIR}, au chèque énergie."))
    bench.step()
    assert seen(bench, video) is None
    assert bench.found("chèque") == []
    assert bench.catalogue.replays.find_main(id_at(bench, "a/Bilan.vtt"), EVERYONE) is None
    (doubtful,) = bench.catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)
    file.unlink()
    bench.step()
    assert seen(bench, video) is None
    (held,) = bench.catalogue.holds.list_held(EVERY_ANIMATOR, 10)
    assert (held.id, held.reason.value) == (video, "partie")
    with bench.catalogue.transaction() as transaction:
        transaction.holds.agree({held.id: held.etag}, EVERY_ANIMATOR, "")
    assert seen(bench, video)
    assert doubtful.document.id != video


def test_a_harmless_finding_shows_the_replay(bench: Bench) -> None:
    """Once somebody has decided that nothing is personal, the replay is shown, and found by its words."""
    put(bench, "a/Bilan.mp4", film("a"))
    put(bench, "a/Bilan.vtt", captions(f"Mon numéro est le {NIR}, au chèque énergie."))
    bench.step()
    (doubtful,) = bench.catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)
    with bench.catalogue.transaction() as transaction:
        transaction.personal_data.decide([each.number for each in doubtful.doubts], Verdict.NOTHING, "")
    bench.keep_up()
    assert only(bench, "chèque").id == id_at(bench, "a/Bilan.mp4")


def test_copies_stay_one_replay(bench: Bench) -> None:
    """A folder that is copied has the same replay at two places; captions copied alone stay part of it."""
    for name, content in (("Bilan.mp4", film("a")), ("Bilan.vtt", captions("Le chèque énergie."))):
        put(bench, f"a/{name}", content)
        put(bench, f"b/{name}", content)
    put(bench, "c/Copie.vtt", captions("Le chèque énergie."))
    bench.step()
    found = only(bench, "chèque")
    assert found.paths == ("a/Bilan.mp4", "b/Bilan.mp4")
    (part,) = bench.catalogue.replays.list_parts(found.id, EVERYONE)
    assert part.paths == ("a/Bilan.vtt", "b/Bilan.vtt", "c/Copie.vtt")


def test_a_restart_joins_what_an_earlier_version_left_apart(bench: Bench) -> None:
    """A catalogue of the version before has pairs as two documents: the indexer joins them when it starts, once."""
    put(bench, "a/Bilan.mp4", film("a"))
    put(bench, "a/Bilan.vtt", captions("Le chèque énergie."))
    bench.step()
    video, text = id_at(bench, "a/Bilan.mp4"), id_at(bench, "a/Bilan.vtt")
    _part(bench, video, text)
    bench.restart()
    bench.keep_up()
    assert only(bench, "chèque").id == video
    revision = bench.catalogue.revisions.read_last()
    bench.restart()
    bench.step()
    assert bench.catalogue.revisions.read_last() == revision


def _part(bench: Bench, video: str, text: str) -> None:
    """Two documents again, as the version before had them."""
    database = create_engine(bench.catalogue.url)
    with database.begin() as connection:
        connection.execute(sql("UPDATE document SET part_of = NULL, part_rank = 0"))
        for id_ in (video, text):
            connection.execute(sql("UPDATE clock SET revision = revision + 1"))
            revised = "UPDATE document SET revision = (SELECT revision FROM clock) WHERE id = :id"
            connection.execute(sql(revised), {"id": id_})
    database.dispose()
    bench.keep_up()
    assert only(bench, "chèque").id == text


NAMES = ("r.mp4", "r.vtt", "r.en.vtt", "r.wav", "s.mp4", "s.vtt", "t.srt")
FOLDERS = ("a", "b", FOLDER)
_path = st.builds("{}/{}".format, st.sampled_from(FOLDERS), st.sampled_from(NAMES))
_mark = st.sampled_from(["balisea", "baliseb", "balisec"])


def content_of(path: str, mark: str) -> bytes:
    """A file of the kind that its name tells; captions say the mark."""
    if path.endswith(".mp4"):
        return film(mark)
    if path.endswith(".wav"):
        return to_wave(silence(0.5 + len(mark) + ord(mark[-1]) % 7))
    lines = f"Ici on dit {mark}."
    return captions(lines) if path.endswith(".vtt") else f"1\n00:00:00,000 --> 00:00:02,000\n{lines}\n".encode()


class Recordings(RuleBasedStateMachine):
    """What people do to recordings and captions. The folder itself is the model."""

    def __init__(self, opened: AbstractContextManager[Bench]) -> None:
        super().__init__()
        self._opened = opened
        self._bench = opened.__enter__()

    @property
    def _files(self) -> list[str]:
        found = (each for each in self._bench.library.rglob("*") if each.is_file())
        return sorted(each.relative_to(self._bench.library).as_posix() for each in found)

    @initialize()
    def begin(self) -> None:
        """A replay is there already."""
        for path in ("a/r.mp4", "a/r.vtt"):
            put(self._bench, path, content_of(path, "balisea"))

    @rule(path=_path, mark=_mark)
    def write(self, path: str, mark: str) -> None:
        """A file comes, or has a new version."""
        put(self._bench, path, content_of(path, mark))

    @precondition(lambda self: self._files)
    @rule(data=st.data(), path=_path)
    def rename(self, data: st.DataObject, path: str) -> None:
        """A file gets another name, with its own suffix."""
        old = data.draw(st.sampled_from(self._files))
        new = self._bench.library / f"{path.rpartition('.')[0]}.{old.rpartition('.')[2]}"
        if not new.exists():
            new.parent.mkdir(parents=True, exist_ok=True)
            (self._bench.library / old).rename(new)

    @precondition(lambda self: self._files)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """A file goes."""
        (self._bench.library / data.draw(st.sampled_from(self._files))).unlink()

    @rule(restarted=st.booleans())
    def look(self, *, restarted: bool) -> None:
        """The indexer has seen it all: parts are those of the paths, and each word finds the replays that say it."""
        bench = self._bench
        bench.step()
        catalogue = bench.catalogue
        known = {path: each.document_id for path, each in catalogue.files.find_in_extent().items()}
        assert sorted(known) == self._files
        expected = join_parts(list_files(bench))
        living = catalogue.documents.list_ids(with_parts=True)
        parts = {id_: main for id_ in living if (main := catalogue.replays.find_main(id_, EVERYONE))}
        assert parts == {id_: each.main for id_, each in expected.items()}
        documents = set(catalogue.documents.list_ids())
        assert documents == set(living) - parts.keys()
        assert catalogue.documents.count_all().documents == len(documents)
        for mark in ("balisea", "baliseb", "balisec"):
            saying = {
                known[path]
                for path in self._files
                if path.endswith((".vtt", ".srt")) and mark.encode() in (bench.library / path).read_bytes()
            }
            answer = bench.searching.ask(Question(mark, exact=True))
            found = {each.document.id for each in answer.found}
            assert found == {parts.get(str(id_), id_) for id_ in saying}
        folder = find_live_folder(bench.index)
        assert folder is not None
        with closing(Generation(folder)) as generation:
            assert find_flaw(generation, catalogue) == ""
        if restarted:
            revision = catalogue.revisions.read_last()
            bench.restart()
            bench.step()
            assert catalogue.revisions.read_last() == revision

    def teardown(self) -> None:
        """The history ends with a look."""
        try:
            self.look(restarted=True)
        finally:
            self._opened.__exit__(None, None, None)


def list_files(bench: Bench) -> list[PartFile]:
    """The recordings and captions of a catalogue, as the rules see them."""
    found = []
    for id_ in bench.catalogue.documents.list_ids(with_parts=True):
        each = bench.catalogue.replays.find_part(id_, EVERYONE)
        assert each is not None
        kind = PART_KINDS[each.format]
        assert isinstance(kind, PartKind)
        rules = bench.catalogue.decisions.find(id_).rules
        found.append(PartFile(id_, kind, each.paths, rules.event.id if rules.event else None))
    return found


@pytest.mark.timeout(0)
def test_any_history_ends_with_the_replays_of_its_files(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever comes, goes and is renamed, in any order, the same files make the same replays."""

    def begin() -> Recordings:
        return Recordings(open_bench(tmp_path_factory.mktemp("replays"), pool))

    run_state_machine_as_test(
        begin,  # type: ignore[arg-type]  # whatever makes a machine will do
        settings=settings(
            max_examples=8,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            # A history takes a second: one that fails is short enough to read.
            phases=(Phase.explicit, Phase.generate),
        ),
    )
