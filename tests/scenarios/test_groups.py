"""Edge cases 9 and 31: many people at once, each decided and recorded on their own."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from homeward.dev.scenario.format import read_story
from homeward.dev.scenario.memory import MemoryEngine
from homeward.dev.scenario.runner import Telling
from homeward.domain.actors import Actor, person
from homeward.domain.control import dues
from homeward.domain.refusals import Refused

START = datetime.fromisoformat("2022-08-01T08:30:00+07:00")
HERE = Path(__file__).parent
ENDORSED = """\
scenario: A waiver endorsed
now: 2022-08-01T08:30:00+07:00
include: [fined]
steps:
  - {as: kosal, do: propose_waiver, stream: $case, with: {percent: 100, ground: victim_of_trafficking, reasons: "-"}}
  - {as: ratha, do: endorse_waiver, stream: $case}
"""


class Together(MemoryEngine):
    """One engine with the streams of others, who share its keys."""

    async def take(self, other: MemoryEngine) -> None:
        self._clock = max(self._clock, other._clock)
        self.store.streams |= other.store.streams
        self.store.order += other.store.order
        self.store.commands |= other.store.commands
        self.store.states |= other.store.states

    async def batch(self, name: str, body: dict[str, Any], actor: Actor) -> list[dict[str, Any]]:
        return await self._edge.batch(name, body, actor)


async def endorsed(folder: Path, many: int) -> tuple[Together, list[str]]:
    """Cases whose waivers wait for the approver."""
    file = folder / "endorsed.yaml"
    file.write_text(ENDORSED, encoding="utf-8")
    (folder / "fragments").symlink_to(HERE / "fragments")
    story, together, cases = read_story(file), Together(), []
    for _ in range(many):
        one = MemoryEngine()
        one.keyring = together.keyring
        telling = Telling(story, one)
        await telling.tell()
        await together.take(one)
        cases.append(str(telling.names.saved["case"]))
    return together, cases


async def test_31_of_fifty_waivers_approved_together_the_one_under_review_is_refused_alone(
    tmp_path: Path,
) -> None:
    engine, cases = await endorsed(tmp_path, 50)
    changed = cases[17]
    review = {"stream": changed, "fields": {"new_facts": "He recruited others."}}
    await engine.do("request_review", review, person("visal", ["supervisor"]))

    body = {"streams": cases, "fields": {"percent": 100}, "command_id": str(uuid4())}
    maly = person("maly", ["approver"])
    told = await engine.batch("approve_waiver", body, maly)
    await engine.settle(cases)
    refused = [line for line in told if not line["ok"]]
    assert [line["stream"] for line in refused] == [changed]
    assert isinstance(why := refused[0]["refused"], Refused)
    assert (why.code, why.why) == ("wrong_state", "The status is under review.")
    tracks = Counter(engine.store.states[case].track("waiver") for case in cases)
    assert tracks == {"APPLIED": 49, "ENDORSED": 1}

    before = len(engine.store.order)
    again = await engine.batch("approve_waiver", body, maly)
    assert len(engine.store.order) == before
    assert [line["stream"] for line in again if not line["ok"]] == [changed]
    assert [line.get("answer") for line in again] == [line.get("answer") for line in told]


async def test_31_a_batch_is_no_way_round_separation_of_duties(tmp_path: Path) -> None:
    engine, cases = await endorsed(tmp_path, 1)
    body = {"streams": cases, "fields": {"percent": 100}}
    told = await engine.batch("approve_waiver", body, person("kosal", ["officer", "approver"]))
    assert told[0]["refused"].code == "separation_of_duties"


async def test_9_five_hundred_and_twenty_who_walk_out_in_one_day_are_each_a_case_of_their_own() -> (
    None
):
    engine = MemoryEngine()
    await engine.begin(START)
    field = person("field", ["field"])
    cases = []
    for nth in range(520):
        fields = {
            "mode": "mass_release", "rescued_at": START.isoformat(), "province": "KH-18",
            "passport": {"status": "confiscated_by_trafficker", "issuer": "ID"},
            "identity": {
                "name_romanised": f"WARGA {nth}", "sex": "M", "languages": ["ind"],
                "nationalities": [{"country": "ID", "status": "claimed"}],
            },
        }  # fmt: skip
        answer = await engine.do("open_case", {"fields": fields}, field)
        cases.append(answer.stream)
    assert len(set(cases)) == 520
    events = [event for event in engine.store.order if event.stream in set(cases)]
    assert [(e.type, e.by, e.version) for e in events] == [("CaseOpened", "field", 1)] * 520
    assert len({event.command_id for event in events}) == 520
    assert {len(dues(engine.store.states[case])) for case in cases} == {3}

    await engine.wait(START + timedelta(hours=25), ())
    late = [event for event in engine.store.order if event.type == "DeadlinePassed"]
    assert sorted(event.stream for event in late) == sorted(cases)
    assert {event.fact.name for event in late} == {"screening"}  # type: ignore[attr-defined]
