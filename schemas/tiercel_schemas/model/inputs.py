"""Inputs of a flow: one model per type, told apart by `type`.

`Input` is the union to validate against. Pass `context={"version": KestraVersion…}` to refuse what only the
other line of the language accepts; without a version both lines' spellings are read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from tiercel_schemas.versions import KestraVersion

ID_PATTERN = r"^[a-zA-Z0-9][.a-zA-Z0-9_-]*$"


class InputType(StrEnum):
    """The types that inputs and flow outputs have, in both lines."""

    STRING = "STRING"
    SELECT = "SELECT"
    INT = "INT"
    FLOAT = "FLOAT"
    BOOL = "BOOL"
    DATETIME = "DATETIME"
    DATE = "DATE"
    TIME = "TIME"
    DURATION = "DURATION"
    FILE = "FILE"
    JSON = "JSON"
    YAML = "YAML"
    ION = "ION"
    URI = "URI"
    SECRET = "SECRET"  # noqa: S105
    ARRAY = "ARRAY"
    MULTISELECT = "MULTISELECT"
    EMAIL = "EMAIL"
    FORM = "FORM"
    REUSABLE_INPUTS = "REUSABLE_INPUTS"
    BOOLEAN = "BOOLEAN"
    ENUM = "ENUM"


ONLY_1_3_TYPES = frozenset({InputType.BOOLEAN, InputType.ENUM})
ONLY_2_0_TYPES = frozenset({InputType.ION, InputType.REUSABLE_INPUTS})
_ONLY_1_3_KEYS = frozenset({"name", "options", "extension"})
_ONLY_2_0_KEYS = frozenset({"jsonSchema"})
_NOT_AN_ITEM = frozenset({InputType.ARRAY, InputType.SECRET, InputType.MULTISELECT, InputType.SELECT, InputType.ENUM})


def scalar_text(value: object) -> object:
    """A scalar as text, as the reader of flows takes one where text is wanted; anything else unchanged."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return value


def _item_type(value: InputType) -> InputType:
    if value in _NOT_AN_ITEM:
        raise ValueError(f"`itemType` cannot be {value}")
    return value


Text = Annotated[str, BeforeValidator(scalar_text)]
ItemType = Annotated[InputType, BeforeValidator(lambda value: _item_type(InputType(value)))]


class DependsOn(BaseModel):
    """What makes an input conditional: inputs that must be given, and an expression that must be true."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: tuple[str, ...] = ()
    condition: str | None = None


class Option(BaseModel):
    """A choice with a label of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Text | None = None
    value: Text


