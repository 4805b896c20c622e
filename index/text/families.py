"""Families of words that the French stemmer parts or mixes up: `démissionner` and `démission`, `droit` and `droite`.

Rules change a word before the stemmer reads it; tables hold what no rule tells. `tests/index/text/word_pairs.txt` lists
words that must meet, and others that must not.
"""

from __future__ import annotations

import re

_SINGULARS = {
    **dict.fromkeys(("travaux", "travaille", "travailles", "travaillent", "travailler", "travaillé"), "travail"),
    **dict.fromkeys(("travaillant", "travaillée", "travaillés", "travaillées", "travaillait"), "travail"),
    **{f"{word}s": word for word in ("loi", "emploi", "envoi", "renvoi", "convoi", "octroi", "tournoi", "essai")},
    **{f"{word}x": word for word in ("jeu", "lieu", "feu", "voeu", "vœu", "neveu")},
    **dict.fromkeys(("active", "actives"), "actif"),
    # The community's own verb: « ceux qui ne recourent pas à leurs droits » speaks of non-recours.
    **dict.fromkeys(("recourt", "recourent", "recoure", "recourra", "recourront"), "recourir"),
    **dict.fromkeys(("recouru", "recourus", "recourue", "recourues", "recourrait", "recourraient"), "recourir"),
    "baux": "bail",
    "vitraux": "vitrail",
    "émaux": "émail",
    "yeux": "oeil",
    "œil": "oeil",
    "décès": "décéder",
    **dict.fromkeys(("vente", "ventes"), "vendre"),
    **dict.fromkeys(("perte", "pertes"), "perdre"),
    **dict.fromkeys(("réponse", "réponses"), "répondre"),
    "payes": "paie",
    "paye": "paie",
    "paies": "paie",
}
"""Words, each with the one by which the stemmer reads it."""

_STEMS = {
    **dict.fromkeys(("droite", "droites"), "droite"),
    **dict.fromkeys(("café", "cafés"), "cafe"),
    **dict.fromkeys(("aîné", "aînés", "aînée", "aînées", "ainé", "ainés", "ainée", "ainées"), "aine"),
    **dict.fromkeys(("loyer", "loyers"), "loyer"),
    **dict.fromkeys(("foyer", "foyers"), "foyer"),
    **dict.fromkeys(("marché", "marchés"), "marché"),
    **dict.fromkeys(("délai", "délais"), "délai"),
    **dict.fromkeys(("formation", "formations", "formateur", "formateurs", "formatrice", "formatrices"), "formation"),
    **dict.fromkeys(("former", "formé", "formés", "formée", "formées"), "formation"),
    **dict.fromkeys(("châtiment", "châtiments"), "châtiment"),
    **dict.fromkeys(("bâtiment", "bâtiments"), "bâtiment"),
    **dict.fromkeys(("père", "pères"), "père"),
    **dict.fromkeys(("mère", "mères"), "mère"),
    **dict.fromkeys(("porte", "portes"), "porte"),
    **dict.fromkeys(("entrée", "entrées"), "entrée"),
    **dict.fromkeys(("partie", "parties"), "partie"),
    **dict.fromkeys(("traité", "traités"), "traité"),
    **{f"{word}{plural}": word for word in ("case", "dose", "fraise", "mâle", "lieue") for plural in ("", "s")},
    **dict.fromkeys(("communique", "communiques"), "communiqu"),
    **{word: word for word in ("pays", "temps", "cas", "fonds", "frais", "dos")},
}
"""Words whose stem would be that of another word: « droit », « CAF », « Ain », « loi », « foi »."""

_ADJECTIVES = "coût|hont|dout|boit|lait|vent|nerv|hid|fam|brum|merveill|orgueill|pointill|périll|somptu|ombr|avanc"
_VERB = r"(?:er|ée?s?|es?|ent|ant|ez|ons|ait|aient|era|eront|erait)"
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # « démissionner » from « démission »; « fonctionner » has little to do with a function.
        (rf"^(?!fonctionn|stationn)(\w{{2,}}[stx]ion)n{_VERB}$", r"\1"),
        # « communiquer » as « communication », which the stemmer reads as « commune »; « publication »
        # as « publier », and not as « publique ».
        (r"^(publi|multipli|suppli)cations?$", r"\1er"),
        (r"^(?!\w*ifications?$)(\w{3,}i)cations?$", r"\1quer"),
        (rf"^édu(?:qu{_VERB}|cations?|cati(?:fs?|ves?))$", "éducation"),
        # « modifier » as « modification ».
        (rf"^(\w{{2,}})ifi(?:{_VERB}|cations?|catifs?|catives?)$", r"\1ification"),
        (r"^(\w{2,})trices?$", r"\1teur"),
        (rf"^(?!(?:{_ADJECTIVES})eus)(\w{{2,}}(?:ll|d|m|s|ch|qu|ff|t|v|p))euses?$", r"\1eur"),
        (r"^(\w{3,}(?:ll|g|ch))ères?$", r"\1er"),
        (r"^(?!di|uni|tra|en|re|per)(\w{3,}er)s$", r"\1"),
        (r"^((?:ré)?in|désin|pre|pré|sou|dé|trans|pro)scri(?:re|te?s?|ptions?|v\w+)$", r"\1scription"),
        (r"^(ré|dé|tra|pro|repro|intro)du(?:ctions?|ire|ite?s?|is\w+)$", r"\1duction"),
    )
)
# What one of the rules changes holds one of these: few words do, and every word of a library comes by.
_MAY_BE_RULED = re.compile(r"ionn|ifi|trice|euse|ère|ers$|scri|du|icati")

_UNRULED = frozenset({"matrice", "matrices", "cicatrice", "cicatrices", "produit", "produits", "réduit", "réduits"})


def find_family(lower: str) -> str:
    """Return the word by which the stemmer reads one in lower case, most often the word itself."""
    if lower in _SINGULARS:
        return _SINGULARS[lower]
    if _MAY_BE_RULED.search(lower) and lower not in _UNRULED:
        for pattern, replacement in _RULES:
            read, changed = pattern.subn(replacement, lower)
            if changed:
                return read
    return lower


def find_own_stem(lower: str) -> str:
    """Return the stem of a word whose own would be that of another word, an empty string for all others."""
    return _STEMS.get(lower, "")
