"""SQL against real databases: SQLite and DuckDB in files, PostgreSQL and MariaDB as servers."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import anyio
import pytest

from tests.engine.tasks.bench import Bench
from tests.engine.tasks.plugins.test_serdes import ion
from tiercel_engine.tasks.plugins.jdbc.databases import read_login
from tiercel_engine.tasks.plugins.jdbc.statements import bound, statements, with_sign
from tiercel_engine.tasks.plugins.record_files import read_records
from tiercel_schemas.versions import KestraVersion

pytestmark = pytest.mark.anyio
JDBC = "io.kestra.plugin.jdbc."
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';' ; SELECT \";\"", ["SELECT ';'", 'SELECT ";"']),
        ("SELECT 'it''s;' ;-- a; b\nSELECT 2 /* ; */", ["SELECT 'it''s;'", "-- a; b\nSELECT 2 /* ; */"]),
        ("SELECT $x$ ; $$ ; $x$; SELECT $$;$$", ["SELECT $x$ ; $$ ; $x$", "SELECT $$;$$"]),
        ("; ;-- nothing", []),
        (
            "CREATE TRIGGER t INSERT ON a BEGIN UPDATE a SET x = CASE WHEN 1 THEN 2 END; DELETE FROM b; END;SELECT 1",
            [
                "CREATE TRIGGER t INSERT ON a BEGIN UPDATE a SET x = CASE WHEN 1 THEN 2 END; DELETE FROM b; END",
                "SELECT 1",
            ],
        ),
        ("BEGIN; SELECT 1; END", ["BEGIN", "SELECT 1", "END"]),
    ],
)
def test_statements_are_parted(sql, expected):
    assert statements(sql) == expected


def test_parameters_take_the_signs_of_drivers():
    sql = "SELECT :a, ':a', b::text, :b, :a -- :a\n WHERE c LIKE '%x' AND :zz"
    assert bound(sql, {"a": 1, "b": 2}, "?") == (
        "SELECT ?, ':a', b::text, ?, ? -- :a\n WHERE c LIKE '%x' AND :zz",
        [1, 2, 1],
    )
    assert bound("SELECT :a % 2", {"a": 1}, "%s") == ("SELECT %s %% 2", [1])
    assert with_sign("INSERT INTO t VALUES (?, '?')", "%s") == "INSERT INTO t VALUES (%s, '?')"


def test_urls_are_taken_apart():
    login = read_login("jdbc:postgresql://h:5433/db?user=u&password=p%40&ssl=true", ["jdbc:postgresql:"], None, None)
    assert (login.host, login.port, login.database) == ("h", 5433, "db")
    assert (login.username, login.password, login.options) == ("u", "p@", {"ssl": "true"})
    assert read_login("jdbc:postgresql:db", ["jdbc:postgresql:"], "me", None).database == "db"
    assert read_login("jdbc:mysql://[::1]:3306/x", ["jdbc:mysql:"], None, None).host == "::1"


class Database:
    """A database as a task names it."""

    def __init__(self, name, **properties):
        self.name = name
        self.properties = properties

    async def run(self, bench, task, **properties):
        return await bench.run(type=f"{JDBC}{self.name}.{task}", **self.properties, **properties)

    async def failure(self, bench, task, **properties):
        return await bench.failure(type=f"{JDBC}{self.name}.{task}", **self.properties, **properties)


@pytest.fixture(params=["sqlite", "duckdb", "postgresql", "mysql", "mariadb"])
def database(request, tmp_path):
    if request.param in {"sqlite", "duckdb"}:
        return Database(request.param, url=f"jdbc:{request.param}:{tmp_path / 'my.db'}")
    if request.param == "postgresql":
        return Database("postgresql", url=request.getfixturevalue("postgresql_url"), username="kestra")
    url = request.getfixturevalue("mysql_url").replace("jdbc:mysql", f"jdbc:{request.param}")
    return Database(request.param, url=url, username="kestra", password="k3str4")


@pytest.mark.parametrize("version", list(KestraVersion))
async def test_queries_in_all_fetch_types(tmp_path, database, version):
    bench = Bench(tmp_path, version)
    table = f"t_{version.name.lower()}"
    made, _ = await database.run(
        bench,
        "Queries",
        sql=f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} (id INT, name VARCHAR(20));"
        f"INSERT INTO {table} VALUES (1, 'a;b'), (2, NULL); SELECT * FROM {table} ORDER BY id;"
        f"SELECT count(*) AS n FROM {table}",
        fetchType="FETCH",
    )
    rows = [{"id": 1, "name": "a;b"}, {"id": 2, "name": None}]
    assert made == {"outputs": [{"rows": rows, "size": 2}, {"rows": [{"n": 2}], "size": 1}]}
    select = f"SELECT * FROM {table} ORDER BY id"
    fetched, caught = await database.run(bench, "Query", sql=select, fetchType="FETCH")
    assert fetched == {"rows": rows, "size": 2}
    assert caught.metrics[-1] == ("counter", "fetch.size", 2.0, {"fetch": "true", "store": "false"})
    assert (await database.run(bench, "Query", sql=select, fetchOne=True))[0] == {"row": rows[0], "size": 1}
    none, _ = await database.run(bench, "Query", sql=f"SELECT * FROM {table} WHERE id = 9", fetchType="FETCH_ONE")
    assert none == {"row": None, "size": 0}
    stored, _ = await database.run(bench, "Query", sql=select, fetchType="STORE", fetchSize=1)
    assert (list(read_records(bench.services.storage.path(stored["uri"]))), stored["size"]) == (rows, 2)
    assert (await database.run(bench, "Query", sql=select))[0] == {}
    assert (await database.run(bench, "Query", sql=f"DELETE FROM {table}", fetchType="FETCH"))[0] == {}


async def test_parameters(bench, database):
    sql = "SELECT :id AS id, 'x :id' AS text, :name AS name"
    sql = sql.replace(":id AS", "CAST(:id AS DECIMAL) AS").replace(":name AS", "CAST(:name AS CHAR(9)) AS")
    given = {"id": 5, "name": "{{ flow.id }}%' --"}
    outputs, _ = await database.run(bench, "Query", sql=sql, parameters=given, fetchType="FETCH_ONE")
    assert (int(outputs["row"]["id"]), outputs["row"]["text"]) == (5, "x :id")
    assert outputs["row"]["name"].strip() == "f%' --"


async def test_one_failure_undoes_all(bench, database):
    await database.run(bench, "Queries", sql="DROP TABLE IF EXISTS undone; CREATE TABLE undone (id INT PRIMARY KEY)")
    insert = "INSERT INTO undone VALUES (1); INSERT INTO undone VALUES (1)"
    failure = await database.failure(bench, "Queries", sql=insert)
    assert failure.message
    count = {"sql": "SELECT count(*) AS n FROM undone", "fetchType": "FETCH_ONE"}
    assert (await database.run(bench, "Query", **count))[0]["row"] == {"n": 0}
    await database.failure(bench, "Queries", sql=insert, transaction=False)
    assert (await database.run(bench, "Query", **count))[0]["row"] == {"n": 1}
    await database.failure(bench, "Query", sql="DELETE FROM undone", afterSQL="DELETE FROM missing_table")
    assert (await database.run(bench, "Query", **count))[0]["row"] == {"n": 1}
    await database.run(bench, "Query", sql="DELETE FROM undone", afterSQL="INSERT INTO undone VALUES (7)")
    assert (await database.run(bench, "Query", **count))[0]["row"] == {"n": 1}


async def test_misuse_is_refused(bench, database):
    two = await database.failure(bench, "Query", sql="SELECT 1; SELECT 2")
    assert two.message.startswith("Query task support only a single SQL statement.")
    assert (await database.failure(bench, "Query", sql="SELECT 1", fetchType="ALL")).message.startswith(
        "fetchType must"
    )
    assert "elect" in (await database.failure(bench, "Query", sql="elect 1")).message
    database.properties["url"] = "jdbc:oracle:thin:@x"
    assert "has to begin with" in (await database.failure(bench, "Query", sql="SELECT 1")).message


async def test_values_of_postgresql(bench, postgresql_url):
    database = Database("postgresql", url=postgresql_url, username="kestra")
    sql = """SELECT 1::int2 AS s, 2::int8 AS l, 1.50::numeric AS d, 1.5::float8 AS f, true AS b, 'x'::text AS t,
      '2024-05-06'::date AS day, '07:08:09'::time AS clock, '2024-05-06 07:08:09'::timestamp AS local,
      '2024-05-06 07:08:09+00'::timestamptz AS moment, '{"a": [1]}'::jsonb AS js, ARRAY[1,2] AS arr,
      'ab'::bytea AS raw, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS id, '1 day 2 hours'::interval AS span,
      NULL AS nothing, '10.0.0.1'::inet AS ip"""
    expected = {
        "s": 1, "l": 2, "d": Decimal("1.50"), "f": 1.5, "b": True, "t": "x",
        "day": "2024-05-06", "clock": "07:08:09", "local": "2024-05-06T07:08:09",
        "moment": "2024-05-06T09:08:09+02:00", "js": {"a": [1]}, "arr": [1, 2],
        "raw": "YWI=", "id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "span": "P0Y0M1DT2H0M0S",
        "nothing": None, "ip": "10.0.0.1",
    }  # fmt: skip
    outputs, _ = await database.run(bench, "Query", sql=sql, fetchType="FETCH_ONE", timeZoneId="Europe/Paris")
    assert outputs["row"] == expected
    stored, _ = await database.run(bench, "Query", sql=sql, fetchType="STORE", timeZoneId="Europe/Paris")
    (row,) = read_records(bench.services.storage.path(stored["uri"]))
    assert (row["day"], row["clock"]) == (dt.date(2024, 5, 6), dt.time(7, 8, 9))
    assert row["moment"] == dt.datetime(2024, 5, 6, 9, 8, 9, tzinfo=PARIS)
    assert (row["local"], row["raw"]) == (dt.datetime.fromisoformat("2024-05-06T07:08:09"), b"ab")


async def test_values_of_mysql(bench, mysql_url):
    database = Database("mysql", url=mysql_url, username="kestra", password="k3str4")
    sql = """CREATE TEMPORARY TABLE v (b TINYINT(1), i TINYINT, t TIME, d DATETIME, m TIMESTAMP,
        x DECIMAL(5,2), u BIGINT UNSIGNED, r VARBINARY(9));
      INSERT INTO v VALUES (1, 2, '07:08:09', '2024-05-06 07:08:09', '2024-05-06 07:08:09',
        1.5, 18446744073709551615, 'ab');
      SET time_zone = '+00:00'; SELECT * FROM v"""
    outputs, _ = await database.run(bench, "Queries", sql="SET time_zone = '+00:00';" + sql, fetchType="FETCH_ONE")
    assert outputs["outputs"][-1]["row"] == {
        "b": True, "i": 2, "t": "07:08:09", "d": "2024-05-06T07:08:09", "m": "2024-05-06T07:08:09Z",
        "x": Decimal("1.50"), "u": "18446744073709551615", "r": "YWI=",
    }  # fmt: skip


async def test_values_of_sqlite(bench):
    database = Database("sqlite", timeZoneId="Europe/Paris")
    sql = """CREATE TABLE v (d DATE, t TIME, m TIMESTAMP, e DATETIME, r BLOB, x, bad DATE);
      INSERT INTO v VALUES ('2024-05-06', '07:08:09', '2024-05-06 07:08:09', 1714979289000, x'6162', 1.5, 'soon');
      SELECT * FROM v"""
    outputs, _ = await database.run(bench, "Queries", sql=sql, fetchType="FETCH_ONE")
    assert outputs["outputs"][-1]["row"] == {
        "d": "2024-05-06", "t": "07:08:09", "m": "2024-05-06T05:08:09Z", "e": "2024-05-06T07:08:09Z",
        "r": "YWI=", "x": 1.5, "bad": "soon",
    }  # fmt: skip


async def test_values_of_duckdb(bench):
    database = Database("duckdb", timeZoneId="Europe/Paris")
    sql = """SELECT 1::HUGEINT AS h, {'a': DATE '2024-05-06'} AS s, [1, 2] AS l,
      TIMESTAMPTZ '2024-05-06 07:08:09+00' AS m,
      TIMESTAMP '2024-05-06 07:08:09' AS p, '{"a": 1}'::JSON AS j, 1.5::DECIMAL(10,2) AS d, TIME '10:00:00' AS t,
      1 AS "Count" """
    outputs, _ = await database.run(bench, "Query", sql=sql, fetchType="FETCH_ONE")
    assert outputs["row"] == {
        "h": 1, "s": {"a": "2024-05-06"}, "l": [1, 2], "m": "2024-05-06T07:08:09Z", "p": "2024-05-06T07:08:09+02:00",
        "j": {"a": 1}, "d": Decimal("1.50"), "t": "10:00:00", "Count": 1,
    }  # fmt: skip


async def test_duckdb_reads_and_writes_files(bench):
    uri = bench.services.storage.put("my/ns/in.csv", b"a,b\n1,x\n")
    outputs, _ = await bench.run(
        type=JDBC + "duckdb.Queries",
        inputFiles={"in.csv": uri},
        outputFiles=["out.csv"],
        outputDbFile=True,
        sql="CREATE TABLE t AS SELECT * FROM read_csv_auto('{{ workingDir }}/in.csv');"
        "COPY (SELECT a + 1 AS a FROM read_csv_auto('in.csv')) TO '{{ outputFiles['out.csv'] }}' (HEADER)",
    )
    assert bench.services.storage.read_bytes(outputs["outputFiles"]["out.csv"]) == b"a\n2\n"
    again, _ = await bench.run(
        type=JDBC + "duckdb.Query", databaseUri=outputs["databaseUri"], sql="SELECT * FROM t", fetchType="FETCH"
    )
    assert again["rows"] == [{"a": 1, "b": "x"}]


async def test_sqlite_takes_and_gives_its_file(bench):
    made, _ = await bench.run(
        type=JDBC + "sqlite.Queries", outputDbFile=True, sql="CREATE TABLE t (a); INSERT INTO t VALUES (5)"
    )
    again, _ = await bench.run(
        type=JDBC + "sqlite.Query", sqliteFile=made["databaseUri"], sql="SELECT * FROM t", fetchType="FETCH"
    )
    assert again["rows"] == [{"a": 5}]


@pytest.mark.parametrize("name", ["postgresql", "mysql"])
async def test_batches(bench, request, name):
    if name == "postgresql":
        database = Database(name, url=request.getfixturevalue("postgresql_url"), username="kestra")
    else:
        database = Database(name, url=request.getfixturevalue("mysql_url"), username="kestra", password="k3str4")
    await database.run(
        bench, "Queries", sql="DROP TABLE IF EXISTS b; CREATE TABLE b (id INT, name VARCHAR(9), day DATE)"
    )
    rows = [{"id": number, "name": f"n{number}", "day": dt.date(2024, 1, 2)} for number in range(25)]
    uri = ion(bench, rows)
    outputs, caught = await database.run(bench, "Batch", **{"from": uri}, table="b", chunk=10)
    assert outputs == {"rowCount": 25, "updatedCount": 25}
    assert [metric[:3] for metric in caught.metrics] == [
        ("counter", "records", 25.0), ("counter", "updated", 25.0), ("counter", "query", 3.0),
    ]  # fmt: skip
    sql = "INSERT INTO b (id, name) VALUES (?, ?)"
    await database.run(bench, "Batch", **{"from": uri}, sql=sql, columns=["id", "name"])
    count, _ = await database.run(
        bench, "Query", sql="SELECT count(*) AS n, count(day) AS d FROM b", fetchType="FETCH_ONE"
    )
    assert count["row"] == {"n": 50, "d": 25}
    assert (await database.failure(bench, "Batch", **{"from": uri}, table="b; DROP TABLE b")).message.startswith(
        "Invalid table"
    )
    assert (await database.failure(bench, "Batch", **{"from": uri}, table="missing")).message


async def test_copies_of_postgresql(bench, postgresql_url):
    database = Database("postgresql", url=postgresql_url, username="kestra")
    await database.run(bench, "Queries", sql="DROP TABLE IF EXISTS c; CREATE TABLE c (id INT, name TEXT)")
    uri = bench.services.storage.put("my/ns/in.csv", b"id|name\n1|a\n2|\n")
    options = {"table": "c", "format": "CSV", "header": True, "delimiter": "|"}
    copied, _ = await database.run(bench, "CopyIn", **{"from": uri}, **options)
    assert copied == {"rowCount": 2}
    out, _ = await database.run(
        bench, "CopyOut", sql="SELECT * FROM c ORDER BY id", format="CSV", header=True, forceQuote=["*"]
    )
    assert bench.services.storage.read_bytes(out["uri"]) == b'id,name\n"1","a"\n"2",\n'
    assert out["rowCount"] == 2
    text, _ = await database.run(bench, "CopyOut", table="c", columns=["id"])
    assert bench.services.storage.read_bytes(text["uri"]) == b"1\n2\n"
    assert (await database.failure(bench, "CopyIn", **{"from": uri}, table="c")).message


async def test_a_killed_query_ends(bench, postgresql_url, mysql_url):
    slow = [
        Database("postgresql", url=postgresql_url, username="kestra", sql="SELECT pg_sleep(600)"),
        Database("mysql", url=mysql_url, username="kestra", password="k3str4", sql="SELECT sleep(600)"),
        Database("sqlite", sql="WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"),
        Database("duckdb", sql="SELECT max(a.range * b.range) FROM range(10000000) a, range(10000000) b"),
    ]
    for database in slow:
        with anyio.move_on_after(0.5) as scope:
            await database.run(bench, "Query", fetchType="FETCH")
        assert scope.cancelled_caught, database.name


async def test_a_server_that_is_not_there(bench):
    for name in ("postgresql", "mysql"):
        failure = await bench.failure(
            type=f"{JDBC}{name}.Query", url=f"jdbc:{name}://127.0.0.1:1/x", username="u", sql="SELECT 1"
        )
        assert failure.message
