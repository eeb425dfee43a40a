"""Each keeper of secrets: found, missing, not reachable, not allowed; and that a flow's text can't reach further."""

import os
import stat
import sys

import pytest

from tests.engine.secrets import doubles
from tiercel_engine.secrets import PlainSecrets, ProjectSecrets, SecretBackendError
from tiercel_engine.secrets.backends import open_backends
from tiercel_engine.secrets.backends.azure import AzureSecrets
from tiercel_engine.secrets.backends.gcp import GcpSecrets
from tiercel_schemas.model.project import ProjectError, read_project
from tiercel_schemas.model.project_secrets import AzureSettings, GcpSettings, SecretSettings

posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


def opened(folder, environment, **settings):
    (source,) = open_backends(SecretSettings.model_validate(settings), folder, environment)
    return source


def program(folder, name, text):
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


# -- Vault


VAULT = {"team/app": {"API_KEY": "v-one", "port": 5432}, "each/token": {"value": "v-two"}}


@pytest.fixture
def vault():
    with doubles.served(doubles.vault(VAULT)) as server:
        yield server


@pytest.mark.parametrize(("kv", "mount"), [(1, "kv1"), (2, "secret")])
def test_vault_gives_fields_of_one_secret_and_is_asked_once(tmp_path, vault, kv, mount):
    source = opened(
        tmp_path,
        {"VAULT_ADDR": doubles.address(vault), "VAULT_TOKEN": doubles.TOKEN},
        vault={"path": "team/app", "kv": kv, "mount": mount},
    )
    assert (source.get("api_key"), source.get("PORT"), source.get("NONE")) == ("v-one", "5432", None)
    assert len(vault.asked) == 1


def test_vault_gives_a_secret_of_its_own_each(tmp_path, vault):
    settings = {"url": doubles.address(vault), "path": "each/{name}"}
    source = opened(tmp_path, {"VAULT_TOKEN": doubles.TOKEN}, vault=settings)
    assert (source.get("TOKEN"), source.get("nothing"), source.get("../team/app")) == ("v-two", None, None)


def test_vault_is_signed_in_to_by_approle(tmp_path, vault):
    role, secret = doubles.ROLE
    settings = {"url": doubles.address(vault), "path": "team/app", "auth": "approle"}
    source = opened(tmp_path, {"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": secret}, vault=settings)
    assert source.get("API_KEY") == "v-one"
    refused = opened(tmp_path, {"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": "wrong-one"}, vault=settings)
    with pytest.raises(SecretBackendError, match="invalid role") as caught:
        refused.get("API_KEY")
    assert "wrong-one" not in str(caught.value)


def test_vault_that_refuses_or_is_away_is_told(tmp_path, vault):
    settings = {"url": doubles.address(vault), "path": "team/app"}
    with pytest.raises(SecretBackendError, match=r"Forbidden.*permission denied"):
        opened(tmp_path, {"VAULT_TOKEN": "hvs.wrong"}, vault=settings).get("API_KEY")
    with pytest.raises(SecretBackendError, match="ConnectionError") as caught:
        opened(tmp_path, {"VAULT_TOKEN": "hvs.mine"}, vault={**settings, "url": "http://127.0.0.1:9"}).get("API_KEY")
    assert "hvs.mine" not in str(caught.value)


# -- AWS: moto's server is a faithful double of the service


@pytest.fixture
def moto(monkeypatch):
    from moto.server import ThreadedMotoServer

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_aws_gives_secrets_by_prefix(tmp_path, moto):
    import boto3

    client = boto3.client("secretsmanager", endpoint_url=moto)
    client.create_secret(Name="app/API_KEY", SecretString="a-one")
    client.create_secret(Name="app/BLOB", SecretBinary=b"a-two")
    source = opened(tmp_path, {}, aws={"prefix": "app/", "endpoint": moto})
    assert (source.get("api_key"), source.get("blob"), source.get("OTHER")) == ("a-one", "a-two", None)


