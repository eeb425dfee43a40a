"""In what order the tasks of a flow run: whether one can have run before another."""

from __future__ import annotations

from typing import Literal

from tiercel_server.analysis.symbols import TaskSymbol

Order = Literal["before", "around", "own", "inside", "later", "sibling", "other-branch", "in-loop"]
"""Where a task stands for another that names its outputs.

`before`: it may have run; `around`: it is a task around the other; `own`: it is the other itself; `inside`: it is
inside the other; `later`: it runs afterwards; `sibling`: both run at the same time; `other-branch`: only one of both
runs; `in-loop`: its outputs stay inside a loop that the other isn't in.
"""

_CORE = "io.kestra.plugin.core.flow."
_PARALLEL = frozenset({_CORE + "Parallel", _CORE + "EachParallel"})
_REPEATING = frozenset({_CORE + "LoopUntil", _CORE + "WaitFor"})
_LOOPS_OF_1 = frozenset({_CORE + "ForEach", _CORE + "EachSequential", _CORE + "EachParallel"})
_LOOP = _CORE + "Loop"
_SLOT_ORDER = {"errors": 1, "finally": 2, "afterExecution": 3, "listeners": 3}


def order_of(named: TaskSymbol, at: TaskSymbol) -> Order:
    """Where `named` stands for an expression in a property of `at`."""
    if named is at:
        return "own"
    chain_named = [named, *named.ancestors()][::-1]
    chain_at = [at, *at.ancestors()][::-1]
    shared = 0
    while shared < min(len(chain_named), len(chain_at)) and chain_named[shared] is chain_at[shared]:
        shared += 1
    if shared == len(chain_named):
        return "around"
    if shared == len(chain_at):
        return "inside"
    if any(each.type in _REPEATING for each in chain_at[:shared]):
        # In a later round everything inside has run once; a bad order shows in the first round only.
        return "before"
    found = _between(chain_named[shared], chain_at[shared])
    if found == "before" and any(each.type == _LOOP for each in chain_named[shared:-1]):
        return "in-loop"
    if found == "later" and any(each.type in _LOOPS_OF_1 for each in chain_at[:shared]):
        # With several values the outputs of earlier ones are there by then.
        return "other-branch"
    return found


def _between(named: TaskSymbol, at: TaskSymbol) -> Order:
    """The order of two tasks of one parent (or of the flow)."""
    parent = named.parent
    named_rank, at_rank = _rank(named), _rank(at)
    if named_rank != at_rank:
        return "before" if named_rank < at_rank else "later"
    if named.slot != at.slot:
        return "before" if named.slot == "onPause" else "later" if at.slot == "onPause" else "other-branch"
    if parent is not None and named_rank == 0:
        if parent.type in _PARALLEL:
            return "sibling"
        if parent.type == _CORE + "Dag":
            return _dag_order(parent, named, at)
    return "before" if named.index < at.index else "later"


def _rank(task: TaskSymbol) -> int:
    return _SLOT_ORDER.get(task.slot if task.parent is not None else task.section, 0)


def _dag_order(dag: TaskSymbol, named: TaskSymbol, at: TaskSymbol) -> Order:
    needs = {child.id: child.depends_on for child in dag.children if child.slot == "tasks"}
    if _reaches(needs, at.id, named.id):
        return "before"
    return "later" if _reaches(needs, named.id, at.id) else "sibling"


def _reaches(needs: dict[str, tuple[str, ...]], start: str, wanted: str) -> bool:
    waiting, seen = list(needs.get(start, ())), set[str]()
    while waiting:
        name = waiting.pop()
        if name == wanted:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(needs.get(name, ()))
    return False
