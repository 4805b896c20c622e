"""Page images, recognition of characters, and the external programs that both use."""

from extractors.programs import TESSERACT, list_installed_programs
from extractors.rendering.previews import awaits_converter, can_preview, open_preview, render_page, shrink_image

__all__ = [
    "TESSERACT",
    "awaits_converter",
    "can_preview",
    "list_installed_programs",
    "open_preview",
    "render_page",
    "shrink_image",
]
