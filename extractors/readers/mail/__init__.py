"""Messages."""

from extractors.readers.mail.mail_content import MailContent, build_extraction, choose_body, write_message
from extractors.readers.mail.mail_headers import read_header
from extractors.readers.mail.mime_parts import decode_payload, list_parts, parse_message, read_charset, read_type
from extractors.readers.mail.signed_mail import unwrap_attachment
from extractors.readers.mail.tnef_mail import is_tnef, read_tnef_mail

__all__ = [
    "MailContent",
    "build_extraction",
    "choose_body",
    "decode_payload",
    "is_tnef",
    "list_parts",
    "parse_message",
    "read_charset",
    "read_header",
    "read_tnef_mail",
    "read_type",
    "unwrap_attachment",
    "write_message",
]
