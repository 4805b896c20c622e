"""Page images, recognition of characters, and the external programs that both use."""

from extractors.rendering.previews import can_preview, open_preview, render_page, shrink_image

__all__ = ["can_preview", "open_preview", "render_page", "shrink_image"]
