"""Suites of unit tests for flows, as Kestra writes them: every key is known or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from tiercel_schemas.model.base import Flag, FlowModel, NoneAsEmpty, Text

TEST_TYPE = "io.kestra.core.tests.flow.UnitTest"
"""What `type` of every case says."""
Identifier = Annotated[Text, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$")]
StateName = Literal[
    "CREATED",
    "SUBMITTED",
    "RUNNING",
    "PAUSED",
    "RESTARTED",
    "KILLING",
    "SUCCESS",
    "WARNING",
    "FAILED",
    "KILLED",
    "CANCELLED",
    "QUEUED",
    "RETRYING",
    "RETRIED",
    "SKIPPED",
    "BREAKPOINT",
    "RESUBMITTED",
]
END_STATES = frozenset({"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED", "RETRIED", "RESUBMITTED"})
"""States after which nothing more happens by itself: those that a stand-in may have."""


class SuiteModel(FlowModel):
    """A piece of a suite; a key that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


def _none_as_map(value: object) -> object:
    return {} if value is None else value


def _text_map(value: object) -> object:
    return {str(name): item for name, item in value.items()} if isinstance(value, Mapping) else value


Values = Annotated[Mapping[str, Any], BeforeValidator(_text_map), BeforeValidator(_none_as_map)]
"""A map of plain data, empty where nothing is said."""
Texts = Annotated[Mapping[str, Text], BeforeValidator(_text_map), BeforeValidator(_none_as_map)]


class TaskFixture(SuiteModel):
    """What stands in for a task: it does not run, but is at once in a state, with outputs."""

    id: Text
    value: Text | None = None
    state: StateName = "SUCCESS"
    outputs: Values = Field(default_factory=dict)
    assets: tuple[Any, ...] | None = None
    description: Text | None = None

    @field_validator("state")
    @classmethod
    def _ends(cls, state: StateName) -> StateName:
        if state not in END_STATES:
            raise ValueError(f"a task that is {state} would never end; one of {', '.join(sorted(END_STATES))}")
        return state


class TriggerFixture(SuiteModel):
    """What the execution believes to have started it."""

    id: Text
    type: Text
    variables: Values = Field(default_factory=dict)


class Fixtures(SuiteModel):
    """What a case gives to the flow, and what it puts in the place of tasks."""

    inputs: Values = Field(default_factory=dict)
    files: Texts = Field(default_factory=dict)
    tasks: Annotated[tuple[TaskFixture, ...], NoneAsEmpty] = ()
    trigger: TriggerFixture | None = None


def _numeric(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("must be a number, or an expression that gives one")  # noqa: TRY004 - pydantic's way
    return value


def _boolean(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and ("{{" in value or value.strip().lower() in {"true", "false"}):
        return value
    raise ValueError("must be true or false, or an expression that gives one of them")


Number = Annotated[Any, BeforeValidator(_numeric)]
Boolean = Annotated[Any, BeforeValidator(_boolean)]
TextList = Annotated[tuple[Text, ...] | str, NoneAsEmpty]

OPERATORS = (
    "isNull",
    "isNotNull",
    "equalTo",
    "notEqualTo",
    "endsWith",
    "startsWith",
    "contains",
    "greaterThan",
    "greaterThanOrEqualTo",
    "lessThan",
    "lessThanOrEqualTo",
    "in",
    "notIn",
)
"""The operators of an assertion, as they are written, in the order in which they are looked at."""


class Assertion(SuiteModel):
    """What must hold once the execution has ended: one result for each operator that has a value."""

    value: Any
    task_id: Text | None = None
    description: Text | None = None
    error_message: Text | None = None
    is_null: Boolean | None = None
    is_not_null: Boolean | None = None
    equal_to: Any = None
    not_equal_to: Any = None
    ends_with: Text | None = None
    starts_with: Text | None = None
    contains: Text | None = None
    greater_than: Number | None = None
    greater_than_or_equal_to: Number | None = None
    less_than: Number | None = None
    less_than_or_equal_to: Number | None = None
    in_: TextList = Field(default=(), alias="in")
    not_in: TextList = ()

    @field_validator("value")
    @classmethod
    def _given(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("must not be null")
        return value

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        # An operator without a value is no operator.
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if value is not None or name not in OPERATORS}

    @model_validator(mode="after")
    def _has_operator(self) -> Assertion:
        if not self.operators():
            raise ValueError(f"an assertion needs at least one operator: {', '.join(OPERATORS)}")
        return self

    def operators(self) -> tuple[tuple[str, Any], ...]:
        """The operators with what is expected, in their order; empty lists count for nothing."""
        found = ((name, getattr(self, _FIELDS[name])) for name in OPERATORS)
        return tuple((name, expected) for name, expected in found if expected is not None and expected != ())


_FIELDS = {
    name: "in_" if name == "in" else "".join(f"_{c.lower()}" if c.isupper() else c for c in name) for name in OPERATORS
}


class UnitTest(SuiteModel):
    """A case: one execution of the flow, and what must hold of it."""

    id: Text
    type: Literal["io.kestra.core.tests.flow.UnitTest"]
    disabled: Flag = False
    description: Text | None = None
    fixtures: Fixtures | None = None
    assertions: tuple[Assertion, ...]
    expected_state: StateName = "SUCCESS"


class UnitTestSuite(SuiteModel):
    """The tests of one flow."""

    id: Identifier
    namespace: Annotated[Text, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    flow_id: Identifier
    description: Text | None = None
    disabled: Flag = False
    deleted: Flag = False
    test_cases: Annotated[tuple[UnitTest, ...], Field(min_length=1)]

    @property
    def name(self) -> str:
        """The suite's name in the whole workspace: `company.team.suite`."""
        return f"{self.namespace}.{self.id}"
