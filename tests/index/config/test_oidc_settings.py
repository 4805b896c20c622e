"""The settings of the single sign-on: nothing missing, nothing in the open; and who may enter by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.accounts.model import AdmissionPolicy, Identity, Role
from index.config.oidc_settings import is_confidential_url
from index.config.secrets_policy import is_secret
from index.config.settings import Settings
from index.config.settings_file import SettingsError, load_settings

SECRET = "s3cret"  # noqa: S105 - of these tests only
WHOLE = {
    "auth": "oidc",
    "oidc_discovery": "https://fournisseur.example/api/v2/.well-known/openid-configuration",
    "oidc_client_id": "ruche",
    "public_address": "https://ruche.example.fr",
}
ADA = Identity("https://fournisseur.example", "1", "ada@grigny.example", "Ada", "21910286900012")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _write(values: dict[str, str], mode: int = 0o600) -> None:
    file = Path("ruche.toml")
    file.write_text("\n".join(f'{name} = "{value}"' for name, value in values.items()), encoding="utf-8")
    file.chmod(mode)


def test_the_secret_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the settings file holds no secret, and everybody may read it."""
    _write(WHOLE, 0o644)
    monkeypatch.setenv("RUCHE_OIDC_CLIENT_SECRET", SECRET)
    settings = load_settings()
    assert settings.oidc_client_secret == SECRET
    assert SECRET not in repr(settings)


def test_the_secret_may_be_in_the_settings_that_nobody_else_reads() -> None:
    """A settings file for one's own eyes may hold it."""
    _write(WHOLE | {"oidc_client_secret": SECRET})
    assert load_settings().oidc_client_secret == SECRET


def test_the_secret_may_be_in_a_file_of_its_own() -> None:
    """Its place is told from the settings' folder; the line end that editors add is not part of it."""
    _write(WHOLE | {"oidc_client_secret_file": "secret.txt"}, 0o644)
    secret = Path("secret.txt")
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    secret.chmod(0o600)
    assert load_settings().oidc_client_secret == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
@pytest.mark.parametrize("apart", [True, False])
def test_a_secret_that_others_may_read_is_refused(mode: int, apart: bool) -> None:  # noqa: FBT001 - a parameter
    """Ruche does not start with a secret that others on the machine can read or replace; nor does it tell it."""
    secret = Path("secret.txt")
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(mode)
    where = {"oidc_client_secret_file": "secret.txt"} if apart else {"oidc_client_secret": SECRET}
    _write(WHOLE | where, 0o644 if apart else mode)
    with pytest.raises(SettingsError, match="chmod 600") as caught:
        load_settings()
    assert SECRET not in str(caught.value)


def test_a_secret_that_is_not_there_is_told() -> None:
    """The line names the setting and the file."""
    _write(WHOLE | {"oidc_client_secret_file": "absent.txt"})
    with pytest.raises(SettingsError, match=r"oidc_client_secret_file.*absent\.txt ne se lit pas"):
        load_settings()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"oidc_discovery": ""}, "oidc_discovery.*nécessaire"),
        ({"oidc_client_id": ""}, "oidc_client_id.*nécessaire"),
        ({"oidc_client_secret": ""}, "oidc_client_secret.*nécessaire"),
        ({"public_address": ""}, "public_address.*nécessaire"),
        ({"oidc_discovery": WHOLE["oidc_discovery"].replace("https", "http")}, "oidc_discovery.*https"),
        ({"public_address": "http://ruche.example.fr"}, "public_address.*https"),
        ({"oidc_discovery": "https://fournisseur.example/"}, "openid-configuration"),
        ({"oidc_scopes": "email"}, "openid"),
        ({"oidc_sirets": "21910286900012 219102869"}, "219102869 n’a pas 14"),
        ({"oidc_role": "administrateur"}, "oidc_role.*lecteur.*animateur"),
    ],
)
def test_what_would_not_work_is_told_in_a_line(wrong: dict[str, str], told: str) -> None:
    """A single sign-on that lacks something does not start, and says what; nobody becomes administrator by it."""
    _write(WHOLE | {"oidc_client_secret": SECRET} | wrong)
    with pytest.raises(SettingsError, match=told) as caught:
        load_settings()
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_without_single_sign_on_nothing_is_asked() -> None:
    """Whoever does not use it need not fill anything in."""
    _write({"auth": "comptes", "oidc_discovery": "http://ailleurs.example"}, 0o644)
    assert load_settings().auth == "comptes"


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("https://a.example/x", True),
        ("http://127.0.0.1:9/x", True),
        ("http://localhost/x", True),
        ("http://[::1]:9/x", True),
        ("http://a.example", False),
        ("http://127.0.0.1.a.example", False),
        ("http://localhost@a.example", False),
        ("https://", False),
        ("http://[", False),
        ("ftp://127.0.0.1", False),
        ("", False),
    ],
)
def test_plain_http_stays_on_the_machine(address: str, private: bool) -> None:  # noqa: FBT001 - a parameter
    """Tokens go over HTTPS, or nowhere."""
    assert is_confidential_url(address) is private


