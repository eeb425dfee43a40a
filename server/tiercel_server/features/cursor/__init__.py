"""Where a cursor stands on any text, half-typed or broken.

    cursor = locate(source, offset)
    cursor.path, cursor.role       # the container for a key, the value or item itself otherwise
    cursor.prefix, cursor.span     # what is typed so far, and what an answer replaces
    cursor.template                # inside `{{ }}` or `{% %}`: the template and the offset in it

Keys and values are found by indentation, which half-typed lines keep even where YAML reads nothing; inside brackets by
scanning them; inside scalars by the tree.
"""

from tiercel_server.features.cursor.locate import Cursor, Role, locate
from tiercel_server.features.cursor.template import TemplateCursor

__all__ = ["Cursor", "Role", "TemplateCursor", "locate"]
