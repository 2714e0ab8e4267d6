"""The chain of many events verified, beside SHA-256 over the same bytes on one core."""

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256

from homeward.dev.bench.case import moved, way_home
from homeward.dev.bench.measure import Bench, Contest, Contestant, Ratio
from homeward.dev.bench.rig import Rig
from homeward.eventstore import chain, codec
from homeward.verifier import verify

EVENTS = 20_000
Row = tuple[object, ...]


async def record() -> tuple[
    list[Row], list[tuple[str, str, int, bytes]], list[tuple[bytes, bytes]]
]:
    """Rows as the verifier takes them, those of the streams, and the bytes hashed for each."""
    told = (await way_home())[:30]
    rows: list[Row] = []
    streams: list[tuple[str, str, int, bytes]] = []
    hashed: list[tuple[bytes, bytes]] = []
    for nth in range(EVENTS // len(told)):
        prev = chain.GENESIS
        for event in moved(told, nth):
            data = codec.encode(event.fact)
            link = chain.event_hash(
                prev, stream=event.stream, version=event.version, event_id=event.id,
                command_id=event.command_id, command=event.command, type_=event.type,
                schema_v=type(event.fact).schema, actor=event.by, roles=event.roles,
                cause=event.cause, occurred_at=event.occurred_at, recorded_at=event.recorded_at,
                data=data,
            )  # fmt: skip
            times = [
                chain.microseconds(at).to_bytes(8, "big", signed=True)
                for at in (event.occurred_at, event.recorded_at)
            ]
            cause = None if event.cause is None else event.cause.bytes
            rows.append(
                (
                    len(rows), event.stream, event.version, event.id.bytes, event.command_id.bytes,
                    event.command, event.type, type(event.fact).schema, event.by, event.roles,
                    cause, *times, data, prev, link, sha256(b"\x00" + link).digest(),
                )
            )  # fmt: skip
            head = b"".join(
                (prev, event.stream.encode(), event.id.bytes, event.command_id.bytes,
                 event.command.encode(), event.type.encode(), event.by.encode(), *times,
                 bytes(70))
            )  # fmt: skip
            hashed.append((head, data))
            prev = link
        streams.append((str(rows[-1][1]), "case", len(told), prev))
    return rows, sorted(streams), hashed


def some_key() -> str:
    """A public key of the log, as docs/record.md writes it; nothing is signed here."""
    name, told = "homeward/bench", b"\x01" + bytes(32)
    id_ = sha256(name.encode() + b"\n" + told).hexdigest()[:8]
    return f"{name}+{id_}+{b64encode(told).decode()}\n"


@asynccontextmanager
async def set_up(_: Rig) -> AsyncIterator[Contest]:
    rows, streams, hashed = await record()
    whole = {
        "events": rows, "streams": streams, "access": [], "erasures": [], "checkpoints": [],
        "witnesses": {}, "keys": some_key(),
    }  # fmt: skip

    def verified() -> None:
        report = verify({**whole, "events": iter(rows), "streams": iter(streams)})
        assert report["intact"], report["findings"][:1]

    def plain() -> None:
        for head, data in hashed:
            sha256(head + sha256(data).digest()).digest()

    yield Contest(
        {"SHA-256 of the same bytes": _rate(plain), "verified": _rate(verified)},
        (Ratio("verifying beside bare hashing", "verified", "SHA-256 of the same bytes", 0.6),),
    )


def _rate(whole: Callable[[], None]) -> Contestant:
    async def contestant(_: float) -> float:
        began = time.perf_counter()
        await asyncio.to_thread(whole)
        return EVENTS // 30 * 30 / (time.perf_counter() - began)

    return contestant


BENCH = Bench("verify", f"A chain of {EVENTS:,} events verified", set_up, "events a second")
