"""An assistant over the protocol: the official client, a real `ruche mcp`, a small library."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client, MCPError, StdioServerParameters

from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role, Scope
from index.catalogue.catalogue import Catalogue
from index.config.settings import Settings
from index.config.settings_file import ENVIRONMENT_PREFIX
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import ANIMATORS, Locator, Passage, Unit
from index.vocabulary.vocabulary import EntryKind, VocabularyEntry
from tests import ROOT
from tests.service.installation import PATIENCE, ruche
from tests.webapp import small_library
from tests.webapp.small_library import LONG_PAGE, SILENT, SLIDES, VIDEO, SmallLibrary, build

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from mcp.types import CallToolResult

pytestmark = pytest.mark.anyio

GUIDE = ROOT / "docs/assistants.md"
LONG = "divers/Long compte rendu.docx"
LENGTH = 60

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "essai", "version": "1"}},
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The SDK's own."""
    return "asyncio"


def long_document() -> small_library.Entry:
    """A document that no answer holds whole."""
    texts = (f"Passage {number}. " + "Le guichet mobile se déplace. " * 40 for number in range(1, LENGTH + 1))
    passages = tuple(Passage(at, Locator(Unit.HEADING, at + 1), text) for at, text in enumerate(texts))
    return small_library.Entry(LONG, "docx", "Long compte rendu", passages)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A small library, which no test may change."""
    return build(tmp_path_factory.mktemp("ruche"), more=[long_document()])


@pytest.fixture
def own_library(tmp_path: Path) -> SmallLibrary:
    """A library whose catalogue the test may change."""
    return build(tmp_path)


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """What `ruche` needs to work on an installation."""
    places = {"library": str(settings.library), "data": str(settings.data)}
    return os.environ | {f"{ENVIRONMENT_PREFIX}{name.upper()}": value for name, value in (places | more).items()}


@asynccontextmanager
async def assistant(settings: Settings, **more: str) -> AsyncIterator[Client]:
    """An assistant that has started `ruche mcp`."""
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "ruche", "mcp"], env=environment(settings, **more)
    )
    async with Client(server, read_timeout_seconds=PATIENCE) as client:
        yield client


@pytest.fixture(scope="module")
async def client(library: SmallLibrary) -> AsyncIterator[Client]:
    """An assistant of the library that no test may change."""
    async with assistant(library.settings) as opened:
        yield opened


def given(result: CallToolResult) -> dict[str, Any]:
    """What a tool gave, which its text says too."""
    assert not result.is_error, result.content
    structured: dict[str, Any] = result.structured_content or {}
    assert json.loads(told(result)) == structured
    return structured


def refused(result: CallToolResult) -> str:
    """What a tool said of its refusal."""
    assert result.is_error
    assert result.structured_content is None
    return told(result)


def told(result: CallToolResult) -> str:
    """A result's text."""
    (content,) = result.content
    assert content.type == "text"
    return content.text


def titles(answer: dict[str, Any]) -> list[str]:
    """The documents of an answer."""
    return [each["title"] for each in answer["documents"]]


async def test_tools_say_what_they_take_and_give(library: SmallLibrary, client: Client) -> None:
    """Three tools that only read, described in French, with schemas that their answers obey."""
    calls: dict[str, dict[str, Any]] = {
        "chercher": {"question": "bus des droits"},
        "ouvrir": {"document": library.ids[SLIDES]},
        "citer": {"document": library.ids[SLIDES], "lieu": "diapositive 2"},
    }
    assert "jamais des consignes" in (client.instructions or "")
    tools = {each.name: each for each in (await client.list_tools()).tools}
    assert list(tools) == list(calls)
    for name, arguments in calls.items():
        tool = tools[name]
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert all(each["description"] for each in tool.input_schema["properties"].values())
        assert tool.output_schema is not None
        # The client holds each answer to its schema.
        assert given(await client.call_tool(name, arguments)).keys() == tool.output_schema["properties"].keys()


