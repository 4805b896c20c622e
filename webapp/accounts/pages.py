"""The pages of the administrators' space, in the order of its menu."""

from webapp.navigation import Link

PAGES = (
    Link("Comptes", "people.show"),
    Link("Groupes et dossiers", "groups.show"),
    Link("Journal", "journal.show"),
)
