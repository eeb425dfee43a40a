"""Conversions between files of records and other formats, there and back."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.tasks.bench import Bench
from tiercel_engine.tasks.plugins.record_files import read_records, write_records
from tiercel_schemas.versions import KestraVersion

pytestmark = pytest.mark.anyio
SERDES = "io.kestra.plugin.serdes."
LOCAL = dt.datetime.fromisoformat("2024-01-02T03:04:05")
MOMENT = dt.datetime(2024, 5, 6, 7, 8, 9, 120_000, tzinfo=dt.UTC)


def stored(bench, content, name="in.txt"):
    return bench.services.storage.put(f"my/ns/{name}", content if isinstance(content, bytes) else content.encode())


def ion(bench, rows):
    file = bench.folder / "rows.ion"
    write_records_here(rows, file, bench.version)
    return stored(bench, file.read_bytes(), "in.ion")


def write_records_here(rows, file, version):
    # Outside of a worker thread there is no cancellation to look at.
    import anyio
    import anyio.to_thread

    async def on_thread():
        await anyio.to_thread.run_sync(lambda: write_records(rows, file, version))

    import threading

    failures = []

    def run():
        try:
            anyio.run(on_thread)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def rows(bench, uri):
    return list(read_records(bench.services.storage.path(uri)))


def text(bench, uri):
    return bench.services.storage.read_bytes(uri).decode()


async def converted(bench, task, uri, **options):
    outputs, caught = await bench.run(type=SERDES + task, **{"from": uri}, **options)
    return outputs, caught


CSV_CASES = [
    ("plain", "a,b\n1,x\n", {}, [{"a": "1", "b": "x"}]),
    ("quoted", 'a,b\n"1,2","say ""hi""\nthere"\n', {}, [{"a": "1,2", "b": 'say "hi"\nthere'}]),
    ("no header", "a,b\n1,x\n", {"header": False}, [["a", "b"], ["1", "x"]]),
    ("separator", "a;b\n1;x\n", {"fieldSeparator": ";"}, [{"a": "1", "b": "x"}]),
    ("delimiter", "a,b\n'1,2',x\n", {"textDelimiter": "'"}, [{"a": "1,2", "b": "x"}]),
    ("skipped rows", "a\n1\n2\n3\n", {"skipRows": 2}, [{"a": "3"}]),
    ("byte order mark", "\ufeffa\n1\n", {}, [{"a": "1"}]),
    ("null", "a,b\n\\N,\n", {}, [{"a": None, "b": ""}]),
    ("empty lines", "a\n\n1\n", {"skipEmptyRows": True}, [{"a": "1"}]),
    ("bad lines skipped", "a,b\n1\n2,y\n", {"onBadLines": "SKIP"}, [{"a": "2", "b": "y"}]),
    ("trailing columns", "a,\n1,2\n", {}, [{"a": "1"}]),
    ("renamed columns", "a,\n1,2\n", {"onEmptyHeader": "RENAME"}, [{"a": "1", "col_1": "2"}]),
    ("nothing", "", {}, []),
]


@pytest.mark.parametrize(
    ("content", "options", "expected"), [case[1:] for case in CSV_CASES], ids=[c[0] for c in CSV_CASES]
)
async def test_csv_is_read(bench, content, options, expected):
    outputs, caught = await converted(bench, "csv.CsvToIon", stored(bench, content), **options)
    assert rows(bench, outputs["uri"]) == expected
    assert outputs["size"] == len(expected)
    assert ("counter", "records", float(len(expected)), None) in caught.metrics


async def test_a_bad_line_fails_or_is_told(bench):
    uri = stored(bench, "a,b\n1\n")
    failure = await bench.failure(type=SERDES + "csv.CsvToIon", **{"from": uri})
    assert failure.message == "Bad line encountered (field count mismatch): Expected 2, got 1 fields."
    _, caught = await converted(bench, "csv.CsvToIon", uri, onBadLines="WARN")
    assert caught.shown("WARN") == ["Bad line encountered (field count mismatch): Expected 2, got 1 fields."]


async def test_charsets(bench):
    outputs, _ = await converted(bench, "csv.CsvToIon", stored(bench, "a\né\n".encode("latin-1")), charset="ISO-8859-1")
    assert rows(bench, outputs["uri"]) == [{"a": "é"}]
    failure = await bench.failure(type=SERDES + "csv.CsvToIon", **{"from": stored(bench, "a\n")}, charset="utf-99")
    assert failure.message == "Unknown charset 'utf-99'"
    assert await bench.failure(type=SERDES + "csv.CsvToIon", **{"from": stored(bench, b"a\n\xff\n")})


WRITTEN = [
    ({"a": "x,y", "b": 'q"', "c": None, "d": True, "e": 1.0, "f": 3}, {}, 'a,b,c,d,e,f\n"x,y","q""",,true,1.0,3\n'),
    ({"a": "x", "b": "-1.5"}, {"quoteMode": "NON_NUMERIC"}, '"a","b"\n"x",-1.5\n'),
    ({"a": "x"}, {"alwaysDelimitText": True}, '"a"\n"x"\n'),
    ({"a": "x"}, {"header": False, "lineDelimiter": "\r\n"}, "x\r\n"),
    ({"a": [1, {"b": None}]}, {"fieldSeparator": ";"}, "a\n[1, {b=null}]\n"),
    ({"d": dt.date(2024, 1, 2), "t": dt.time(3, 4, 5)}, {}, "d,t\n2024-01-02,03:04:05\n"),
    ({"i": MOMENT}, {}, "i\n2024-05-06T07:08:09.120Z\n"),
    ({"z": MOMENT.astimezone(ZoneInfo("Europe/Paris"))}, {}, "z\n2024-05-06T09:08:09.120+02:00\n"),
    ({"l": LOCAL}, {}, "l\n2024-01-02T03:04:05.000\n"),
    ({"i": MOMENT}, {"dateTimeFormat": "dd/MM/yyyy"}, "i\n06/05/2024\n"),
    ({"d": dt.date(2024, 1, 2)}, {"dateFormat": "yyyy"}, "d\n2024\n"),
]


