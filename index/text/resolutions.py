"""What minutes say was decided: the lines under a heading that says so, and the sentences that say it themselves.

Headings are few words (« Relevé de décisions », « Suites », « À faire avant l’été »), so that a title that speaks
of a decision (« La décision d’attribution ») is none. Sentences are those with a formula of minutes (« il est décidé »,
« les participants conviennent »); they are looked for in minutes only: tools quote such formulas as examples.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from index.model import Unit
from index.text.analysis import fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from index.model import Locator, Passage

_SIGN = re.compile(
    r"cision|cid|solution|suite|suivant|faire|to ?do|etape|action|echeance|accord|perspective|engage|conclu|conv[ei]"
    r"|act|ret[ei]|valid|adopt|unanim|ser(?:a|ont) "
)
"""Pieces of words without accents, one of which stands in each heading and each sentence that counts.

Most lines have none, and are not looked at by the patterns below, which cost ten times as much.
"""

_MINUTES = re.compile(r"\bcomptes?[ -]rendus?\b|\breleves? d|\bproces[ -]verba(?:l|ux)\b|\b(?:cr|pv)\b")
"""What the titles of minutes say, without accents."""

# Headings are matched whole, from the number to the colon: a word of decisions anywhere would be too little.
_NUMBER = r"(?:\d+(?:[.)]\d*)*|[ivx]+[.)]|[a-z][.)])?[\s.)°:–-]*"
_NOUN = (
    r"(?:decisions?|resolutions?|suites?|actions?|conclusions?|engagements?|prochaines? (?:etapes?|echeances?|actions?)"
    r"|etapes? suivantes?|points? d.?(?:accord|actions?)|plans? d.?actions?|a faire|reste a faire|to ?do|perspectives?)"
)
# « Suites à donner », « décisions prises ».
_AFTER = (
    r"(?: (?:a (?:donner|mener|engager|suivre|venir|retenir)"
    r"|donnees?|prises?|actees?|adoptees?|decidees?|pris|communes?))?"
)
# « À faire avant l’été », « décisions du comité ».
_UNTIL = (
    r"(?: (?:avant|d.ici|pour|jusqu|lors|de la (?:seance|reunion|journee)|du (?:jour|comite|groupe)|par )[^.?!]{0,60})?"
)
_HEADING = re.compile(
    rf"^{_NUMBER}(?:cloture et |conclusion et |bilan et |synthese et )?"
    rf"(?:(?:releves?|tableau|liste|recapitulatif|rappel|principales|les|nos) (?:des? |d.?)?)?"
    rf"{_NOUN}{_AFTER}(?:(?:,| et|/| &) (?:des? |les )?{_NOUN}{_AFTER})*{_UNTIL}\s*:?$"
)
# « Ce que nous avons décidé », « il a été convenu ».
_CLAUSE = re.compile(
    rf"^{_NUMBER}(?:(?:ce (?:qui|que) .{{0,30}})?(?:a|ont|avons) (?:ete )?(?:decides?|convenus?|actes?|retenus?)"
    r"|nous avons decide)\b[^?]{0,40}$"
)
_WEAK = re.compile(r"conclusion|perspective")
"""Headings under which minutes tell other things too: only sentences that announce something count there."""

_ANNOUNCES = re.compile(r"^(?!premier|dernier|hier)\w+(?:er|ir|re)\b|\b(?!opera|camera|extra)\w{2,}r(?:a|ont|ons)\b")

# Who decides where someone does: a person’s « décide » in passing is no decision of the gathering.
_BODIES = "groupe|participants|comite|assemblee|equipe|communaute|territoires|membres|reunion|seance|discussion"
_FORMULA = re.compile(
    r"\b(?:il (?:est|a ete|fut)|est|sont|a ete|ont ete) (?:donc |ainsi |alors |enfin |aussi |egalement )?"
    r"(?:decidee?s?|convenue?s? (?:que|de|d.)|actee?s?\b|adoptee?s?\b|validee?s? (?:par|a l.unanim)"
    r"|retenue?s? (?:que|par|comme))"
    r"|\b(?:decidons|decident|convenons|conviennent|actons|actent|adoptons|adoptent)\b"
    r"|\b(?:s.engage(?:nt)?|nous nous engageons) a\b"
    r"|\b(?:s.accorde(?:nt)?|se sont accordes|nous nous accordons|s.est accordee?s?) (?:sur|pour)\b"
    rf"|\b(?:{_BODIES}) (?:a |ont )?(?:decidee?|retient|retiennent|retenu|valide|valident|adopte|acte|acta"
    r"|convient|convenu|conclut?(?= qu))(?!\w)"
    r"|\b(?:regle|solution|option|date|principe|proposition)s? (?:est |sont )?(?:retenue?s?|actee?s?|adoptee?s?)\b"
    r"|\bser(?:a|ont) (?:organise|diffuse|transmis|envoye|constitue|planifie|programme|mise?s? en place)"
    r"|\bl.unanimite\b"
    r"|^(?:decisions?|actions?|a faire|suites?|todo)(?: n?°?\s?\d+)?\s?:"
)
"""What sentences of minutes say, without accents, that tell a decision or an undertaking."""

_DENIED = re.compile(
    r"\b(?:ne|n.)\s?(?:\w+ ){0,3}(?:pas|rien|jamais|plus|aucune?)\b"
    r"|\b(?:rien|aucune?s?) [^.]{0,20}(?:decid|acte|retenu)"
    r"|\bcomme (?:convenu|decide|acte)"
    r"|\bqui (?:est|sont|a ete|ont ete) (?:decide|acte)"
    r"|\?$"
)
"""What makes of a formula something else: a denial, a reminder, a question."""

_BULLET = re.compile(r"^\s*(?:[-–—•▪◦*☐☑✓➢→]|\d{1,2}[.)])\s+")
# A full stop within a word, as in « v1.2 », ends no sentence.
_SENTENCE = re.compile(r"[^.!?…]+(?:[.!?…]+(?!\s)[^.!?…]+)*[.!?…]*(?:[\s]?[»”\")]+)?")
_COLUMNS = frozenset(
    (
        *("action", "actions", "decision", "decisions", "suite", "suites", "responsable", "responsables", "porteur"),
        *("porteurs", "pilote", "pilotes", "echeance", "echeances", "horizon", "date", "dates", "delai", "delais"),
        *("qui", "quoi", "quand", "sujet", "sujets", "proposition", "propositions", "objet", "etat", "statut", "n°"),
        *("avancement", "commentaire", "commentaires", "tache", "taches", "numero", "calendrier", "etape", "etapes"),
    )
)
"""What the first row of a table of decisions says, without accents."""

_LONGEST_HEADING_WORDS = 12
_FINGERPRINT_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Resolution:
    """Something that minutes say was decided: as written, without its bullet, and where it stands.

    `heading` is that under which it stands, "" for a sentence that says itself that something was decided.
    `fingerprint` stands for its words: it is the same in the next version of the minutes if they are. `columns` names
    the cells of a row, where it is one of a table.
    """

    text: str
    heading: str
    locator: Locator
    fingerprint: str
    columns: str = ""


def is_minutes(title: str) -> bool:
    """Whether a document's title says that it is the minutes of a gathering."""
    return bool(_MINUTES.search(fold_accents(title).replace("’", "'")))


