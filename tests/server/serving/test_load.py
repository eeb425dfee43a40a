"""Many calls at once, and a crash among them: what was accepted is run."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import httpx

from tests.server.serving.served import TENANT, Served

CALLS, AT_ONCE = 1_000, 50
HOOK = f"{TENANT}/executions/webhook/company.team/hook/open-sesame"
Serve = Callable[..., Served]


async def _call_all(url: str, after: int, crash: Callable[[], None]) -> list[str]:
    """Calls with a number each; the ids of those that were accepted. `crash` is called once `after` have been."""
    accepted: list[str] = []
    numbers = iter(range(CALLS))

    async def caller(client: httpx.AsyncClient) -> None:
        for number in numbers:
            try:
                answer = await client.post(HOOK, json={"number": number})
            except httpx.TransportError:
                return
            assert answer.status_code == 200, answer.text
            accepted.append(answer.json()["id"])
            if len(accepted) == after:
                crash()

    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as client:
        await asyncio.gather(*(caller(client) for _ in range(AT_ONCE)))
    return accepted


def _ends(server: Served) -> dict[str, str]:
    with closing(sqlite3.connect(server.folder / ".tiercel" / "executions.db")) as db:
        return dict(db.execute("SELECT id, state FROM executions"))


def _all_ended(server: Served, ids: list[str]) -> dict[str, str]:
    for _ in range(1_500):
        ends = _ends(server)
        if all(ends.get(each) == "SUCCESS" for each in ids):
            break
        time.sleep(0.1)
    return ends


async def test_no_call_is_lost(serve: Serve) -> None:
    server = serve("hook")
    accepted = await _call_all(server.url, CALLS + 1, lambda: None)
    assert len(set(accepted)) == CALLS
    ends = _all_ended(server, accepted)
    assert set(ends) == set(accepted)
    assert set(ends.values()) == {"SUCCESS"}
    outputs = [server.http.get(f"{TENANT}/outputs/executions/{each}").json()["number"] for each in accepted[:20]]
    assert len(set(outputs)) == 20
    assert server.stop() == 0


async def test_a_crash_loses_nothing_that_was_accepted(serve: Serve) -> None:
    server = serve("hook", "waiting")
    paused = server.http.post(f"{TENANT}/executions/company.team/waiting").json()["id"]
    accepted = await _call_all(server.url, CALLS // 2, server.kill)
    assert CALLS // 2 <= len(accepted) < CALLS
    server.process.wait()
    assert set(accepted) <= set(_ends(server))
    server.start()
    ends = _all_ended(server, accepted)
    assert {ends[each] for each in accepted} == {"SUCCESS"}
    # What was written but never answered is run, too: nobody knows that it was not accepted.
    _all_ended(server, [each for each in _ends(server) if each != paused])
    ends = _ends(server)
    assert ends.pop(paused) == "PAUSED"
    assert set(ends.values()) == {"SUCCESS"}
    answer = server.http.post(f"{TENANT}/executions/{paused}/actions/resume", files={"reason": (None, "later")})
    assert answer.status_code == 200
    assert server.ended(paused)["state"]["current"] == "SUCCESS"
