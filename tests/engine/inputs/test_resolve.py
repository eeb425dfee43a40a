"""What the records do not show: many complaints at once, order of settling, bounds, and input that nobody foresees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tiercel_engine.expressions import Renderer
from tiercel_engine.inputs import InputError, OutputError, render_outputs, resolve_inputs
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