def find_resolutions(passages: Iterable[Passage], *, minutes: bool) -> tuple[Resolution, ...]:
    """Return what was decided by a gathering's document, in reading order, each once.

    `minutes` tells whether the document is the gathering's minutes: sentences count in these only.
    """
    # Each once: minutes often repeat at their end what was decided on the way.
    found: dict[str, Resolution] = {}
    # A long section is several passages: a heading holds for all of them.
    for (locator, heading), section in groupby(passages, key=lambda each: (each.locator, each.title)):
        # A sidecar tells what the document is; a recording, what was said.
        if locator.unit is Unit.DESCRIPTION or locator.start is not None:
            continue
        lines = [line for passage in section for line in _list_lines(passage.text) if line != _tidy(heading)]
        for under, text, columns in _find_in_section(_tidy(heading), lines, minutes=minutes):
            mark = fingerprint_resolution(text)
            found.setdefault(mark, Resolution(text, under, locator, mark, columns))
    return tuple(found.values())


def fingerprint_resolution(text: str) -> str:
    """Return what stands for the words of a resolution, whatever their case, accents and punctuation."""
    words = " ".join(re.findall(r"\w+", fold_accents(text)))
    return hashlib.sha256(words.encode()).hexdigest()[:_FINGERPRINT_LENGTH]


def _find_in_section(heading: str, lines: list[str], *, minutes: bool) -> Iterator[tuple[str, str, str]]:
    """Yield headings and texts of what was decided in a section, with the columns of those that are rows."""
    # A line may be a heading that its file does not mark as one: « Décisions : », then a list.
    under, columns = (heading if _is_heading(heading) else ""), ""
    for line in lines:
        # A heading ends the part before it, whatever that was.
        if _is_heading(line):
            under = line.rstrip(" :")
        elif under and _is_header_row(line):
            columns = line
        elif under:
            row = columns if " | " in line else ""
            yield from ((under, each, row) for each in _take_under(under, line))
        elif minutes and _SIGN.search(_fold(line)):
            yield from (("", each, "") for each in _split_sentences(line) if _is_formula(each))


def _is_heading(line: str) -> bool:
    if line.count(" ") >= _LONGEST_HEADING_WORDS or line.endswith("?"):
        return False
    folded = _fold(line)
    return bool(_SIGN.search(folded)) and bool(_HEADING.match(folded) or _CLAUSE.match(folded))


def _take_under(heading: str, line: str) -> Iterator[str]:
    """Yield what of a line under a heading was decided: all of it, or the sentences that announce something."""
    if _WEAK.search(_fold(heading)):
        yield from (each for each in _split_sentences(line) if _ANNOUNCES.search(_fold(each)))
    else:
        yield line


def _is_header_row(line: str) -> bool:
    # Readers of files put bars between the cells of a row.
    cells = [_fold(cell) for cell in line.split("|")]
    return len(cells) > 1 and all(cell in _COLUMNS or not cell for cell in cells)


def _is_formula(sentence: str) -> bool:
    folded = _fold(sentence)
    # A denial anywhere in the sentence: « rien n’est décidé » has the formula too.
    return bool(_FORMULA.search(folded)) and not _DENIED.search(folded)


def _split_sentences(line: str) -> Iterator[str]:
    yield from filter(None, map(str.strip, _SENTENCE.findall(line)))


def _list_lines(text: str) -> Iterator[str]:
    """Yield the lines of a text without their bullets; a line that goes on with the one before is joined to it."""
    joined = ""
    for line in text.splitlines():
        bare = _tidy(_BULLET.sub("", line))
        if not bare:
            continue
        if joined and bare[0].islower() and not _BULLET.match(line) and not joined.endswith((".", ";", ":", "!", "?")):
            joined = f"{joined} {bare}"
            continue
        if joined:
            yield joined
        joined = bare
    if joined:
        yield joined


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _fold(text: str) -> str:
    return fold_accents(_tidy(text)).replace("’", "'")
