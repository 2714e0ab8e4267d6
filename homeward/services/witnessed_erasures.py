"""A witness that remembers what was forgotten, in the words of docs/record.md."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from homeward.ports import Unavailable
from homeward.ports_keys import Erasure
from homeward.ports_record import Signer, WitnessAway, WitnessDisagrees
from homeward.services.witness_http import HttpWitness

TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class WitnessedErasures:
    """As `ports_keys.Remembers` asks; a witness that disagrees is away to us, and logged there."""

    def __init__(
        self,
        witness: HttpWitness,
        origin: str,
        signer: Signer,
        host_clock: Callable[[], datetime],
    ) -> None:
        self.name = witness.name
        self._witness, self._origin, self._signer = witness, origin, signer
        self._host_clock = host_clock

    async def erasures(self, after: int = 0) -> list[Erasure]:
        try:
            lines = await self._witness.erasures(self._origin, self._signer, self._host_clock())
            told = [_read(line) for line in lines]
        except (WitnessAway, WitnessDisagrees, KeyError, TypeError, ValueError) as fault:
            raise Unavailable(f"witness {self.name}") from fault
        return [line for line in told if line.number > after]

    async def remember(self, erasures: Sequence[Erasure]) -> None:
        try:
            for line in erasures:
                await self._witness.add_erasure(_told(line), self._origin, self._signer)
        except (WitnessAway, WitnessDisagrees) as fault:
            raise Unavailable(f"witness {self.name}") from fault


def _told(line: Erasure) -> dict[str, object]:
    return {
        "number": line.number, "case": line.case, "event": str(line.event),
        "subjects": list(line.subjects), "at": line.at.astimezone(UTC).strftime(TIME),
        "prev": b64encode(line.prev).decode(), "hash": b64encode(line.hash).decode(),
    }  # fmt: skip


def _read(line: dict[str, object]) -> Erasure:
    subjects = line["subjects"]
    assert isinstance(subjects, list)
    return Erasure(
        int(str(line["number"])), str(line["case"]), UUID(str(line["event"])),
        tuple(str(subject) for subject in subjects),
        datetime.strptime(str(line["at"]), TIME).replace(tzinfo=UTC),
        b64decode(str(line["prev"])), b64decode(str(line["hash"])),
    )  # fmt: skip
