"""Missions' own systems: their answers are fetched, sealed and given to the cases."""

import asyncio
import json
from typing import Any

import structlog

from activities.carry_out import system_command_id
from homeward.desk import Accepted, Desk
from homeward.domain.actors import SYSTEM
from homeward.domain.commands import COMMANDS, Order
from homeward.edge.derived import add_derived
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports import Unavailable
from homeward.ports_partners import MissionAnswer, MissionService, ServiceUnavailable
from homeward.sealing.edge import seal, wanted
from homeward.sealing.forms import clear_form
from homeward.sealing.keyring import Erased, Keyring

log = structlog.get_logger("homeward.feed")
EVERY = 2.0


async def order_of(answer: MissionAnswer, keyring: Keyring) -> Order:
    """The mission's answer as a command of the case, closed under the person's keys."""
    cls = COMMANDS["mission_answered"]
    told = answer.model_dump(
        mode="json", exclude_none=True, exclude={"id", "case", "mission", "at"}
    )
    clear = clear_form(cls).model_validate_json(_json(told))
    sealer = await keyring.closing(wanted(clear, cls, lambda _: answer.case))
    fields = seal(clear, cls, sealer, lambda _: answer.case)
    return Order(
        name="mission_answered",
        stream=answer.case,
        command_id=system_command_id(answer.case, "mission_answered", answer.id),
        actor=SYSTEM,
        fields=add_derived(fields, told, answer.at),
        fingerprint="mission-answer",
    )


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


async def fetch_once(
    missions: MissionService, store: PostgresEventStore, desk: Desk, keyring: Keyring
) -> int:
    """Give every answer without a receipt to its case; receipted only once it is durable."""
    given = 0
    for answer in (await missions.answers()).answers:
        try:
            order = await order_of(answer, keyring)
        except Erased:  # what is still said about somebody who was forgotten is not kept
            log.warning("mission_answer_of_an_erased_case", case=answer.case)
        else:
            await _give(order, store, desk)
        await missions.receive(str(system_command_id(answer.case, "receipt", answer.id)), answer.id)
        given += 1
    return given


async def _give(order: Order, store: PostgresEventStore, desk: Desk) -> None:
    outcome = await desk.send(order, await store.epoch())
    if outcome.kind == "unavailable":
        raise Unavailable(outcome.part)
    if outcome.kind == "refused":
        log.warning("mission_answer_refused", case=order.stream, code=outcome.code)


async def fetch_forever(
    missions: MissionService, store: PostgresEventStore, desk: Desk, keyring: Keyring
) -> None:
    while True:
        await asyncio.sleep(EVERY)
        try:
            await fetch_once(missions, store, desk, keyring)
        except (Unavailable, Accepted, ServiceUnavailable) as away:
            log.info("missions_wait", reason=type(away).__name__)
