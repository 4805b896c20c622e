"""Recordings are written down while nothing else is to do: each piece once, whatever ends the indexer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks.generated_speech import join, music, silence, speak, to_wave
from extractors import Limits, Pool
from extractors.transcription import SpeechEngine
from extractors.transcription.speech_model import MODEL_FOLDER
from index.config import Settings
from index.model_service import ModelService
from index.search import Question
from indexer.pipeline import choose_engine
from indexer.speech_service import SpeechService
from tests.extractors.samples import sample
from tests.extractors.transcription.speech import needs_model, needs_voice
from tests.indexer.conftest import EVERYONE
from tests.model_server import HEARD, SEGMENT, Answer, ModelServer, serve_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.model import Document
    from indexer.pipeline import Transcriber
    from tests.indexer.conftest import Bench

NIR = "1 85 05 78 006 084 91"


@pytest.fixture(scope="module")
def hearing() -> Iterator[Pool]:
    """The process that hears."""
    with Pool(1, Limits(seconds=600, memory_bytes=3 * 2**30, niceness=1)) as opened:
        yield opened


def engine_of(service: ModelServer, model: str = "un-modele") -> SpeechEngine:
    """What hears by a service of the tests."""
    return SpeechEngine(model, service.address, SpeechService(ModelService(service.address, model)))


def say(text: str, start: float = 0.5, end: float = 2.0, certainty: float = -0.2) -> Answer:
    """A service that hears one sentence."""
    segment = {**SEGMENT, "text": text, "start": start, "end": end, "avg_logprob": certainty}
    return Answer(body={**HEARD, "segments": [segment]})


def transcriber_of(bench: Bench) -> Transcriber:
    """What writes recordings down: the state that the indexer tells of it is written every few seconds only."""
    transcriber = bench.indexer._transcriber  # noqa: SLF001
    assert transcriber is not None
    return transcriber


def work(bench: Bench, seconds: float = 30) -> None:
    """Let the indexer work until no recording waits."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        bench.indexer.advance()
        state = transcriber_of(bench).state
        if state.recordings == 0 or state.message:
            return
    raise AssertionError("the recordings are not written down")


def hear(bench: Bench, hearing: Pool, engine: SpeechEngine) -> None:
    """Let an engine write down all that lies in the library."""
    bench.indexer.transcribe_with(engine, hearing)
    bench.step()
    work(bench)


def put_sound(bench: Bench, path: str, seconds: float = 3) -> None:
    """A recording of music."""
    file = bench.library / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(to_wave(music(seconds)))


def recording(bench: Bench, words: str) -> Document:
    """The one document found."""
    (found,) = bench.found(words)
    return found


def test_what_is_said_is_found(bench: Bench, hearing: Pool) -> None:
    """The words of a recording are its text, at their minute, and said to be a program's."""
    put_sound(bench, "a.wav")
    with serve_model(say("Le chèque énergie arrive en avril.")) as service:
        hear(bench, hearing, engine_of(service))
    bench.keep_up()
    found = recording(bench, "chèque énergie")
    assert found.transcribed == "un-modele (127.0.0.1)"
    (passage,) = bench.catalogue.documents.list_passages(found.id)
    assert passage.text == "Le chèque énergie arrive en avril."
    assert (passage.locator.start, passage.doubtful) == (0.5, False)
    (hit,) = bench.searching.ask(Question("chèque")).found
    assert hit.excerpts[0].locator.start == 0.5


def test_low_certainty_is_marked(bench: Bench, hearing: Pool) -> None:
    """What the program is unsure of is said to be."""
    put_sound(bench, "a.wav")
    with serve_model(say("Peut-être un dispositif", certainty=-1.3)) as service:
        hear(bench, hearing, engine_of(service))
    bench.keep_up()
    (passage,) = bench.catalogue.documents.list_passages(recording(bench, "dispositif").id)
    assert passage.doubtful


