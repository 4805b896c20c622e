"""Every surface, every kind of person, whatever becomes of a document: what one may not see does not exist."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, delete

from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import NewAccount, Role, Scope
from index.catalogue.documents.writes import Content
from index.catalogue.search_steps import NextSearchRow, OpenedResultRow
from index.catalogue.usage import OpenedRow, SearchedRow
from index.model.errors import ExplainedError
from tests.composition import create_app
from tests.webapp.rights_matrix import (
    BEGUN,
    CHANGING,
    DAMAGED,
    DECK,
    FOLDER,
    GROUP,
    MISTYPED,
    SHARED,
    SILENT,
    TELLING,
    TWIN,
    TYPED,
    TYPED_AT,
    UNCONCERNED,
    WORD,
    Kind,
    Standing,
    hold,
    keep_folder,
    learn,
    withdraw_questions,
    world,
)
from webapp.auth.identity import OPEN_ENDPOINTS
from webapp.mailing.digest import send_digests
from webapp.mcp.assistant_session import AssistantSession
from webapp.mcp.assistant_tools import AssistantTools
from webapp.server.usage_counting import usage_counter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.webapp.rights_matrix import Form, World
    from tests.webapp.smtp_server import Box

_DAY = timedelta(days=1)
_HIDING = (
    [(Standing.KEPT, kind) for kind in (Kind.STRANGER, Kind.ANIMATOR, Kind.ADMINISTRATOR)]
    + [(Standing.HELD, kind) for kind in (Kind.STRANGER, Kind.MEMBER)]
    + [(Standing.BOTH, kind) for kind in (Kind.MEMBER, Kind.ANIMATOR, Kind.ADMINISTRATOR)]
)
"""Standings with those from whom they hide the documents."""

_PRESENT = [each for each in Standing if each is not Standing.ABSENT]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[Standing, World]:
    """A library for each standing, which no test may change."""
    return {each: world(tmp_path_factory.mktemp("droits") / each.name, each) for each in Standing}


@pytest.fixture
def own(tmp_path: Path) -> World:
    """A library of one test, whose documents all members see."""
    return world(tmp_path / "a", Standing.VISIBLE)


def test_every_route_is_in_the_matrix(worlds: dict[Standing, World]) -> None:
    """A new route says what it tells of documents, or that it tells of none; the same goes for what changes them."""
    rules = list(worlds[Standing.VISIBLE].app.url_map.iter_rules())
    reading = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    changing = {rule.endpoint for rule in rules if {"POST", "PATCH", "PUT", "DELETE"} & (rule.methods or set())}
    assert reading == set(TELLING) | set(SILENT)
    assert changing == set(CHANGING) | UNCONCERNED
    assert not set(TELLING) & set(SILENT)


def test_the_addresses_are_those_of_their_route(worlds: dict[Standing, World]) -> None:
    """An address listed under a route is answered by it."""
    here = worlds[Standing.VISIBLE]
    matcher = here.app.url_map.bind("localhost")
    listed = {name: [each.address for each in probes] for name, probes in TELLING.items()}
    for name, addresses in (listed | {name: list(each) for name, each in SILENT.items()}).items():
        for address in addresses:
            assert matcher.match(here.named(address, Kind.MEMBER).partition("?")[0])[0] == name


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name.lower())
@pytest.mark.parametrize("standing", _PRESENT, ids=lambda each: each.name)
def test_each_is_told_what_is_theirs_to_see(worlds: dict[Standing, World], standing: Standing, kind: Kind) -> None:
    """Whoever may see the documents reads of them wherever they are told of, and nobody else anywhere."""
    here = worlds[standing]
    assert _told(here, kind, here.client(kind)) == _expected(kind, standing)


def test_a_tool_is_told_what_its_owner_is_told(worlds: dict[Standing, World]) -> None:
    """A token to read has a reader's rights: those of its owner's groups, and never those of animators."""
    for kind, standing in (
        (Kind.MEMBER, Standing.KEPT),
        (Kind.ANIMATOR, Standing.HELD),
        (Kind.ANIMATOR, Standing.KEPT),
    ):
        here = worlds[standing]
        bearer, client = {"Authorization": f"Bearer {here.token(kind, _DAY)}"}, here.app.test_client()
        seen = {
            probe.address: _tells(_get(client, here.named(probe.address, kind), bearer), here, probe.address)
            for name, probes in TELLING.items()
            for probe in probes
            if name.startswith(("api.", "oai.")) and probe.role is Role.READER
        }
        assert {address for address, told in seen.items() if told != (kind is Kind.MEMBER)} == set(), kind


_FILE_PAGES = tuple(probe.address for probe in TELLING["files.show"])


@pytest.mark.parametrize(("standing", "kind"), _HIDING, ids=lambda each: each.name.lower())
def test_hidden_is_as_if_it_did_not_exist(worlds: dict[Standing, World], standing: Standing, kind: Kind) -> None:
    """Every address answers as in a library without these documents: same status, same body, counts included."""
    here, without = worlds[standing], worlds[Standing.ABSENT]
    told, expected = here.client(kind), without.client(kind)
    _forget_searches(here, without)
    # Administrators read the rules themselves, who made them, and how many files they keep even from administrators.
    rules = (
        {"/administration/groupes", "/administration/journal", "/animation", "/animation/retenus", *_FILE_PAGES}
        if kind is Kind.ADMINISTRATOR
        else set()
    )
    for address in [each for each in _all_addresses() if each not in rules]:
        named = here.named(address, kind)
        answer, wanted = _get(told, named), _get(expected, _moved(named, here, without, kind))
        assert answer.status_code == wanted.status_code, address
        assert _plain(answer.text, here, without) == _plain(wanted.text, without, here), address


@pytest.fixture(scope="module")
def expected_answers(worlds: dict[Standing, World]) -> Callable[[Kind], dict[str, tuple[int, str]]]:
    """What the library without these documents answers a kind of person, by address: the same for all standings."""
    without = worlds[Standing.ABSENT]

    @cache
    def ask(kind: Kind) -> dict[str, tuple[int, str]]:
        _forget_searches(without)
        client = without.client(kind)
        answers = {address: _get(client, without.named(address, kind)) for address in _TYPED_ADDRESSES}
        return {address: (answer.status_code, answer.text) for address, answer in answers.items()}

    return ask


_TYPED_ADDRESSES = tuple(each.format(typed=quote(typed)) for typed in TYPED for each in TYPED_AT)


@pytest.mark.parametrize(("standing", "kind"), _HIDING, ids=lambda each: each.name.lower())
def test_words_that_only_hidden_documents_hold(
    worlds: dict[Standing, World],
    expected_answers: Callable[[Kind], dict[str, tuple[int, str]]],
    standing: Standing,
    kind: Kind,
) -> None:
    """No beginning, mistake, other form or accent tells of them: they neither show nor change what is shown."""
    here, without = worlds[standing], worlds[Standing.ABSENT]
    told = here.client(kind)
    _forget_searches(here)
    differing = []
    for address, (status, text) in expected_answers(kind).items():
        answer = _get(told, here.named(address, kind))
        if (answer.status_code, _plain(answer.text, here, without)) != (status, _plain(text, without, here)):
            differing.append(address)
    assert differing == []


def test_what_a_group_has_to_itself_is_not_counted_for_animators(worlds: dict[Standing, World]) -> None:
    """They read how many documents a search found: whoever may see more than they do adds nothing to it."""
    here = worlds[Standing.KEPT]
    _forget_searches(here)
    assert here.named("{deck}", Kind.INSIDER) in _get(here.client(Kind.INSIDER), f"/recherche?q={WORD}").text
    usage_counter(here.app).flush()
    (searched,) = here.catalogue.usage.list_fruitless(datetime.now(UTC).date() - _DAY, 9)
    assert (searched.text, searched.found) == (WORD, 0)


@pytest.mark.parametrize(("standing", "kind"), _HIDING[:2] + _HIDING[3:], ids=lambda each: each.name.lower())
def test_an_assistant_finds_no_hidden_word(worlds: dict[Standing, World], standing: Standing, kind: Kind) -> None:
    """An assistant is answered as in a library without these documents, whatever it asks."""
    here, without = worlds[standing], worlds[Standing.ABSENT]
    asked = []
    for each in (here, without):
        settings = each.library.settings.model_copy(
            update={"auth": "comptes", "assistant_token": each.token(kind, _DAY)}
        )
        asked.append(AssistantTools(AssistantSession(each.app, settings)))
    for typed in TYPED:
        told, wanted = (repr(tools.search(question=typed)) for tools in asked)
        assert _plain(told, here, without) == _plain(wanted, without, here), typed


@pytest.mark.parametrize(("standing", "kind"), _HIDING[:2] + _HIDING[3:4], ids=lambda each: each.name.lower())
def test_a_list_of_questions_finds_no_hidden_word(
    worlds: dict[Standing, World], standing: Standing, kind: Kind
) -> None:
    """Many questions at once are answered as in a library without these documents, as a page, as a table, to tools."""
    here, without = worlds[standing], worlds[Standing.ABSENT]
    lines = "\n".join([*TYPED, SHARED][:60])
    # A page shows excerpts, a table their text: both could tell what a count does not.
    for kind_of_answer in ("page", "csv"):
        told, wanted = (
            _posted(each, kind, "/recherche/liste", {"forme": kind_of_answer, "lignes": lines})
            for each in (here, without)
        )
        assert told.status_code == 200
        assert _plain(told.text, here, without) == _plain(wanted.text, without, here)
    # With a token of their own: tools are asked for one.
    told, wanted = (_ask_by_tool(each, kind) for each in (here, without))
    assert _plain(told.text, here, without) == _plain(wanted.text, without, here)
    # Whoever sees the documents is told of them: by a session, for tools of animators read as members do.
    # What is typed has not the word itself, which the page shows again.
    told = _posted(here, Kind.INSIDER, "/recherche/liste", {"lignes": f"{BEGUN}\n{MISTYPED}"})
    assert WORD in told.text


def _ask_by_tool(here: World, kind: Kind) -> TestResponse:
    asked = {"questions": [SHARED, BEGUN, MISTYPED]}
    header = {"Authorization": f"Bearer {here.token(kind, _DAY)}"}
    return here.app.test_client().post("/api/v1/search/batch", json=asked, headers=header)


@pytest.mark.parametrize(("standing", "kind"), _HIDING, ids=lambda each: each.name.lower())
def test_what_is_hidden_cannot_be_changed(worlds: dict[Standing, World], standing: Standing, kind: Kind) -> None:
    """A change of a hidden document is answered as that of one that does not exist, and changes nothing."""
    here, without = worlds[standing], worlds[Standing.ABSENT]
    before = here.state()
    for name in CHANGING:
        answer, wanted = _change(here, kind, name), _change(without, kind, name, like=here)
        assert answer.status_code == wanted.status_code, name
        assert _plain(answer.text, here, without) == _plain(wanted.text, without, here), name
    assert here.state() == before


def test_what_is_seen_can_be_changed(own: World) -> None:
    """Each of these changes is one that would show: an animator who sees the documents makes them all."""
    for name in CHANGING:
        before = own.state()
        _change(own, Kind.ANIMATOR, name)
        assert own.state() != before, name


@pytest.mark.parametrize("address", ["/animation/depot", "/api/v1/deposits"])
def test_no_deposit_makes_its_way_into_a_hidden_folder(own: World, address: str) -> None:
    """Neither as a new folder nor in an archive; the archive's other files are deposited."""
    keep_folder(own.catalogue)
    root, before = own.library.settings.library, own.state()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in (DECK, f"{FOLDER}/nouveau.txt", f"{FOLDER}/plus/nouveau.txt", "ouvert/autre.txt"):
            archive.writestr(name, b"de l'archive")
    _posted(
        own, Kind.ANIMATOR, address, {"nouveau": FOLDER, "doublon": "version", "fichiers": (b"en plus", "nouveau.txt")}
    )
    assert own.state() == before
    told = _posted(
        own, Kind.ANIMATOR, address, {"deplier": "1", "doublon": "version", "fichiers": (packed.getvalue(), "tout.zip")}
    )
    assert told.text.count("ne convient pas ici") == 3
    assert (root / "ouvert/autre.txt").read_bytes() == b"de l'archive"
    announced = own.state()["deposit"]
    assert "ouvert/autre.txt" in repr(announced)
    assert own.state() == before | {str(root / "ouvert/autre.txt"): b"de l'archive", "deposit": announced}


