"""Generated French in which persons' numbers stand as people write them, among numbers that look like them.

Keys are computed here from their definitions, not by what the finder uses: the two check each other.
"""

from __future__ import annotations

import random
import string
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.personal_data.findings import PersonalDataKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BEFORE = (
    *("N° de sécurité sociale : ", "NIR : ", "Assuré ", "immatriculé sous le numéro ", "numéro ", "M. Martin, "),
    *("Dossier de Mme Petit (", "- ", "• ", "", "\n", "son NIR est le ", "IBAN : ", "Virement sur le compte ", "| "),
)
_BEFORE_DECOYS = ("", "- ", "• ", "\n", "numéro ", "n° ", "| ", "Dossier ", "Total : ", "voir ")
_AFTER = (
    "",
    ".",
    " ",
    "\n",
    ", né le 12/03/1985",
    " ; ",
    ")",
    " à Grigny",
    " (à vérifier)",
    " |",
    "\n2 – suite",
    " : oui",
)
_PROSE = (
    "Le non-recours au RSA concerne 34 % des foyers éligibles en 2018, soit 600 000 foyers par trimestre.",
    "La mensuelle du 25 janvier 2024 a réuni 62 personnes de 14 h 00 à 15 h 30.",
    "Le territoire compte 28 745 habitants, dont 7 112 allocataires ; budget : 185 057 800 € sur 2023-2026.",
    "Réunion au 12 rue de la République, 91350 Grigny, salle 204 ; inscription avant le 01.02.2024.",
)
_MISREAD = {"0": "Oo", "1": "lI", "5": "S", "8": "B"}
_LETTERED = 0.25
"""Share of accounts with letters where their country allows some: in France, those of La Banque postale."""
_IBANS = {  # country: what stands after the key; d for a digit, A for a capital, X for either
    "FR": "d" * 10 + "X" * 11 + "d" * 2,
    "BE": "d" * 12,
    "DE": "d" * 18,
    "ES": "d" * 20,
    "GB": "AAAA" + "d" * 14,
    "IT": "A" + "d" * 10 + "X" * 12,
    "LU": "d" * 3 + "X" * 13,
    "MC": "d" * 10 + "X" * 11 + "d" * 2,
    "NL": "AAAA" + "d" * 10,
    "PT": "d" * 21,
    "CH": "d" * 5 + "X" * 12,
    "TN": "d" * 20,
    "NO": "d" * 11,
    "MT": "AAAA" + "d" * 5 + "X" * 18,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, and the one number that it holds in its normal form, or none; `form` says how it is written."""

    text: str
    kind: PersonalDataKind | None
    value: str
    form: str


def positives(count: int, seed: int = 1) -> Iterator[Sample]:
    """So many texts with a NIR, and as many with an IBAN."""
    draw = random.Random(seed)  # noqa: S311 - repeatable, no secret
    for number in range(count):
        value = nir(draw)
        form, written = _written(draw, value, _NIR_FORMS, number)
        yield Sample(_set(draw, written, _BEFORE), PersonalDataKind.NIR, value, form)
        value = iban(draw)
        form, written = _written(draw, value, _IBAN_FORMS, number)
        yield Sample(_set(draw, written, _BEFORE), PersonalDataKind.IBAN, value, form)


def decoys(count: int, seed: int = 2) -> Iterator[Sample]:
    """So many texts that hold neither, but something that looks like them."""
    draw = random.Random(seed)  # noqa: S311 - repeatable, no secret
    for number in range(count):
        form = list(_DECOYS)[number % len(_DECOYS)]
        yield Sample(_set(draw, _DECOYS[form](draw), _BEFORE_DECOYS), None, "", form)


def nir(draw: random.Random) -> str:
    """A social security number with its key; one in twenty Corsican, one in ten temporary or under way."""
    sex = draw.choice("12" * 9 + "3478")
    month = draw.choice([f"{number:02d}" for number in range(1, 13)] * 8 + ["20", "35", "62", "99"])
    department = draw.choice(
        [f"{number:02d}" for number in (*range(1, 20), *range(21, 97), 97, 98, 99)] + ["2A", "2B"] * 3
    )
    stem = f"{sex}{draw.randrange(100):02d}{month}{department}{draw.randrange(1, 990):03d}{draw.randrange(1, 1000):03d}"
    # The key of Corsican numbers: « A » counts as 0 and a million goes off, « B » as 0 and two millions.
    number = int(stem.replace("A", "0").replace("B", "0")) - 1_000_000 * ("A" in stem) - 2_000_000 * ("B" in stem)
    return f"{stem}{97 - number % 97:02d}"


def iban(draw: random.Random) -> str:
    """An account's number with its key, French one time in two."""
    country = draw.choice(["FR"] * len(_IBANS) + list(_IBANS))
    letters = string.digits * 10 + string.ascii_uppercase
    alphabet = {
        "d": string.digits,
        "A": string.ascii_uppercase,
        "X": letters if draw.random() < _LETTERED else string.digits,
    }
    rest = "".join(draw.choice(alphabet[each]) for each in _IBANS[country])
    number = int("".join(str(int(each, 36)) for each in f"{rest}{country}00"))
    return f"{country}{98 - number % 97:02d}{rest}"


def _in_groups(value: str, sizes: tuple[int, ...], gap: str) -> str:
    groups, at = [], 0
    for size in sizes:
        groups.append(value[at : at + size])
        at += size
    return gap.join(filter(None, [*groups, value[at:]]))


def _misread(draw: random.Random, written: str) -> str:
    """One to three digits as recognition may give them."""
    places = [at for at, each in enumerate(written) if each in _MISREAD and at > 1]
    letters = list(written)
    for at in draw.sample(places, min(len(places), draw.randint(1, 3))):
        letters[at] = draw.choice(_MISREAD[letters[at]])
    return "".join(letters)


_NIR_GROUPS = (1, 2, 2, 2, 3, 3, 2)
_NIR_FORMS: dict[str, Callable[[random.Random, str], str]] = {
    "compact": lambda _, value: value,
    "espaces": lambda _, value: _in_groups(value, _NIR_GROUPS, " "),
    "insécables": lambda _, value: _in_groups(value, _NIR_GROUPS, "\u00a0"),
    "fines": lambda _, value: _in_groups(value, _NIR_GROUPS, "\u202f"),
    "points": lambda _, value: _in_groups(value, _NIR_GROUPS, "."),
    "tirets": lambda _, value: _in_groups(value, _NIR_GROUPS, "-"),
    "clé à part": lambda _, value: f"{value[:13]} {value[13:]}",
    "clé nommée": lambda _, value: f"{_in_groups(value[:13], _NIR_GROUPS, ' ')} clé {value[13:]}",
    "barre": lambda _, value: f"{value[:13]}/{value[13:]}",
    "collé": lambda _, value: f"NIR{value}",
    "clé en capitales": lambda _, value: f"{value[:13]} CLÉ : {value[13:]}",
    "cases": lambda _, value: " ".join(value),
    "coupé": lambda _, value: _in_groups(value, _NIR_GROUPS, " ").replace(" ", "\n", 4).replace("\n", " ", 3),
    "doubles espaces": lambda _, value: _in_groups(value, _NIR_GROUPS, "  "),
    "mal lu, compact": _misread,
    "mal lu, espaces": lambda draw, value: _misread(draw, _in_groups(value, _NIR_GROUPS, " ")),
}
_IBAN_GROUPS = (4,) * 8
_IBAN_FORMS: dict[str, Callable[[random.Random, str], str]] = {
    "compact": lambda _, value: value,
    "espaces": lambda _, value: _in_groups(value, _IBAN_GROUPS, " "),
    "insécables": lambda _, value: _in_groups(value, _IBAN_GROUPS, "\u00a0"),
    "comme un RIB": lambda _, value: _in_groups(value, (4, 5, 5, 11, 2), " "),
    "tirets": lambda _, value: _in_groups(value, _IBAN_GROUPS, "-"),
    "minuscules": lambda _, value: _in_groups(value, _IBAN_GROUPS, " ").lower(),
    "collé": lambda _, value: f"IBAN{value}",
    "pays à part": lambda _, value: f"{value[:2]} {_in_groups(value[2:], (2, *_IBAN_GROUPS), ' ')}",
    "coupé": lambda _, value: _in_groups(value, (12, 20), "\n"),
    "mal lu, compact": _misread,
    "mal lu, espaces": lambda draw, value: _misread(draw, _in_groups(value, _IBAN_GROUPS, " ")),
}


def _written(
    draw: random.Random, value: str, forms: dict[str, Callable[[random.Random, str], str]], number: int
) -> tuple[str, str]:
    form = list(forms)[number % len(forms)]
    return form, forms[form](draw, value)


def _set(draw: random.Random, written: str, before: tuple[str, ...]) -> str:
    """A number in its surroundings."""
    around = [*draw.sample(_PROSE, 2)]
    around.insert(1, f"{draw.choice(before)}{written}{draw.choice(_AFTER)}")
    return draw.choice((" ", "\n")).join(around)


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices(string.digits, k=count))