def test_nothing_is_heard_twice(bench: Bench, hearing: Pool) -> None:
    """A copy, a move and a restart cost no request; another model hears again, and its words take their place."""
    put_sound(bench, "a.wav")
    with serve_model(say("Première écoute.")) as service:
        hear(bench, hearing, engine_of(service))
        (bench.library / "a.wav").rename(bench.library / "b.wav")
        (bench.library / "c.wav").write_bytes((bench.library / "b.wav").read_bytes())
        bench.step()
        bench.restart()
        hear(bench, hearing, engine_of(service))
        assert len(service.requests) == 1
        bench.restart()
        service.answers = [say("Seconde écoute.")]
        hear(bench, hearing, engine_of(service, "un-autre"))
        assert len(service.requests) == 2
    bench.keep_up()
    assert bench.found("première") == []
    assert recording(bench, "seconde").transcribed == "un-autre (127.0.0.1)"


def test_captions_need_no_program(bench: Bench, hearing: Pool) -> None:
    """A recording whose captions lie beside it is not heard."""
    put_sound(bench, "a.wav")
    (bench.library / "a.vtt").write_bytes(sample(".vtt"))
    with serve_model() as service:
        hear(bench, hearing, engine_of(service))
        assert service.requests == []


def test_captions_that_come_later_take_the_place(bench: Bench, hearing: Pool) -> None:
    """The words of a program give way to captions; should these go, nothing is heard again."""
    put_sound(bench, "a.wav")
    with serve_model(say("Le chef énergie.")) as service:
        hear(bench, hearing, engine_of(service))
        bench.keep_up()
        assert len(bench.found("énergie")) == 1
        (bench.library / "a.vtt").write_bytes(sample(".vtt"))
        bench.step()
        bench.indexer.advance()
        bench.keep_up()
        assert bench.found("énergie") == []
        (bench.library / "a.vtt").unlink()
        with bench.catalogue.transaction() as transaction:
            transaction.files.confirm_removals("")
        bench.step()
        work(bench)
        bench.keep_up()
        assert len(bench.found("énergie")) == 1
        assert len(service.requests) == 1


def test_personal_data_is_looked_for(bench: Bench, hearing: Pool) -> None:
    """What is said aloud is checked as any text, before members can find it."""
    put_sound(bench, "a.wav")
    with serve_model(say(f"Son numéro est le {NIR}.")) as service:
        hear(bench, hearing, engine_of(service))
    bench.keep_up()
    assert bench.found("numéro") == []
    assert bench.catalogue.personal_data.count_undecided(frozenset({"animateurs"})) == 1


def test_files_come_before_recordings(bench: Bench, hearing: Pool) -> None:
    """No piece is begun while a file is to be read."""
    put_sound(bench, "a.wav")
    with serve_model() as service:
        bench.indexer.transcribe_with(engine_of(service), hearing)
        bench.step()
        bench.put("note.txt", "Une note sur la domiciliation.")
        transcriber_of(bench).advance(idle=False)
        assert not transcriber_of(bench).is_hearing
        transcriber_of(bench).advance(idle=True)
        assert transcriber_of(bench).is_hearing
        work(bench)


def test_a_service_that_refuses_is_told_and_waited_for(bench: Bench, hearing: Pool) -> None:
    """The state says why recordings wait; they are not taken for failures."""
    put_sound(bench, "a.wav")
    with serve_model(Answer(401)) as service:
        hear(bench, hearing, engine_of(service))
    assert "vérifiez son adresse et la clé" in transcriber_of(bench).state.message
    assert transcriber_of(bench).state.recordings == 1


def test_a_recording_that_is_refused_keeps_no_other_waiting(bench: Bench, hearing: Pool) -> None:
    """The next one is heard."""
    put_sound(bench, "a.wav", 3)
    bench.step()
    put_sound(bench, "b.wav", 4)
    with serve_model(Answer(413), say("Le second.")) as service:
        hear(bench, hearing, engine_of(service))
        until = time.monotonic() + 20
        while len(service.requests) < 2 and time.monotonic() < until:
            bench.indexer.advance()
        work(bench)
    for _ in range(100):
        bench.indexer.advance()
        time.sleep(0.02)
    bench.keep_up()
    assert len(bench.found("second")) == 1


def test_what_has_no_sound_is_told(bench: Bench, hearing: Pool) -> None:
    """A silent film stays found by its title, with the reason in the list of files."""
    (bench.library / "film.mp4").write_bytes(sample(".mp4"))
    with serve_model() as service:
        hear(bench, hearing, engine_of(service))
        assert service.requests == []
    (status,) = bench.catalogue.file_statuses.find()
    assert status.reason == "La transcription automatique s’est arrêtée dès le début : aucune piste sonore."


