"""Asks a language model which sentences of passages answer; keeps those that stand there word for word."""

from index.assistant.assistant import (
    Assistant,
    AssistantOutcome,
    Task,
    TaskKind,
    choose_passages,
    open_assistant,
)
from index.assistant.quotations import Quotation

__all__ = [
    "Assistant",
    "AssistantOutcome",
    "Quotation",
    "Task",
    "TaskKind",
    "choose_passages",
    "open_assistant",
]