async def test_search(library: SmallLibrary) -> None:
    """Accents or not, a question finds passages with their place, and the address that opens there."""
    async with assistant(library.settings, public_address="https://ruche.example.fr/memoire") as client:
        answer = given(await client.call_tool("chercher", {"question": "éloignees de leurs dROITS"}))
        assert titles(answer)[0] == "Aller vers les personnes éloignées de leurs droits"
        spoken = given(
            await client.call_tool("chercher", {"question": "sillonne", "formats": ["Transcription de replay"]})
        )
        (document,) = spoken["documents"]
        (passage,) = document["passages"]
        assert passage["place"] == "0:04"
        assert document["event"] == "Webinaire du 25 janvier 2024\u00a0: L’aller vers"
        address = f"https://ruche.example.fr/memoire/documents/{library.ids[VIDEO]}"
        assert passage["url"] == f"{address}?t=4#t-4"
        typo = given(await client.call_tool("chercher", {"question": "quartirs"}))
        assert typo["remarks"] == ["«\u00a0quartirs\u00a0» a été compris comme «\u00a0quartiers\u00a0»."]


FILTERS: tuple[tuple[dict[str, Any], int], ...] = (
    ({"themes": ["aller-vers"]}, 2),
    ({"themes": ["Échange de données", "Aller-vers"]}, 3),
    ({"territoires": ["grigny"], "formats": ["pptx"]}, 1),
    ({"types": ["Plénière"]}, 1),
    ({"types": ["mensuelle"], "annees": [2025]}, 12),
    ({"annees": [1999]}, 0),
)


async def test_filters(client: Client) -> None:
    """Values, by name or by identifier, add up within a filter and narrow from one to the next."""
    found = [given(await client.call_tool("chercher", filters))["total"] for filters, _ in FILTERS]
    assert found == [total for _, total in FILTERS]


async def test_pages_of_a_list(client: Client) -> None:
    """A list is read page by page, each document once."""
    asked = {"question": "financements", "nombre": 5}
    pages = [given(await client.call_tool("chercher", asked | {"page": page})) for page in (1, 2, 3)]
    found = [each["id"] for page in pages for each in page["documents"]]
    assert pages[0]["pages"] == 3
    assert len(found) == len(set(found)) == pages[0]["total"] == 12


async def test_open_a_range(library: SmallLibrary, client: Client) -> None:
    """Both ends of a range are read, whole pages, with the speaker's notes."""

    async def read(path: str, **places: str) -> list[tuple[str, str]]:
        opened = given(await client.call_tool("ouvrir", {"document": library.ids[path]} | places))
        return [(each["place"], each["notes"] or each["text"]) for each in opened["passages"]]

    assert await read(SLIDES, debut="Diapositive 2", fin="diapositive-2") == [
        ("diapositive 2", "Rappeler ici que le non-recours n’est pas un choix.")
    ]
    assert [place for place, _ in await read(LONG_PAGE, debut="page 2")] == ["page 2", "page 2"]
    assert [place for place, _ in await read(LONG_PAGE, fin="page 1")] == ["page 1"]
    # A video is read through its captions, from what is being said at a time.
    assert [place for place, _ in await read(VIDEO, debut="3 s")] == ["0:02", "0:04"]
    assert await read(SILENT) == []


async def test_open_a_long_document(library: SmallLibrary, client: Client) -> None:
    """A long document is read in bounded answers, each passage once, within the range that was asked for."""
    asked = {"document": library.ids[LONG], "debut": "section 3"}
    opened = given(await client.call_tool("ouvrir", asked))
    assert opened["extent"] == f"de section 1 à section {LENGTH}"
    places, sizes = [], []
    while True:
        places += [each["place"] for each in opened["passages"]]
        sizes.append(sum(len(each["text"]) for each in opened["passages"]))
        if not opened["cursor"]:
            break
        opened = given(await client.call_tool("ouvrir", asked | {"curseur": opened["cursor"]}))
    assert places == [f"section {number}" for number in range(3, LENGTH + 1)]
    assert len(sizes) > 2
    assert max(sizes) <= 20_000