def _move_out(here: World) -> None:
    """The files of the kept folder go to one that everybody sees, and the index learns it."""
    with here.catalogue.transaction() as transaction:
        for path, place in here.catalogue.files.find_in_extent().items():
            if path.startswith(f"{FOLDER}/") and place.document_id:
                transaction.files.forget(path)
                transaction.files.save(replace(place, path=path.replace(FOLDER, "ouvert")))
    learn(here.library, here.catalogue)


def test_what_moves_out_is_told_to_nobody_new(tmp_path: Path) -> None:
    """Documents that moved out of a kept folder are told to whom they were told, until someone of the group agrees."""
    here = world(tmp_path / "c", Standing.KEPT)
    _move_out(here)
    for kind in (Kind.NOBODY, Kind.STRANGER, Kind.ANIMATOR, Kind.ADMINISTRATOR):
        rules = {"/administration/groupes", "/administration/journal"}
        told = {address for address, is_told in _told(here, kind, here.client(kind)).items() if is_told}
        assert told - rules == set(), kind
    assert _get(here.client(Kind.MEMBER), here.named("/documents/{deck}", Kind.MEMBER)).status_code == 200
    assert "5 autres documents attendent quelqu’un de Groupe de Grigny" in _words(here, Kind.ADMINISTRATOR)
    assert "attendent" not in _words(here, Kind.ANIMATOR)
    # Whoever does not see a document cannot agree to show it.
    shown = _shown(here)
    answer = _posted(here, Kind.ANIMATOR, "/animation/retenus", {"document": shown[DECK], "decision": "montrer"})
    assert answer.status_code == 303
    assert here.catalogue.holds.count_undecided(frozenset({GROUP})) == 5
    # Nor can they hold again what someone of the group has shown, nor read that it was the group's.
    _posted(here, Kind.INSIDER, "/animation/retenus", {"document": shown[DECK], "decision": "montrer"})
    _posted(here, Kind.ANIMATOR, "/animation/retenus/reprise", {"document": here.library.ids[DECK]})
    assert here.catalogue.holds.count_undecided(frozenset({GROUP})) == 4
    assert ["Était réservé" in _words(here, kind) for kind in (Kind.ANIMATOR, Kind.INSIDER)] == [False, True]


