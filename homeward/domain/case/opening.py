"""A case opens: by itself here, or out of an operation or an earlier episode elsewhere."""

from msgspec.structs import replace

from homeward.domain import fieldgroups
from homeward.domain.case import state
from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_opening import CaseOpened
from homeward.domain.fieldgroups import as_struct
from homeward.domain.fields import CaseId, Operational, PastMoment
from homeward.domain.reference.codes import ProvinceCode, RescueMode
from homeward.domain.streams import evolves


@command("case", ("intake", "field"), opens=True)
class OpenCase(Command):
    """For those who escaped, were released or handed over without an operation."""

    mode: RescueMode
    identity: fieldgroups.Identity
    rescued_at: PastMoment
    province: ProvinceCode
    place: Operational | None = None
    passport: fieldgroups.Passport
    previous_episode: CaseId | None = None

    def also(self, state: Case) -> tuple[str, ...]:  # noqa: ARG002
        return () if self.previous_episode is None else (self.previous_episode,)

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        told.need(
            self.mode != "operation", "invalid", "mode", why="An operation records its own rescues."
        )
        if self.previous_episode is not None:
            earlier = told.others.get(self.previous_episode)
            told.need(
                earlier is not None and earlier.exists,
                "invalid",
                "previous_episode",
                why="There is no such case.",
            )
        told.result["case"] = told.stream
        yield CaseOpened(
            mode=self.mode,
            identity=as_struct(self.identity, state.Identity),
            rescued_at=self.rescued_at,
            province=self.province,
            place=self.place,
            passport=as_struct(self.passport, state.Passport),
            previous_episode=self.previous_episode,
        )


@evolves
def _opened(case: Case, fact: CaseOpened, _: Event) -> Case:
    return replace(
        case,
        state="RESCUED",
        mode=fact.mode,
        operation=fact.operation,
        request=fact.request,
        stub=fact.stub,
        identity=fact.identity,
        passport=fact.passport,
        rescued_at=fact.rescued_at,
        province=fact.province,
        place=fact.place,
        condition=fact.condition,
        previous_episode=fact.previous_episode,
        # Whose nationality is unknown, or who has none, has no embassy to ask (domain 1.14).
        consular={
            nationality.country: "NOT_CONTACTED"
            for nationality in fact.identity.nationalities
            if nationality.status not in ("stateless", "unknown")
        },
    )
