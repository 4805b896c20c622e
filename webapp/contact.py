"""How members reach people, by the addresses that the settings give."""

from __future__ import annotations

from urllib.parse import quote

_SUBJECT = "Document introuvable"


def contact_address(contact: str) -> str:
    """The link to the animation team: a web address as it is, a mail address as a link to write to it, else nothing."""
    if contact.startswith(("https://", "http://", "mailto:")):
        return contact
    return f"mailto:{contact}" if "@" in contact else ""


def question_address(contact: str, words: str) -> str:
    """The link to ask people what the search did not find; a mail begins with the words that were sought."""
    address = contact_address(contact)
    if not words or not address.startswith("mailto:") or "?" in address:
        return address
    body = f"Bonjour,\n\nJe n’ai rien trouvé en cherchant «\u00a0{words}\u00a0». "
    return f"{address}?subject={quote(_SUBJECT)}&body={quote(body)}"
