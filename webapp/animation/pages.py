"""The pages of the animators' space, in the order of its menu."""

from webapp.navigation import Link

PAGES = (
    Link("Tableau de bord", "animation.show"),
    Link("Déposer", "deposit.show"),
    Link("Fichiers", "files.show"),
    Link("À qualifier", "qualifying.show"),
    Link("Étiqueter en nombre", "bulk.show"),
    Link("Rendez-vous", "announcing.show"),
    Link("Vocabulaire", "words.show"),
    Link("Données personnelles", "doubts.show"),
    Link("Recherches sans résultat", "fruitless.show"),
    Link("Statistiques", "statistics.show"),
)