def _shown(here: World) -> dict[str, str]:
    """What the page sends of each document that waits for the group, by its first path."""
    paths = {id_: path for path, id_ in here.library.ids.items()}
    held = here.catalogue.holds.list_held(here.people[Kind.INSIDER].audience, 100)
    return {paths[each.id]: f"{each.id}={each.etag}" for each in held}


@pytest.mark.parametrize("address", ["/animation/depot", "/api/v1/deposits"])
def test_a_deposit_does_not_say_what_a_hidden_file_holds(tmp_path: Path, address: str) -> None:
    """Under the name of a document that waits, the same content is answered as any other: the name is taken."""
    here = world(tmp_path / "c", Standing.KEPT)
    _move_out(here)
    root, moved = here.library.settings.library, DECK.replace(FOLDER, "ouvert")
    content = (root / DECK).read_bytes()
    (root / moved).parent.mkdir(parents=True)
    (root / DECK).rename(root / moved)
    folder, _, name = moved.rpartition("/")
    told = {
        sent: re.sub(
            "[0-9a-f]{32}",
            "(key)",
            _plain(
                _posted(here, Kind.ANIMATOR, address, {"dossier": folder, "fichiers": (sent, name)}).text,
                here,
            ),
        )
        for sent in (content, b"autre contenu")
    }
    assert told[content] == told[b"autre contenu"]
    assert "déjà" in told[content]
    assert (root / moved).read_bytes() == content


