"""Escapes from the sandbox and bombs: each ends in a clean error, or in harmless text."""

# ruff: noqa: E501, ISC004, PT017
from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings

from tests.schemas.expressions.strategies import broken_texts, expressions
from tiercel_engine.expressions import Renderer, RenderError
from tiercel_engine.expressions.limits import DEFAULT_LIMITS, Limits
from tiercel_schemas.expressions import print_expression
from tiercel_schemas.versions import KestraVersion

CONTEXT = {
    "inputs": {"s": "text", "n": 42, "f": 1.5, "list": [3, 1, 2], "map": {"a": 1}, "nul": None},
    "flow": {"id": "f", "namespace": "company.team"},
    "a": {"b": {"c": [1, {"d": "e"}]}},
    "trigger": {"date": "2024-01-31T00:00:00Z"},
}

ESCAPES = [
    "{{ inputs.__class__ }}",
    "{{ inputs.s.__class__.__mro__ }}",
    "{{ inputs.s.__class__() }}",
    "{{ inputs['__class__'] }}",
    "{{ inputs.list.__init__.__globals__ }}",
    "{{ inputs.s.format_map(inputs) }}",
    "{{ inputs.s.encode() }}",
    "{{ inputs.list.append(1) }}",
    "{{ inputs.map.pop('a') }}",
    "{{ inputs.map.update(inputs) }}",
    "{{ inputs.n.class.name }}",
    "{{ inputs.s.getClass() }}",
    "{{ inputs.s.bytes.class.classLoader }}",
    "{{ inputs.n.real }}",
    "{{ inputs.n.to_bytes(4, 'big') }}",
    "{{ self }}",
    "{{ environment }}",
    "{{ context }}",
    "{{ cycler.__init__ }}",
    "{{ lipsum() }}",
    "{{ namespace() }}",
    "{{ range.__globals__ }}",
    "{{ loop }}",
    "{{ constants }}",
    "{{ missing }}",
    "{{ _1 }}",
    "{% filter upper %}{{ _1 }}{% endfilter %}",
    "{% for x in [1] %}{{ _1 }}{{ _2 }}{% endfor %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
    "{{ inputs | attr('__class__') }}",
    "{{ '%s' | format(inputs.s.__class__) }}",
    "{{ inputs.map | jq('env') | first | length > 0 ? env.x : missing }}",
    "{{ ('' | jq('.')).x }}",
    "{{ inputs.map | jq('include \"a\"; .') }}",
    "{{ inputs.map | jq('import \"a\" as a; .') }}",
    "{{ inputs.map | jq('$ENV.HOME | length') | first > 0 ? 1 : missing }}",
    "{{ inputs.map | jq('\"/etc/passwd\" | input_filename | error') }}",
    "{{ inputs.map | jq('halt') }}",
    "{{ now(timeZone='../../etc/passwd') }}",
    "{{ inputs.nul | default(missing) }}",
    "{{ read('file:///etc/passwd') }}",
    "{{ read('nsfile://other/../../x') }}",
    "{{ kv('k') }}",
    "{{ secret('PATH') }}",
    "{{ http('http://localhost/') }}",
    "{{ subflow('a', 'b') }}",
]