async def test_cite(library: SmallLibrary, client: Client) -> None:
    """A citation says title, event, date, place and the address that opens there."""
    address = f"http://127.0.0.1:8420/documents/{library.ids[SLIDES]}"
    whole = given(await client.call_tool("citer", {"document": library.ids[SLIDES]}))
    assert whole["url"] == address
    placed = given(await client.call_tool("citer", {"document": library.ids[SLIDES], "lieu": "diapositive 2"}))
    assert placed["url"] == f"{address}#diapositive-2"
    assert re.fullmatch(
        "«\u00a0Aller vers les personnes éloignées de leurs droits\u00a0» \\[diaporama\\]\\. Webinaire "
        "«\u00a0L’aller vers\u00a0» du 25 janvier 2024\\. .*\\. Diapositive 2\\. "
        f"Disponible à l’adresse\u00a0: {address}#diapositive-2 \\(consulté le .*\\)\\.",
        placed["reference"],
    )
    assert placed["short"].endswith("L’aller vers, diapositive 2")


REFUSALS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("chercher", {"nombre": 0}, "nombre\u00a0» ne convient pas\u00a0: 1 au moins."),
    ("chercher", {"nombre": "dix"}, "un nombre entier est attendu"),
    ("chercher", {"question": "x" * 1001}, "1000 caractères au plus"),
    ("chercher", {"themes": "Aller-vers"}, "une liste est attendue"),
    ("chercher", {"themes": ["Zorglub"]}, "«\u00a0Zorglub\u00a0» n’existe pas. Valeurs possibles\u00a0: Aller-vers, "),
    ("chercher", {"thème": ["sante"]}, "Paramètres possibles\u00a0: question, themes, "),
    ("chercher", {"question": "a\0b"}, "caractère nul"),
    ("ouvrir", {}, "«\u00a0document\u00a0» ne convient pas\u00a0: il est obligatoire."),
    ("ouvrir", {"document": "inconnu"}, "Aucun document n’a l’identifiant «\u00a0inconnu\u00a0»"),
    ("ouvrir", {"document": SLIDES, "debut": "page 2"}, "Il va de diapositive 1 à diapositive 3."),
    ("ouvrir", {"document": SLIDES, "curseur": "1-2-00000000"}, "Rouvrez le document"),
    ("citer", {"document": SILENT, "lieu": "page 1"}, "Aucun texte n’a pu y être lu."),
    ("effacer", {}, "Outils\u00a0: chercher, ouvrir, citer."),
)


async def test_refusals(library: SmallLibrary, client: Client) -> None:
    """Whatever an assistant gets wrong is told in French, as the tool's error, with what would be right."""
    for tool, arguments, said in REFUSALS:
        path = arguments.get("document")
        named = arguments if path is None else arguments | {"document": library.ids.get(path, path)}
        refusal = refused(await client.call_tool(tool, named))
        assert said in refusal
        assert "Error" not in refusal


async def test_filter_values_can_be_read(client: Client) -> None:
    """Resources list what the filters accept."""
    listed = {each.uri for each in (await client.list_resources()).resources}
    names = {"themes", "territoires", "publics", "types", "formats"}
    assert listed == {f"ruche://{name}" for name in names}
    (content,) = (await client.read_resource("ruche://publics")).contents
    assert {"id": "jeunes", "name": "Jeunes"} in json.loads(content.text)  # type: ignore[union-attr]
    (content,) = (await client.read_resource("ruche://territoires")).contents
    assert {"id": "grigny", "name": "Grigny"} in json.loads(content.text)  # type: ignore[union-attr]


async def test_vocabulary_changes_hold_at_once(own_library: SmallLibrary) -> None:
    """What animators change in the vocabulary holds at the next call."""
    async with assistant(own_library.settings) as client:
        asked = {"themes": ["Hors les murs et ailleurs"]}
        assert "n’existe pas" in refused(await client.call_tool("chercher", asked))
        entry = VocabularyEntry("aller-vers", "Hors les murs et ailleurs")
        with (
            closing(Catalogue.open(own_library.settings.catalogue_url)) as catalogue,
            catalogue.transaction() as transaction,
        ):
            transaction.vocabulary_changes.add(EntryKind.THEME, "aller-vers", entry)
        answer = given(await client.call_tool("chercher", asked))
        assert answer["total"] == 2
        assert answer["documents"][0]["themes"] == ["Hors les murs et ailleurs"]


