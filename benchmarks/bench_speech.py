"""Writing down what is said: words recalled of speech made by espeak-ng, and what the service feels of it meanwhile.

A real French recording was not to be had: espeak-ng's voice is harder for a model than people's, and the figures are
those of this voice.
"""

from __future__ import annotations

import random
import re
import statistics
import time
import unicodedata
import urllib.request
from array import array
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from benchmarks import bench_drop
from benchmarks.bench_start import service
from benchmarks.generated_speech import music, silence, speak, to_wave
from benchmarks.report import Table, figure
from extractors import FORMATS
from extractors.transcription.sound import RATE, read_samples
from index.catalogue.catalogue import Catalogue
from index.search import Question, open_search
from index.vocabulary.vocabulary import load_vocabulary
from indexer.runtime.open_indexer import open_indexer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.config.settings import Settings

_TEXTS = 20
_SENTENCES = 5
_WORDS_A_MINUTE = 130
_PAUSES = (4.0, 8.0)
_NEAR_SECONDS = 10.0
_LOOKS = 200
_DROPS = 10
_HOUR = 3_600.0

_FRAMES = (
    "Nous parlons ce matin de {}, de {} et de {}.",
    "Le conseiller montre {} aux familles, puis {}, enfin {}.",
    "La commune finance {}, ouvre {} et ferme {}.",
    "Pour le guide, il faut {}, ensuite {}, et aussi {}.",
    "On retrouve {} à la mairie, {} à la poste, {} au marché.",
)
_TEXT = """
une maison un jardin une école un hôpital une rivière un bateau une montagne un cheval une voiture un avion une
lettre un journal une valise un manteau une cuisine un gâteau une tomate un citron une pomme un fromage une
bouteille un couteau une assiette un tableau une chaise un fauteuil une lampe un miroir une fenêtre un escalier une
chambre un plafond une cave un grenier une usine un atelier une machine un marteau une ferme un tracteur une vache
un mouton une poule un canard une abeille un papillon une forêt un sapin une feuille un caillou une plage un rocher
une île un phare une tempête un nuage une étoile un soleil une planète un volcan une route un carrefour une gare un
train une bicyclette un camion une église un château une prison un tribunal une banque un magasin une librairie un
cahier une gomme un crayon une carte un voyage une fête un cadeau une musique un piano une guitare un violon une
chanson un théâtre une photo un film une radio un téléphone une montre un bracelet une chemise un pantalon une
ceinture un chapeau une botte un parapluie une brosse un savon une serviette un médecin une infirmière un dentiste
une pharmacie un remède une fièvre un pansement une jambe un genou une épaule un visage une oreille un cerveau une
grand-mère un cousin une voisine un facteur une danseuse un pompier une avocate un boulanger une reine un soldat une
princesse un berger une pêche un légume une salade un oignon une carotte un poivron une soupe un potage une omelette
un poisson une crevette un requin une baleine un dauphin une tortue un serpent une souris un éléphant une girafe un
lion une panthère un renard une chouette un hibou une fourmi un moustique
"""
_NOUNS = _TEXT.split()
_SHORT = 3
"""Letters of words that nobody searches for, and the number of words that are searched for together."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence, the second at which it is said, and its three words."""

    text: str
    start: float
    end: float
    words: tuple[str, ...]


def run(bench: Workbench) -> Iterator[Finding]:
    """Words recalled, minutes found, nothing in silence; then drops and pages beside an hour of sound."""
    count = bench.of(_TEXTS, 2)
    settings = bench.settings("paroles", transcription="locale")
    spoken = {f"texte{number:02d}": _record(settings.library, number) for number in range(count)}
    (settings.library / "silence.wav").write_bytes(to_wave(silence(60)))
    (settings.library / "musique.wav").write_bytes(to_wave(music(60)))
    seconds = _transcribe(settings)
    yield Table(f"{count} texts said by espeak-ng", ("", ""), tuple(_judge(settings, spoken, seconds)))
    yield Table(
        "While an hour of sound is written down", ("", "alone", "beside"), tuple(_feel(bench, settings.library))
    )


def _record(library: Path, number: int) -> list[Spoken]:
    """Say a text into a file of the library, its sentences apart by silence and music."""
    chance = random.Random(number)  # noqa: S311
    pairs = [" ".join(_NOUNS[place : place + 2]) for place in range(0, len(_NOUNS) - 1, 2)]
    chance.shuffle(pairs)
    sound, spoken = silence(3), []
    for place in range(_SENTENCES):
        things = pairs[3 * place : 3 * place + 3]
        text = _FRAMES[place].format(*things)
        start = len(sound) / RATE
        sound += speak(text, _WORDS_A_MINUTE)
        spoken.append(Spoken(text, start, len(sound) / RATE, tuple(each.split(" ", 1)[1] for each in things)))
        pause = chance.uniform(*_PAUSES)
        sound += music(pause) if place % 2 else silence(pause)
    (library / f"texte{number:02d}.wav").write_bytes(to_wave(sound))
    return spoken