def _words(here: World, kind: Kind) -> str:
    return _get(here.client(kind), "/animation/retenus").text.replace("\u00a0", " ").replace("&nbsp;", " ")


def test_someone_of_the_group_agrees_or_keeps(tmp_path: Path) -> None:
    """The page says what waits, from where to where, for whom; the agreement shows it at once and is in the audit."""
    here = world(tmp_path / "d", Standing.KEPT)
    _move_out(here)
    page = _words(here, Kind.INSIDER)
    assert f"déplacé de « {DECK} » vers « {DECK.replace(FOLDER, 'ouvert')} »" in page
    assert "Réservé à Groupe de Grigny ; serait montré à tous les membres" in page
    assert "Documents retenus (5)" in page
    shown = _shown(here)
    for path, decision in ((DECK, "montrer"), (TWIN, "garder")):
        _posted(here, Kind.INSIDER, "/animation/retenus", {"document": shown[path], "decision": decision})
    assert _get(here.client(Kind.STRANGER), here.named("/documents/{deck}", Kind.STRANGER)).status_code == 200
    assert _get(here.client(Kind.STRANGER), f"/documents/{here.library.ids[TWIN]}").status_code == 404
    page = _words(here, Kind.INSIDER)
    assert "Documents retenus (3)" in page
    assert "Gardé réservé par animator of the group" in page
    assert "Était réservé à Groupe de Grigny ; montré à tous les membres" in page
    _posted(here, Kind.INSIDER, "/animation/retenus/reprise", {"document": here.library.ids[DECK]})
    assert _get(here.client(Kind.STRANGER), here.named("/documents/{deck}", Kind.STRANGER)).status_code == 404
    page = _words(here, Kind.INSIDER)
    assert "Documents retenus (4)" in page
    assert f"déplacé de « {DECK} » vers" in page
    acts = [(each.act.value, each.on) for each in here.catalogue.access.audit.list_latest(3)]
    deck, twin = here.library.ids[DECK], here.library.ids[TWIN]
    assert acts == [("retenu-de-nouveau", deck), ("retenu-garde", twin), ("retenu-montre", deck)]


