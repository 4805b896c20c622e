"""Errors that a person can do something about."""


class ExplainedError(Exception):
    """What happened and what to do, in one French sentence or two: it is shown as it is, without a traceback."""