@pytest.mark.parametrize("version", list(KestraVersion))
@pytest.mark.parametrize(("row", "options", "expected"), WRITTEN)
async def test_csv_is_written(tmp_path, version, row, options, expected):
    bench = Bench(tmp_path, version)
    outputs, _ = await converted(bench, "csv.IonToCsv", ion(bench, [row]), **options)
    assert bench.services.storage.read_bytes(outputs["uri"]).decode() == expected


async def test_lists_have_no_header(bench):
    uri = ion(bench, [[1, 2]])
    failure = await bench.failure(type=SERDES + "csv.IonToCsv", **{"from": uri})
    assert failure.message == "Invalid data of type List with header"
    outputs, _ = await converted(bench, "csv.IonToCsv", uri, header=False)
    assert text(bench, outputs["uri"]) == "1,2\n"


async def test_json_both_ways(bench):
    lines, _ = await converted(bench, "json.JsonToIon", stored(bench, '{"a": 1}\n{"a": [null, 1.5]}\n'))
    assert rows(bench, lines["uri"]) == [{"a": 1}, {"a": [None, 1.5]}]
    array, _ = await converted(bench, "json.JsonToIon", stored(bench, '[{"a": 1}, 2]'), newLine=False)
    assert rows(bench, array["uri"]) == [{"a": 1}, 2]
    back, _ = await converted(bench, "json.IonToJson", lines["uri"])
    assert text(bench, back["uri"]) == '{"a":1}\n{"a":[null,1.5]}\n'
    whole, _ = await converted(bench, "json.IonToJson", lines["uri"], newLine=False)
    assert text(bench, whole["uri"]) == '[{"a":1},{"a":[null,1.5]}]'
    one, _ = await converted(bench, "json.IonToJson", ion(bench, [{"a": 1}]), newLine=False)
    assert text(bench, one["uri"]) == '{"a":1}'
    times, _ = await converted(bench, "json.IonToJson", ion(bench, [{"i": MOMENT, "d": dt.date(2024, 1, 2)}]))
    assert text(bench, times["uri"]) == '{"i":"2024-05-06T07:08:09.120000Z","d":"2024-01-02"}\n'
    failure = await bench.failure(type=SERDES + "json.JsonToIon", **{"from": stored(bench, "{nope\n")})
    assert failure.message.startswith("Invalid JSON in line 1:")


