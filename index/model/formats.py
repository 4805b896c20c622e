"""What the index and the pages need of a file format; the registry that the extractors hold gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol

from index.model.library_names import find_suffix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class DocumentFormat(Protocol):
    """What is known of the format of a document."""

    @property
    def label(self) -> str:
        """What a member reads."""
        ...

    @property
    def name(self) -> str:
        """How it is named in a sentence: « un PDF »."""
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
    def also_named(self) -> tuple[str, ...]:
        """Suffixes of other formats that mislead nobody, "" for none."""
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
    name: str = ""
    icon: str = "fr-icon-file-line"
    suffixes: tuple[str, ...] = ()
    also_named: tuple[str, ...] = ()
    media_type: str = ""
    browser_types: Mapping[str, str] = field(default_factory=dict)
    dcmi_type: str = "Text"
    schema_org_type: str = "DigitalDocument"
    is_paged: bool = False
    is_deck: bool = False
    is_recording: bool = False
    is_sound: bool = False
    is_captions: bool = False


def describe_wrong_suffixes(paths: Sequence[str], format_: DocumentFormat) -> tuple[str, ...]:
    """A sentence in French for each of a document's files whose suffix is not one of its format.

    It is of the names as they are: the content is the same under all, and stays when a file is renamed.
    """
    # « .xml » says nothing of what is written so.
    right = {*format_.suffixes, *format_.also_named, ".xml"}
    wrong = [path for path in paths if format_.suffixes and find_suffix(path) not in right]
    return tuple(_describe_wrong_suffix(path, format_, is_only=len(paths) == 1) for path in wrong)


def _describe_wrong_suffix(path: str, format_: DocumentFormat, *, is_only: bool) -> str:
    name, suffix = PurePosixPath(path).name, find_suffix(path)
    if is_only and suffix:
        return f"L’extension « {suffix} » ne correspond pas au contenu, qui est {format_.name}."
    if is_only:
        return f"Le nom du fichier n’a pas d’extension ; son contenu est {format_.name}."
    if suffix:
        return f"L’extension de « {name} » ne correspond pas à son contenu, qui est {format_.name}."
    return f"Le nom « {name} » n’a pas d’extension ; le contenu est {format_.name}."


QUESTION = "question"
"""The format of an answered question, as the catalogue keeps it: the site itself holds its text, in no file."""

OWN_FORMATS: Mapping[str, DocumentFormat] = {
    QUESTION: UnreadFormat("Question", icon="fr-icon-question-answer-line", schema_org_type="Question"),
}
"""The formats of documents that lie in no file, by their value in the catalogue."""