def test_an_agreement_is_to_what_the_page_showed(tmp_path: Path) -> None:
    """A document whose content changes while someone reads the page is not shown, and they are told to read again."""
    here = world(tmp_path / "e", Standing.KEPT)
    _move_out(here)
    shown, person, deck = _shown(here), here.client(Kind.INSIDER), here.library.ids[DECK]
    with here.catalogue.transaction() as transaction:
        transaction.documents.replace_content(deck, Content("e" * 64, "pptx", "Carnet", ()))
    sent = {"document": [shown[DECK], shown[TWIN]], "decision": "montrer"}
    answer = person.post("/animation/retenus", data=sent, follow_redirects=True)
    said = answer.text.replace("\u00a0", " ")
    assert "1 document est montré." in said
    assert "1 document n’est plus comme la page le montrait" in said
    assert _get(here.client(Kind.STRANGER), f"/documents/{deck}").status_code == 404
    # The page shows it as it is now, and that can be agreed to.
    assert _shown(here)[DECK] in answer.text
    _posted(here, Kind.INSIDER, "/animation/retenus", {"document": _shown(here)[DECK], "decision": "montrer"})
    assert _get(here.client(Kind.STRANGER), f"/documents/{deck}").status_code == 200


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name.lower())
@pytest.mark.parametrize(
    ("address", "form"),
    [("/dossiers", {"dossier": FOLDER, "visible": "membres"}), ("/dossiers/retrait", {"dossier": FOLDER})],
)
def test_a_rule_that_shows_more_is_confirmed(
    worlds: dict[Standing, World], kind: Kind, address: str, form: Form
) -> None:
    """Who makes the rules is asked first, and told how many documents, none by its name; others find no such page."""
    here = worlds[Standing.KEPT]
    before = here.state()
    answer = _posted(here, kind, f"/administration/groupes{address}", form)
    assert answer.status_code == {Kind.ADMINISTRATOR: 200, Kind.NOBODY: 401}.get(kind, 404)
    # The documents of the folder; not the one that has moved out of it, which waits for someone of the group.
    assert ("4\u00a0documents changent de lecteurs" in answer.text) == (kind is Kind.ADMINISTRATOR)
    assert not _tells(answer, here, address)
    assert here.state() == before


def test_statistics_count_what_an_animator_may_see(worlds: dict[Standing, World]) -> None:
    """Documents of a folder that is kept for others are in no total of theirs."""
    totals = {
        standing: re.findall(
            r"sur (\d+)\D{1,8}document", _get(here.client(Kind.ANIMATOR), "/animation/statistiques").text
        )
        for standing, here in worlds.items()
    }
    without = int(totals[Standing.ABSENT][0])
    # Of its four files two are one replay, and a question that is answered is a document.
    assert totals == {each: [str(without + 4 * Kind.ANIMATOR.sees(each))] for each in Standing}


def test_nobody_learns_whether_an_address_exists(worlds: dict[Standing, World]) -> None:
    """Without signing in, what exists and what does not are answered alike."""
    here = worlds[Standing.VISIBLE]
    client = here.app.test_client()
    for name, probes in TELLING.items():
        for probe in probes:
            if name in OPEN_ENDPOINTS or "{" not in probe.address:
                continue
            answer = _get(client, here.named(probe.address, Kind.MEMBER))
            other = _get(client, worlds[Standing.ABSENT].named(probe.address, Kind.MEMBER))
            assert answer.status_code == other.status_code in {302, 401}, name


@pytest.mark.parametrize("standing", [Standing.VISIBLE, Standing.KEPT, Standing.HELD], ids=lambda each: each.name)
@pytest.mark.parametrize("kind", [Kind.STRANGER, Kind.MEMBER, Kind.ANIMATOR], ids=lambda kind: kind.name.lower())
def test_an_assistant_is_told_what_its_owner_reads(
    worlds: dict[Standing, World], standing: Standing, kind: Kind
) -> None:
    """What an assistant searches, opens and cites is what a reader of these groups may see."""
    here = worlds[standing]
    settings = here.library.settings.model_copy(update={"auth": "comptes", "assistant_token": here.token(kind, _DAY)})
    tools, sees = AssistantTools(AssistantSession(here.app, settings)), kind.sees(standing, absent=True)
    assert (WORD in repr(tools.search(question=SHARED))) == sees
    assert (WORD in repr(tools.search(question=MISTYPED))) == sees
    for ask in (tools.open, tools.cite):
        assert (WORD in _or_refusal(ask, here.library.ids[DECK])) == sees


@pytest.mark.parametrize("standing", [Standing.VISIBLE, Standing.KEPT, Standing.HELD], ids=lambda each: each.name)
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_mails_tell_what_their_readers_may_see(tmp_path: Path, box: tuple[Box, int], standing: Standing) -> None:
    """The digest of a kept search is written for its reader alone, and never with what waits for animators."""
    here = world(tmp_path / "b", standing)
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box[1], "smtp_security": "aucune", "smtp_user": "ruche"}
    mail |= {"smtp_password": "secret", "mail_sender": "ruche@exemple.fr", "public_address": "http://ruche.example"}
    settings = here.library.settings.model_copy(update=mail | {"auth": "comptes"})
    for kind, token in here.followers.items():
        here.catalogue.saved_searches.confirm(token)
        here.catalogue.saved_searches.record_mailing(
            token, datetime.now(UTC) - timedelta(days=30), datetime.now(UTC) - timedelta(days=30)
        )
        assert kind in here.people
    send_digests(create_app(settings), settings, datetime.now(UTC) + timedelta(hours=1))
    reading = {each["To"]: WORD in each.as_string() for each in box[0].messages}
    assert reading == {here.people[kind].mail: kind.sees(standing, absent=True) for kind in here.people}


