"""Fetches, makes and unwraps the keys that a command or a read needs, before it seals or opens.

The database is asked each time whether a key still stands and its person is not forgotten: what is
cached is only the unwrapping. So a key that was destroyed serves nothing in any process, from the
commit on that destroyed it.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from hmac import compare_digest
from secrets import token_bytes
from typing import Any
from uuid import uuid4

import msgspec
import structlog

from homeward.domain.sealed import Compartment, Sealed
from homeward.ports import Unavailable
from homeward.ports_keys import Bound, KeyDestroyed, KeyFault, KeysAway, KeyService
from homeward.sealing.box import DataKey, Owned, Sealer, Why
from homeward.sealing.edge import sealed_values, unseal
from homeward.sealing.keystore import Forgotten, KeyRow, KeyStore, proof_of

log = structlog.get_logger("homeward.keys")
LIFE = 60.0
"""Seconds for which an unwrapped key is kept."""
HELD = 20_000
BATCH = 200
PATIENCE = 5.0
"""Seconds that one answer of the key service may take."""


class Erased(Exception):  # noqa: N818
    """Nothing more is sealed for somebody who was forgotten."""


class Secrets(msgspec.Struct, frozen=True):
    """What a process needs of the key service all the time; asked once."""

    fingerprint: bytes
    token: bytes
    """Signs development tokens and console sessions."""

    temporal: bytes
    """From which the key of each workflow's payloads is derived."""

    index: bytes
    """Of the blind indexes: whoever has not got it cannot guess at what they say."""

    def __repr__(self) -> str:
        return "Secrets()"

    def codec_secret(self, key_id: str | None = None) -> tuple[str, bytes]:
        """As `payloads.CodecSecrets` asks."""
        own = "t-" + hashlib.sha256(b"temporal" + self.temporal).hexdigest()[:12]
        if key_id not in (None, own):
            raise KeyError(key_id)
        return own, self.temporal

    @classmethod
    async def of(cls, service: KeyService) -> "Secrets":
        """Raises KeysAway."""
        async with in_time():
            return cls(*[await service.mac(purpose) for purpose in cls.__struct_fields__])