def test_doors_are_those_of_the_settings() -> None:
    """Domains in any case, with their @ or not, sirets, role and groups."""
    settings = Settings(oidc_domains="@Grigny.example b.example", oidc_role="animateur", oidc_groups="a b")
    made = AdmissionPolicy.from_settings(settings).admit(ADA)
    assert made
    assert (made.mail, made.role, made.groups) == ("ada@grigny.example", Role.ANIMATOR, frozenset("ab"))


@pytest.mark.parametrize(
    "doors",
    [
        AdmissionPolicy(),
        AdmissionPolicy(domains=frozenset({"example"})),
        AdmissionPolicy(sirets=frozenset({"21910286900013"})),
    ],
)
def test_other_doors_are_closed(doors: AdmissionPolicy) -> None:
    """Without settings one enters by invitation only; another domain or establishment changes nothing."""
    assert doors.admit(ADA) is None


def test_nobody_enters_without_an_address() -> None:
    """Not even from an establishment that may: an account is written to."""
    unverified = Identity(ADA.issuer, ADA.subject, "", "Ada", ADA.siret)
    assert AdmissionPolicy(frozenset({""}), frozenset({ADA.siret})).admit(unverified) is None


@pytest.mark.parametrize(
    "secret",
    [
        {"secret_key": "a" * 40},
        {"smtp_password": SECRET},
        {"metrics_token": SECRET},
        {"assistant_token": SECRET},
        {"catalogue": f"postgresql+psycopg://ruche:{SECRET}@base/ruche"},
    ],
)
def test_one_rule_for_all_secrets(secret: dict[str, str]) -> None:
    """Whichever secret a settings file holds, nobody else may read it."""
    _write(secret, 0o640)
    with pytest.raises(SettingsError, match=f"{next(iter(secret))}.*chmod 600") as caught:
        load_settings()
    assert SECRET not in str(caught.value)
    _write(secret, 0o600)
    assert next(iter(secret.values())) not in repr(load_settings())


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if is_secret(name, "")])
def test_a_secret_of_the_wrong_kind_is_not_told(name: str) -> None:
    """What is expected is told, and what was given is not; nor is it where settings are shown."""
    Path("ruche.toml").write_text(f"{name} = 123456789", encoding="utf-8")
    with pytest.raises(SettingsError, match=f"{name}.*texte entre guillemets") as caught:
        load_settings()
    assert "123456789" not in str(caught.value)
    assert "123456789" not in repr(Settings.model_validate({name: "123456789"}))


def test_an_address_of_opensearch_holds_no_password() -> None:
    """Whoever writes one there is told where it goes, without reading it again."""
    _write({"opensearch_url": f"https://ruche:{SECRET}/@os.example:9200"})
    with pytest.raises(SettingsError, match=r"ni mot de passe.*opensearch_password") as caught:
        load_settings()
    assert SECRET not in str(caught.value)


def test_settings_without_a_secret_may_be_read_by_all() -> None:
    """An address without a password, an empty secret: nothing to hide."""
    _write({"catalogue": "postgresql+psycopg://base/ruche", "smtp_password": "", "site_name": "Ruche"}, 0o644)
    assert load_settings().site_name == "Ruche"