class InputBase(BaseModel):
    """What every input has; `defaults` and `prefill` are as written: a literal or an expression."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)

    id: Annotated[Text, Field(pattern=ID_PATTERN, validation_alias=AliasChoices("id", "name"))]
    description: str | None = None
    display_name: Annotated[Text | None, Field(alias="displayName")] = None
    required: bool = True
    defaults: Any = None
    prefill: Any = None
    depends_on: Annotated[DependsOn | None, Field(alias="dependsOn")] = None

    @model_validator(mode="before")
    @classmethod
    def _of_this_version(cls, data: Any, info: ValidationInfo) -> Any:
        version = (info.context or {}).get("version")
        if isinstance(data, dict) and version is not None:
            foreign = _ONLY_1_3_KEYS if version is not KestraVersion.V1_3 else _ONLY_2_0_KEYS
            for key in sorted(foreign & data.keys()):
                raise ValueError(f'Unrecognized field "{key}"')
            types = ONLY_1_3_TYPES if version is not KestraVersion.V1_3 else ONLY_2_0_TYPES
            for key in ("type", "itemType"):
                if data.get(key) in types:
                    raise ValueError(f"Invalid type: {data[key]}")
        return data

    @model_validator(mode="after")
    def _defaults_go_with_required(self) -> InputBase:
        if self.defaults is not None and not self.required:
            raise ValueError("Inputs with a default value must be required, since the default is always applied.")
        if self.defaults is not None and self.prefill is not None:
            raise ValueError("Inputs with a default value cannot also have a prefill.")
        return self


class StringInput(InputBase):
    """Text; `validator` is a regular expression that the whole text has to match."""

    type: Literal[InputType.STRING]
    validator: str | None = None


class SecretInput(InputBase):
    """Text that no sink may show."""

    type: Literal[InputType.SECRET]
    validator: str | None = None


class EmailInput(InputBase):
    """Text in the form of an e-mail address."""

    type: Literal[InputType.EMAIL]


class UriInput(InputBase):
    """Text in the form of an absolute URI."""

    type: Literal[InputType.URI]


class SelectInput(InputBase):
    """One of `values`, or of the list that `expression` renders to."""

    type: Literal[InputType.SELECT]
    values: tuple[Text | Option, ...] | None = None
    expression: str | None = None
    allow_custom_value: Annotated[bool, Field(alias="allowCustomValue")] = False
    is_radio: Annotated[bool, Field(alias="isRadio")] = False
    auto_select_first: Annotated[bool, Field(alias="autoSelectFirst")] = False


class EnumInput(InputBase):
    """One of `values`: the old name of SELECT (1.3)."""

    type: Literal[InputType.ENUM]
    values: tuple[Text, ...]


class MultiselectInput(InputBase):
    """Any of `values`, or of the list that `expression` renders to, each converted to `itemType`."""

    type: Literal[InputType.MULTISELECT]
    values: Annotated[tuple[Text | Option, ...] | None, Field(validation_alias=AliasChoices("values", "options"))] = (
        None
    )
    expression: str | None = None
    item_type: Annotated[ItemType, Field(alias="itemType")] = InputType.STRING
    allow_custom_value: Annotated[bool, Field(alias="allowCustomValue")] = False
    auto_select_first: Annotated[bool, Field(alias="autoSelectFirst")] = False


class IntInput(InputBase):
    """A whole number of 32 bits; both limits are included."""

    type: Literal[InputType.INT]
    min: int | None = None
    max: int | None = None


class FloatInput(InputBase):
    """A number; both limits are included."""

    type: Literal[InputType.FLOAT]
    min: float | None = None
    max: float | None = None


class BoolInput(InputBase):
    """True for the word `true`, false for everything else."""

    type: Literal[InputType.BOOL, InputType.BOOLEAN]


class _Between(InputBase):
    after: str | None = None
    before: str | None = None


class DateTimeInput(_Between):
    """An instant with its zone; both limits are included."""

    type: Literal[InputType.DATETIME]


class DateInput(_Between):
    """A date; both limits are included."""

    type: Literal[InputType.DATE]


class TimeInput(_Between):
    """A time of day; both limits are included."""

    type: Literal[InputType.TIME]


class DurationInput(InputBase):
    """An ISO-8601 duration; both limits are included."""

    type: Literal[InputType.DURATION]
    min: str | None = None
    max: str | None = None


class FileInput(InputBase):
    """A file, copied to internal storage; the value is its URI."""

    type: Literal[InputType.FILE]
    allowed_file_extensions: Annotated[tuple[str, ...] | None, Field(alias="allowedFileExtensions")] = None
    extension: str | None = None


class JsonInput(InputBase):
    """A JSON value; `jsonSchema` is a schema (draft 2020-12) as text."""

    type: Literal[InputType.JSON]
    json_schema: Annotated[str | None, Field(alias="jsonSchema")] = None


class YamlInput(InputBase):
    """A YAML value."""

    type: Literal[InputType.YAML]


class IonInput(InputBase):
    """An Amazon Ion value (2.0)."""

    type: Literal[InputType.ION]


class ArrayInput(InputBase):
    """A list whose items are of `itemType`."""

    type: Literal[InputType.ARRAY]
    item_type: Annotated[ItemType, Field(alias="itemType")]


class FormInput(InputBase):
    """A group of inputs, read as `inputs.FORM.CHILD`; groups do not nest."""

    type: Literal[InputType.FORM]
    inputs: tuple[FormItem, ...] = ()

    @model_validator(mode="after")
    def _holds_no_value_of_its_own(self) -> FormInput:
        if self.defaults is not None or self.prefill is not None:
            raise ValueError("A FORM has neither `defaults` nor `prefill`; its inputs may have them.")
        return self


class ReusableInputs(InputBase):
    """Inputs kept on the server (2.0, paid edition); parsed, and refused by a local run."""

    type: Literal[InputType.REUSABLE_INPUTS]
    ref: str | None = None
    namespace: str | None = None
    revision: int | None = None


FormItem = Annotated[
    StringInput
    | SecretInput
    | EmailInput
    | UriInput
    | SelectInput
    | EnumInput
    | MultiselectInput
    | IntInput
    | FloatInput
    | BoolInput
    | DateTimeInput
    | DateInput
    | TimeInput
    | DurationInput
    | FileInput
    | JsonInput
    | YamlInput
    | IonInput
    | ArrayInput
    | ReusableInputs,
    Field(discriminator="type"),
]
Input = Annotated[FormItem | FormInput, Field(discriminator="type")]
