"""What an author may have done to a text: fixes of findings, and changes of a flow's form.

for action in code_actions(place): ...     # place: ActionPlace; each kind is a file below `kinds`
action.change()                            # edits and new files, made when asked for; None where it can't be done
"""

from tiercel_server.features.code_actions.model import (
    ActionPlace,
    Change,
    CodeAction,
    Edit,
    NewFile,
    apply_edits,
)
from tiercel_server.features.code_actions.offering import code_actions

__all__ = ["ActionPlace", "Change", "CodeAction", "Edit", "NewFile", "apply_edits", "code_actions"]
