"""Writes a whole demonstration library on demand: real formats, invented minutes, facts of the public synthesis."""

from indexer.demo.demo_questions import load_demo_questions, write_demo_judged_questions, write_demo_questions
from indexer.demo.library import write_demo_library

__all__ = ["load_demo_questions", "write_demo_judged_questions", "write_demo_library", "write_demo_questions"]
