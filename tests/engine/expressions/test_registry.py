"""What is registered and what the signatures tell are the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tiercel_engine.expressions import Renderer, RenderError, registry
from tiercel_schemas.expressions import SignatureKind, all_signatures, binary_operators, signatures
from tiercel_schemas.expressions.tokens import UNARY_OPERATORS
from tiercel_schemas.versions import KestraVersion

ORACLE = Path(__file__).parents[4] / "shared" / "oracle"
VERSIONS = list(KestraVersion)


@pytest.mark.parametrize(
    ("kind", "registered"),
    [
        (SignatureKind.FUNCTION, registry.functions),
        (SignatureKind.FILTER, registry.filters),
        (SignatureKind.TEST, registry.tests),
    ],
)
def test_every_signature_has_a_unit_and_every_unit_a_signature(kind, registered):
    assert {signature.name for signature in all_signatures(kind)} == set(registered())


@pytest.mark.parametrize("version", VERSIONS)
def test_signatures_are_those_of_the_real_engine(version):
    real = json.loads((ORACLE / f"pebble-{version.value}.json").read_text("utf-8"))
    known = signatures(version)
    # The lists leave out what the template engine has without an extension.
    assert set(known.functions) - set(real["functions"]) == {"block", "parent", "i18n"} - set(real["functions"])
    assert set(real["functions"]) <= set(known.functions)
    assert set(known.filters) == set(real["filters"])
    assert set(known.tests) == set(real["tests"])
    assert set(known.tags) == {*real["tags"], "raw", "verbatim"}
    assert set(known.operators) == {*real["binaryOperators"], *real["unaryOperators"]}
    precedence = {symbol: operator.precedence for symbol, operator in binary_operators(version).items()}
    assert precedence == {symbol: operator["precedence"] for symbol, operator in real["binaryOperators"].items()}
    assert set(UNARY_OPERATORS) == set(real["unaryOperators"])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["functions", "filters"])
def test_parameters_have_the_names_of_the_real_engine(version, kind):
    real = json.loads((ORACLE / f"pebble-{version.value}.json").read_text("utf-8"))[kind]
    for name, signature in getattr(signatures(version), kind).items():
        wanted = real.get(name, {}).get("arguments")
        if not wanted or name == "slugify":  # slugify lists the parameters of `date` and uses none
            continue
        assert [parameter.name for parameter in signature.parameters] == wanted, name


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_version_lacks_does_not_exist(version):
    renderer = Renderer(version)
    known = signatures(version)
    for name in registry.filters():
        if name not in known.filters:
            with pytest.raises(RenderError, match=rf"Filter \[{name}\] does not exist"):
                renderer.render(f"{{{{ 'a' | {name} }}}}", {})
    for name in registry.functions():
        if name not in known.functions:
            with pytest.raises(RenderError, match=rf"Function or Macro \[{name}\] does not exist"):
                renderer.render(f"{{{{ {name}() }}}}", {})


def test_every_signature_is_told():
    for kind in SignatureKind:
        for signature in all_signatures(kind):
            assert signature.summary.endswith("."), signature.name
            assert signature.label.startswith(signature.name)
            assert signature.until is None or signature.until < KestraVersion.V2_0
