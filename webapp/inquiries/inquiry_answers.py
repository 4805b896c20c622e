"""Questions as a reader sees them: with the places that answers cite, and what exists already on the subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.engines import EngineUnavailableError
from index.model import QUESTION
from index.search import Question
from index.text import STOP_WORDS, tokenise
from webapp.auth import current_groups, current_owner, may_animate, personal_data_groups
from webapp.dossiers import list_places, locate, place_address
from webapp.server import NOT_FOUND, ProblemError, services, typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.catalogue import Inquiry, InquiryAnswer, ItemPlace
    from index.model import Document
    from index.search import RankedDocument

_PROPOSED = 5
"""Documents, and questions, that are proposed before a question is sent."""

_LEAST_COMMON = 0.5
"""The part of the words of the shorter of two questions that both must hold to be on one subject."""


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """A document that an answer cites, or a place in it: `label` is "" for the whole document.

    `address` leads there within the site, `permanent_link` from elsewhere.
    """

    document: Document
    label: str
    notice: str
    address: str
    permanent_link: str


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer, with what the reader may see of the places that it cites."""

    answer: InquiryAnswer
    places: tuple[CitedPlace, ...]


@dataclass(frozen=True, slots=True)
class Proposals:
    """What exists already: documents, answered questions among them, and open questions."""

    documents: tuple[RankedDocument, ...]
    open_questions: tuple[Inquiry, ...]

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.documents or self.open_questions)


def inquiry_groups() -> frozenset[str]:
    """Return the groups with which the person sees questions: animators also see those that wait to be shown."""
    return personal_data_groups() if may_animate() else current_groups()


def find_inquiry_or_404(inquiry_id: str) -> Inquiry:
    """Return a question. Raises ProblemError (404) where it does not exist, and where the person may not see it."""
    found = services().catalogue.inquiries.find(inquiry_id, inquiry_groups(), current_owner())
    if found is None:
        raise ProblemError(404, NOT_FOUND)
    return found


def find_asked(document: Document) -> Inquiry | None:
    """Return the question that a document is, None for any other document."""
    if document.format != QUESTION:
        return None
    return services().catalogue.inquiries.find_of_document(document.id, inquiry_groups())


def list_questions_citing(document: Document) -> tuple[Inquiry, ...]:
    """Return the answered questions that a document answers, as the person may see them."""
    return services().catalogue.inquiries.list_citing(document.id, current_groups())


def describe_answers(inquiry: Inquiry) -> tuple[ShownAnswer, ...]:
    """Return the answers that the person may see, each with the places that they may see."""
    # Animators read what waits, and what was withdrawn, to decide about it.
    answers = services().catalogue.inquiries.list_answers(inquiry.id, author=current_owner(), hidden=may_animate())
    # One read for all that all answers cite.
    ids = list({place.document_id for each in answers for place in each.places})
    documents = services().catalogue.documents.find_each(ids, current_groups())
    return tuple(ShownAnswer(each, _cite_places(each.places, documents)) for each in answers)


def find_proposals(text: str, besides: str = "") -> Proposals:
    """Find what exists already on the subject of a text, other than the question `besides`."""
    if not text:
        return Proposals((), ())
    try:
        # Not through the measures of searches: nobody has asked for it.
        found = services().search.ask(Question(text, groups=current_groups(), per_page=_PROPOSED)).found
    except EngineUnavailableError:
        # A question may be asked while nothing can be searched.
        found = ()
    return Proposals(found, _find_similar(text, besides))


def _find_similar(text: str, besides: str) -> tuple[Inquiry, ...]:
    """Return the open questions that share enough of their words with a text, those that share most first."""
    # Few enough to be read one by one; those that are answered are found by the search.
    wanted = _list_stems(text)
    open_ones = services().catalogue.inquiries.list_all(current_groups())
    scored = [
        (_compare(wanted, _list_stems(f"{each.title} {each.draft.details}")), each)
        for each in open_ones
        if not each.answered and each.id != besides
    ]
    # Sorting is stable: of equal ones the newest comes first.
    near = sorted((each for each in scored if each[0] >= _LEAST_COMMON), key=lambda each: -each[0])
    return tuple(each for _, each in near[:_PROPOSED])


def _list_stems(text: str) -> frozenset[str]:
    return frozenset(token.word.stem for token in tokenise(text) if token.lower not in STOP_WORDS)


def _compare(one: frozenset[str], other: frozenset[str]) -> float:
    # Of the shorter one: a question of five words is in one of twenty.
    shortest = min(len(one), len(other))
    return len(one & other) / shortest if shortest else 0.0


def _cite_places(places: Sequence[ItemPlace], documents: dict[str, Document]) -> tuple[CitedPlace, ...]:
    # A document that the reader may not see is left out without a word, as everywhere.
    return tuple(_cite_place(each, documents[each.document_id]) for each in places if each.document_id in documents)


def _cite_place(kept: ItemPlace, document: Document) -> CitedPlace:
    found = locate(document, kept, list_places(document) if kept.place else {})
    # A section is called by its title, which is its label already.
    place = found.place
    label = typeset(place.label) if place else ""
    if place and place.title and place.title != place.label:
        label = f"{label} – {place.title}"
    return CitedPlace(
        document, label, found.notice, place_address(document, place), place_address(document, place, external=True)
    )
