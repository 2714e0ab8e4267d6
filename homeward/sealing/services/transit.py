"""A key service over HTTP: the transit engine of OpenBao or Vault, and a list in its KV store.

    {mount}/keys/{name}       aes256-gcm96, derived: the context is what a key is bound to
    {mount}/keys/{name}-mac   its first version makes the process's own secrets
    {mount}/keys/{name}-sign  ed25519
    {kv}/data/{name}/erased/{number}   a line of what was forgotten (KV version 2)

Every answer is checked for its shape: one that is not understood is no answer.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec

from homeward.ports_keys import (
    Bound,
    Erasure,
    KeyDestroyed,
    KeyFault,
    KeyRefused,
    KeysAway,
    Standing,
    Wrapped,
)

CIPHERTEXT = re.compile(r"vault:v([0-9]{1,9}):[A-Za-z0-9+/=]{1,4096}")
LONGEST = 4 * 2**20
TOO_OLD = "disallowed by policy (too old)"
"""What the engine says of a version below min_decryption_version."""


class TransitKeyService:
    """`keys`: their name; `token` may use them and nothing else (docs/runbook.md: policy)."""

    name = "transit"

    def __init__(
        self, url: str, token: str, keys: str = "homeward", mount: str = "transit",
        kv: str = "secret", timeout: float = 4,
    ) -> None:  # fmt: skip
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/") + "/v1/", timeout=timeout, follow_redirects=False,
            headers={"X-Vault-Token": token, "X-Vault-Request": "true"},
        )  # fmt: skip
        self._url, self._keys, self._mount, self._kv = url, keys, mount, kv

    async def prepare(self) -> None:
        for suffix, told in (
            ("", {"type": "aes256-gcm96", "derived": True}),
            ("-mac", {"type": "hmac", "key_size": 32}),
            ("-sign", {"type": "ed25519"}),
        ):
            await self._ask("POST", f"{self._mount}/keys/{self._keys}{suffix}", told)

    async def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[Wrapped]:
        batch = [{"plaintext": _b64(secret), "context": _b64(to.encode())} for to, secret in keys]
        done = [_wrapped(item) for item in await self._batch("encrypt", batch)]
        if any(isinstance(one, KeyFault) for one in done):
            raise KeysAway
        return [one for one in done if isinstance(one, Wrapped)]

    async def unwrap(self, keys: Sequence[Bound]) -> list[bytes | KeyFault]:
        return [_clear(item) for item in await self._batch("decrypt", _asked(keys))]

    async def rewrap(self, keys: Sequence[Bound]) -> list[Wrapped | KeyFault]:
        return [_wrapped(item) for item in await self._batch("rewrap", _asked(keys))]

    async def mac(self, purpose: str) -> bytes:
        told = {"input": _b64(purpose.encode()), "key_version": 1}
        data = await self._data("POST", f"{self._mount}/hmac/{self._keys}-mac/sha2-256", told)
        return _tail(data.get("hmac"), 32)

    async def sign(self, message: bytes) -> bytes:
        told = {"input": _b64(message)}
        data = await self._data("POST", f"{self._mount}/sign/{self._keys}-sign", told)
        return _tail(data.get("signature"), 64)

    async def public_key(self) -> bytes:
        data = await self._data("GET", f"{self._mount}/keys/{self._keys}-sign")
        try:
            newest = data["keys"][str(data["latest_version"])]["public_key"]
            return _exactly(base64.b64decode(newest, validate=True), 32)
        except (KeyError, TypeError, binascii.Error) as odd:
            raise KeysAway from odd

    async def rotate(self) -> int:
        await self._ask("POST", f"{self._mount}/keys/{self._keys}/rotate")
        return (await self.standing()).newest

    async def destroy(self, kek: int) -> None:
        stands = await self.standing()
        if kek >= stands.newest:
            raise KeyRefused("the newest version wraps what is written now")
        config = {"min_decryption_version": kek + 1, "min_encryption_version": kek + 1}
        await self._ask("POST", f"{self._mount}/keys/{self._keys}/config", config)
        trim = {"min_available_version": kek + 1}
        await self._ask("POST", f"{self._mount}/keys/{self._keys}/trim", trim)

    async def standing(self) -> Standing:
        data = await self._data("GET", f"{self._mount}/keys/{self._keys}")
        try:
            newest, oldest = int(data["latest_version"]), int(data["min_decryption_version"])
        except (KeyError, TypeError, ValueError) as odd:
            raise KeysAway from odd
        versions = tuple(range(max(oldest, 1), newest + 1))
        return Standing(self.name, f"{self._url} {self._mount}/{self._keys}", newest, versions)

    async def erasures(self, after: int = 0) -> list[Erasure]:
        reply = await self._ask("LIST", f"{self._kv}/metadata/{self._keys}/erased", missing=True)
        if reply is None:
            return []
        try:
            numbers = sorted(int(number) for number in reply["data"]["keys"])
        except (KeyError, TypeError, ValueError) as odd:
            raise KeysAway from odd
        return [await self._erasure(number) for number in numbers if number > after]

    async def remember(self, erasures: Sequence[Erasure]) -> None:
        for line in erasures:
            told = {"options": {"cas": 0}, "data": {"line": msgspec.json.encode(line).decode()}}
            path = f"{self._kv}/data/{self._keys}/erased/{line.number}"
            try:
                await self._ask("POST", path, told)
            except KeyRefused as known:  # check-and-set: it is there already
                if (await self._erasure(line.number)).number != line.number:
                    raise KeysAway from known

    async def close(self) -> None:
        await self._http.aclose()

    async def _erasure(self, number: int) -> Erasure:
        data = await self._data("GET", f"{self._kv}/data/{self._keys}/erased/{number}")
        try:
            return msgspec.json.decode(data["data"]["line"], type=Erasure)
        except (KeyError, TypeError, msgspec.DecodeError) as odd:
            raise KeysAway from odd

    async def _batch(self, does: str, batch: list[dict[str, str]]) -> list[dict[str, Any]]:
        """An answer for each, in order; a fault of one is in its own."""
        path = f"{self._mount}/{does}/{self._keys}"
        reply = await self._ask("POST", path, {"batch_input": batch}, partly=True)
        data = reply.get("data") if reply else None
        found = data.get("batch_results") if isinstance(data, dict) else None
        if not isinstance(found, list) or len(found) != len(batch):
            raise KeysAway
        return [item if isinstance(item, dict) else {} for item in found]

    async def _data(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        reply = await self._ask(method, path, body)
        data = reply.get("data") if reply else None
        if not isinstance(data, dict):
            raise KeysAway
        return data

    async def _ask(
        self, method: str, path: str, body: Any = None, *, missing: bool = False,
        partly: bool = False,
    ) -> dict[str, Any] | None:  # fmt: skip
        """Raises KeysAway, KeyRefused. `missing`: 404 is None; `partly`: 400 may hold a batch."""
        try:
            reply = await self._http.request(method, path, json=body)
        except httpx.HTTPError as away:
            raise KeysAway from away
        status = reply.status_code
        if status == 404 and missing:
            return None
        if status == 204:
            return {}
        if len(reply.content) > LONGEST or not (status == 200 or (partly and status == 400)):
            if status in (400, 404, 405):
                raise KeyRefused(f"{method} {path} is refused with {status}")
            raise KeysAway  # sealed, standby, token not taken, overloaded: somebody must mend it
        try:
            told = json.loads(reply.content)
        except (ValueError, RecursionError) as odd:
            raise KeysAway from odd
        if not isinstance(told, dict):
            raise KeysAway
        return told


def _asked(keys: Sequence[Bound]) -> list[dict[str, str]]:
    return [
        {
            "ciphertext": f"vault:v{key.wrapped.kek}:{_b64(key.wrapped.box)}",
            "context": _b64(key.to.encode()),
        }
        for key in keys
    ]


def _wrapped(item: dict[str, Any]) -> Wrapped | KeyFault:
    if fault := _fault(item):
        return fault
    found = CIPHERTEXT.fullmatch(str(item.get("ciphertext")))
    if found is None:
        return KeyRefused("not understood")
    try:
        box = base64.b64decode(found.group().split(":")[2], validate=True)
    except binascii.Error:
        return KeyRefused("not understood")
    return Wrapped(box, int(found.group(1)))


def _clear(item: dict[str, Any]) -> bytes | KeyFault:
    if fault := _fault(item):
        return fault
    try:
        return base64.b64decode(str(item.get("plaintext")), validate=True)
    except binascii.Error:
        return KeyRefused("not understood")


def _fault(item: dict[str, Any]) -> KeyFault | None:
    told = item.get("error")
    if not told:
        return None
    return KeyDestroyed("too old") if TOO_OLD in str(told) else KeyRefused("refused")


def _tail(told: object, length: int) -> bytes:
    """The bytes of `vault:v1:<base64>`."""
    try:
        return _exactly(base64.b64decode(str(told).rpartition(":")[2], validate=True), length)
    except binascii.Error as odd:
        raise KeysAway from odd


def _exactly(found: bytes, length: int) -> bytes:
    if len(found) != length:
        raise KeysAway
    return found


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
