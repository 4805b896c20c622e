"""What people and tools see: pages and API. Views translate, nothing more."""

from webapp.app import create_app

__all__ = ["create_app"]
