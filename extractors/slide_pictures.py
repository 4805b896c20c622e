"""Words in the pictures of slides that say nearly nothing else, recognised where Tesseract is installed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from extractors import ocr
from extractors.ooxml import A, P, R, related, root_of
from extractors.plain import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from extractors.limits import Limits
    from extractors.sections import Section

# A slide of fewer words may be the picture of one.
_FEW_WORDS = 12


def with_pictures(
    sections: Sequence[Section], slides: Mapping[int, Any], limits: Limits
) -> tuple[list[Section], tuple[str, ...]]:
    """The Sections with what is written in the pictures of nearly empty slides, and a word about those left out."""
    poor = [section for section in sections if len(f"{section.title} {section.text}".split()) < _FEW_WORDS]
    blobs = {section.number: list(_blobs(slides[section.number])) for section in poor if section.number in slides}
    uses = Counter(blob for of_slide in blobs.values() for blob in of_slide)
    # A picture that several slides show is a logo.
    wanted = [(number, blob) for number, of_slide in blobs.items() for blob in of_slide if uses[blob] == 1]
    if not wanted or not ocr.available():
        return list(sections), ()
    opened = [(number, image) for number, blob in wanted if (image := ocr.picture(blob)) is not None]
    texts = list(ocr.recognise((image for _, image in opened), limits))
    found: dict[int, list[str]] = {}
    for (number, _), text in zip(opened, texts, strict=False):
        found.setdefault(number, []).append(text)
    left = len(opened) - len(texts)
    return [_with(section, found.get(section.number, ())) for section in sections], (
        (ocr.left_out(left),) if left else ()
    )


def _with(section: Section, texts: Iterable[str]) -> Section:
    return replace(section, text=clean("\n".join(filter(None, (section.text, *texts)))))


def _blobs(slide: Any) -> Iterator[bytes]:
    """The pictures on the slide itself, not those of its layout."""
    for shown in root_of(slide).iter(f"{P}pic"):
        for blip in shown.iter(f"{A}blip"):
            part = related(slide, blip.get(f"{R}embed", ""))
            if part is not None:
                yield part.blob
