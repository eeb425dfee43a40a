"""What holds for every template."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.schemas.expressions.strategies import broken_texts, expressions, templates
from tiercel_schemas.expressions import nodes_at, parse_template, print_expression, print_template, walk
from tiercel_schemas.versions import KestraVersion

VERSIONS = list(KestraVersion)


@pytest.mark.parametrize("version", VERSIONS)
@given(expression=expressions)
@settings(max_examples=300, deadline=None)
def test_expression_reads_as_it_was_printed(version, expression):
    text = f"{{{{ {print_expression(expression, version)} }}}}"
    template = parse_template(text, version)
    assert template.problems == ()
    assert template.sole_expression == expression


@given(template=templates)
@settings(max_examples=200, deadline=None)
def test_template_reads_as_it_was_printed(template):
    again = parse_template(print_template(template))
    assert again.problems == ()
    assert again.parts == template.parts


@pytest.mark.parametrize("version", VERSIONS)
@given(text=broken_texts)
@settings(max_examples=500, deadline=None)
def test_every_place_lies_in_the_text(version, text):
    template = parse_template(text, version)
    spans = [problem.span for problem in template.problems] + [node.span for node in walk(template)]
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)


@given(text=broken_texts)
@settings(max_examples=200, deadline=None)
def test_nodes_around_an_offset_nest(text):
    template = parse_template(text)
    for offset in range(len(text) + 1):
        for node in nodes_at(template, offset):
            assert node.span.contains(offset)


HOSTILE = {
    "open delimiters": "{{ " * 30_000,
    "open quotes": "{{ ' " * 20_000,
    "open double quotes": '{{ " ' * 20_000,
    "brackets": "{{ " + "(" * 50_000,
    "lists": "{{ " + "[" * 50_000 + "]" * 50_000 + " }}",
    "maps": "{{ " + "{" * 50_000,
    "unary": "{{ " + "not " * 20_000 + "a }}",
    "minus": "{{ " + "- " * 20_000 + "1 }}",
    "path": "{{ a" + ".b" * 50_000 + " }}",
    "subscripts": "{{ a" + "[a" * 30_000 + " }}",
    "sum": "{{ a" + " + a" * 50_000 + " }}",
    "filters": "{{ a" + " | f" * 50_000 + " }}",
    "ternaries": "{{ " + "a ? b : " * 20_000 + "c }}",
    "interpolations": "{{ " + '"#{' * 20_000 + " }}",
    "tags": "{% if a %}" * 10_000,
    "closed tags": "{% if a %}" * 10_000 + "{% endif %}" * 10_000,
    "ends": "{% endif %}" * 10_000,
    "raws": "{% raw %}" * 20_000,
    "raw and ends": "{% raw %}" * 5_000 + "{% endraw %}",
    "comments": "{# " * 20_000,
    "verbatims": "{% verbatim %}" * 10_000,
    "long number": "{{ " + "9" * 100_000 + " }}",
    "newlines": "{{ a" + "\n" * 100_000,
    "dots": "{{ a" + "." * 50_000,
    "backslashes": "{{ '" + "\\" * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_to_its_end(text):
    template = parse_template(text)
    assert sum(1 for _ in walk(template)) >= len(template.parts)
    hash(template.parts)
    assert template.parts == parse_template(text).parts
