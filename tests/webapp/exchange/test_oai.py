"""Harvesting: a real harvester gets all that may be seen, follows deletions, and sees nothing hidden."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from sickle import Sickle
from sickle.oaiexceptions import IdDoesNotExist, NoRecordsMatch

from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.metadata_layers import Description
from index.model.documents import FileStat, Locator, PartialDate, Passage, Unit
from index.personal_data.doubts import find_personal_data
from tests.composition import create_app
from tests.webapp.http_server import served
from tests.webapp.small_library import HOSTILE_TITLE, LONG_PAGE, MARKUP, SLIDES, VIDEO, build
from webapp.exchange.oai import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from sickle.models import Header, Record

    from tests.webapp.small_library import SmallLibrary

_NAMES = {
    "oai": "http://www.openarchives.org/OAI/2.0/",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_MANY = 250
_NIR = "1 85 05 78 006 084 91"
_FORM = "application/x-www-form-urlencoded"
_LIST = "verb=ListRecords&metadataPrefix=oai_dc"


@pytest.fixture
def own(tmp_path: Path) -> SmallLibrary:
    """A library of one test, with as many documents more as take several answers."""
    library = build(tmp_path)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        for number in range(_MANY):
            id_ = transaction.documents.create(Content(f"{number:064}", "pdf", f"Document {number}", ()))
            transaction.files.save(FileLocation(f"lot/{number}.pdf", FileStat(1, 1, 0), f"{number:064}", id_))
            library.ids[f"lot/{number}.pdf"] = id_
    return library


@pytest.fixture
def address(own: SmallLibrary) -> Iterator[str]:
    """The address of the service over it."""
    with served(create_app(own.settings)) as site:
        yield f"{site}/oai"


@pytest.fixture
def catalogue(own: SmallLibrary) -> Iterator[Catalogue]:
    """Its catalogue, as the indexer and animators write it."""
    with closing(Catalogue.open(own.settings.catalogue_url)) as opened:
        yield opened


def harvest(address: str, **part: str) -> dict[str, Record]:
    """Everything, by the ids of documents."""
    records = Sickle(address).ListRecords(metadataPrefix="oai_dc", **part)
    return {_id(each.header): each for each in records}


def _id(header: Header) -> str:
    return str(header.identifier).rpartition(":")[2]


def test_a_harvester_gets_every_document(address: str, own: SmallLibrary) -> None:
    """Through resumption tokens, each once, under names that its other requests understand."""
    harvester = Sickle(address)
    found = harvest(address)
    assert set(found) == set(own.documents)
    headers = list(harvester.ListIdentifiers(metadataPrefix="oai_dc"))
    assert sorted(map(_id, headers)) == sorted(own.documents)
    record = found[own.ids[SLIDES]]
    assert record.metadata == {
        "title": ["Aller vers les personnes éloignées de leurs droits"],
        "subject": ["Aller-vers"],
        "publisher": ["Communauté apprenante Territoires Zéro Non-Recours"],
        "date": ["2024-01-25"],
        "type": ["Text"],
        "format": ["application/vnd.openxmlformats-officedocument.presentationml.presentation"],
        "identifier": [address.replace("/oai", f"/documents/{own.ids[SLIDES]}")],
        "coverage": ["Grigny"],
        "relation": [address.replace("/oai", "/rendez-vous/2024-01-25-webinaire")],
    }
    again = harvester.GetRecord(identifier=record.header.identifier, metadataPrefix="oai_dc")
    assert again.metadata == record.metadata
    assert found[own.ids[VIDEO]].metadata["type"] == ["MovingImage"]
    assert found[own.ids[MARKUP]].metadata["title"] == [HOSTILE_TITLE]


def test_a_harvester_follows_changes(address: str, own: SmallLibrary, catalogue: Catalogue) -> None:
    """From the date of its last harvest on, it hears of what is new, changed, deleted, hidden; nothing else."""
    since = _next_second(address, max(each.header.datestamp for each in harvest(address).values()))
    gone, hidden, renamed = own.ids["lot/3.pdf"], own.ids["lot/120.pdf"], own.ids[LONG_PAGE]
    passage = Passage(0, Locator(Unit.PAGE, 1), f"Le dossier {_NIR}")
    with catalogue.transaction() as transaction:
        transaction.files.forget("lot/3.pdf")
        held = Content("f" * 64, "pdf", "Document 120", (passage,))
        transaction.documents.replace_content(hidden, held)
        transaction.personal_data.save_findings({hidden: find_personal_data(held.passages)})
        new = transaction.documents.create(Content("e" * 64, "pdf", "Nouveau", ()))
        never = Content("d" * 64, "pdf", "Jamais vu", (passage,))
        transaction.personal_data.save_findings(
            {transaction.documents.create(never): find_personal_data(never.passages)}
        )
        transaction.descriptions.save_each({renamed: Description("Un autre titre", PartialDate(2024, 11), None, ())})
    changed = {id_: not each.deleted for id_, each in harvest(address, **{"from": since}).items()}
    assert changed == {gone: False, hidden: False, renamed: True, new: True}
    everything = harvest(address)
    assert {id_ for id_, each in everything.items() if each.deleted} == {gone, hidden}
    assert set(everything) == {*own.documents, new}
    assert everything[renamed].metadata["title"] == ["Un autre titre"]
    assert "Document 120" not in everything[hidden].raw


def _next_second(address: str, last: str) -> str:
    """The date of an answer that came in a later second than a date: what happens from then on is apart."""
    deadline = time.monotonic() + 60
    while True:
        asked = str(Sickle(address).harvest(verb="Identify").xml.findtext("oai:responseDate", None, _NAMES))
        if asked > last:
            return asked
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_harvest_that_is_under_way_misses_nothing(address: str, own: SmallLibrary, catalogue: Catalogue) -> None:
    """What changes between two answers is given, in its new state, before the end."""
    records = iter(Sickle(address).ListRecords(metadataPrefix="oai_dc"))
    first = next(records)
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({_id(first.header): Description("Changé", None, None, ())})
        for number in range(0, _MANY, 2):
            transaction.files.forget(f"lot/{number}.pdf")
    seen = {_id(each.header): each for each in [first, *records]}
    assert set(seen) == set(own.documents)
    assert seen[_id(first.header)].metadata["title"] == ["Changé"]
    assert {id_ for id_, each in seen.items() if each.deleted} == {
        own.ids[f"lot/{number}.pdf"] for number in range(0, _MANY, 2)
    }


def test_sets_are_themes_and_territories(address: str, own: SmallLibrary) -> None:
    """Each is listed with its label and harvested alone; so are all those of one kind."""
    sets = {each.setSpec: each.setName for each in Sickle(address).ListSets()}
    assert sets["theme:rgpd"] == "Thème\u00a0: RGPD et secret professionnel"
    assert sets["territoire:grigny"] == "Territoire\u00a0: Grigny"
    assert set(harvest(address, set="theme:rgpd")) == {own.ids[LONG_PAGE]}
    grigny = set(harvest(address, set="territoire:grigny"))
    assert grigny == set(harvest(address, set="territoire"))
    assert own.ids[SLIDES] in grigny
    with pytest.raises(NoRecordsMatch):
        harvest(address, set="theme:nulle-part")


def test_the_harvester_reads_who_we_are(address: str) -> None:
    """Identify and the formats, as the harvester's own library reads them."""
    said = Sickle(address).Identify()
    assert (said.protocolVersion, said.deletedRecord, said.granularity) == ("2.0", "persistent", "YYYY-MM-DDThh:mm:ssZ")
    assert (said.baseURL, said.adminEmail) == (address, "animation@example.org")
    assert [each.metadataPrefix for each in Sickle(address).ListMetadataFormats()] == ["oai_dc"]
    with pytest.raises(IdDoesNotExist):
        Sickle(address).GetRecord(identifier="oai:127.0.0.1:nulle-part", metadataPrefix="oai_dc")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("", "badVerb"),
        ("verb=Nope", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=identify", "badVerb"),
        ("verb=Identify&set=a", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        (f"{_LIST}&metadataPrefix=oai_dc", "badArgument"),
        (f"{_LIST}&set=", "badArgument"),
        (f"{_LIST}&set=%01", "badArgument"),
        (f"{_LIST}&%3Ca%01%3E=b", "badArgument"),
        (f"{_LIST}&resumptionToken=abc", "badArgument"),
        (f"{_LIST}&from=hier", "badArgument"),
        (f"{_LIST}&from=2024-02-30", "badArgument"),
        (f"{_LIST}&from=2024-1-1", "badArgument"),
        (f"{_LIST}&from=2024-01-01T00:00:00", "badArgument"),
        (f"{_LIST}&from=2024-01-01T00:00Z", "badArgument"),
        (f"{_LIST}&from=0000-01-01", "badArgument"),
        (f"{_LIST}&from=2024-01-01&until=2024-01-01T00:00:00Z", "badArgument"),
        (f"{_LIST}&from=2024-01-02&until=2024-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=GetRecord&identifier=a&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=GetRecord&identifier=a%26b&metadataPrefix=oai_dc", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=oai:localhost:a", "idDoesNotExist"),
        (f"{_LIST}&until=1999-01-01", "noRecordsMatch"),
        (f"{_LIST}&from=2999-01-01", "noRecordsMatch"),
        (f"{_LIST}&until=9999-12-31&set=theme:nulle-part", "noRecordsMatch"),
        (f"{_LIST}&set=annee:2024", "noRecordsMatch"),
        (f"{_LIST}&set=%3Cscript%3E", "noRecordsMatch"),
        ("verb=ListSets&resumptionToken=abc", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=abc", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=%C3%A9", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=YQ", "badResumptionToken"),
    ],
)
def test_each_mistake_has_its_error(client: FlaskClient, asked: str, code: str) -> None:
    """By address and by form alike; the request is repeated save what is itself at fault."""
    for answer in (client.get(f"/oai?{asked}"), client.post("/oai", data=asked, content_type=_FORM)):
        assert (answer.status_code, answer.mimetype) == (200, "text/xml")
        root = etree.fromstring(answer.data)
        (error,) = root.findall("oai:error", _NAMES)
        assert error.get("code") == code
        assert error.text
        repeated = dict(root.find("oai:request", _NAMES).attrib)  # type: ignore[union-attr]
        assert ("verb" in repeated) == (code not in {"badVerb", "badArgument"})


@pytest.mark.parametrize(
    "written",
    [
        "after=1",
        "after=1&told=x",
        "after=-1&told=1",
        "after=9999999999999999999999&told=1",
        "after=1&told=1&from=hier",
        "after=1&told=1&groupe=animateurs",
        "after=1&told=1&set=annee:2024",
    ],
)
def test_a_token_that_was_not_given_is_refused(client: FlaskClient, written: str) -> None:
    """Whatever someone makes up is refused as such, never misunderstood."""
    token = urlsafe_b64encode(written.encode()).decode().rstrip("=")
    answer = client.get(f"/oai?verb=ListRecords&resumptionToken={token}")
    assert 'code="badResumptionToken"' in answer.text


_NAME = st.sampled_from(["verb", "metadataPrefix", "identifier", "set", "from", "until", "resumptionToken", "autre"])
_VALUE = st.one_of(
    st.sampled_from([*VERBS, "oai_dc", "theme:rgpd", "theme", "oai:localhost:a", "2024-01-01", "2999-12-31T23:59:59Z"]),
    st.text(max_size=12),
    st.text(max_size=40).map(lambda text: urlsafe_b64encode(text.encode("utf-8", "replace")).decode()),
    st.lists(st.tuples(st.sampled_from(["after", "told", "set", "from"]), st.text(max_size=5))).map(
        lambda pairs: urlsafe_b64encode(urlencode(pairs, errors="replace").encode()).decode().rstrip("=")
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(asked=st.lists(st.tuples(_NAME, _VALUE), max_size=6))
def test_anything_has_an_answer_in_the_protocol(client: FlaskClient, asked: list[tuple[str, str]]) -> None:
    """Whatever is asked, the answer is a document of the protocol: what was asked, or an error."""
    answer = client.get(f"/oai?{urlencode(asked, errors='replace')}")
    if any("\0" in value for _, value in asked):
        assert answer.status_code == 400
        return
    assert answer.status_code == 200
    *_, told = etree.fromstring(answer.data)
    assert etree.QName(told).localname in {"error", *VERBS}


def test_a_token_can_be_used_again(address: str, own: SmallLibrary) -> None:
    """An answer that was lost is asked for once more; the token says how far one is."""
    harvester = Sickle(address)
    first = harvester.harvest(verb="ListIdentifiers", metadataPrefix="oai_dc").xml
    token = first.find(".//oai:resumptionToken", _NAMES)
    assert dict(token.attrib) == {"cursor": "0", "completeListSize": str(len(own.documents))}
    one, two = (harvester.harvest(verb="ListIdentifiers", resumptionToken=token.text).xml for _ in range(2))
    assert one.findall(".//oai:identifier", _NAMES)[0].text not in {
        each.text for each in first.findall(".//oai:identifier", _NAMES)
    }
    assert etree.tostring(one[-1]) == etree.tostring(two[-1])
    assert one.find(".//oai:resumptionToken", _NAMES).get("cursor") == "100"


def test_days_bound_as_days(client: FlaskClient) -> None:
    """`until` a day holds all of it; a whole harvest of today is everything."""
    stamp = etree.fromstring(client.get("/oai?verb=Identify").data).findtext(".//oai:earliestDatestamp", None, _NAMES)
    assert stamp
    day = stamp[:10]
    everything = client.get(f"/oai?{_LIST}").text.count("<record>")
    assert client.get(f"/oai?{_LIST}&from={day}&until={day}").text.count("<record>") == everything > 10
    assert client.get(f"/oai?{_LIST}&from={stamp}&until={quote(stamp)}").text.count("<record>") == everything


def test_names_do_not_depend_on_how_one_came(own: SmallLibrary) -> None:
    """With a public address, identifiers and base are its own, whatever host was asked."""
    public = own.settings.model_copy(update={"public_address": "https://ruche.example.fr/base"})
    client = create_app(public).test_client()
    answer = client.get("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc", headers={"Host": "127.0.0.1:8420"})
    assert f"<identifier>oai:ruche.example.fr:{own.ids[SLIDES]}</identifier>" in answer.text
    assert ">https://ruche.example.fr/base/oai</request>" in answer.text