async def test_json_to_lines(bench):
    for content in ('[{"a": 1}, {"a": 2}]', '{"a": 1}\n{"a": 2}', ' {"a": 1} {"a": 2}'):
        outputs, _ = await converted(bench, "json.JsonToJsonl", stored(bench, content))
        assert (text(bench, outputs["uri"]), outputs["size"]) == ('{"a":1}\n{"a":2}\n', 2)
    failure = await bench.failure(type=SERDES + "json.JsonToJsonl", **{"from": stored(bench, "3")})
    assert failure.message.startswith("Invalid JSON format")


async def test_yaml_both_ways(bench):
    read, _ = await converted(bench, "yaml.YamlToIon", stored(bench, "a: 1\n---\na: [x, null]\n"))
    assert rows(bench, read["uri"]) == [{"a": 1}, {"a": ["x", None]}]
    back, _ = await converted(bench, "yaml.IonToYaml", read["uri"])
    again, _ = await converted(bench, "yaml.YamlToIon", back["uri"])
    assert rows(bench, again["uri"]) == [{"a": 1}, {"a": ["x", None]}]
    made, _ = await converted(bench, "yaml.JsonToYaml", stored(bench, '{"a": 1}'))
    assert text(bench, made["uri"]).strip() == "a: 1"
    lines, _ = await converted(bench, "yaml.JsonToYaml", stored(bench, '{"a": 1}\n{"a": 2}\n'), jsonl=True)
    assert lines["size"] == 2
    jsonl, _ = await converted(bench, "yaml.YamlToJson", lines["uri"], jsonl=True)
    assert text(bench, jsonl["uri"]) == '{"a":1}\n{"a":2}\n'
    array, _ = await converted(bench, "yaml.YamlToJson", lines["uri"])
    assert text(bench, array["uri"]) == '[{"a":1},{"a":2}]'
    assert (await bench.failure(type=SERDES + "yaml.YamlToIon", **{"from": stored(bench, "a: [")})).message.startswith(
        "Invalid YAML"
    )


XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<books><book id="1"><title>A &amp; B</title><price>1.50</price></book>
<book id="2"><title>x</title><tag>u</tag><tag>v</tag><empty/></book></books>"""


async def test_xml_is_read(bench):
    outputs, _ = await converted(bench, "xml.XmlToIon", stored(bench, XML))
    assert rows(bench, outputs["uri"]) == [
        {"id": 1, "title": "A & B", "price": Decimal("1.50")},
        {"id": 2, "title": "x", "tag": ["u", "v"], "empty": ""},
    ]
    queried, _ = await converted(bench, "xml.XmlToIon", stored(bench, XML), query="/books/book")
    assert rows(bench, queried["uri"]) == rows(bench, outputs["uri"])
    whole, _ = await converted(bench, "xml.XmlToIon", stored(bench, "<a x='007'>t<b>true</b>u</a>"))
    assert rows(bench, whole["uri"]) == [{"a": {"x": "007", "b": True, "content": "tu"}}]
    forced, _ = await converted(
        bench, "xml.XmlToIon", stored(bench, "<a><b>1</b><c>2</c></a>"), parserConfiguration={"forceList": ["b"]}
    )
    assert rows(bench, forced["uri"]) == [{"a": {"b": [1], "c": 2}}]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("content", "told"), [(BOMB, "entities"), (FILE, "entities"), ("<a>", "Invalid XML"), ("<a>" * 600, "deep")]
)
async def test_xml_that_is_not_read(bench, content, told):
    failure = await bench.failure(type=SERDES + "xml.XmlToIon", **{"from": stored(bench, content)})
    assert told in failure.message


async def test_xml_is_written_and_read_back(bench):
    written = [{"a": 1, "b": {"c": ["x", "y <&>"]}, "n": None}, {"a": 2, "b": {"c": []}}]
    outputs, _ = await converted(bench, "xml.IonToXml", ion(bench, written), rootName="all")
    assert text(bench, outputs["uri"]).splitlines()[:3] == [
        "<?xml version='1.0' encoding='UTF-8'?>",
        "<all>",
        "  <item>",
    ]
    back, _ = await converted(bench, "xml.XmlToIon", outputs["uri"])
    assert rows(bench, back["uri"]) == [{"a": 1, "b": {"c": ["x", "y <&>"]}, "n": ""}, {"a": 2, "b": ""}]
    assert (await bench.failure(type=SERDES + "xml.IonToXml", **{"from": ion(bench, [{"1 2": 3}])})).message


TYPED = [
    {"s": "x", "i": 1, "l": 2**40, "f": 1.5, "b": True, "y": b"ab", "d": dt.date(2024, 1, 2), "n": None,
     "m": {"k": "v"}, "a": ["p", "q"], "t": dt.time(3, 4, 5)},
    {"s": None, "i": 2, "l": 1, "f": None, "b": False, "y": b"", "d": None, "n": None,
     "m": None, "a": [], "t": None},
]  # fmt: skip


@pytest.mark.parametrize(
    "there", [("avro.IonToAvro", "avro.AvroToIon"), ("parquet.IonToParquet", "parquet.ParquetToIon")]
)
async def test_rows_keep_their_types(bench, there):
    outputs, _ = await converted(bench, there[0], ion(bench, TYPED))
    back, _ = await converted(bench, there[1], outputs["uri"])
    assert rows(bench, back["uri"]) == TYPED
    assert outputs["size"] == back["size"] == 2


SCHEMA = """{"type": "record", "name": "R", "fields": [
  {"name": "id", "type": "int"},
  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
  {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}]},
  {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}},
  {"name": "ok", "type": "boolean"},
  {"name": "kind", "type": {"type": "enum", "name": "K", "symbols": ["A", "B"]}}]}"""
TEXTS = {"id": "7", "at": "2024-05-06 07:08:09", "day": "2024-05-06", "price": "1,5", "ok": "Yes", "kind": "A"}
MADE = {
    "id": 7, "at": MOMENT.replace(microsecond=0), "day": dt.date(2024, 5, 6), "price": Decimal("1.50"),
    "ok": True, "kind": "A",
}  # fmt: skip


@pytest.mark.parametrize(
    "there", [("avro.IonToAvro", "avro.AvroToIon"), ("parquet.IonToParquet", "parquet.ParquetToIon")]
)
async def test_texts_become_what_a_schema_says(bench, there):
    options = {"schema": SCHEMA, "datetimeFormat": "yyyy-MM-dd HH:mm:ss", "decimalSeparator": ",", "timeZoneId": "UTC"}
    outputs, _ = await converted(bench, there[0], ion(bench, [TEXTS]), **options)
    back, _ = await converted(bench, there[1], outputs["uri"])
    assert rows(bench, back["uri"]) == [MADE]
    bad = ion(bench, [{**TEXTS, "id": "x"}, {**TEXTS, "kind": "C"}, TEXTS])
    failure = await bench.failure(type=SERDES + there[0], **{"from": bad}, **options)
    assert "field 'id'" in failure.message
    skipped, caught = await converted(bench, there[0], bad, **options, onBadLines="WARN")
    assert (skipped["size"], len(caught.shown("WARN"))) == (1, 2)


async def test_a_schema_is_inferred_and_refused(bench):
    outputs, _ = await converted(
        bench, "avro.InferAvroSchemaFromIon", ion(bench, [{"a": 1}, {"a": "x", "b": {"c": None}}])
    )
    assert text(bench, outputs["uri"]) == (
        '{"type":"record","name":"root","namespace":"io.kestra.plugin.serdes.avro","fields":['
        '{"name":"a","type":["null","int","string"],"default":null},'
        '{"name":"b","type":["null",{"type":"record","name":"b","namespace":"io.kestra.plugin.serdes.avro",'
        '"fields":[{"name":"c","type":"null"}]}],"default":null}]}'
    )
    empty = ion(bench, [])
    assert (await bench.failure(type=SERDES + "avro.InferAvroSchemaFromIon", **{"from": empty})).message
    bad = await bench.failure(type=SERDES + "avro.IonToAvro", **{"from": empty}, schema='{"type": "int"}')
    assert bad.message.startswith("Invalid Avro schema")


@pytest.mark.parametrize("task", ["avro.AvroToIon", "parquet.ParquetToIon", "excel.ExcelToIon", "json.IonToJson"])
async def test_rubbish_is_refused(bench, task):
    failure = await bench.failure(type=SERDES + task, **{"from": stored(bench, b"\x00rubbish{")})
    assert failure.message


async def test_excel_both_ways(bench):
    sheet = [{"name": "x", "n": 1, "on": dt.date(2024, 5, 6), "none": None, "sum": "Formula:1+1"}]
    outputs, _ = await converted(bench, "excel.IonToExcel", ion(bench, sheet), sheetsTitle="S")
    back, caught = await converted(bench, "excel.ExcelToIon", outputs["uri"])
    assert list(back["uris"]) == ["S"]
    assert rows(bench, back["uris"]["S"]) == [{"name": "x", "n": 1.0, "on": "2024-05-06", "none": "null", "sum": None}]
    assert caught.metrics == [("counter", "sheets", 1.0, None)]
    shown, _ = await converted(
        bench, "excel.ExcelToIon", outputs["uri"], dateTimeRender="FORMATTED_STRING", header=False
    )
    assert rows(bench, shown["uris"]["S"])[1][2] == "2024-05-06"
    other, _ = await converted(bench, "excel.IonToExcel", ion(bench, [{"on": LOCAL}]), dateFormat="d/m/yy hh:mm:ss")
    shown, _ = await converted(bench, "excel.ExcelToIon", other["uri"], dateTimeRender="FORMATTED_STRING")
    assert rows(bench, shown["uris"]["Sheet"]) == [{"on": "2/1/24 03:04:05"}]
    serial, _ = await converted(bench, "excel.ExcelToIon", outputs["uri"], dateTimeRender="SERIAL_NUMBER")
    assert rows(bench, serial["uris"]["S"])[0]["on"] == 45418.0
    two, _ = await converted(bench, "excel.IonToExcel", {"A": ion(bench, sheet), "B": ion(bench, sheet)})
    chosen, _ = await converted(bench, "excel.ExcelToIon", two["uri"], sheetsTitle=["B"])
    assert list(chosen["uris"]) == ["B"]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3),
    st.dates(),
    st.times().map(lambda each: each.replace(microsecond=each.microsecond // 1000 * 1000)),
    st.datetimes().map(lambda each: each.replace(microsecond=0)),
    st.datetimes(timezones=st.just(dt.UTC), min_value=LOCAL.replace(year=1000)).map(
        lambda each: each.replace(microsecond=0)
    ),
)
ROWS = st.lists(
    st.dictionaries(st.text(min_size=1), st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=5))
)


@pytest.mark.parametrize("version", list(KestraVersion))
def test_rows_survive_their_file(tmp_path_factory, version):
    file = tmp_path_factory.mktemp("rows") / "rows.ion"

    @settings(max_examples=60, deadline=None)
    @given(ROWS)
    def survives(rows):
        write_records_here(rows, file, version)
        assert list(read_records(file)) == rows

    survives()
