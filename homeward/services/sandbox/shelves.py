"""What the sandbox remembers: plain dictionaries, or a file that outlives `kill -9`."""

import sqlite3
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from homeward.ports_partners import MissionAnswer
from homeward.services.sandbox.vocabulary import AnswerBehaviour

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One idempotency key: what it asked, and what came of it."""

    service: str
    operation: str
    key: str
    asked: dict[str, Any]
    first_at: datetime
    attempts: int = 0
    applied: int = 0
    answered: int = 0
    answer: dict[str, Any] | None = None
    refused: str | None = None

    @property
    def decided(self) -> bool:
        return self.answer is not None or self.refused is not None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A handoff that reached its mission."""

    case: str
    mission: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """An answer that a mission's own system will give; due once its handoff is there."""

    told: AnswerBehaviour
    set_at: datetime
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """An answer in the feed, until its receipt."""

    answer: MissionAnswer
    receipt: str | None = None


@dataclass(frozen=True)
class Shelves:
    """All state of the sandbox. Values are frozen: a change is a new value put in its place."""

    calls: MutableMapping[str, Call] = field(default_factory=dict)
    behaviours: MutableMapping[str, dict[str, Any]] = field(default_factory=dict)
    delivered: MutableMapping[str, Delivered] = field(default_factory=dict)
    plans: MutableMapping[str, Plan] = field(default_factory=dict)
    feed: MutableMapping[str, Offered] = field(default_factory=dict)
    held: MutableMapping[str, datetime] = field(default_factory=dict)
    clock: MutableMapping[str, float] = field(default_factory=dict)

    def clear(self) -> None:
        """Forgets everything but the clock, which is the engine's."""
        for shelf in (
            self.calls, self.behaviours, self.delivered, self.plans, self.feed, self.held,
        ):  # fmt: skip
            shelf.clear()


class SqliteShelf(MutableMapping[str, T], Generic[T]):
    """One kind of thing in the state file, in the order of its first coming."""

    def __init__(self, database: sqlite3.Connection, name: str, kind: Any) -> None:
        self._database = database
        self._name = name
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)

    def __getitem__(self, key: str) -> T:
        row = self._database.execute(
            "select value from kept where shelf = ? and key = ?", (self._name, key)
        ).fetchone()
        if row is None:
            raise KeyError(key)
        return self._adapter.validate_json(row[0])

    def __setitem__(self, key: str, value: T) -> None:
        self._database.execute(
            "insert into kept (shelf, key, value) values (?, ?, ?)"
            " on conflict (shelf, key) do update set value = excluded.value",
            (self._name, key, self._adapter.dump_json(value).decode()),
        )

    def __delitem__(self, key: str) -> None:
        deleted = self._database.execute(
            "delete from kept where shelf = ? and key = ?", (self._name, key)
        )
        if not deleted.rowcount:
            raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        rows = self._database.execute(
            "select key from kept where shelf = ? order by place", (self._name,)
        ).fetchall()
        return iter([row[0] for row in rows])

    def __len__(self) -> int:
        row = self._database.execute("select count(*) from kept where shelf = ?", (self._name,))
        return int(row.fetchone()[0])

    def clear(self) -> None:
        self._database.execute("delete from kept where shelf = ?", (self._name,))


def open_shelves(path: Path | None) -> tuple[Shelves, sqlite3.Connection | None]:
    """Shelves on the file, made if it is not there; without a path, in memory."""
    if path is None:
        return Shelves(), None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = sqlite3.connect(path, check_same_thread=False)
    # What a commit wrote survives the death of the process; a torn page never shows.
    database.execute("pragma journal_mode = wal")
    database.execute(
        "create table if not exists kept (place integer primary key, shelf text not null,"
        " key text not null, value text not null, unique (shelf, key))"
    )
    database.commit()
    shelves = Shelves(
        calls=SqliteShelf(database, "calls", Call),
        behaviours=SqliteShelf(database, "behaviours", dict[str, Any]),
        delivered=SqliteShelf(database, "delivered", Delivered),
        plans=SqliteShelf(database, "plans", Plan),
        feed=SqliteShelf(database, "feed", Offered),
        held=SqliteShelf(database, "held", datetime),
        clock=SqliteShelf(database, "clock", float),
    )
    return shelves, database