def _leave_group(here: World) -> None:
    person = here.people[Kind.MEMBER]
    here.catalogue.access.accounts.change(person.id, NewAccount(person.mail, person.name), CONSOLE)


def _end_sessions(here: World) -> None:
    here.catalogue.access.sessions.close_all(here.people[Kind.MEMBER].id, CONSOLE)


def _end_sessions_alone(here: World) -> None:
    here.catalogue.access.sessions.close_all(here.people[Kind.MEMBER].id, CONSOLE, keep_tools=True)


_LOSSES: dict[str, tuple[Kind, Callable[[World], object]]] = {
    "a folder that is kept": (Kind.STRANGER, lambda here: keep_folder(here.catalogue)),
    "a group that is left": (Kind.MEMBER, _leave_group),
    "an account that is suspended": (
        Kind.MEMBER,
        lambda here: here.catalogue.access.accounts.suspend(here.people[Kind.MEMBER].id, CONSOLE),
    ),
    "an account that is erased": (
        Kind.MEMBER,
        lambda here: here.catalogue.access.accounts.erase(here.people[Kind.MEMBER].id, CONSOLE),
    ),
    "all access that is ended": (Kind.MEMBER, _end_sessions),
    "sessions that are ended": (Kind.MEMBER, _end_sessions_alone),
}


@pytest.mark.parametrize(("kind", "lose"), _LOSSES.values(), ids=_LOSSES)
def test_what_is_lost_is_gone_at_the_next_request(own: World, kind: Kind, lose: Callable[[World], object]) -> None:
    """Nothing has to be indexed, restarted or waited for: no surface tells of it any more."""
    if lose is _leave_group:
        keep_folder(own.catalogue)
    client = own.client(kind)
    assert WORD in _get(client, own.named("/documents/{deck}", kind)).text
    lose(own)
    # The feed of a kept search needs no session: it has a secret of its own, and stands for its owner.
    stays = {"/recherches/{search}.atom", "/recherches/{search}.ics"} if lose is _end_sessions_alone else set()
    assert {address for address, told in _told(own, kind, client).items() if told} == stays


def test_what_is_found_to_be_personal_is_gone_at_the_next_request(own: World) -> None:
    """As soon as a document is held back its text, its words and its counts are."""
    client = own.client(Kind.STRANGER)
    for path, id_ in own.library.ids.items():
        if path.startswith(FOLDER):
            hold(own.catalogue, id_)
    withdraw_questions(own.catalogue)
    assert not any(_told(own, Kind.STRANGER, client).values())


def test_counts_do_not_wait_for_the_index(own: World) -> None:
    """The index still holds the documents: no total, no facet, no suggestion counts them."""
    client = own.client(Kind.STRANGER)
    before = _get(client, f"/api/v1/search?q={SHARED}").get_json()
    keep_folder(own.catalogue)
    after = _get(client, f"/api/v1/search?q={SHARED}").get_json()
    # Three documents, a replay that counts once, and a question of the same words.
    assert (before["total"], after["total"]) == (5, 2)
    assert [each["count"] for each in after["facets"]["format"]] == [2]
    assert after["facets"]["theme"] == []
    assert _get(client, f"/suggestions?q={BEGUN}").get_json()["suggestions"] == []


def test_files_that_cannot_be_read_are_counted_under_the_rules_of_the_moment(own: World) -> None:
    """A folder without any document that is kept from now on: the home page counts its failures no more."""
    with own.catalogue.transaction() as transaction:
        transaction.files.save(replace(own.catalogue.files.find_in_extent()[DAMAGED], path="abîmés/seul.docx"))
        transaction.files.forget(DAMAGED)
    client = own.client(Kind.STRANGER)
    before = _get(client, "/").text
    own.catalogue.access.rules.save_folder_rule(FolderRule("abîmés", frozenset({GROUP})), CONSOLE)
    after = _get(client, "/").text
    counts = [re.findall(r"(\d+)\D{1,8}fichiers? illisible", each) for each in (before, after)]
    assert counts == [["2"], ["1"]]


@pytest.mark.parametrize("how", ["revoked", "expired", "suspended"])
def test_a_token_that_is_lost_opens_nothing(own: World, how: str) -> None:
    """Neither the API nor harvesting answers it, from the next request on."""
    account = own.people[Kind.MEMBER]
    token = own.token(Kind.MEMBER, -_DAY if how == "expired" else _DAY)
    bearer = {"Authorization": f"Bearer {token}"}
    addresses = ["/api/v1/search", own.named("/api/v1/documents/{deck}", Kind.MEMBER), "/oai?verb=Identify"]
    client = own.app.test_client()
    if how != "expired":
        assert {_get(client, each, bearer).status_code for each in addresses} == {200}
    if how == "revoked":
        own.catalogue.access.api_tokens.revoke(
            account.id, own.catalogue.access.api_tokens.list_of(account.id)[0].number, account.id
        )
    elif how == "suspended":
        own.catalogue.access.accounts.suspend(account.id, CONSOLE)
    assert {_get(client, each, bearer).status_code for each in addresses} == {401}


