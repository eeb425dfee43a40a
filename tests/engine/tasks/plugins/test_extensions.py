"""Task types of other packages: the documented example, installed, checked and run; and packages that are broken."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
EXAMPLE = ROOT / "examples" / "plugin-package"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the example package installed in it."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(EXAMPLE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    return target


def tiercel(*arguments, folder, site=None):
    environment = {**os.environ, "NO_COLOR": "1"}
    if site is not None:
        environment["PYTHONPATH"] = str(site)
    command = [sys.executable, "-m", "tiercel_server", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def flow(tmp_path):
    target = tmp_path / "forecast.yaml"
    target.write_text((EXAMPLE / "forecast.yaml").read_text("utf-8"), "utf-8")
    return target


def test_the_example_is_checked_and_run(site, flow):
    assert tiercel("check", "--format", "json", str(flow), folder=flow.parent, site=site).stdout.strip() == "[]"
    done = tiercel("run", "--format", "json", "--input", "city=Oslo", str(flow), folder=flow.parent, site=site)
    assert done.returncode == 0, done.stderr
    weather = json.loads(done.stdout)["taskRunList"][0]
    assert weather["outputs"] == {"city": "Oslo", "degrees": 4.0}
    failed = tiercel("run", "--format", "json", "--input", "city=Utopia", str(flow), folder=flow.parent, site=site)
    assert failed.returncode == 1


def test_its_schema_is_known_to_check(site, flow):
    flow.write_text(flow.read_text("utf-8").replace('city: "{{ inputs.city }}"', "citty: x\n    unit: KELVIN"), "utf-8")
    found = json.loads(tiercel("check", "--format", "json", str(flow), folder=flow.parent, site=site).stdout)
    told = {finding["code"]: finding["message"] for finding in found}
    assert "citty" in told["unknown-property"]
    assert any("KELVIN" in message for message in told.values())
    assert any("`city`" in finding["message"] for finding in found if finding["severity"] == "error")


def test_without_the_package_the_run_stops_before_its_start(flow):
    done = tiercel("run", str(flow), folder=flow.parent)
    assert done.returncode == 2
    assert "com.example.weather.Forecast" in done.stderr


def _broken(folder, name, module, schema="{"):
    (folder / f"{name}-1.dist-info").mkdir(parents=True)
    (folder / f"{name}-1.dist-info" / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (folder / f"{name}-1.dist-info" / "entry_points.txt").write_text(
        f"[tiercel.tasks]\ncom.example.weather = {name}.tasks\n[tiercel.schemas]\ncom.example.weather = {name}:t.json\n"
    )
    (folder / name).mkdir()
    (folder / name / "__init__.py").touch()
    (folder / name / "tasks.py").write_text(module)
    (folder / name / "t.json").write_text(schema)


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("raise RuntimeError('oh no')", "package broken, which offers it, can't be loaded: RuntimeError: oh no"),
        ("import no_such_library", "No module named 'no_such_library'"),
        ("pass", "can't run on this machine"),
    ],
)
def test_a_broken_package_costs_only_the_flows_that_use_it(tmp_path, flow, module, told):
    _broken(tmp_path / "site", "broken", module)
    done = tiercel("run", str(flow), folder=tmp_path, site=tmp_path / "site")
    assert done.returncode == 2
    assert told in done.stderr
    other = tmp_path / "other.yaml"
    other.write_text("id: o\nnamespace: a\ntasks: [{id: l, type: io.kestra.plugin.core.log.Log, message: hi}]\n")
    assert tiercel("run", str(other), folder=tmp_path, site=tmp_path / "site").returncode == 0
    assert tiercel("check", str(other), folder=tmp_path, site=tmp_path / "site").returncode == 0


def test_our_own_types_can_not_be_taken_over(tmp_path):
    site = tmp_path / "site"
    _broken(site, "greedy", "raise SystemExit('taken')")
    points = site / "greedy-1.dist-info" / "entry_points.txt"
    points.write_text("[tiercel.tasks]\nio.kestra.plugin.core = greedy.tasks\n")
    flow = tmp_path / "flow.yaml"
    flow.write_text("id: o\nnamespace: a\ntasks: [{id: l, type: io.kestra.plugin.core.log.Log, message: hi}]\n")
    assert tiercel("run", str(flow), folder=tmp_path, site=site).returncode == 0


LIBRARIES = "pyarrow fastavro openpyxl sqlalchemy duckdb psycopg pymysql redis s3fs gcsfs pysequoia pandas".split()  # noqa: SIM905


def test_a_run_imports_no_library_that_its_flow_needs_not(tmp_path):
    code = (
        "import sys\n"
        "from tiercel_engine.tasks.api import find_task_type, missing_needs\n"
        "for name in ('core.log.Log', 'serdes.csv.CsvToIon', 'jdbc.duckdb.Query', 'serdes.parquet.IonToParquet'):\n"
        "    assert find_task_type('io.kestra.plugin.' + name) is not None, name\n"
        "    assert missing_needs('io.kestra.plugin.' + name) is None, name\n"
        f"print([name for name in {LIBRARIES!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_old_names_of_plugins_are_found():
    from tiercel_engine.tasks.api import find_task_type

    pairs = {
        "notifications.slack.SlackIncomingWebhook": "slack.notifications.SlackIncomingWebhook",
        "serdes.csv.CsvReader": "serdes.csv.CsvToIon",
        "notifications.mail.MailSend": "email.MailSend",
    }
    for old, name in pairs.items():
        found = find_task_type(f"io.kestra.plugin.{name}")
        assert found is not None
        assert find_task_type(f"io.kestra.plugin.{old}") is found


def test_what_a_type_needs_is_said(monkeypatch):
    from tiercel_engine.tasks import needs
    from tiercel_engine.tasks.api import missing_needs

    monkeypatch.setattr(needs, "_is_installed", lambda module: module != "pyarrow")
    told = missing_needs("io.kestra.plugin.serdes.parquet.ParquetToIon")
    assert told == "it needs the library pyarrow: pip install 'tiercel[serdes]'"
    assert missing_needs("io.kestra.plugin.serdes.csv.CsvToIon") is None
    monkeypatch.setattr(needs.shutil, "which", lambda name: None)
    assert missing_needs("io.kestra.plugin.git.Clone") == "it needs the program git, which is not on the PATH"
