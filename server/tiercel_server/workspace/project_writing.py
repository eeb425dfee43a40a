"""Changes to a `tiercel.yaml` that leave its author's comments, quotes and order alone."""

from __future__ import annotations

from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from tiercel_schemas.versions import KestraVersion

KEY = "kestra-version"

NEW_FILE = """\
# What Tiercel knows about the flows below this folder; every setting may be left out.
kestra-version: "{version}"
"""


class UnreadableProjectError(ValueError):
    """The text is no mapping of settings, so that nothing can be set in it."""


def with_kestra_version(text: str, version: KestraVersion) -> str:
    """The project file's text with its Kestra version set; an empty text becomes a new file.

    Raises:
        UnreadableProjectError: if the text is not a YAML mapping.
    """
    if not text.strip():
        return NEW_FILE.format(version=version.value)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    try:
        settings = yaml.load(text)
    except YAMLError as error:
        raise UnreadableProjectError(" ".join(str(error).split())) from None
    if settings is None:
        return text.rstrip("\n") + "\n" + NEW_FILE.format(version=version.value).splitlines()[-1] + "\n"
    if not isinstance(settings, CommentedMap):
        raise UnreadableProjectError("a project file holds keys and values")
    value = DoubleQuotedScalarString(version.value)
    if KEY in settings:
        settings[KEY] = value
    else:
        settings.insert(0, KEY, value)
    written = StringIO()
    yaml.dump(settings, written)
    return written.getvalue()
