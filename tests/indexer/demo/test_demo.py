"""The demonstration library must convince on first sight: complete, true where it states facts, the same every time."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import docx
import pytest
import yaml
from pptx import Presentation
from pypdf import PdfReader

from extractors import Limits, extract
from extractors.recognition import is_available, recognise_text
from index.model import Facet
from indexer.demo.demo_questions import load_demo_questions
from indexer.demo.library import write_demo_library
from indexer.describe.calendar_file import parse_calendar
from indexer.describe.sidecars import parse_sidecar
from tests import ROOT
from tests.composition import load_vocabulary

MARK = "Document de démonstration"
WEBINARS = {
    "2024-01-25": "L'aller vers",
    "2024-02-29": "Communiquer sur les expérimentations",
    "2024-04-18": "Les outils (simulateur d'aide et RDV) au service des expérimentations TZNR",
    "2024-05-23": "Préfiguration de l'évaluation des expérimentations TZNR",
    "2024-09-27": "Les partenariats institutionnels",
    "2024-11-07": "Échanges de données",
    "2025-02-11": "Évaluation nationale TZNR",
    "2025-05-06": "La lutte contre l'illectronisme",
}
PLENARIES = ["2023-12-20", "2024-03-21", "2024-06-10", "2024-12-17"]
SCAN = "(page numérisée).pdf"
CUE = re.compile(r"(\d+):(\d+):(\d+)[.,](\d+) --> (\d+):(\d+):(\d+)[.,](\d+)")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a freshly written library, for tests that only read it."""
    root = tmp_path_factory.mktemp("demonstration")
    write_demo_library(root)
    return root


def test_questions_are_of_functions_and_cite_what_is_there(library: Path) -> None:
    """Ten, five of them answered; each cites files that exist and values that the vocabulary knows."""
    questions, words = load_demo_questions(), load_vocabulary()
    assert len(questions) == 10
    assert sum(bool(each.get("reponses")) for each in questions) == 5
    cited = [place for each in questions for answer in each.get("reponses", ()) for place in answer["endroits"]]
    assert [each for each in cited if not (library / each.partition("#")[0]).is_file()] == []
    for each in questions:
        assert set(each.get("themes", ())) <= words.themes.keys()
        assert set(each.get("territoires", ())) <= words.territories.keys()