def test_another_version_of_the_extractors_keeps_the_words(bench: Bench, hearing: Pool) -> None:
    """Reading the file again gives no words: those heard stay."""
    put_sound(bench, "a.wav")
    with serve_model(say("La permanence du mardi.")) as service:
        hear(bench, hearing, engine_of(service))
    bench.keep_up()
    id_ = recording(bench, "permanence").id
    with bench.catalogue.transaction() as transaction:
        read = replace(
            transaction.documents.find_content(id_), passages=(), transcribed="", signature=(), extractor_version=99
        )
        transaction.documents.replace_reading(id_, read)
    bench.keep_up()
    assert recording(bench, "permanence").id == id_


def test_corrections_survive(bench: Bench, hearing: Pool) -> None:
    """What a person corrected is found at once, and stays when another model hears the recording."""
    put_sound(bench, "a.wav")
    with serve_model(say("Le chef énergie.")) as service:
        hear(bench, hearing, engine_of(service))
        bench.keep_up()
        id_ = recording(bench, "chef").id
        with bench.catalogue.transaction() as transaction:
            assert transaction.transcripts.correct(id_, 0.5, "Le chèque énergie.", "ana")
            assert not transaction.transcripts.correct(id_, 40.0, "Rien.", "ana")
        bench.keep_up()
        assert [each.id for each in bench.found("chèque")] == [id_]
        assert bench.found("chef") == []
        bench.restart()
        service.answers = [say("Le chef et nergie.", 0.4, 2.1)]
        hear(bench, hearing, engine_of(service, "autre"))
    bench.keep_up()
    (document,) = bench.found("chèque énergie")
    assert [each.text for each in bench.catalogue.documents.list_passages(document.id)] == ["Le chèque énergie."]
    with bench.catalogue.transaction() as transaction:
        transaction.transcripts.correct(id_, 0.5, "Le chef énergie.", "ana")
    assert bench.catalogue.transcripts.list_corrections(id_) == ()


def test_corrections_are_searched_for_personal_data(bench: Bench, hearing: Pool) -> None:
    """A number that a person types is one that nobody may find."""
    put_sound(bench, "a.wav")
    with serve_model(say("Son numéro.")) as service:
        hear(bench, hearing, engine_of(service))
    bench.keep_up()
    id_ = recording(bench, "numéro").id
    with bench.catalogue.transaction() as transaction:
        transaction.transcripts.correct(id_, 0.5, f"Son numéro, {NIR}.", "ana")
    assert bench.catalogue.documents.find(id_, EVERYONE) is None


@needs_model
@needs_voice
def test_a_real_model_hears(bench: Bench, hearing: Pool) -> None:
    """Speech is heard by the model set up here; silence and music give no words."""
    spoken = join((silence(4), speak("Bonjour à tous. La réunion commence à neuf heures du matin.", 125), silence(2)))
    (bench.library / "parole.wav").write_bytes(to_wave(spoken))
    (bench.library / "silence.wav").write_bytes(to_wave(join((silence(8), music(8), silence(8)))))
    bench.indexer.transcribe_with(SpeechEngine(str(MODEL_FOLDER)), hearing)
    bench.step()
    work(bench, 100)
    bench.keep_up()
    found = recording(bench, "réunion")
    assert found.transcribed == "whisper-base"
    assert found.paths == ("parole.wav",)
    start = bench.catalogue.documents.list_passages(found.id)[0].locator.start
    assert start is not None
    assert 3 <= start <= 6
    silent = next(each for each in bench.catalogue.transcripts.list_recordings(["son"]) if each.path == "silence.wav")
    assert not silent.has_text


def test_settings_choose_what_hears() -> None:
    """Nothing, the model set up here, another one, or a service."""
    assert choose_engine(Settings()) is None
    local = choose_engine(Settings(transcription="locale"))
    assert local == SpeechEngine(str(MODEL_FOLDER))
    assert local.name == "whisper-base"
    other = choose_engine(Settings(transcription="locale", transcription_model="/srv/large-v3"))
    assert other is not None
    assert other.name == "large-v3"
    address = "https://transcription.example.fr/v1"
    service = choose_engine(Settings(transcription=address, transcription_model="m", transcription_key="k"))
    assert service == SpeechEngine("m", address, SpeechService(ModelService(address, "m", "k")))
    assert service.name == "m (transcription.example.fr)"
