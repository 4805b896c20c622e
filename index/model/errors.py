"""The base class of errors that a person can act upon."""


class ExplainedError(Exception):
    """An error whose message says in French what happened and what to do; it is shown as it is, without traceback."""