async def test_new_documents_and_generations_are_seen(own_library: SmallLibrary) -> None:
    """A document that is indexed while the assistant is there is found at the next call."""
    settings = own_library.settings
    async with assistant(settings) as client:
        assert given(await client.call_tool("chercher", {"question": "guichet"}))["total"] == 0
        with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
            small_library.add(catalogue, settings.library, long_document())
            with IndexSynchroniser(settings.index_folder, catalogue) as follower:
                follower.synchronise()
        assert given(await client.call_tool("chercher", {"question": "guichet"}))["total"] == 1


def keep_apart(settings: Settings, path: str, group: str) -> None:
    """Keep a document's folder for a group, and have the index learn it."""
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        if group != ANIMATORS:
            catalogue.access.rules.save_group(Group(group, group.capitalize()), CONSOLE)
        catalogue.access.rules.save_folder_rule(FolderRule(str(Path(path).parent), frozenset({group})), CONSOLE)
        with IndexSynchroniser(settings.index_folder, catalogue) as follower:
            follower.synchronise()


def token_of(settings: Settings, role: Role, *groups: str) -> tuple[str, Callable[[], None]]:
    """A token of a new person, and how to take it back."""
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        account = catalogue.access.accounts.create(
            NewAccount("a@example.org", "A", role, frozenset(groups)), None, CONSOLE
        )
        token = catalogue.access.api_tokens.create(account.id, "assistant", Scope.READ, timedelta(days=1))
        (kept,) = catalogue.access.api_tokens.list_of(account.id)

    def revoke() -> None:
        with closing(Catalogue.open(settings.catalogue_url)) as again:
            again.access.api_tokens.revoke(account.id, kept.number, CONSOLE)

    return token, revoke


async def test_rights_are_those_of_the_person(own_library: SmallLibrary) -> None:
    """What a person may not see is as absent as what does not exist; what their group may, they find."""
    settings, hidden = own_library.settings, own_library.ids[LONG_PAGE]
    keep_apart(settings, LONG_PAGE, "comite")
    async with assistant(settings) as client:
        assert given(await client.call_tool("chercher", {"question": "convention RGPD"}))["total"] == 0
        for tool in ("ouvrir", "citer"):
            absent = refused(await client.call_tool(tool, {"document": "inconnu"}))
            assert refused(await client.call_tool(tool, {"document": hidden})) == absent.replace("inconnu", hidden)
    token, _ = token_of(settings, Role.READER, "comite")
    async with assistant(settings, assistant_token=token) as client:
        assert given(await client.call_tool("chercher", {"question": "convention RGPD"}))["total"] == 1
        assert given(await client.call_tool("ouvrir", {"document": hidden}))["id"] == hidden


async def test_what_only_animators_see_reaches_no_assistant(own_library: SmallLibrary) -> None:
    """What is kept for animators may name someone: even an animator's assistant is not given it."""
    settings = own_library.settings
    keep_apart(settings, LONG_PAGE, ANIMATORS)
    token, _ = token_of(settings, Role.ADMINISTRATOR)
    async with assistant(settings, assistant_token=token) as client:
        assert given(await client.call_tool("chercher", {"question": "convention RGPD"}))["total"] == 0
        assert "Aucun document" in refused(await client.call_tool("ouvrir", {"document": own_library.ids[LONG_PAGE]}))


async def test_a_token_is_asked_for_where_accounts_are(own_library: SmallLibrary) -> None:
    """Where people must say who they are, so must their assistants."""
    async with assistant(own_library.settings, auth="comptes") as client:
        assert "RUCHE_ASSISTANT_TOKEN" in refused(await client.call_tool("chercher", {"question": "bus"}))
        with pytest.raises(MCPError, match="RUCHE_ASSISTANT_TOKEN"):
            await client.read_resource("ruche://themes")
    token, _ = token_of(own_library.settings, Role.READER)
    async with assistant(own_library.settings, auth="comptes", assistant_token=token) as client:
        assert given(await client.call_tool("chercher", {"question": "bus"}))["total"] > 0


async def test_a_revoked_token_opens_nothing(own_library: SmallLibrary) -> None:
    """A token taken back is refused at the next call, of tools and of resources."""
    token, revoke = token_of(own_library.settings, Role.READER)
    async with assistant(own_library.settings, assistant_token=token) as client:
        assert given(await client.call_tool("chercher", {"question": "bus"}))["total"] > 0
        revoke()
        assert "a été retiré" in refused(await client.call_tool("chercher", {"question": "bus"}))
        with pytest.raises(MCPError, match="a été retiré"):
            await client.read_resource("ruche://themes")
        assert token not in refused(await client.call_tool("ouvrir", {"document": own_library.ids[SLIDES]}))


