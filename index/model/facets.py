"""The registry of facets: all that tables of the vocabulary, the grammar, pages, API and exports need of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Facet(Enum):
    """A kind of tag. The value is its name in web addresses, in the API and in the query language."""

    THEME = "theme"
    REGION = "region"
    DEPARTMENT = "departement"
    TERRITORY = "territoire"
    TARGET_GROUP = "public"
    EVENT_TYPE = "type"
    EVENT = "rendez-vous"
    YEAR = "annee"
    FORMAT = "format"

    @property
    def spec(self) -> FacetSpec:
        """All that the registry says of it."""
        return _SPECS[self]

    @property
    def label(self) -> str:
        """What a member reads."""
        return self.spec.label


@dataclass(frozen=True, slots=True)
class TextRule:
    """When the words of a text give a document a value, by scores that add up its mentions.

    `least_score` is that of a value, `least_density` the same for a thousand words, `least_share` its part of the best
    value's score; `most_values` is the number of a document's values.
    """

    least_score: int
    least_share: float
    most_values: int
    least_density: float = 0.0


@dataclass(frozen=True, slots=True)
class FacetSpec:
    """What each part of the product needs of one facet. An empty text, None or False: the facet has no such thing.

    `query_names` are written with their accents, and read without. `vocabulary_list` is the list of the vocabulary's
    file that holds its values. `sidecar_keys` are folded, the canonical one first. `single`: a document has one value
    at most. `manual`: animators set it by hand. `expected`: a document without it is to be looked at. `brought_by` is
    the facet whose values bring those of this one along. `text_rule` finds its values among ordinary words.
    """

    facet: Facet
    label: str
    plural: str
    query_names: tuple[str, ...] = ()
    vocabulary_list: str = ""
    sidecar_keys: tuple[str, ...] = ()
    single: bool = False
    manual: bool = False
    expected: bool = False
    brought_by: Facet | None = None
    text_rule: TextRule | None = None
    # Where pages show its values, beside the filters, which stand in the order of the registry.
    on_cards: bool = False
    on_documents: bool = False
    folded: bool = False
    """Its filters are behind a fold: they are many, and who wants one knows it."""
    # The API's list of its values, and the member of that list's answer.
    api_list: str = ""
    assistant_name: str = ""
    assistant_hint: str = ""
    csv_column: str = ""
    dublin_core: str = ""
    schema_org: tuple[str, ...] = ()
    """A property of schema.org; where its values are things, also their class and the property of their name."""
    oai_set: bool = False

    @property
    def slug(self) -> str:
        """Its name in addresses, in the API, in forms and in the catalogue."""
        return self.facet.value


FACETS = (
    FacetSpec(
        Facet.THEME,
        "Thème",
        "Thèmes",
        query_names=("thème",),
        vocabulary_list="themes",
        sidecar_keys=("themes", "theme"),
        manual=True,
        expected=True,
        # About two mentions of a theme's label and a few of its words; below the share it is mentioned, not treated.
        text_rule=TextRule(least_score=8, least_share=0.4, most_values=3),
        on_cards=True,
        on_documents=True,
        api_list="themes",
        assistant_name="themes",
        assistant_hint="Thèmes, par leur nom ou leur identifiant.",
        csv_column="Thèmes",
        dublin_core="subject",
        schema_org=("keywords",),
        oai_set=True,
    ),
    FacetSpec(
        Facet.REGION,
        "Région",
        "Régions",
        query_names=("région",),
        brought_by=Facet.TERRITORY,
        csv_column="Régions",
    ),
    FacetSpec(
        Facet.DEPARTMENT,
        "Département",
        "Départements",
        query_names=("département",),
        brought_by=Facet.TERRITORY,
        csv_column="Départements",
    ),
    FacetSpec(
        Facet.TERRITORY,
        "Territoire",
        "Territoires",
        query_names=("territoire",),
        vocabulary_list="territoires",
        sidecar_keys=("territoires", "territoire"),
        manual=True,
        expected=True,
        on_cards=True,
        on_documents=True,
        api_list="territories",
        assistant_name="territoires",
        assistant_hint="Territoires, par leur nom ou leur identifiant.",
        csv_column="Territoires",
        dublin_core="coverage",
        schema_org=("spatialCoverage", "Place", "name"),
        oai_set=True,
    ),
    FacetSpec(
        Facet.TARGET_GROUP,
        "Public visé",
        "Publics visés",
        query_names=("public",),
        vocabulary_list="publics",
        sidecar_keys=("publics", "public"),
        manual=True,
        # Everybody is named in passing: only a text that keeps coming back to a group is about it.
        text_rule=TextRule(least_score=15, least_share=0.5, most_values=2, least_density=20.0),
        on_documents=True,
        api_list="target_groups",
        assistant_name="publics",
        assistant_hint="Publics visés : « jeunes », « familles », « personnes âgées »…",
        csv_column="Publics visés",
        schema_org=("audience", "Audience", "audienceType"),
    ),
    FacetSpec(
        Facet.EVENT_TYPE,
        "Type de rendez-vous",
        "Types de rendez-vous",
        query_names=("type",),
        vocabulary_list="types_evenement",
        sidecar_keys=("type", "rendez-vous"),
        single=True,
        api_list="event_types",
        assistant_name="types",
        assistant_hint="Types de rendez-vous : « webinaire », « mensuelle »…",
        csv_column="Type de rendez-vous",
    ),
    FacetSpec(Facet.EVENT, "Rendez-vous", "Rendez-vous", single=True, expected=True, folded=True),
    FacetSpec(
        Facet.YEAR,
        "Année",
        "Années",
        query_names=("année",),
        single=True,
        on_documents=True,
        assistant_name="annees",
        assistant_hint="Années, comme 2024.",
    ),
    FacetSpec(
        Facet.FORMAT,
        "Format",
        "Formats",
        query_names=("format",),
        single=True,
        assistant_name="formats",
        assistant_hint="Formats : « PDF », « Diaporama », « Vidéo »…",
    ),
)
"""All facets, in the order in which filters stand."""

_SPECS = {spec.facet: spec for spec in FACETS}

MANUAL_FACETS = tuple(spec.facet for spec in FACETS if spec.manual)
"""Facets that animators set by hand; the others follow from these, from the date and from the event."""

EXPECTED_FACETS = tuple(spec.facet for spec in FACETS if spec.expected)
"""Facets of which a document to be qualified should have a value."""

SET_FACETS = tuple(spec.facet for spec in FACETS if spec.oai_set)
"""The facets by which a part can be harvested."""

FACET_FINGERPRINT = ",".join(sorted(spec.slug for spec in FACETS))
"""The facets that an index knows: one made with others must be rebuilt."""


def list_family(facet: Facet) -> tuple[Facet, ...]:
    """Return a facet, then those that its values bring along, the nearest first: territory, department, region."""
    brought = (spec.facet for spec in reversed(FACETS) if spec.brought_by is facet)
    return (facet, *brought)
