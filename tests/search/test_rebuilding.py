"""The blind indexes built anew from the ledger: the same rows, and nobody who was forgotten."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from homeward.edge.indexing import TABLES, Indexing
from homeward.eventstore.ledger import sequence
from homeward.eventstore.pool import Connection
from homeward.eventstore.rebuild import standing
from homeward.eventstore.replay import replay
from homeward.eventstore.subscription import Sequenced
from tests.eventstore.telling import NOON
from tests.search.test_search import World
from tests.search.test_search import world as world  # noqa: PLC0414 - a fixture

ROWS = "select * from es.search_term order by kind, term, subject, value, part"
ERASE = "select es.record_erasure($1, gen_random_uuid(), array[$1], $2)"
PLACE = "select position from es.subscription where name = 'search'"


async def terms(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.pool.fetch(ROWS)]


async def test_the_index_is_built_anew_beside_the_live_one(world: World) -> None:
    for name in ("BUDI SANTOSO", "AGUS WIJAYA", "SOK VANNA"):
        await world.case(name, born="1998-03-14", number="C1234567")
    await world.request("Nguyễn Thị Hương", "Trần Văn Nam")
    await world.indexed()
    live, place = await terms(world), await world.pool.fetchval(PLACE)
    await world.pool.execute("delete from es.search_term where part <> -1")

    assert await replay(world.pool, Indexing(world.pool, world.keyring), limit=2) == place
    assert await terms(world) == live
    assert await world.pool.fetchval(PLACE) == place
    later = await world.case("DEWI LESTARI")
    await world.indexed()
    assert later.id in await world.found(name="dewi lestari")


class Slow(Indexing):
    """Does something between two batches, once."""

    def __init__(self, world: World, meanwhile: Any) -> None:
        super().__init__(world.pool, world.keyring)
        self.meanwhile, self.batches = meanwhile, 0

    async def fill(self, connection: Connection, batch: Sequence[Sequenced], schema: str) -> None:
        self.batches += 1
        if self.batches == 2:
            await self.meanwhile()
        await super().fill(connection, batch, schema)


async def test_who_is_found_or_forgotten_meanwhile_is_so_afterwards(world: World) -> None:
    gone = await world.case("BUDI SANTOSO")
    for _ in range(3):
        await world.case("AGUS WIJAYA")
    await world.indexed()
    came = []

    async def meanwhile() -> None:
        await world.pool.execute(ERASE, gone.id, NOON)
        came.append((await world.case("DEWI LESTARI")).id)
        await world.indexed()

    await replay(world.pool, Slow(world, meanwhile), limit=1)
    assert await world.found(name="dewi lestari") == came
    assert gone.id not in {row[3] for row in await terms(world)}
    assert len(await world.found(name="agus wijaya")) == 3


async def test_broken_off_it_goes_on_where_it_stopped_and_the_live_one_stays(world: World) -> None:
    for _ in range(4):
        await world.case("AGUS WIJAYA")
    await world.indexed()
    live = await terms(world)

    async def broken() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await replay(world.pool, Slow(world, broken), limit=1)
    assert await terms(world) == live
    stands = {one.name: one.rebuilding for one in await standing(world.pool, {"search": TABLES})}
    assert (stands["search"], stands["tasks"]) == ((1, 4), None)

    seen: list[int] = []
    again = Indexing(world.pool, world.keyring)
    await replay(world.pool, again, lambda done, _: seen.append(done), limit=1)
    assert seen[0] == 2
    assert await terms(world) == live


async def test_the_live_index_and_the_new_one_are_at_it_together(world: World) -> None:
    for _ in range(6):
        await world.case("AGUS WIJAYA")
    while await sequence(world.pool):
        pass
    live = asyncio.create_task(Indexing(world.app, world.keyring).forever())
    await replay(world.pool, Indexing(world.pool, world.keyring), limit=2)
    ids = {(await world.case("DEWI LESTARI")).id for _ in range(3)}
    while await sequence(world.pool):
        pass
    while set(await world.found(name="dewi lestari")) != ids:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    live.cancel()
    assert len(await world.found(name="agus wijaya")) == 6
