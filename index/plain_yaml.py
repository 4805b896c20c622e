"""Reads YAML that people write: texts, lists and mappings, and nothing that grows when it is read.

Anyone may put a file into the library. Every scalar is given as the text that was written, or None where there is none:
numbers of a million digits, dates that do not exist and base sixty are for whoever knows what is expected to judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from index.model import ExplainedError, shorten_text

if TYPE_CHECKING:
    from collections.abc import Iterator

PlainYaml = str | list["PlainYaml"] | dict[str, "PlainYaml"] | None
"""What a YAML text gives."""

# The parser in C is ten times as fast; not all builds have it. The resolver is of no use: events are read.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_MAX_DEPTH = 12
_MAX_VALUES = 50_000
"""Keys and lists included. The largest file that is read, 512 KiB, could hold five times as many."""

_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})


class YamlError(ExplainedError):
    """A text is not YAML, or has what is refused in it; the message says what and at which line."""


def load_yaml(text: str) -> PlainYaml:
    """Load a YAML text, None for an empty one. Raises YamlError."""
    events = _iterate_events(text)
    try:
        value = next((_read_value(each, events, 0) for each in events if isinstance(each, yaml.NodeEvent)), None)
        for each in events:
            if isinstance(each, yaml.NodeEvent):
                raise _refuse("un seul document est attendu", each)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # What is not closed is missed one line after the last.
        last = text.rstrip().count("\n")
        where = f" à la ligne {min(mark.line, last) + 1}" if mark else ""
        raise YamlError(f"ce n’est pas du YAML correct{where} : vérifiez les deux-points et les retraits") from error
    return value


def _iterate_events(text: str) -> Iterator[yaml.Event]:
    """Yield the events of a text one by one, so that reading stops at the first that is refused."""
    count = 0
    for event in yaml.parse(text, Loader=_LOADER):
        count += isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.AliasEvent):
            # An alias repeats what an anchor names: nine lines of them make a billion values.
            raise _refuse("les renvois (« * ») ne sont pas lus, répétez le texte", event)
        if getattr(event, "tag", None) is not None:
            raise _refuse("les types (« ! ») ne sont pas lus, écrivez le texte seul", event)
        if count > _MAX_VALUES:
            raise _refuse(f"plus de {_MAX_VALUES} valeurs, faites-en plusieurs fichiers", event)
        yield event


def _read_value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> PlainYaml:
    if isinstance(event, yaml.ScalarEvent):
        # Only what is written without quotes may stand for nothing: « "~" » is a text.
        return None if event.implicit[0] and event.value in _EMPTY else event.value
    if depth >= _MAX_DEPTH:
        raise _refuse(f"plus de {_MAX_DEPTH} niveaux de listes", event)
    if isinstance(event, yaml.SequenceStartEvent):
        return [_read_value(each, events, depth + 1) for each in _until(yaml.SequenceEndEvent, events)]
    return _read_mapping(events, depth)


def _read_mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, PlainYaml]:
    values: dict[str, PlainYaml] = {}
    for key in _until(yaml.MappingEndEvent, events):
        if not isinstance(key, yaml.ScalarEvent):
            raise _refuse("une clé doit être un texte", key)
        if key.value in values:
            raise _refuse(f"« {shorten_text(key.value)} » est écrit deux fois", key)
        values[key.value] = _read_value(next(events), events, depth + 1)
    return values


def _until(end: type[yaml.Event], events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _refuse(reason: str, event: yaml.Event) -> YamlError:
    where = f" à la ligne {event.start_mark.line + 1}" if event.start_mark else ""
    return YamlError(f"YAML refusé{where} : {reason}")
