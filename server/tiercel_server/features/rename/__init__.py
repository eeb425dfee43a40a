"""Renaming of what flows declare, everywhere in the workspace, or a plain word why it can't be done.

prepare_rename(snapshot, offset, index) -> Renamable      # what would be renamed, and its name now
rename(snapshot, offset, new_name, index, text_of) -> dict[Document, tuple[TextEdit, ...]]

Both raise `RenameError`, whose message is for the author.
"""

from tiercel_server.features.rename.preparing import Renamable, RenameError, prepare_rename
from tiercel_server.features.rename.renaming import rename

__all__ = ["Renamable", "RenameError", "prepare_rename", "rename"]
