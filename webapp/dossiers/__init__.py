"""Dossiers: documents and places that a member gathers, orders, annotates, shows by a link and exports."""

from webapp.dossiers.dossier_pages import dossier_blueprint

__all__ = ["dossier_blueprint"]
