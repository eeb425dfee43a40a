"""Quotes that are left open, where a mending could make things worse."""

from __future__ import annotations

from tiercel_schemas.source.parser import parse_source

TEXT = """\
id: x
triggers:
  - {id: t, cron: "0 9
[i: a}}
tasks:
  - id: a
    tasks:
      - task: {id: one, format: "{{ x }}"}
      - task: {id: two}
    value: "{% for %}"
    cases: {a: [{id: three, message: "{{ item.value }}"}]}
"""


def test_no_quote_is_set_on_a_line_that_is_left_out() -> None:
    for end in range(len(TEXT)):
        parse_source(TEXT[:end])
        parse_source(TEXT[:end] + '"' + TEXT[end:])


def test_the_line_whose_quote_is_open_is_blamed() -> None:
    text = 'a:\n  - "one\n  - "two"\n  - "three"\nb: 1\n'
    source = parse_source(text)
    assert [(source.text.line_at(each.span.start), each.message) for each in source.problems] == [
        (1, 'The quote " is never closed.')
    ]