class Keyring:
    """Shared by a whole process. Raises KeysAway, Unavailable("postgresql") and Erased."""

    def __init__(
        self,
        store: KeyStore,
        service: KeyService,
        secrets: Secrets,
        *,
        life: float = LIFE,
        held: int = HELD,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.service = service
        self.secrets = secrets
        self._life, self._held, self._patience = life, held, patience
        self._monotonic = monotonic
        self._clear: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._remembered: int | None = None
        """How many erasures there must be at least; None: to be asked."""

    async def ready(self) -> None:
        """Raises Unavailable("erasures") where the database knows less of what was forgotten than
        the key service does: it was restored, and serves nothing until it has forgotten again."""
        if self._remembered is None:
            await self._compare()

    async def _compare(self) -> None:
        async with self._in_time():
            theirs = await self.service.erasures()
        known = theirs[-1].number if theirs else 0
        if (await self.store.forgotten(())).erasures < known:
            raise Unavailable("erasures")
        self._remembered = known

    async def closing(self, owners: Collection[Owned]) -> Sealer:
        """A sealer for these; keys that are not there yet are made."""
        if not owners:
            return Sealer()
        wanted = frozenset(owners)
        rows, forgotten = await asyncio.gather(
            self.store.of(wanted), self._forgotten({subject for subject, _ in wanted})
        )
        found = {row.owner: row for row in rows}
        gone = forgotten.subjects | {row.subject for row in rows if row.wrapped is None}
        if gone:
            raise Erased(*sorted(gone))
        if missing := wanted - found.keys():
            await self._make(missing)
            found |= {row.owner: row for row in await self.store.of(missing)}
            if any(row.wrapped is None for row in found.values()):
                raise Erased
        clear = await self._unwrapped(found.values())
        keys = {}
        for owner, row in found.items():
            secret = clear[row.id]
            if secret == "erased":  # noqa: S105
                raise Erased(row.subject)
            if isinstance(secret, str):
                # what could not be opened again must not be closed
                log.error("key_damaged", key=row.id)
                raise KeysAway
            keys[owner] = DataKey(row.id, secret)
        return Sealer(closing=keys)

    async def opening(self, values: Iterable[Sealed]) -> Sealer:
        """A sealer that opens these, or knows of each why it cannot."""
        return await self.opening_keys({value.key: value.subject for value in values})

    async def opening_keys(self, wanted: Mapping[str, str]) -> Sealer:
        """The same for keys by their ids, each with whose it is."""
        if not wanted:
            return Sealer()
        rows, forgotten = await asyncio.gather(
            self.store.named(wanted.keys()), self._forgotten(set(wanted.values()))
        )
        known: dict[str, bytes | Why] = {}
        for key, subject in wanted.items():
            if subject in forgotten.subjects:
                known[key] = "erased"
        for row in rows:
            if row.wrapped is None:
                known[row.id] = "erased"
        for id_ in known:
            self._clear.pop(id_, None)
        known |= await self._unwrapped(row for row in rows if row.id not in known)
        return Sealer(opening=known)

    async def open(self, value: Any) -> Any:
        """JSON data of `value` in clear; what cannot be opened says why (`unseal`)."""
        return unseal(value, await self.opening(sealed_values(value)))

    async def close(self, value: Any, subject: str, compartment: Compartment, field: str) -> Sealed:
        """One value. Raises Erased."""
        sealer = await self.closing({(subject, compartment)})
        return sealer.close(value, subject, compartment, field)

    async def _forgotten(self, subjects: Collection[str]) -> Forgotten:
        if self._remembered is None:
            await self._compare()
        forgotten = await self.store.forgotten(subjects)
        if forgotten.erasures < (self._remembered or 0):
            self._remembered = None  # the database has gone back under our feet
            raise Unavailable("erasures")
        self._remembered = forgotten.erasures
        return forgotten

    async def _make(self, owners: Iterable[Owned]) -> None:
        made = [(f"k-{uuid4().hex}", owner, token_bytes(32)) for owner in sorted(owners)]
        async with self._in_time():
            wrapped = await self.service.wrap([(id_, secret) for id_, _, secret in made])
        if len(wrapped) != len(made):
            raise KeysAway
        rows = [
            KeyRow(id_, subject, compartment, box, proof_of(id_, secret))
            for (id_, (subject, compartment), secret), box in zip(made, wrapped, strict=True)
        ]
        # what a service answered in error would be lost with everything sealed under it
        back = await self._unwrapped(rows)
        if any(back[id_] != secret for id_, _, secret in made):
            log.error("key_service_wraps_wrongly")
            raise KeysAway
        await self.store.add(rows, datetime.now(UTC))

    async def _unwrapped(self, rows: Iterable[KeyRow]) -> dict[str, bytes | Why]:
        now = self._monotonic()
        clear: dict[str, bytes | Why] = {}
        asked: list[Bound] = []
        proofs: dict[str, bytes] = {}
        for row in rows:
            held = self._clear.get(row.id)
            if held is not None and held[1] > now:
                clear[row.id] = held[0]
            elif row.wrapped is not None:
                asked.append(Bound(row.id, row.wrapped))
                proofs[row.id] = row.proof
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            async with self._in_time():
                answers = await self.service.unwrap(batch)
            if len(answers) != len(batch):
                raise KeysAway
            for bound, answer in zip(batch, answers, strict=True):
                clear[bound.to] = self._judged(bound.to, answer, proofs[bound.to])
        return clear

    def _judged(self, id_: str, answer: bytes | KeyFault, proof: bytes) -> bytes | Why:
        if isinstance(answer, KeyDestroyed):
            return "erased"
        if isinstance(answer, KeyFault) or not compare_digest(proof_of(id_, answer), proof):
            return "damaged"
        self._keep(id_, answer)
        return answer

    def _keep(self, id_: str, secret: bytes) -> None:
        self._clear[id_] = (secret, self._monotonic() + self._life)
        self._clear.move_to_end(id_)
        while len(self._clear) > self._held:
            self._clear.popitem(last=False)

    def _in_time(self) -> AbstractAsyncContextManager[None]:
        return in_time(self._patience)


@asynccontextmanager
async def in_time(seconds: float = PATIENCE) -> AsyncIterator[None]:
    """A key service that is slow is away, and so is one that refuses a whole request."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, KeyFault) as fault:
        raise KeysAway from fault