async def test_a_breakdown_is_a_sentence(own_library: SmallLibrary) -> None:
    """What nobody expected is told without its insides, and the server goes on."""

    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(own_library.settings.data / "catalogue.sqlite")) as catalogue:
            catalogue.execute(f"ALTER TABLE {old} RENAME TO {new}")

    asked = {"document": own_library.ids[SLIDES]}
    async with assistant(own_library.settings) as client:
        rename("passage", "gone")
        assert refused(await client.call_tool("ouvrir", asked)).startswith("Ruche n’a pas pu répondre\u00a0: une panne")
        rename("gone", "passage")
        assert given(await client.call_tool("ouvrir", asked))["passages"]


def test_standard_output_is_the_protocol_alone(library: SmallLibrary) -> None:
    """Every line of standard output is a message; the log is on standard error; the end of the input ends it."""
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    asked = {"name": "chercher", "arguments": {"question": "zanzibar"}}
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked}
    ended = subprocess.run(  # noqa: S603 - our own command
        ruche("mcp"),
        env=environment(library.settings),
        input="".join(f"{json.dumps(each)}\n" for each in (HELLO, ready, call)) + "ceci n’est pas du JSON\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    messages = [json.loads(line) for line in ended.stdout.splitlines()]
    assert all(each["jsonrpc"] == "2.0" for each in messages)
    assert messages[0]["result"]["serverInfo"]["name"] == "ruche"
    assert "zanzibar" not in ended.stderr


def test_a_terminal_is_told_what_this_is_for(library: SmallLibrary) -> None:
    """A person who starts it by hand is told so, rather than left before a silent program."""
    person, terminal = pty.openpty()
    ended = subprocess.run(  # noqa: S603 - our own command
        ruche("mcp"),
        env=environment(library.settings),
        stdin=terminal,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    os.close(person)
    os.close(terminal)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "docs/assistants.md" in ended.stderr


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(library: SmallLibrary, asked: signal.Signals) -> None:
    """A signal ends it, though its input stays open."""
    command = ruche("mcp")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, env=environment(library.settings), **pipes) as process:  # type: ignore[call-overload]  # noqa: S603 - our own command
        process.stdin.write(json.dumps(HELLO) + "\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(asked)
        assert process.wait(PATIENCE) == -asked


def configurations() -> list[dict[str, Any]]:
    """The examples of the guide."""
    blocks = re.findall(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [json.loads(each) for each in blocks]


def servers(configuration: dict[str, Any]) -> dict[str, Any]:
    """The servers of an example: VS Code names the list otherwise."""
    found: dict[str, Any] = configuration.get("mcpServers") or configuration["servers"]
    return found


async def test_examples_of_the_guide_work(library: SmallLibrary, tmp_path: Path) -> None:
    """Each example is JSON and names settings that exist; those that start Ruche here do so."""
    config = tmp_path / "ruche.toml"
    config.write_text(f"library = '{library.settings.library}'\ndata = '{library.settings.data}'\n", encoding="utf-8")
    started = 0
    for example in configurations():
        server = servers(example)["ruche"]
        if "url" in server:
            # Over HTTP: `tests/webapp/mcp/` asks at that path, with that header.
            assert server["url"].endswith("/mcp")
            assert server["headers"]["Authorization"].startswith("Bearer ")
            continue
        assert {name.removeprefix(ENVIRONMENT_PREFIX).lower() for name in server.get("env", {})} <= set(
            Settings.model_fields
        )
        if not server["command"].endswith("ruche"):
            assert server["args"][-1].endswith("mcp")
            continue
        arguments = [str(config) if each.endswith("ruche.toml") else each for each in server["args"]]
        here = StdioServerParameters(command=sys.executable, args=["-m", "ruche", *arguments], env=dict(os.environ))
        async with Client(here, read_timeout_seconds=PATIENCE) as client:
            assert len((await client.list_tools()).tools) == 3
        started += 1
    assert started >= 2
