"""The sandbox's one state: kept on disk before anyone is told, and calls held while slow."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel

from homeward.ports_partners import Asked
from homeward.services.sandbox.behaviour import Misbehaved, Partners, Slow
from homeward.services.sandbox.shelves import open_shelves


def host_time() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """Partners that remember on disk, and calls held until the engine's clock has moved."""

    def __init__(self, state: Path | None, host_now: Callable[[], datetime]) -> None:
        shelves, self._database = open_shelves(state)
        self._host_now = host_now
        self._clock = shelves.clock
        self._moved = asyncio.Event()
        self.partners = Partners(self.now, shelves)

    def now(self) -> datetime:
        return self._host_now() + timedelta(seconds=self.offset)

    @property
    def offset(self) -> float:
        return self._clock.get("offset", 0.0)

    def set_offset(self, seconds: float) -> None:
        self._clock["offset"] = seconds

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """What was done is on disk before anyone is told; failing on purpose is remembered too."""
        try:
            yield
        except Misbehaved:
            self._commit()
            raise
        except BaseException:
            if self._database is not None:
                self._database.rollback()
            raise
        self._commit()

    def _commit(self) -> None:
        if self._database is not None:
            self._database.commit()

    def close(self) -> None:
        if self._database is not None:
            self._database.close()

    def stir(self) -> None:
        """Held calls look again."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def ask(
        self, service: str, operation: str, key: str, asked: Asked, gone: Awaitable[None]
    ) -> BaseModel | None:
        """None where the caller left before its slow answer was due: nothing was done."""
        leaving, resumed = asyncio.ensure_future(gone), False
        try:
            while True:
                moved = asyncio.ensure_future(self._moved.wait())
                try:
                    with self.remembering():
                        return self.partners.ask(service, operation, key, asked, resumed=resumed)
                except Slow as slow:
                    wait = max((slow.until - self.now()).total_seconds(), 0)
                    await asyncio.wait(
                        {leaving, moved}, timeout=wait, return_when=asyncio.FIRST_COMPLETED
                    )
                finally:
                    moved.cancel()
                if leaving.done():
                    return None
                resumed = True
        finally:
            leaving.cancel()
