"""What the web promises, page by page."""