def _transcribe(settings: Settings) -> float:
    """Index a library and write down all that is said in it; gives the seconds of writing."""
    with open_indexer(settings) as indexer:
        indexer.run_once()
        started = time.monotonic()
        while True:
            indexer.advance()
            if indexer.transcription is None or indexer.transcription.recordings == 0:
                break
            time.sleep(0.05)
        indexer.run_once()
    return time.monotonic() - started


def _judge(settings: Settings, spoken: dict[str, list[Spoken]], seconds: float) -> Iterator[tuple[str, str]]:
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        recordings = {Path(each.path).stem: each for each in catalogue.transcripts.list_recordings(["son"])}
        texts = {name: catalogue.documents.list_passages(each.document_id) for name, each in recordings.items()}
        length = sum(each.duration or 0 for each in recordings.values())
        said = {name: _words(" ".join(each.text for each in sentences)) for name, sentences in spoken.items()}
        heard = {name: _words(" ".join(each.text for each in texts[name])) for name in spoken}
        wrong = sum(Levenshtein.distance(said[name], heard[name]) for name in spoken)
        total = sum(map(len, said.values()))
        recalled = [word in set(heard[name]) for name in spoken for word in said[name]]
        invented = sum(1 for name in ("silence", "musique") for _ in texts[name])
        between = [
            passage
            for name, sentences in spoken.items()
            for passage in texts[name]
            if not any(
                (passage.locator.start or 0) < each.end + 1 and (passage.locator.end or 0) > each.start - 1
                for each in sentences
            )
        ]
        yield "sound, s", figure(length)
        yield "seconds a second of sound", figure(seconds / length)
        yield "words said", f"{total}"
        yield "words recalled, %", figure(100 * sum(recalled) / total)
        yield "word error rate, %", figure(100 * wrong / total)
        yield "passages in a minute of silence and one of music", f"{invented}"
        yield "passages in the silence and music between sentences", f"{len(between)}"
        search = open_search(settings, catalogue, load_vocabulary(FORMATS))
        near = asked = 0
        for name, sentences in spoken.items():
            for each in sentences:
                nearby = [
                    passage.text
                    for passage in texts[name]
                    if (passage.locator.start or 0) < each.end and (passage.locator.end or 0) > each.start
                ]
                present = set(_words(" ".join(nearby)))
                # Three words that were heard: what was not heard cannot be found.
                known = [word for word in _words(each.text) if word in present and len(word) > _SHORT]
                if len(known) < _SHORT:
                    continue
                asked += 1
                answer = search.ask(Question(" ".join(known[-_SHORT:]), exact=True))
                near += any(
                    Path(found.document.paths[0]).stem == name
                    and any(abs((hit.locator.start or 0) - each.start) <= _NEAR_SECONDS for hit in found.excerpts)
                    for found in answer.found[:1]
                )
        yield "three words heard of one sentence find its second within 10 s, %", figure(100 * near / max(1, asked))
        yield "sentences of which three words were heard", f"{asked} of {sum(map(len, spoken.values()))}"


def _feel(bench: Workbench, recorded: Path) -> Iterator[tuple[str, str, str]]:
    hour = array("h")
    files = sorted(recorded.glob("texte*.wav"))
    while len(hour) < bench.of(int(_HOUR)) * RATE:
        for file in files:
            hour += read_samples(file, 0.0, _HOUR)
    measured = []
    for name, setting in (("seule", ""), ("avec", "locale")):
        settings = bench.settings(name)
        (settings.library / "heure.wav").write_bytes(to_wave(hour))
        with service(settings, RUCHE_TRANSCRIPTION=setting) as running:
            _wait_for(settings, hearing=bool(setting))
            pages = [_get(f"{running.url}recherche?q=droits") for _ in range(bench.of(_LOOKS, 20))]
            drops = []
            for number in range(bench.of(_DROPS, 2)):
                bench_drop._deck(settings.library / f"Webinaire {number}" / "deck.pptx", number)  # noqa: SLF001
                drops.append(bench_drop._seconds_to_find(running.url, f"témoin{number}"))  # noqa: SLF001
        measured.append((_p95(pages) * 1000, statistics.median(drops), max(drops)))
    for name, alone, beside in zip(
        ("a page of results, p95, ms", "a dropped deck is found, median, s", "slowest, s"), *measured, strict=True
    ):
        yield name, figure(alone), figure(beside)


def _wait_for(settings: Settings, *, hearing: bool) -> None:
    """Wait until the recording is known, and being heard if it is to be."""
    until = time.monotonic() + 120
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        while time.monotonic() < until:
            state = catalogue.indexer.read_state()
            if state and catalogue.documents.count_all().documents and (state.transcribing or not hearing):
                return
            time.sleep(0.2)
    raise TimeoutError(settings.library)


def _get(url: str) -> float:
    started = time.monotonic()
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - loopback
        answer.read()
    return time.monotonic() - started


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]


def _words(text: str) -> list[str]:
    letters = unicodedata.normalize("NFC", text.lower().replace("’", "'"))
    return re.findall(r"[a-zà-öø-ÿœ]+", letters)