BOMBS = [
    "{{ range(1, 2000000) }}",
    "{{ 1..20000000 }}",
    "{{ range(0, 1000000000000, 1) }}",
    "{% for a in 1..1000 %}{% for b in 1..1000 %}{% for c in 1..1000 %}{% endfor %}{% endfor %}{% endfor %}",
    "{% set s = 'xxxxxxxxxx' %}{% for i in 1..64 %}{% set s = s ~ s %}{% endfor %}{{ s }}",
    "{% set s = 'xxxxxxxxxx' %}{% for i in 1..64 %}{% set s = s + s %}{% endfor %}{{ s }}",
    "{% set s = 'xxxxxxxxxx' %}{% for i in 1..64 %}{% set s = \"#{s}#{s}\" %}{% endfor %}{{ s }}",
    "{% set l = [1] %}{% for i in 1..64 %}{% set l = l + l %}{% endfor %}{{ l | length }}",
    "{% set l = [1] %}{% for i in 1..64 %}{% set l = [l, l] %}{% endfor %}{{ l }}",
    "{% set l = [1] %}{% for i in 1..64 %}{% set l = [l, l] %}{% endfor %}{{ l ~ '' }}",
    "{% set l = [1] %}{% for i in 1..64 %}{% set l = {'a': l, 'b': l} %}{% endfor %}{{ l | toJson }}",
    "{% set l = [1] %}{% for i in 1..64 %}{% set l = [l, l] %}{% endfor %}{{ l | yaml }}",
    "{% set l = [1] %}{% for i in 1..64 %}{% set l = [l, l] %}{% endfor %}{{ l | toIon }}",
    "{% set l = [1] %}{% for i in 1..64 %}{% set l = l | merge(l) %}{% endfor %}{{ l | length }}",
    "{% set a = [1] %}{% set b = [1] %}{% for i in 1..40 %}{% set a = [a, a] %}{% set b = [b, b] %}{% endfor %}"
    "{{ a == b }}",
    "{% set l = [1] %}{% for i in 1..40 %}{% set l = [l, l] %}{% endfor %}{{ [l] | distinct }}",
    "{% set l = ['a'] %}{% for i in 1..40 %}{% set l = [l, l] %}{% endfor %}{{ l | replace({'a': 'b'}) }}",
    "{% set l = ['a'] %}{% for i in 1..40 %}{% set l = [l, l] %}{% endfor %}{{ l | escapeChar('single') }}",
    "{% set l = ['a'] %}{% for i in 1..40 %}{% set l = [l, l] %}{% endfor %}{{ render(l) }}",
    "{% set l = ['a'] %}{% for i in 1..40 %}{% set l = [l, l] %}{% endfor %}{{ {l: 1} }}",
    "{% set l = ['a'] %}{% for i in 1..40 %}{% set l = [l, l] %}{% endfor %}{{ l | jq('.') }}",
    "{% set l = ['aaaaaaaaaa'] %}{% for i in 1..30 %}{% set l = [l | join(l | join('x')), l | join('y')] %}{% endfor %}{{ l }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% block b %}{{ block('b') }}{% endblock %}",
    "{{ render('{{ render(x) }}') }}",
    "{% set v = '{{ render(v) }}' %}{{ render(v) }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regexMatch('^(a+)+$') ? missing : missing }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regexReplace('(a|a|a?)*b', '') ? missing : missing }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | replace({'(a*)*$x': ''}, regexp=true) ? missing : missing }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | split('(a*)*b') | length > 0 ? missing : missing }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ '%.1000000000f' | format(1.5) }}",
    "{{ 'x' | indent(100000) }}",
    "{{ inputs.s.repeat(2000000000) }}",
    "{{ inputs.s.replace('', 'x').repeat(100000000) }}",
    "{{ nanoId(length=100000000) }}",
    "{{ '1e999999999' | number('BIGDECIMAL') | numberFormat('0') }}",
    "{{ '9999999999' | number('BIGINTEGER') | dateAdd(1, 'DAYS') }}",
    "{{ inputs.map | jq('[range(1e10)]') }}",
    "{{ inputs.map | jq('def f: f; f') }}",
    "{{ inputs.map | jq('repeat(1)') }}",
    "{{ inputs.map | jq('last(range(1e12))') }}",
    "{{ inputs.map | jq('\"x\" * 100000000000') }}",
    "{{ trigger.date | dateAdd(9223372036854775807, 'YEARS') }}",
    "{{ trigger.date | dateAdd(9223372036854775807, 'SECONDS') }}",
    "{{ fromJson('" + "[" * 100_000 + "') }}",
    "{{ yaml('" + "[" * 20_000 + "') }}",
    "{{ fromIon('" + "[" * 20_000 + "') }}",
    "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "{{ a" + ".b" * 5_000 + " }}",
    "{{ 1" + " + 1" * 5_000 + " }}",
    "{% if true %}" * 500 + "{% endif %}" * 500,
    "{{ '" + "x" * 10_485_761 + "' }}",
]


