"""Files encrypted and decrypted with OpenPGP, by Sequoia."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.plugins.record_files import source_file, store_made
from tiercel_engine.tasks.properties import as_text, items, required_text, text

_PLACE = "io.kestra.plugin.crypto.openpgp."
OPENPGP = Needs("tiercel[crypto]", ("pysequoia",))
LARGEST = 512 * 1024 * 1024
"""Bytes that a file may have: it is held in memory."""


def _content(file: Path) -> bytes:
    if file.stat().st_size > LARGEST:
        raise TaskFailure(f"Files of more than {LARGEST} bytes are not encrypted or decrypted here")
    return file.read_bytes()


def _key(kind: Any, written: str, what: str) -> Any:
    try:
        return kind.from_bytes(written.encode())
    except Exception as error:
        raise TaskFailure(f"{what} is no OpenPGP key: {error}") from error


@task_type(_PLACE + "Encrypt", needs=OPENPGP)
class Encrypt:
    """Encrypts a file for the holder of `key`, signed with `signPrivateKey` where there is one."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`, an armored message; raises `TaskFailure`."""
        from pysequoia import Cert, Tsk, encrypt

        source, key = await source_file(context), await required_text(context, "key")
        signing, user = await text(context, "signPrivateKey"), await text(context, "signUser")
        passphrase = await text(context, "signPassphrase")

        def make(target: Path) -> None:
            recipient = _key(Cert, key, "Property 'key'")
            try:
                signer = None
                if signing is not None and user is not None:
                    signer = _key(Tsk, signing, "Property 'signPrivateKey'").signer(passphrase or None)
                target.write_bytes(encrypt(_content(source), recipients=[recipient], signer=signer))
            except TaskFailure:
                raise
            except Exception as error:
                raise TaskFailure(f"The file can't be encrypted: {error}") from error

        uri, _ = await store_made(context, ".tmp", make)
        return TaskResult({"uri": uri})


@task_type(_PLACE + "Decrypt", needs=OPENPGP)
class Decrypt:
    """Decrypts a file, and checks who has signed it where `requiredSignerUsers` are named."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`; raises `TaskFailure` for a wrong key, or a signature that lacks."""
        from pysequoia import Cert, Tsk, decrypt

        source, key = await source_file(context), await required_text(context, "privateKey")
        passphrase = await text(context, "privateKeyPassphrase")
        known = [as_text(each) for each in await items(context, "signUsersKey") or []]
        required = [as_text(each) for each in await items(context, "requiredSignerUsers") or []]

        def make(target: Path) -> None:
            signers = [_key(Cert, each, "Property 'signUsersKey'") for each in known]
            secret = _key(Tsk, key, "Property 'privateKey'")
            try:
                decryptor = secret.decryptor(passphrase or None)
                options: dict[str, Any] = {"store": lambda _: signers} if signers else {}
                found = decrypt(_content(source), decryptor=decryptor, **options)
            except TaskFailure:
                raise
            except Exception as error:
                raise TaskFailure(f"The file can't be decrypted: {error}") from error
            _require(required, signers, {each.certificate for each in found.valid_sigs})
            target.write_bytes(found.bytes or b"")

        uri, _ = await store_made(context, ".tmp", make)
        return TaskResult({"uri": uri})


def _require(users: list[str], signers: list[Any], signed: set[str]) -> None:
    names = [str(user) for cert in signers if cert.fingerprint in signed for user in cert.user_ids]
    missing = [user for user in users if not any(user in name for name in names)]
    if missing:
        raise TaskFailure(f"The file is not signed by {', '.join(missing)}")
