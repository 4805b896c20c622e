"""Writes plain notes in Markdown or text, as members keep them beside the printed documents."""

from indexer.demo.documents import DemoDocument
from indexer.demo.markup import Block, Bullets, PlainParagraph, Subheading, Table
from indexer.demo.typography import DEMONSTRATION_MARK, typeset


def write_markdown(document: DemoDocument) -> bytes:
    """Give the text in Markdown; the line after its title is the mark."""
    parts = [f"# {document.title}", f"_{DEMONSTRATION_MARK} – {document.occasion}_"]
    for section in document.sections:
        parts += [f"## {section.title}", *(_to_markdown(block) for block in section.blocks)]
    return (typeset("\n\n".join(parts)) + "\n").encode()


def write_plain_text(document: DemoDocument) -> bytes:
    """Give the text without any markup, with the straight apostrophes of a text editor."""
    parts = [document.title.upper(), f"{DEMONSTRATION_MARK} - {document.occasion}"]
    for section in document.sections:
        parts += [section.title.upper(), *(_to_plain_text(block) for block in section.blocks)]
    return ("\n\n".join(parts) + "\n").encode()


def _to_markdown(block: Block) -> str:
    match block:
        case Subheading(text):
            return f"### {text}"
        case Table(rows):
            lines = ["| " + " | ".join(row) + " |" for row in rows]
            return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])
        case _:
            return _to_plain_text(block)


def _to_plain_text(block: Block) -> str:
    match block:
        case PlainParagraph(text) | Subheading(text):
            return text
        case Bullets(items):
            return "\n".join(f"- {item}" for item in items)
        case Table(rows):
            return "\n".join(" | ".join(row) for row in rows)