def test_aws_that_is_away_is_told(tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing-credential")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    source = opened(tmp_path, {}, aws={"region": "eu-central-1", "endpoint": "http://127.0.0.1:9"})
    with pytest.raises(SecretBackendError) as caught:
        source.get("X")
    assert "testing-credential" not in str(caught.value)


# -- Google, Azure


def test_google_gives_the_newest_version():
    with doubles.served(doubles.google({"p1/app-API_KEY": "g-one"}, "t0")) as server:
        settings = GcpSettings(project="p1", prefix="app-", endpoint=doubles.address(server))
        source = GcpSecrets(settings, lambda: "t0")
        assert (source.get("api_key"), source.get("none"), source.get("a/b")) == ("g-one", None, None)
        with pytest.raises(SecretBackendError, match="status 401"):
            GcpSecrets(settings, lambda: "bad").get("API_KEY")


def test_azure_is_asked_with_dashes():
    with doubles.served(doubles.azure({"api-key": "z-one"}, "t0")) as server:
        settings = AzureSettings.model_validate({"vault-url": doubles.address(server)})
        assert AzureSecrets(settings, lambda: "t0").get("API_KEY") == "z-one"
        assert AzureSecrets(settings, lambda: "t0").get("OTHER") is None
        with pytest.raises(SecretBackendError, match="status 401"):
            AzureSecrets(settings, lambda: "bad").get("API_KEY")


# -- the keyring, commands, 1Password


def test_the_keyring_of_the_system(tmp_path):
    import keyring
    from keyring.backend import KeyringBackend

    class InMemory(KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return {("tiercel", "API_KEY"): "k-one"}.get((service, username))

        def set_password(self, service, username, password):
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        source = opened(tmp_path, {}, keyring={})
        assert (source.get("api_key"), source.get("other")) == ("k-one", None)
    finally:
        keyring.set_keyring(before)


@posix
def test_a_command_prints_a_secret(tmp_path):
    script = program(
        tmp_path,
        "keeper",
        "import sys\n"
        "name = sys.argv[1]\n"
        "answers = {'ONE': 'c-one\\n', 'LINES': 'a\\nb\\n'}\n"
        "if name == 'LOCKED':\n    print('locked', file=sys.stderr)\n    sys.exit(7)\n"
        "if name not in answers:\n    sys.exit(1)\n"
        "sys.stdout.write(answers[name])\n",
    )
    source = opened(tmp_path, dict(os.environ), command=[script, "{name}"])
    assert (source.get("ONE"), source.get("LINES"), source.get("NONE")) == ("c-one", "a\nb", None)
    with pytest.raises(SecretBackendError, match="code 7: locked"):
        source.get("LOCKED")
    with pytest.raises(SecretBackendError, match="can't be started"):
        opened(tmp_path, {}, command=[str(tmp_path / "nothing"), "{name}"]).get("ONE")


@posix
@pytest.mark.parametrize("name", ["--help", "$(touch x)", "a;b", "../x", "a b", "", "a\nb", "-x"])
def test_a_name_out_of_a_flow_is_no_option_path_or_script(tmp_path, name):
    script = program(tmp_path, "keeper", "open('started', 'w')\n")
    assert opened(tmp_path, dict(os.environ), command=[script, "{name}"]).get(name) is None
    assert not (tmp_path / "started").exists()


@posix
def test_1password_is_read_through_its_command(tmp_path):
    # A double of `op`: the words and codes of the real one for a missing item and a missing session.
    program(
        tmp_path,
        "op",
        "import sys\n"
        "if sys.argv[1:4] != ['read', '--no-newline', 'op://Team/API_KEY/password']:\n"
        "    why = 'no account found' if 'LOCKED' in sys.argv[3] else '\"x\" isn\\'t an item in the \"Team\" vault'\n"
        "    sys.exit('[ERROR] 2026/01/01 ' + why)\n"
        "sys.stdout.write('o-one')\n",
    )
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    source = opened(tmp_path, environment, onepassword={"vault": "Team"})
    assert (source.get("API_KEY"), source.get("OTHER")) == ("o-one", None)
    with pytest.raises(SecretBackendError, match="no account found"):
        source.get("LOCKED")


# -- by namespace


class Counting:
    def __init__(self, **values):
        self.values, self.asked = values, []

    def get(self, name):
        self.asked.append(name)
        return self.values.get(name)


def test_the_nearest_namespace_wins_and_each_is_asked_once():
    company, team, last = Counting(A="company", B="company"), Counting(A="team"), Counting(C="last")
    secrets = ProjectSecrets([PlainSecrets({"z": "first"})], {"company": [company], "company.team": [team]}, [last])
    for _ in range(3):
        assert secrets.get("A", "company.team.x") == "team"
        assert secrets.get("B", "company.team") == "company"
        assert secrets.get("A", "company") == "company"
        assert secrets.get("A", "companyx") is None
        assert secrets.get("C", "company.team") == "last"
        assert secrets.get("Z", "company") == "first"
    assert team.asked == ["A", "B", "C"]


def test_a_keeper_that_fails_is_asked_again():
    class Failing:
        def __init__(self):
            self.calls = 0

        def get(self, name):
            self.calls += 1
            if self.calls == 1:
                raise SecretBackendError("away")
            return "back"

    secrets = ProjectSecrets([Failing()])
    with pytest.raises(SecretBackendError):
        secrets.get("A")
    assert secrets.get("A") == "back"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"command": ["pass", "show"]}, "{name}"),
        ({"vault": {}}, "`path` is missing"),
        ({"vault": {"path": "x", "token": "s.1"}}, "no such setting"),
        ({"dotenv": ["a"]}, "a text is wanted here"),
    ],
)
def test_wrong_settings_are_told(settings, told):
    with pytest.raises(ProjectError) as caught:
        read_project({"namespaces": {"a": {"secrets": settings}}})
    assert told in str(caught.value)