def test_a_lost_scope_is_lost_at_once(own: World) -> None:
    """A tool of an animator who is one no more reads, and changes nothing."""
    account = own.people[Kind.ANIMATOR]
    bearer = {"Authorization": f"Bearer {own.token(Kind.ANIMATOR, _DAY, Scope.ANIMATE)}"}
    client = own.app.test_client()
    assert _get(client, "/api/v1/files", bearer).status_code == 200
    own.catalogue.access.accounts.change(account.id, NewAccount(account.mail, account.name), CONSOLE)
    assert _get(client, "/api/v1/files", bearer).status_code == 403
    assert _get(client, "/api/v1/search", bearer).status_code == 200


def test_a_place_that_is_kept_for_others_is_not_named(own: World) -> None:
    """A document that lies in an open folder too is seen, without the name of the folder that is kept."""
    place = own.catalogue.files.find_in_extent()[DECK]
    with own.catalogue.transaction() as transaction:
        transaction.files.forget(DECK)
        transaction.files.save(type(place)("secret/cachette.pptx", place.stat, place.digest, place.document_id))
        transaction.files.save(type(place)("ouvert/carnet.pptx", place.stat, place.digest, place.document_id))
    own.catalogue.access.rules.save_folder_rule(FolderRule("secret", frozenset({GROUP})), CONSOLE)
    named = {
        (kind, address): "cachette" in _get(own.client(kind), own.named(address, kind)).text
        for kind in (Kind.STRANGER, Kind.MEMBER)
        for address in ("/documents/{deck}", "/api/v1/documents/{deck}")
    }
    assert named == {(kind, address): kind is Kind.MEMBER for kind, address in named}
    table = _get(own.client(Kind.STRANGER), f"/recherche.csv?q={SHARED}").text
    assert "cachette" not in table
    assert "ouvert/carnet.pptx" in table


def test_an_animator_decides_only_about_what_they_may_see(worlds: dict[Standing, World]) -> None:
    """Doubts about a held document are every animator's; other documents of a kept folder are its group's."""
    held = worlds[Standing.HELD]
    assert len(held.catalogue.personal_data.list_undecided(9, held.people[Kind.ANIMATOR].audience)) == 5
    assert held.catalogue.personal_data.list_undecided(9, held.people[Kind.MEMBER].audience) == ()
    assert held.catalogue.personal_data.filter_visible([1, 2, 3], held.people[Kind.MEMBER].audience) == []
    both = worlds[Standing.BOTH].catalogue.personal_data
    person = worlds[Standing.BOTH].people[Kind.ANIMATOR]
    assert both.list_undecided(9, person.audience) == ()
    assert both.filter_visible([1, 2, 3], person.audience) == []
    assert len(both.list_undecided(9, replace(person, groups=frozenset({GROUP})).audience)) == 5


def _expected(kind: Kind, standing: Standing) -> dict[str, bool]:
    return {probe.address: probe.tells(kind, standing) for probes in TELLING.values() for probe in probes} | {
        address: False for addresses in SILENT.values() for address in addresses
    }


def _told(here: World, kind: Kind, client: FlaskClient) -> dict[str, bool]:
    """By address, whether it tells of the documents: by a word of theirs, or by an id."""
    return {address: _tells(_get(client, here.named(address, kind)), here, address) for address in _all_addresses()}


def _all_addresses() -> list[str]:
    telling = [probe.address for probes in TELLING.values() for probe in probes]
    return [*telling, *(address for addresses in SILENT.values() for address in addresses)]


def _tells(answer: TestResponse, here: World, address: str) -> bool:
    said = f"{answer.text}\n{answer.headers}"
    if answer.status_code == 302:
        # It repeats where one wanted to go.
        return False
    asked = here.named(address, Kind.MEMBER)
    ids = {id_ for path, id_ in here.library.ids.items() if path.startswith(FOLDER) and id_ not in asked}
    return WORD in said.lower() or any(id_ in said for id_ in ids)


def _forget_searches(*libraries: World) -> None:
    """What is searched is counted from time to time: pages that show it would differ by the moment and by who asked."""
    for each in libraries:
        # Closed: what is asked from now on waits in memory.
        usage_counter(each.app).close()
        database = create_engine(each.library.settings.catalogue_url)
        with database.begin() as connection:
            for table in (SearchedRow, OpenedRow, NextSearchRow, OpenedResultRow):
                connection.execute(delete(table))
        database.dispose()


def _get(client: FlaskClient, address: str, headers: dict[str, str] | None = None) -> TestResponse:
    return client.get(address, headers=headers)


