"""Forgetting: the keys of whoever was erased are destroyed, it is recorded, and others remember it.

PersonalDataErased is the decision; from its commit on nothing of these subjects is opened
(es.erased). What is owed then is done here, and is the same however often it is tried: keys
destroyed, a line in es.erasure, the key service and the witnesses told. A database that was
restored from a backup knows less than they do, and is told again before anything is served.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from homeward.eventstore.pool import Pool, reaching
from homeward.ports import Unavailable
from homeward.ports_keys import Erasure, Remembers
from homeward.sealing.keystore import PostgresKeyStore

log = structlog.get_logger("homeward.erasing")
OWED = """
select e.stream_id, e.event_id, e.recorded_at,
       array(select jsonb_array_elements_text(convert_from(e.data, 'UTF8')::jsonb -> 'subjects'))
  from es.event e
 where e.type = 'PersonalDataErased'
   and not exists (select from es.erasure d where d.event_id = e.event_id)
 order by e.recorded_at, e.event_id
"""
RECORD = "select es.erase_again($1, $2, $3, $4)"
OURS = """
select number, case_id, event_id, subjects, at, prev, hash from es.erasure
 where number > $1 order by number
"""
ALONE = "select pg_try_advisory_lock(hashtext('homeward erasing'))"
DONE = "select pg_advisory_unlock(hashtext('homeward erasing'))"


class Forked(Exception):  # noqa: N818
    """Somebody who remembers our erasures remembers others: somebody must look."""


class Erasing:
    """`first` must answer before anything is recorded; the others are told when they can be."""

    def __init__(
        self, main: Pool, keys: PostgresKeyStore, first: Remembers, others: Sequence[Remembers] = ()
    ) -> None:
        self._main = main
        self._keys = keys
        self._first, self._others = first, others

    async def owed(self) -> bool:
        """Whether anything is to be forgotten that is not yet."""
        with reaching():
            return bool(await self._main.fetch(OWED))

    async def catch_up(self) -> int:
        """All that is owed, and what others know and we do not; how many lines were written.

        Raises Unavailable and Forked. 0 where another process is at it.
        """
        async with self._alone() as alone:
            if not alone:
                return 0
            done = await self._again(self._first)
            for other in self._others:
                try:
                    done += await self._again(other)
                except Unavailable as away:
                    log.warning("erasures_not_compared", part=away.part)
            done += await self._erase_owed()
            await self._tell(self._first)
            for other in self._others:
                try:
                    await self._tell(other)
                except Unavailable as away:
                    log.warning("erasures_not_told", part=away.part)
            return done

    async def _erase_owed(self) -> int:
        with reaching():
            owed = await self._main.fetch(OWED)
        for case, event, at, subjects in owed:
            await self._keys.destroy(subjects, at)
            with reaching():
                await self._main.fetchval(RECORD, case, event, subjects, at)
            log.info("erased", case=case)
        return len(owed)

    async def _again(self, memory: Remembers) -> int:
        """What it remembers and a restored database does not."""
        ours = await self.recorded()
        theirs = await memory.erasures()
        for line, known in zip(theirs, ours, strict=False):
            if line.hash != known.hash:
                raise Forked(f"{memory.name} remembers another erasure {line.number}")
        if ours:  # the keys' database may have been restored alone
            every = {subject for line in ours for subject in line.subjects}
            await self._keys.destroy(every, ours[-1].at)
        missing = theirs[len(ours) :]
        for line in missing:
            await self._keys.destroy(line.subjects, line.at)
            with reaching():
                made = await self._main.fetchval(
                    RECORD, line.case, line.event, list(line.subjects), line.at
                )
            if made != line.hash:
                raise Forked(f"{memory.name} remembers another erasure {line.number}")
            log.warning("erased_again_after_a_restore", case=line.case)
        return len(missing)

    async def _tell(self, memory: Remembers) -> None:
        if missing := await self.recorded(len(await memory.erasures())):
            await memory.remember(missing)

    async def recorded(self, after: int = 0) -> list[Erasure]:
        """The record's lines, by number."""
        with reaching():
            found = await self._main.fetch(OURS, after)
        return [
            Erasure(number, case, event, tuple(subjects), at, prev, hash_)
            for number, case, event, subjects, at, prev, hash_ in found
        ]

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[bool]:
        with reaching():
            async with self._main.acquire() as connection:
                alone = bool(await connection.fetchval(ALONE))
                try:
                    yield alone
                finally:
                    if alone:
                        await connection.execute(DONE)