SMALL_LIMITS = Limits(steps=100_000, seconds=5.0, jq_seconds=0.3)
"""What ends at a limit ends at any; smaller ones only make it sooner."""


@pytest.mark.parametrize("version", list(KestraVersion))
@pytest.mark.parametrize("template", ESCAPES)
def test_no_way_out_of_the_sandbox(version, template):
    with pytest.raises(RenderError) as caught:
        Renderer(version).render(template, CONTEXT)
    assert caught.value.error_class != "InternalError"


@pytest.mark.parametrize("template", BOMBS, ids=lambda template: template[:60].replace("\n", " "))
def test_bombs_end_in_a_clean_error(template):
    renderer = Renderer(limits=SMALL_LIMITS)
    with pytest.raises(RenderError) as caught:
        renderer.render(template, CONTEXT)
    assert caught.value.error_class != "InternalError"
    with pytest.raises(RenderError):
        renderer.render_typed(template, CONTEXT)


@pytest.mark.parametrize(
    ("template", "limits", "message"),
    [
        (BOMBS[3], DEFAULT_LIMITS, "A template cannot take more than 2000000 steps."),
        (
            "{% for i in 1..1000 %}{{ render('{% for j in 1..1000 %}{% endfor %}') }}{% endfor %}",
            Limits(steps=100_000),
            "A template cannot take more than 100000 steps.",
        ),
        (
            "{% set l = 1..100000 %}{% for i in 1..100000 %}{% set n = l | toJson | length %}{% endfor %}",
            Limits(seconds=0.2),
            "A template cannot take more than 0.2 seconds.",
        ),
        (
            "{% for i in 1..100000 %}{% set n = [i] | jq('[range(100000)] | length') %}{% endfor %}",
            Limits(seconds=0.2),
            "A template cannot take more than 0.2 seconds.",
        ),
    ],
)
def test_limits_hold_for_a_rendering_as_a_whole(template, limits, message):
    with pytest.raises(RenderError, match=message):
        Renderer(limits=limits).render(template, CONTEXT)


@given(text=broken_texts)
@settings(max_examples=300, deadline=None)
def test_random_text_renders_or_fails_cleanly(text):
    renderer = Renderer()
    for render in (renderer.render, renderer.render_typed):
        try:
            render(text, CONTEXT)
        except RenderError as error:
            assert error.error_class != "InternalError", error
            assert error.offset is None or 0 <= error.offset <= len(text)


@pytest.mark.parametrize("version", list(KestraVersion))
@given(expression=expressions)
@settings(max_examples=300, deadline=None)
def test_random_expressions_evaluate_or_fail_cleanly(version, expression):
    template = f"{{{{ {print_expression(expression, version)} }}}}"
    renderer = Renderer(version)
    before = repr(CONTEXT)
    try:
        renderer.render(template, CONTEXT)
        renderer.render_typed(template, CONTEXT)
    except RenderError as error:
        assert error.error_class != "InternalError", error
    assert repr(CONTEXT) == before


def test_aliases_of_yaml_are_never_unfolded():
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))]
    text = Renderer().render("{{ yaml(text) | toJson | length }} {{ yaml('a: &a [*a]') }}", {"text": "\n".join(lines)})
    assert text.endswith(' {"a":["a"]}')


def test_the_context_is_never_changed():
    context = {"inputs": {"list": [3, 1, 2]}}
    text = Renderer().render(
        "{{ inputs.list | sort }}{{ inputs.list }}{{ inputs.list + 4 }}{{ inputs.list | reverse }}{{ inputs.list }}"
        "{% set inputs = 1 %}{{ inputs }}",
        context,
    )
    assert text == "[1,2,3][1,2,3][1,2,3,4][3,2,1][3,2,1]1"
    assert context == {"inputs": {"list": [3, 1, 2]}}


def test_dates_of_python_are_values():
    context = {"d": dt.datetime(2024, 2, 29, 23, 30, tzinfo=dt.UTC), "day": dt.date(2024, 2, 29)}
    assert Renderer().render("{{ d | date('HH') }} {{ d }} {{ day }} {{ day | date('HH') }}", context) == (
        "23 2024-02-29T23:30:00Z 2024-02-29 12"
    )