def _change(here: World, kind: Kind, name: str, like: World | None = None) -> TestResponse:
    """Make a change, named by the ids of another library where one is given."""
    address, form = CHANGING[name]
    named = (like or here).named
    sent = {key: named(value, kind) if isinstance(value, str) else value for key, value in form.items()}
    return _posted(here, kind, named(address, kind), sent)


def _posted(here: World, kind: Kind, address: str, form: Form) -> TestResponse:
    sent = {key: value if isinstance(value, str) else (io.BytesIO(value[0]), value[1]) for key, value in form.items()}
    if not address.startswith("/api/"):
        return here.client(kind).post(address, data=sent)
    scope = Scope.ANIMATE if kind.role.includes(Role.ANIMATOR) else Scope.READ
    bearer = {"Authorization": f"Bearer {here.token(kind, _DAY, scope)}"}
    client = here.app.test_client()
    if address.endswith("/tags"):
        return client.patch(address, json={"decline": [{"facet": "theme", "value": "aller-vers"}]}, headers=bearer)
    return client.post(address, data=sent, headers=bearer, content_type="multipart/form-data")


def _moved(address: str, here: World, there: World, kind: Kind) -> str:
    """The same address in another library, where what both hold has another id."""
    return _swapped(address, _names(here), {name: id_ for id_, name in _names(there).items()}, here, there, kind)


def _swapped(  # noqa: PLR0917 - one use
    address: str, names: dict[str, str], ids: dict[str, str], here: World, there: World, kind: Kind
) -> str:
    for id_, name in names.items():
        address = address.replace(id_, ids.get(name, id_))
    for mine, theirs in ((here.searches, there.searches), (here.followers, there.followers)):
        if kind in mine:
            address = address.replace(mine[kind], theirs[kind])
    for of in (kind, Kind.INSIDER):
        if of in here.dossiers:
            address = address.replace(here.dossiers[of].id, there.dossiers[of].id)
            address = address.replace(here.dossiers[of].share, there.dossiers[of].share)
    return address.replace(here.people[Kind.MEMBER].id, there.people[Kind.MEMBER].id)


def _names(here: World) -> dict[str, str]:
    named = {id_: f"[{path}]" for path, id_ in here.library.ids.items()}
    for name, asked in here.questions.items():
        named |= {asked.id: f"[question {name}]", asked.document_id or asked.id: f"[document {name}]"}
    return named


_PASSING = [
    (r"suivi-\d{14}", "(suivi)"),
    (r'name="csrf_token"[^>]*value="[^"]*"', ""),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[0-9.:+Z-]*", "(moment)"),
    (r"\d\d:\d\d|\d\d\s?h\s?\d\d", "(hour)"),
    (r"DTSTAMP:\S+", ""),
    # Calendar entries are named after the installation.
    (r"@[0-9a-f\s-]{36,42}\.\s*ruche", "@(installation)"),
    (r'"(score|revision|indexed|cursor|next)": ?("[^"]*"|[0-9.]+|null)', ""),
    (r"curseur=[\w-]+", ""),
    # What was asked and opened here, and where people are signed in.
    (r'(?s)<section aria-labelledby="(par-semaine|les-plus-ouverts|jamais-ouverts)">.*?</section>', ""),
    (r'(?s)<li class="change">.*?</li>', ""),
    (r"(?s)(?<=la recherche trouvera\.</p>).*?(?=</main>)", ""),
    # Searches are counted now and then: whether those of a moment ago are does not depend on what is hidden.
    (r'(?s)<a class="task" href="/animation/recherches-sans-resultat">.*?</a>', "(fruitless)"),
    (r'<p class="task task-none">Toutes les recherches récentes ont trouvé quelque chose\.</p>', "(fruitless)"),
    # The tokens that other tests made.
    (r'<ul class="plain rows">\s*</ul>', ""),
    (r"\s+", " "),
]
"""What differs between any two libraries."""


def _plain(text: str, *worlds: World) -> str:
    """A body without what differs between any two libraries."""
    for here in worlds:
        for id_, name in _names(here).items():
            text = text.replace(id_, name)
        for tokens in (here.searches, here.followers):
            for kind, token in tokens.items():
                text = text.replace(token, f"({kind.name})")
        for kind, dossier in here.dossiers.items():
            text = text.replace(dossier.id, f"({kind.name})").replace(dossier.share, f"({kind.name})")
        for kind, account in here.people.items():
            text = text.replace(account.id, f"({kind.name})")
    for pattern, stead in _PASSING:
        text = re.sub(pattern, stead, text)
    # A map of the site is in the order of ids, which are drawn.
    return "".join(sorted(re.split("(?=<url>)|(?=</urlset>)", text)))


def _or_refusal(ask: Callable[..., object], id_: str) -> str:
    try:
        return repr(ask(document=id_))
    except ExplainedError as error:
        return str(error)
