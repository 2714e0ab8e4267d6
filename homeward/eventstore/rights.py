"""The written table: which role may do what with which table and function. Nobody may do more.

Every table of ours stands here; one that does not fails the migration that made it. What happened
is never changed: nobody has UPDATE, DELETE or TRUNCATE where only appending is meant. Audit and
backup read everything except keys.
"""

from dataclasses import dataclass, field

from homeward.eventstore.roles import Role

Rights = dict[Role, str]
"""Role -> privileges, as GRANT has them: `select, update(nudged_at)`."""

ALL = "select"
APPENDED = "select, insert"
KEPT = "select, insert, update"


@dataclass(frozen=True)
class Function:
    """`definer`: it runs with the owner's rights, on a pinned search path."""

    roles: tuple[Role, ...] = ()
    definer: bool = False


@dataclass(frozen=True)
class Schema:
    tables: dict[str, Rights]
    functions: dict[str, Function] = field(default_factory=dict)
    """Those that are not here, nobody calls but the owner."""
    read_by: tuple[Role, ...] = ("audit", "backup")

    def rights(self, table: str) -> Rights:
        return {**dict.fromkeys(self.read_by, ALL), **self.tables[table]}

    @property
    def backed_up(self) -> bool:
        return "backup" in self.read_by

    def users(self) -> list[Role]:
        """Every role that has anything to do here."""
        named = {role for rights in self.tables.values() for role in rights}
        callers = {role for function in self.functions.values() for role in function.roles}
        return sorted(named | callers | {*self.read_by})


ES = Schema(
    tables={
        "alembic_version": {"app": ALL, "worker": ALL, "sequencer": ALL},
        "event": {"app": ALL, "worker": ALL, "sequencer": ALL},
        "command": {"app": ALL, "worker": ALL},
        "stream": {"app": ALL, "worker": "select, update(nudged_at)", "sequencer": ALL},
        "reservation": {"app": APPENDED},
        # the offset is nobody's: a clock that moves is development's, whose user is the server's
        "clock": {"app": ALL, "worker": "select, update(epoch)", "sequencer": ALL},
        "access_log": {"app": ALL, "sequencer": ALL},
        # rows that follow from events are written by the append, with the owner's rights
        "deadline": {"worker": ALL},
        "owed_call": {"worker": ALL},
        "late": {"app": ALL},
        "task": {"app": ALL},
        "handoff": {"app": ALL},
        "summary": {"app": ALL},
        "pending": {"app": ALL, "sequencer": "select, delete"},
        "ledger": {"app": ALL, "sequencer": APPENDED},
        "node": {"app": ALL, "sequencer": APPENDED},
        "sequencer": {"app": ALL, "sequencer": "select, update"},
        "subscription": {"sequencer": KEPT, "app": KEPT},
        "checkpoint": {"app": ALL, "sequencer": APPENDED},
        "public_key": {"app": ALL, "sequencer": APPENDED},
        "cosignature": {"app": ALL, "sequencer": APPENDED},
        "witness": {"app": ALL, "sequencer": f"{KEPT}, delete"},
        "erasure": {"app": ALL, "sequencer": ALL, "worker": ALL},
        "erased": {"app": ALL, "worker": ALL},
        "search_term": {"app": APPENDED},
        "document": {"app": APPENDED},
        "document_part": {"app": APPENDED},
    },
    functions={
        "append": Function(("worker",), definer=True),
        "record_read": Function(("app", "worker"), definer=True),
        "record_erasure": Function(("worker",), definer=True),
        "erase_again": Function(("worker",), definer=True),
        "may_see": Function(("app",)),
    },
)
KEYS = Schema(tables={"alembic_version": {"keys": ALL}, "subject_key": {"keys": KEPT}}, read_by=())
SCHEMAS: dict[str, Schema] = {"es": ES, "es_keys": KEYS}
