"""The base class of errors that a person can act upon."""


class ExplainedError(Exception):
    """An error whose message says in French what happened and what to do; it is shown as it is, without traceback."""


_LONGEST_QUOTED = 60


def shorten_text(value: object) -> str:
    """Return a value as a message may quote it: one line of a few words, however long it is."""
    text = " ".join(str(value)[: 2 * _LONGEST_QUOTED].split())
    return text if len(text) <= _LONGEST_QUOTED else f"{text[: _LONGEST_QUOTED - 1]}…"
