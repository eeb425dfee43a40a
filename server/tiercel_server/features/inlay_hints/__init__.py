"""What an editor shows between the words: cron in words with the next run, types, defaults, how the last run went.

inlay_hints(snapshot, within, HintSources(index, moment, task_ends)) -> hints in the order of the text
"""

from tiercel_server.features.inlay_hints.gathering import inlay_hints
from tiercel_server.features.inlay_hints.model import HintSources, InlayHint

__all__ = ["HintSources", "InlayHint", "inlay_hints"]