def digests(root: Path) -> dict[str, tuple[str, float]]:
    """Give each file's content and date, in a form that can be compared."""
    return {
        str(path.relative_to(root)): (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in files(root)
    }


def files(root: Path, suffix: str = "") -> list[Path]:
    """Give the files whose names end so."""
    return sorted(path for path in root.rglob(f"*{suffix}") if path.is_file())


def slide_text(shapes: Any) -> Iterator[str]:
    """Yield what a slide shows, tables included."""
    for shape in shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        if getattr(shape, "has_table", False):
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def slide_titles(path: Path) -> list[str]:
    """Give the titles of a deck."""
    return [slide.shapes.title.text for slide in Presentation(str(path)).slides if slide.shapes.title is not None]


def cue_times(path: Path) -> list[tuple[int, int]]:
    """Give the start and the end of each cue, in milliseconds."""

    def moment(hours: str, minutes: str, seconds: str, milliseconds: str) -> int:
        return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(milliseconds)

    found = CUE.findall(path.read_text(encoding="utf-8"))
    return [(moment(*parts[:4]), moment(*parts[4:])) for parts in found]


def test_it_is_large_enough_to_make_a_search_worthwhile(library: Path) -> None:
    """A demonstration of a dozen files proves nothing."""
    assert len(files(library)) >= 60


def test_two_runs_give_the_same_bytes_and_dates(library: Path, tmp_path: Path) -> None:
    """Whoever compares two installations must find no difference that nobody made; progress runs to the last file."""
    steps: list[tuple[int, int]] = []
    count = write_demo_library(tmp_path, lambda done, total: steps.append((done, total)))
    assert digests(tmp_path) == digests(library)
    assert count == len(files(tmp_path))
    assert steps == [(done, count) for done in range(1, count + 1)]


def test_a_second_run_repairs_wrong_files_and_leaves_a_visitor_s_alone(library: Path, tmp_path: Path) -> None:
    """A visitor's edit must not survive a reset, and his own notes must."""
    shutil.copytree(library, tmp_path, dirs_exist_ok=True)
    before = digests(tmp_path)
    edited, visitor = tmp_path / "LISEZ-MOI.md", tmp_path / "Note d'un visiteur.md"
    edited.write_text("modifié", encoding="utf-8")
    visitor.write_text("gardée", encoding="utf-8")
    write_demo_library(tmp_path)
    assert visitor.read_text(encoding="utf-8") == "gardée"
    visitor.unlink()
    assert digests(tmp_path) == before


def test_the_webinars_bear_the_dates_and_titles_of_the_synthesis(library: Path) -> None:
    """These are facts: a ministry knows them by heart."""
    expected = {f"{day} - {title}" for day, title in WEBINARS.items()}
    assert {folder.name for folder in (library / "Webinaires").iterdir()} == expected


@pytest.mark.parametrize("kind", ["Diaporama - *.pptx", "Compte rendu - *.docx", "Synthèse - *.pdf", "Replay - *.vtt"])
def test_every_webinar_has_its_four_materials(library: Path, kind: str) -> None:
    """A webinar without its deck or its replay would look like a hole in the memory."""
    assert all(len(list(folder.glob(kind))) == 1 for folder in (library / "Webinaires").iterdir())


def test_the_plenaries_bear_the_dates_of_the_synthesis(library: Path) -> None:
    """Four plenaries, four dates, no other."""
    assert sorted(folder.name[:10] for folder in (library / "Plénières").iterdir()) == PLENARIES


def test_eight_monthly_meetings_are_dated_by_month_only(library: Path) -> None:
    """The synthesis tells how many there were, never the day: none may be invented."""
    names = [folder.name for folder in (library / "Mensuelles").iterdir()]
    assert sorted(name[:11] for name in names) == [f"Mensuelle {number}" for number in range(1, 9)]
    assert not any(re.search(r"\d{4}-\d{2}-\d{2}", path.name) for path in files(library / "Mensuelles"))


def test_each_sourced_territory_has_a_sheet_and_no_other_has(library: Path) -> None:
    """A territory completed from memory would be a claim about a real place."""
    vocabulary = yaml.safe_load((ROOT / "index" / "data" / "vocabulaire.yaml").read_text(encoding="utf-8"))
    sourced = {entry["nom"] for entry in vocabulary["territoires"] if entry.get("sources")}
    sheets = files(library / "Territoires", "Fiche territoire - *")
    assert {sheet.stem.removeprefix("Fiche territoire - ") for sheet in sheets} == sourced
    assert all(sheet.parent.name in sheet.stem for sheet in sheets)


def test_the_calendar_tells_the_events_of_the_synthesis_and_no_other(library: Path) -> None:
    """A date that the synthesis does not give would be invented; each folder has its event, under its own title."""
    announced, problems = parse_calendar((library / "evenements.yaml").read_text(encoding="utf-8"), load_vocabulary())
    told = {(each.event.type, each.event.date.isoformat()): each.event.title for each in announced}
    folders = [folder for name in ("Webinaires", "Plénières") for folder in (library / name).iterdir()]
    assert problems == ()
    assert {date for kind, date in told if kind == "webinaire"} == WEBINARS.keys()
    assert sorted(date for kind, date in told if kind == "pleniere") == PLENARIES
    assert len(told) == len(folders) == len(WEBINARS) + len(PLENARIES)
    assert {folder.name for folder in folders} == {f"{date} - {title}" for (_, date), title in told.items()}


def test_the_sidecar_has_no_mistake(library: Path) -> None:
    """What shows how a sidecar is written must be right, down to the name of the file that it speaks of."""
    path = "Boîte à outils/_fiche.yaml"
    sidecar = parse_sidecar(path, (library / path).read_text(encoding="utf-8"), load_vocabulary())
    paths = [str(each.relative_to(library)) for each in files(library)]
    assert (sidecar.problems, sidecar.list_missing_files(paths)) == ((), ())
    assert sidecar.files


def test_the_sidecar_shows_target_groups(library: Path) -> None:
    """Whoever opens the demonstration finds the filter, with more than one value."""
    path = "Boîte à outils/_fiche.yaml"
    sidecar = parse_sidecar(path, (library / path).read_text(encoding="utf-8"), load_vocabulary())
    said = [tag.value for each in sidecar.files.values() for tag in each.tags if tag.facet is Facet.TARGET_GROUP]
    assert set(said) == {"agents", "handicap"}
    assert all((library / "Boîte à outils" / name).is_file() for name in sidecar.files)


def test_files_are_dated_by_their_event(library: Path) -> None:
    """Sorting by date must tell the story of the community."""
    for path in files(library / "Webinaires"):
        day = date.fromisoformat(path.parent.name[:10])
        assert datetime.fromtimestamp(path.stat().st_mtime, UTC).date() == day


def test_every_slide_shows_that_it_is_a_demonstration(library: Path) -> None:
    """A slide travels alone: the mark must travel with it."""
    for path in files(library, ".pptx"):
        deck = Presentation(str(path))
        assert deck.core_properties.keywords == MARK
        assert all(any(MARK in text for text in slide_text(slide.shapes)) for slide in deck.slides), path.name


def test_every_word_document_shows_that_it_is_a_demonstration(library: Path) -> None:
    """The mark stands in the footer and in the properties."""
    for path in files(library, ".docx"):
        text = docx.Document(str(path))
        assert text.core_properties.keywords == MARK
        assert MARK in text.sections[0].footer.paragraphs[0].text
        assert (
            sum(paragraph.style is not None and paragraph.style.name == "Heading 1" for paragraph in text.paragraphs)
            >= 5
        )


def test_every_page_shows_that_it_is_a_demonstration(library: Path) -> None:
    """A printed page travels alone too; two to four of them make a synthesis."""
    for path in set(files(library, ".pdf")) - set(files(library, SCAN)):
        pages = PdfReader(path).pages
        assert 2 <= len(pages) <= 4, path.name
        assert all(MARK in page.extract_text() for page in pages), path.name


@pytest.mark.parametrize("suffix", [".md", ".txt", ".vtt", ".srt"])
def test_plain_files_open_with_the_mark(library: Path, suffix: str) -> None:
    """Whoever opens a note or captions in an editor sees the mark without scrolling."""
    found = files(library, suffix)
    assert found
    assert all(MARK in "\n".join(path.read_text(encoding="utf-8").splitlines()[:4]) for path in found)


def test_every_kind_of_file_is_shown(library: Path) -> None:
    """Whoever tries Ruche sees each format that it reads, and what each gives bears the mark, images aside."""
    shown = {path.suffix for path in files(library)}
    # Of formats that look alike to a reader, one stands for all; audio and video files have no words of their own.
    assert shown >= {".csv", ".eml", ".epub", ".html", ".ics", ".odt", ".png", ".rtf", ".vcf", ".xlsx", ".zip", ".mp3"}
    without_text = {".png", ".mp3"}
    for path in (library / "Boîte à outils" / "D'autres formats").iterdir():
        read = extract(path, Limits(seconds=60))
        assert path.suffix in without_text or MARK in "\n".join(each.text for each in read.sections), path.name


def test_the_scanned_page_has_no_text(library: Path) -> None:
    """Its words are found by recognition of characters only, as those of what comes out of a copier."""
    (scan,) = files(library, SCAN)
    assert [bool(page.extract_text().strip()) for page in PdfReader(scan).pages] == [True, False]


def test_captions_run_forward_without_overlap(library: Path) -> None:
    """A player shows one cue at a time."""
    for path in [*files(library, ".vtt"), *files(library, ".srt")]:
        moments = [moment for cue in cue_times(path) for moment in cue]
        assert moments == sorted(set(moments)), path.name


def test_captions_are_long_enough_to_search_in(library: Path) -> None:
    """Each webinar speaks for eight to twelve minutes, in cues that a reader can follow."""
    for path in files(library, ".vtt"):
        times = cue_times(path)
        assert len(times) >= 100
        assert 8 * 60_000 <= times[-1][1] <= 12 * 60_000, path.name
        assert all(2000 <= end - start <= 6000 for start, end in times), path.name


def test_the_video_lasts_as_long_as_its_captions(library: Path) -> None:
    """A hit at the last minute must open the video at a moment that exists."""
    (video,) = files(library, ".mp4")
    with av.open(str(video)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.duration is not None
        seconds = container.duration / av.time_base
    last = cue_times(video.with_suffix(".vtt"))[-1][1] / 1000
    assert last <= seconds <= last + 2
    assert video.stat().st_size < 3_000_000


@pytest.mark.skipif(not is_available(), reason="Tesseract, which reads what the video shows, is not here")
def test_the_video_shows_the_slides_of_its_deck(library: Path) -> None:
    """Its cover first, then what is spoken of: chapters and pictures of a replay say the same."""
    (video,) = files(library, ".mp4")
    with av.open(str(video)) as container:
        container.seek(70 * av.time_base)
        later = next(each for each in container.decode(video=0) if each.time is not None and each.time >= 100)
        container.seek(0)
        images = [each.to_image() for each in (next(container.decode(video=0)), later)]  # type: ignore[no-untyped-call]  # PyAV
    cover, slide = ("\n".join(recognise_text([image], Limits())) for image in images)
    assert "Webinaire du 25 janvier 2024" in cover
    assert "la demande est faite" in slide


@pytest.mark.parametrize(
    ("day", "words"),
    [("2024-11-07", "échange de données"), ("2025-05-06", "illectronisme"), ("2024-01-25", "l’aller-vers")],
)
def test_the_promised_searches_have_a_slide_that_says_it(library: Path, day: str, words: str) -> None:
    """The three searches of the reading aid must open on the right deck."""
    (deck,) = (library / "Webinaires").glob(f"{day} - */*.pptx")
    assert any(words in title.casefold() for title in slide_titles(deck))


def test_decks_have_the_length_of_a_webinar(library: Path) -> None:
    """Twelve to eighteen slides, many of them with speaker notes somewhere in the deck."""
    for path in files(library / "Webinaires", ".pptx"):
        slides = list(Presentation(str(path)).slides)
        assert 12 <= len(slides) <= 18, path.name
        assert any(slide.has_notes_slide for slide in slides), path.name


def test_no_paragraph_is_said_twice(library: Path) -> None:
    """Repetition between territories is what a reader notices first."""
    seen: dict[str, str] = {}
    for path in files(library / "Territoires", ".docx"):
        for paragraph in docx.Document(str(path)).paragraphs:
            if len(paragraph.text) > 60:
                assert seen.setdefault(paragraph.text, path.name) == path.name
