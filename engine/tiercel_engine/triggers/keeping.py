"""What Flow triggers have heard so far, kept from run to run."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from tiercel_engine.triggers.flow.listening import Listening, Met
from tiercel_engine.triggers.flow.windows import Window
from tiercel_engine.triggers.records import Key, TriggerState
from tiercel_engine.triggers.states import TriggerStates

_NeedKey = tuple[str, str, str, str]


class _KeptMet(dict[_NeedKey, Met]):
    """Writes what changes to the store, within the transaction of the event that brought it."""

    def __init__(self, store: TriggerStates, states: dict[Key, TriggerState]) -> None:
        super().__init__(
            {(*key, name): _read(value) for key, state in states.items() for name, value in state.met.items()}
        )
        self._store = store
        self._states = states

    def __setitem__(self, key: _NeedKey, met: Met) -> None:
        super().__setitem__(key, met)
        self._keep(key, _written(met))

    def pop(self, key: _NeedKey, *default: Any) -> Any:
        found = super().pop(key, *default)
        self._keep(key, None)
        return found

    def _keep(self, key: _NeedKey, value: dict[str, Any] | None) -> None:
        owner: Key = key[:3]
        state = self._states.get(owner, TriggerState())
        met = {name: kept for name, kept in state.met.items() if name != key[3]}
        if value is not None:
            met[key[3]] = value
        self._states[owner] = replace(state, met=met)
        self._store.put(owner, self._states[owner])


class KeptListening(Listening):
    """As `Listening`, beginning with what an earlier process heard."""

    def __init__(self, store: TriggerStates, states: dict[Key, TriggerState]) -> None:
        super().__init__(_KeptMet(store, states))


def _written(met: Met) -> dict[str, Any]:
    return {
        "start": met.window.start.isoformat(),
        "end": met.window.end.isoformat(),
        "sliding": met.window.sliding,
        "moments": {name: moment.isoformat() for name, moment in met.moments.items()},
        "openedBy": met.opened_by,
    }


def _read(value: dict[str, Any]) -> Met:
    window = Window(datetime.fromisoformat(value["start"]), datetime.fromisoformat(value["end"]), value["sliding"])
    moments = {name: datetime.fromisoformat(moment) for name, moment in value["moments"].items()}
    return Met(window, moments, value["openedBy"])
