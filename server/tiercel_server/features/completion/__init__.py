"""What may be written at a cursor.

result = complete(snapshot, offset)      # result.items, result.incomplete
documentation(item.about, version)       # Markdown, asked for one item at a time
"""

from tiercel_server.features.completion.completing import complete
from tiercel_server.features.completion.items import About, CompletionItem, CompletionList
from tiercel_server.features.completion.resolving import documentation

__all__ = ["About", "CompletionItem", "CompletionList", "complete", "documentation"]
