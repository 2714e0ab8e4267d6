"""Searching for a person, and who else a request or case may be about.

Each search is recorded before it is made, and counted: nobody browses. What is found are references
with the reasons; whom they name is read, and recorded, by opening them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from homeward.domain.actors import Actor
from homeward.domain.reference.names import Term, birth_terms, name_terms, number_terms
from homeward.domain.refusals import Refused
from homeward.edge.figures import latin
from homeward.edge.reading import Reading
from homeward.eventstore.pool import Pool
from homeward.readmodel import access_log, search
from homeward.readmodel.page import kinds
from homeward.sealing.blind import blind

WINDOWS = ((timedelta(hours=1), 30), (timedelta(days=1), 150))
"""So many searches may one person make in so long; the longest last."""
PEOPLE = frozenset({"request", "case"})
"""Kinds of stream that are about people who may be somebody else's."""
LONGEST = 200
ASKED = ("name", "document", "born")
BORN = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")


class TooMany(Refused):
    """More searches than this person may make."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too_many")
        self.retry_after = retry_after
        """Seconds."""


class Searching(Reading):
    """Raises Refused and Unavailable."""

    pool: Pool

    async def search(self, actor: Actor, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Whoever is like the `name`, has the `document`, or (beside a name) was `born` then.

        {"rows": [{stream, kind, state, opened_at, person, score, why}], "left": searches left}
        """
        if actor.has("liaison") or not kinds(actor):
            raise Refused("forbidden")
        terms = list(_terms(asked))
        now = self.host_clock()
        left = await self._spend(actor, now)
        sections = [name for name in ASKED if asked.get(name)]
        await access_log.record(self.pool, actor, "search", None, sections, now)
        found = await search.by_terms(self.pool, actor, blind(self.keyring.secrets.index, terms))
        return {"rows": msgspec.to_builtins(found), "left": left}

    async def candidates(self, kind: str, stream: str, actor: Actor) -> dict[str, Any]:
        """Who else the people of a request, or the person of a case, may be; nobody is merged.

        {"people": [{"person": index or None, "rows": [...as in a search]}]}
        """
        if actor.has("liaison"):
            raise Refused("forbidden")
        await self.must_be_known(kind, stream, actor)
        await self.log.record(actor, "candidates", stream, ("identity",), self.host_clock())
        people = await search.like(self.pool, actor, stream)
        return {
            "people": [
                {"person": person, "rows": msgspec.to_builtins(rows)} for person, rows in people
            ]
        }

    async def _spend(self, actor: Actor, now: datetime) -> int:
        """How many are left after this one. Raises TooMany."""
        span, most = WINDOWS[-1]
        today = await search.made_since(self.pool, actor.id, now - span, most)
        left = []
        for span, most in WINDOWS:
            made = [at for at in today if at > now - span][:most]
            if len(made) >= most:
                raise TooMany((made[-1] + span - now).total_seconds())
            left.append(most - len(made) - 1)
        return min(left)


def _terms(asked: Mapping[str, Any]) -> Iterator[Term]:
    """Raises invalid, naming every fault."""
    faults = {name: "is not known" for name in asked if name not in ASKED}
    told: dict[str, str] = {}
    for name in ASKED:
        value = asked.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
            faults[name] = f"is not a text of at most {LONGEST} characters"
        else:
            told[name] = value
    if "born" in told and not BORN.fullmatch(latin(told["born"]).strip()):
        faults["born"] = "is not a date (YYYY, YYYY-MM or YYYY-MM-DD)"
    if not faults and not told.keys() & {"name", "document"}:
        faults["name"] = "is needed, or a document"
    for name, terms in (("name", name_terms), ("document", number_terms)):
        if name in told and name not in faults and not any(terms(told[name])):
            faults[name] = "has no letter or digit"
    if faults:
        raise Refused.of_faults(faults)
    yield from name_terms(told.get("name", ""))
    yield from number_terms(told.get("document", ""))
    yield from birth_terms(latin(told.get("born", "")).strip())
