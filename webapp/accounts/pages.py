"""The pages of the administrators' space, in the order of its menu."""

from webapp.navigation import MenuLink

ADMINISTRATION_PAGES = (
    MenuLink("Comptes", "people.show"),
    MenuLink("Groupes et dossiers", "groups.show"),
    MenuLink("Journal", "journal.show"),
)