def _siret(draw: random.Random) -> str:
    digits = _digits(draw, 14)
    return draw.choice((digits, _in_groups(digits, (3, 3, 3, 5), " "), f"SIRET {_in_groups(digits, (3, 3, 3), ' ')}"))


def _wrong_key(draw: random.Random) -> str:
    right = nir(draw)
    wrong = f"{right[:13]}{(int(right[13:]) + draw.randint(1, 96)) % 97 + 1:02d}"
    wrong = wrong if wrong != right else f"{right[:13]}00"
    return draw.choice((wrong, _in_groups(wrong, _NIR_GROUPS, " ")))


def _wrong_iban(draw: random.Random) -> str:
    right = iban(draw)
    wrong = f"{right[:2]}{(int(right[2:4]) + draw.randint(1, 90)) % 97:02d}{right[4:]}"
    return draw.choice((wrong, _in_groups(wrong, _IBAN_GROUPS, " ")))


_DECOYS: dict[str, Callable[[random.Random], str]] = {
    "SIRET": _siret,
    "TVA": lambda draw: f"FR{_digits(draw, 2)} {_in_groups(_digits(draw, 9), (3, 3), ' ')}",
    "facture": lambda draw: f"Facture n° {draw.randint(2015, 2026)}-{_digits(draw, 6)}-{_digits(draw, 4)}",
    "référence de 13 chiffres": lambda draw: f"réf. {_digits(draw, 13)}",
    "référence de 15 chiffres": lambda draw: f"réf. {_digits(draw, 15)}",
    "ISBN": lambda draw: f"ISBN 978-2-{_digits(draw, 2)}-{_digits(draw, 6)}-{_digits(draw, 1)}",
    "dates": lambda draw: " ".join(
        f"{draw.randint(1, 28):02d} 0{draw.randint(1, 9)} 20{draw.randint(10, 26)}" for _ in "ab"
    ),
    "tableau": lambda draw: " ".join(_digits(draw, draw.randint(1, 3)) for _ in range(12)),
    "tableau en lignes": lambda draw: "\n".join(_digits(draw, draw.randint(1, 4)) for _ in range(12)),
    "empreinte": lambda draw: f"{draw.getrandbits(256):064x}",
    "uuid": lambda draw: str(uuid.UUID(int=draw.getrandbits(128))),
    "adresse": lambda draw: f"https://exemple.fr/photo?id={_digits(draw, 15)}&v=2",
    "compact de 16 chiffres": lambda draw: _digits(draw, 16),
    "téléphones": lambda draw: " ".join(
        f"0{draw.randint(1, 9)} {_in_groups(_digits(draw, 8), (2, 2, 2), ' ')}" for _ in "ab"
    ),
    "téléphone abrégé": lambda draw: f"poste {_digits(draw, 4)}, 36 46, {_in_groups(_digits(draw, 8), (2, 2, 2), ' ')}",
    "montants": lambda draw: " ".join(
        f"{draw.randint(1, 9)} {_digits(draw, 3)} {_digits(draw, 3)} €" for _ in range(4)
    ),
    "NIR de clé fausse": _wrong_key,
    "IBAN de clé fausse": _wrong_iban,
    "décimales": lambda draw: f"0,{_digits(draw, 15)} ou 1.{_digits(draw, 15)}",
}
"""Each draws something that is neither a NIR nor an IBAN; of 15 digits drawn at random, some are a NIR by chance."""
