"""The pages of the animators' space, in the order of its menu."""

from webapp.navigation import MenuLink

ANIMATION_PAGES = (
    MenuLink("Tableau de bord", "animation.show"),
    MenuLink("Déposer", "deposit.show"),
    MenuLink("Fichiers", "files.show"),
    MenuLink("À qualifier", "qualifying.show"),
    MenuLink("Étiqueter en nombre", "bulk.show"),
    MenuLink("Rendez-vous", "announcing.show"),
    MenuLink("Vocabulaire", "words.show"),
    MenuLink("Données personnelles", "doubts.show"),
    MenuLink("Recherches sans résultat", "fruitless.show"),
    MenuLink("Statistiques", "statistics.show"),
)
