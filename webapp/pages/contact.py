"""Links by which members write to the animation team or ask the community, from the addresses in the settings."""

from __future__ import annotations

from urllib.parse import quote

from webapp.server import quote_text

_MAIL_SUBJECT = "Document introuvable"


def contact_link(contact: str) -> str:
    """Return the link to the animation team: a web address as it is, a mail address as `mailto:`, "" for the rest."""
    if contact.startswith(("https://", "http://", "mailto:")):
        return contact
    return f"mailto:{contact}" if "@" in contact else ""


def ask_community_link(contact: str, words: str) -> str:
    """Return the link to ask people for what the search did not find; a mail is begun with the words searched."""
    address = contact_link(contact)
    # A web form, or a link with parameters of its own, is left as the settings give it.
    if not words or not address.startswith("mailto:") or "?" in address:
        return address
    body = f"Bonjour,\n\nJe n’ai rien trouvé en cherchant {quote_text(words)}. "
    return f"{address}?subject={quote(_MAIL_SUBJECT)}&body={quote(body)}"
