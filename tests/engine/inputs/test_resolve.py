"""What the records do not show: many complaints at once, order of settling, bounds, and input that nobody foresees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tiercel_engine.expressions import Renderer
from tiercel_engine.inputs import (
    InputError,
    OutputError,
    input_complaint,
    missing_inputs,
    render_outputs,
    resolve_inputs,
)
from tiercel_schemas.model.inputs import Input, InputType
from tiercel_schemas.model.outputs import Output
from tiercel_schemas.versions import KestraVersion

INPUTS = TypeAdapter(list[Input])
V2 = KestraVersion.V2_0


def resolve(declared, values, version=V2, **more):
    return resolve_inputs(
        INPUTS.validate_python(declared), values, version=version, rendering=Renderer(version), context={}, **more
    )


def test_all_complaints_are_told_and_the_first_is_kestras():
    declared = [
        {"id": "a", "type": "STRING"},
        {"id": "b", "type": "INT"},
        {"id": "c", "type": "MULTISELECT", "values": ["x"]},
    ]
    with pytest.raises(InputError) as caught:
        resolve(declared, {"b": "1.5", "c": ["p", "q"]})
    assert str(caught.value) == "Missing required input:a"
    assert [(problem.input_id, problem.kind) for problem in caught.value.problems] == [
        ("a", "missing"),
        ("b", "invalid"),
        ("c", "invalid"),
        ("c", "invalid"),
    ]


def test_a_later_input_is_settled_before_one_that_depends_on_it():
    declared = [
        {"id": "late", "type": "STRING", "defaults": "{{ inputs.early }}!", "dependsOn": {"inputs": ["early"]}},
        {"id": "early", "type": "STRING", "defaults": "hi"},
    ]
    assert resolve(declared, {}).values == {"late": "hi!", "early": "hi"}


def test_inputs_that_depend_on_each_other_end():
    declared = [
        {"id": "a", "type": "STRING", "required": False, "dependsOn": {"inputs": ["b"]}},
        {"id": "b", "type": "STRING", "required": False, "dependsOn": {"inputs": ["a"]}},
    ]
    assert resolve(declared, {}).values == {"b": None}


def test_dotted_ids_and_forms_take_flat_and_nested_values():
    declared = [
        {"id": "db.host", "type": "STRING"},
        {"id": "form", "type": "FORM", "inputs": [{"id": "n", "type": "INT"}]},
    ]
    expected = {"db": {"host": "h"}, "form": {"n": 1}}
    assert resolve(declared, {"db.host": "h", "form.n": "1"}).values == expected
    assert resolve(declared, {"db": {"host": "h"}, "form": {"n": 1}}).values == expected


def test_undeclared_values_are_named():
    assert resolve([{"id": "a", "type": "INT"}], {"a": 1, "zz": 2}).ignored == ("zz",)


def test_a_file_is_stored_and_a_uri_is_kept():
    declared = [{"id": "f", "type": "FILE", "allowedFileExtensions": [".csv"]}]
    stored = []

    def store(input_id, value):
        stored.append((input_id, value))
        return "kestra:///x/data.CSV"

    assert resolve(declared, {"f": "data.CSV"}, store_file=store).values == {"f": "kestra:///x/data.CSV"}
    assert stored == [("f", "data.CSV")]
    assert resolve(declared, {"f": "kestra:///y.csv"}, store_file=store).values == {"f": "kestra:///y.csv"}
    with pytest.raises(InputError, match=r"\.csv"):
        resolve(declared, {"f": "kestra:///y.txt"})


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        ({"type": "INT"}, str(2**31 - 1), 2**31 - 1),
        ({"type": "FLOAT"}, "0.1", 0.1),
        ({"type": "FLOAT"}, "16777217", 16777216.0),
        ({"type": "BOOL"}, "TRUE", True),
        ({"type": "TIME"}, "07:05", "07:05:00"),
        ({"type": "DATETIME"}, "2024-02-29T10:11:12+02:00", "2024-02-29T08:11:12.000000Z"),
        ({"type": "DURATION"}, "P1DT0.5S", 86400.5),
        ({"type": "JSON"}, "[1, null]", [1, None]),
        ({"type": "YAML"}, "a: no", {"a": False}),
        ({"type": "ARRAY", "itemType": "DATE"}, '["2024-01-02"]', ["2024-01-02"]),
        ({"type": "STRING"}, {"k": [1]}, '{"k":[1]}'),
        ({"type": "SELECT", "values": [{"label": "Eins", "value": 1}]}, "1", "1"),
        ({"type": "JSON", "jsonSchema": '{"type": "array"}'}, "[]", []),
        ({"type": "ION"}, "{a: 1, b: [x]}", {"a": 1, "b": ["x"]}),
    ],
)
def test_conversions(declared, value, expected):
    assert resolve([{"id": "x", **declared}], {"x": value}).values == {"x": expected}


@pytest.mark.parametrize(
    ("declared", "value", "cause"),
    [
        ({"type": "INT"}, str(2**31), "Cannot convert value '2147483648' to Integer"),
        ({"type": "DATE"}, "2023-02-29", "Cannot convert value '2023-02-29' to LocalDate"),
        ({"type": "DATE", "before": "2024-01-01"}, "2024-01-02", "it must be before `2024-01-01`"),
        ({"type": "JSON", "jsonSchema": '{"type": "array"}'}, "{}", "is not of type 'array'"),
        ({"type": "URI"}, "no-scheme", "Invalid URI format."),
        ({"type": "STRING", "validator": "a|b"}, "ab", "it must match the pattern `a|b`"),
    ],
)
def test_refusals(declared, value, cause):
    with pytest.raises(InputError) as caught:
        resolve([{"id": "x", **declared}], {"x": value})
    assert cause in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "value", "taken"),
    [
        ('{{ ["a", "b"] }}', "b", True),
        ('["a", "b"]', "c", False),
        ('{{ [{"label": "Eins", "value": 1}] }}', "1", True),
        ('{{ [{"label": "Eins", "value": 1}] }}', "Eins", False),
        ('{{ {"a": 1} }}', "a", False),
        ("{{ nope }}", "a", False),
    ],
)
def test_choices_come_from_an_expression(expression, value, taken):
    declared = [{"id": "x", "type": "SELECT", "expression": expression}]
    if taken:
        assert resolve(declared, {"x": value}).values == {"x": value}
    else:
        with pytest.raises(InputError):
            resolve(declared, {"x": value})


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        (r"\p{Lu}\p{L}+", "Österreich", True),
        (r"[a-z&&[^aeiou]]+", "xyz", True),
        (r"[a-z&&[^aeiou]]+", "xay", False),
        (r"a++b", "aab", True),
        (r"(a", "a", False),
        (r"(a+)+$", "a" * 60 + "!", False),
    ],
)
def test_patterns_are_java_s_and_end(pattern, value, fits):
    declared = [{"id": "x", "type": "STRING", "validator": pattern}]
    if fits:
        assert resolve(declared, {"x": value}).values == {"x": value}
    else:
        with pytest.raises(InputError, match="pattern"):
            resolve(declared, {"x": value})


def test_a_file_uri_that_is_given_is_copied_and_a_default_stays(tmp_path):
    stored = []

    def store(input_id, value):
        stored.append(value)
        return "kestra:///x/data.csv"

    local = tmp_path / "a b.csv"
    declared = [{"id": "f", "type": "FILE"}]
    assert resolve(declared, {"f": local.as_uri()}, store_file=store).values == {"f": "kestra:///x/data.csv"}
    assert stored == [str(local)]
    declared = [{"id": "f", "type": "FILE", "defaults": "nsfile:///conf/a.csv"}]
    assert resolve(declared, {}, store_file=store).values == {"f": "nsfile:///conf/a.csv"}


def test_a_complaint_is_masked_where_its_value_was_a_secret():
    declared = [{"id": "n", "type": "INT"}, {"id": "s", "type": "SECRET"}]
    with pytest.raises(InputError) as caught:
        resolve(declared, {"n": "hush-hush", "s": "given-one"})
    assert caught.value.secrets == {"given-one"}
    shown = caught.value.masked(lambda text: text.replace("hush-hush", "******"))
    assert "hush" not in str(shown)
    assert "******" in shown.problems[0].message


def test_what_lacks_is_known_as_far_as_others_are_given():
    declared = INPUTS.validate_python(
        [
            {"id": "a", "type": "SELECT", "values": ["x", "y"]},
            {"id": "b", "type": "SELECT", "expression": "{{ [inputs.a, 'z'] }}", "dependsOn": {"inputs": ["a"]}},
            {"id": "f", "type": "FORM", "inputs": [{"id": "n", "type": "INT"}]},
            {"id": "d", "type": "INT", "defaults": 1},
        ]
    )
    more = {"version": V2, "rendering": Renderer(V2), "context": {}}
    assert [item.id for item in missing_inputs(declared, {}, **more)] == ["a", "f.n"]
    lacking = missing_inputs(declared, {"a": "x", "f": {"n": 1}}, **more)
    assert [(item.id, item.values) for item in lacking] == [("b", ("x", "z"))]
    assert (
        input_complaint(lacking[0], "q", V2) == "Invalid value for input `b`. Cause: it must match the values `[x, z]`"
    )
    assert input_complaint(lacking[0], "z", V2) is None


ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([kind for kind in InputType if kind != InputType.FORM]), ANY_VALUE)
def test_whatever_is_given_is_taken_or_refused(kind, value):
    extra = {"ARRAY": {"itemType": "INT"}, "ENUM": {"values": ["a"]}}.get(kind, {})
    try:
        resolve([{"id": "x", "type": kind.value, "required": False, **extra}], {"x": value}, store_file=lambda *_: "u")
    except InputError as error:
        refused = error.problems
    else:
        return
    assert refused


def outputs(declared, version=V2):
    models = TypeAdapter(list[Output]).validate_python(declared)
    return render_outputs(models, version=version, rendering=Renderer(version), context={"n": 3})


def test_an_optional_output_that_fails_is_left_out_with_a_warning():
    rendered = outputs([{"id": "a", "type": "INT", "value": "{{ nope }}", "required": False}])
    assert rendered.values == {}
    assert len(rendered.warnings) == 1


def test_a_required_output_of_another_type_fails():
    with pytest.raises(OutputError, match="Cannot convert value 'x' to Integer"):
        outputs([{"id": "a", "type": "INT", "value": "x"}])


def test_outputs_are_typed():
    rendered = outputs(
        [{"id": "a.b", "type": "STRING", "value": "{{ n }}"}, {"id": "c", "type": "INT", "value": "{{ n }}"}]
    )
    assert rendered.values == {"a": {"b": "3"}, "c": 3}
