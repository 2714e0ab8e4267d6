"""A witness that is asked over HTTP, as C2SP's tlog-witness describes it."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import httpx

from homeward.eventstore.note import COSIGNS, WHOLE, Key, read_signature, signature_line
from homeward.ports_record import Signer, WitnessAway, WitnessDisagrees, WitnessElsewhere

PATIENCE = httpx.Timeout(10, connect=3)
SIZE = "text/x.tlog.size"
MOST = 65_536
"""Bytes of an answer to a checkpoint; a cosignature has about two hundred."""


class HttpWitness:
    """`url` is the submission prefix; `key` the witness's public key, which names it."""

    def __init__(self, url: str, key: Key) -> None:
        if key.use != COSIGNS:
            raise ValueError("a witness's key cosigns: its first byte is 04")
        self._key = key
        self._http = httpx.AsyncClient(base_url=url.rstrip("/") + "/", timeout=PATIENCE)

    @property
    def name(self) -> str:
        return self._key.name

    @property
    def key(self) -> str | None:
        return str(self._key)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def take(self, old: int, proof: Sequence[bytes], told: str) -> str | None:
        reply = await self._ask("POST", "add-checkpoint", request(old, proof, told))
        text = reply.text if len(reply.content) <= MOST else ""
        match reply.status_code:
            case 200:
                return self._line(text)
            case 409 if reply.headers.get("content-type", "").startswith(SIZE):
                if not WHOLE.fullmatch(text.removesuffix("\n")):
                    raise WitnessAway("it answers 409 without the size that it has")
                if int(text) == old:
                    raise WitnessDisagrees(f"it has another tree of {old} leaves")
                raise WitnessElsewhere(int(text))
            case 409:
                raise WitnessDisagrees(f"it has another tree of {old} leaves")
            case 422:
                raise WitnessDisagrees("it finds that this checkpoint does not continue its own")
            case 403:
                raise WitnessDisagrees("it does not know the key that we sign with")
            case 404:
                raise WitnessDisagrees("it does not know the record of this name")
            case 400:
                raise WitnessDisagrees("it cannot read what we send")
        raise WitnessAway(f"it answers {reply.status_code}")

    async def kept(self) -> list[str]:
        """From `GET checkpoints`, which ours has; others may keep theirs to themselves."""
        reply = await self._ask("GET", "checkpoints")
        if reply.status_code in (404, 405):
            return []
        if reply.status_code != 200:
            raise WitnessAway(f"it answers {reply.status_code}")
        try:
            return [json.loads(line)["note"] for line in reply.text.splitlines()]
        except (ValueError, KeyError, TypeError):
            raise WitnessAway("it answers with something else than its notes") from None

    async def add_erasure(self, line: Mapping[str, object], origin: str, signer: Signer) -> None:
        """Tell it a line of docs/record.md's chain; harmless again. Returns once it is kept."""
        told = json.dumps(line, ensure_ascii=False)
        reply = await self._ask("POST", "erasures", await _wish(told, origin, signer))
        if reply.status_code == 409:
            raise WitnessDisagrees("its list of erasures is not the beginning of ours")
        if reply.status_code in (400, 403):
            raise WitnessDisagrees(f"it does not take our list of erasures: {reply.text.strip()}")
        if reply.status_code != 200:
            raise WitnessAway(f"it answers {reply.status_code}")

    async def erasures(
        self, origin: str, signer: Signer, host_now: datetime
    ) -> list[dict[str, Any]]:
        """The lines that it was told, in order; the witness's clock must be near the host's."""
        wish = await _wish(f"read {host_now.astimezone(UTC).isoformat()}", origin, signer)
        credentials = {"Authorization": f"Note {b64encode(wish.encode()).decode()}"}
        reply = await self._ask("GET", "erasures", headers=credentials)
        if reply.status_code in (401, 403):
            raise WitnessDisagrees(f"it does not tell the erasures: {reply.text.strip()}")
        if reply.status_code != 200:
            raise WitnessAway(f"it answers {reply.status_code}")
        try:
            return [dict(json.loads(line)) for line in reply.text.splitlines()]
        except (ValueError, TypeError):
            raise WitnessAway("it answers with something else than erasures") from None

    async def _ask(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        try:
            return await self._http.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise WitnessAway(f"it does not answer ({type(error).__name__})") from None

    def _line(self, text: str) -> str:
        """The line of the key that we know; others are ignored."""
        for line in text.splitlines():
            try:
                found = read_signature(line)
            except ValueError:
                continue
            if (found.name, found.key_id) == (self._key.name, self._key.id):
                return found.line
        raise WitnessAway("it answers without a cosignature of the key that we were given")


def request(old: int, proof: Sequence[bytes], told: str) -> str:
    """The body of add-checkpoint."""
    lines = [f"old {old}", *(b64encode(each).decode() for each in proof)]
    return "\n".join(lines) + "\n\n" + told


async def _wish(told: str, origin: str, signer: Signer) -> str:
    """One line about the erasures, signed by the record's key."""
    body = f"erasures of {origin}\n{told}\n"
    key = Key(origin, await signer.public_key())
    return f"{body}\n{signature_line(key, await signer.sign(body.encode()))}"
