"""What the index and the pages need of a file format; the registry that the extractors hold gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class DocumentFormat(Protocol):
    """What is known of the format of a document."""

    @property
    def label(self) -> str:
        """What a member reads."""
        ...

    @property
    def icon(self) -> str:
        """A class of the design system."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """In lower case, dot included."""
        ...

    @property
    def media_type(self) -> str:
        """Its media type, "" where it has several."""
        ...

    @property
    def browser_types(self) -> Mapping[str, str]:
        """By suffix, the media types under which a browser may receive it; under any other suffix it is bytes."""
        ...

    @property
    def dcmi_type(self) -> str:
        """Its class among the DCMI types."""
        ...

    @property
    def schema_org_type(self) -> str:
        """Its class of schema.org."""
        ...

    @property
    def is_paged(self) -> bool:
        """Whether it is made of pages that have an image each."""
        ...

    @property
    def is_deck(self) -> bool:
        """Whether it is made of slides that have an image each."""
        ...

    @property
    def is_recording(self) -> bool:
        """Whether it is watched or listened to rather than read."""
        ...

    @property
    def is_sound(self) -> bool:
        """Whether it is a recording without anything to look at."""
        ...

    @property
    def is_captions(self) -> bool:
        """Whether it is the text of a recording, with times."""
        ...


@dataclass(frozen=True, slots=True)
class UnreadFormat:
    """A format that no reader here reads: that of a text that Ruche holds itself, or that a later version has read.

    `label` is then its value in the catalogue.
    """

    label: str
    icon: str = "fr-icon-file-line"
    suffixes: tuple[str, ...] = ()
    media_type: str = ""
    browser_types: Mapping[str, str] = field(default_factory=dict)
    dcmi_type: str = "Text"
    schema_org_type: str = "DigitalDocument"
    is_paged: bool = False
    is_deck: bool = False
    is_recording: bool = False
    is_sound: bool = False
    is_captions: bool = False


QUESTION = "question"
"""The format of an answered question, as the catalogue keeps it: the site itself holds its text, in no file."""

OWN_FORMATS: Mapping[str, DocumentFormat] = {
    QUESTION: UnreadFormat("Question", icon="fr-icon-question-answer-line", schema_org_type="Question"),
}
"""The formats of documents that lie in no file, by their value in the catalogue."""
