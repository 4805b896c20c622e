"""Character recognition in the pictures of slides that have hardly any text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from extractors import ocr
from extractors.ooxml import A, P, R, find_related, root_of
from extractors.plain import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from PIL.Image import Image

    from extractors.limits import Limits
    from extractors.sections import Section

# A slide of fewer words may be a screenshot; elsewhere recognition costs more than it finds.
_FEW_WORDS = 12


@dataclass(slots=True)
class _PictureQueue:
    """Pictures with the numbers of their slides, opened one at a time, since a deck may hold hundreds of screenshots.

    `waiting` are (slide, part) not opened yet; `opened_slides` are the slides of the pictures given so far, in order.
    """

    waiting: list[tuple[int, Any]]
    opened_slides: list[int] = field(default_factory=list)

    def open_images(self) -> Iterator[Image]:
        """The pictures that may bear text, each opened when it is asked for."""
        while self.waiting:
            number, part = self.waiting.pop(0)
            image = ocr.open_picture(part.blob)
            if image is not None:
                self.opened_slides.append(number)
                yield image


def add_picture_text(
    sections: Sequence[Section], slides: Mapping[int, Any], limits: Limits
) -> tuple[list[Section], tuple[str, ...]]:
    """The Sections with the text recognised in the pictures of nearly empty slides, and warnings about skipped ones."""
    poor = {section.number for section in sections if len(f"{section.title} {section.text}".split()) < _FEW_WORDS}
    parts = [(number, part) for number, slide in slides.items() for part in _find_picture_parts(slide)]
    uses = Counter(part.partname for _, part in parts)
    # A picture that stands on several slides is a logo.
    pictures = _PictureQueue([(number, part) for number, part in parts if number in poor and uses[part.partname] == 1])
    if not pictures.waiting or not ocr.is_available():
        return list(sections), ()
    texts = list(ocr.recognise_text(pictures.open_images(), limits))
    found: dict[int, list[str]] = {}
    # The last picture that was opened has no text if time ran out: the lists may differ in length.
    for number, text in zip(pictures.opened_slides, texts, strict=False):
        found.setdefault(number, []).append(text)
    left = len(pictures.waiting) + len(pictures.opened_slides) - len(texts)
    read = [_append_texts(section, found.get(section.number, ())) for section in sections]
    return read, (ocr.warning_for_skipped_pages(left),) if left else ()


def _append_texts(section: Section, texts: Iterable[str]) -> Section:
    return replace(section, text=clean_text("\n".join(filter(None, (section.text, *texts)))))


def _find_picture_parts(slide: Any) -> Iterator[Any]:
    """The parts of the pictures on the slide itself, not those of its layout."""
    for shown in root_of(slide).iter(f"{P}pic"):
        for blip in shown.iter(f"{A}blip"):
            part = find_related(slide, blip.get(f"{R}embed", ""))
            if part is not None:
                yield part
