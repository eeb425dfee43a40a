"""A server over standard input and output for each test."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from tests.lsp.editor import Editor

SERVER = [sys.executable, "-m", "tiercel_server", "lsp"]


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[*SERVER, "--stdio"]))
async def client(client: LanguageClient) -> AsyncIterator[None]:
    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams) -> None:
        pass

    @client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
    def refresh(params: None) -> None:
        pass

    yield
    await client.shutdown_session()


@pytest_asyncio.fixture
async def editor(client: LanguageClient, tmp_path: Path) -> Editor:
    capabilities = client_capabilities("visual-studio-code")
    await client.initialize_session(types.InitializeParams(capabilities=capabilities, root_uri=tmp_path.as_uri()))
    return Editor(client)


@pytest.fixture
def uri(tmp_path: Path) -> Callable[[str], str]:
    return lambda name: (tmp_path / name).as_uri()
