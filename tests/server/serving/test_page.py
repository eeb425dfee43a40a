"""The page of executions in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.server.serving.served import TENANT, Served

Serve = Callable[..., Served]
expect.set_options(timeout=30_000)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def page() -> Iterator[Any]:
    """A page whose every complaint fails the test."""
    browser_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser_path is None:
        assert not os.environ.get("CI"), "CI installs chromium: .ci/run"
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if told.type in {"error", "warning"} else None)
        yield page
        browser.close()
    assert not complaints, complaints


def _create(server: Served, flow: str, **inputs: str) -> str:
    answer = server.http.post(
        f"{TENANT}/executions/company.team/{flow}", files={k: (None, v) for k, v in inputs.items()}
    )
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["id"]
    return found


def test_the_page(serve: Serve, page: Any) -> None:
    server = serve("greeting", "waiting", "failing")
    greeted = _create(server, "greeting", name="<b>Ada</b>")
    failed, waiting = _create(server, "failing"), _create(server, "waiting")
    server.ended(greeted)
    server.ended(failed)

    page.goto(f"{server.url}/")
    expect(page.locator("#count")).to_have_text("3 executions")
    page.locator("select[name=state]").select_option("FAILED")
    expect(page.locator("#count")).to_have_text("1 execution")
    expect(page.locator("tbody tr")).to_contain_text("company.team.failing")
    page.locator("select[name=state]").select_option("")
    page.locator("input[name=label]").fill("team:sales")
    page.locator("input[name=label]").press("Enter")
    expect(page.locator("#count")).to_have_text("1 execution")
    page.locator("tbody a").click()

    expect(page.locator("h2")).to_contain_text("company.team.greeting SUCCESS")
    expect(page.locator("#gantt g")).to_have_count(3)
    expect(page.locator("#gantt rect").first).to_be_visible()
    # What a flow says is text, never part of the page.
    expect(page.locator("#logs")).to_contain_text("Hello <b>Ada</b>")
    expect(page.locator("#logs b")).to_have_count(0)
    expect(page.locator("#outputs")).to_contain_text("1 times <b>Ada</b>")

    page.goto(f"{server.url}/ui/#/executions/{waiting}")
    expect(page.locator("h2")).to_contain_text("PAUSED")
    server.http.post(f"{TENANT}/executions/{waiting}/actions/resume", files={"reason": (None, "now")})
    expect(page.locator("h2")).to_contain_text("SUCCESS")
    page.get_by_role("button", name="replay").click()
    expect(page.locator("h2")).to_contain_text("PAUSED")
    page.get_by_role("button", name="kill").click()
    expect(page.locator("h2")).to_contain_text("KILLED")
