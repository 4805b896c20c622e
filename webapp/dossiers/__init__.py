"""Dossiers: documents and places that a member gathers, orders, annotates, shows by a link and exports."""

from webapp.dossiers.contents import place_address
from webapp.dossiers.dossier_pages import dossier_blueprint
from webapp.dossiers.places import draft_place, list_places, locate

__all__ = ["dossier_blueprint", "draft_place", "list_places", "locate", "place_address"]
