"""Small stories for the runner's own tests, and how they end."""

from collections.abc import Callable
from typing import Any

Tell = Callable[..., dict[str, Any]]

HEAD = """\
scenario: A rule
now: 2022-08-01T08:30:00+07:00
include: [found]
steps:
"""
FOUND = """\
fragment: A woman found
include: [people]
steps:
  - as: dyna
    do: open_case
    with:
      mode: self_escape
      identity: {name_romanised: SARI, sex: F, nationalities: [{country: ID, status: claimed}], \
languages: [ind]}
      rescued_at: "+0d"
      province: KH-1
      passport: {status: lost}
    save: {case: stream}
"""
PEOPLE = """\
fragment: People
actors:
  dyna: {roles: [field]}
  kosal: {roles: [officer]}
  sophea: {roles: [screener]}
  leak: {roles: [child_protection]}
  pisey: {roles: [care]}
  stat: {roles: [statistician]}
  nary: {roles: [supervisor]}
  jakarta: {roles: [liaison], mission: ID}
"""
NOTE = "  - {as: kosal, do: add_note, stream: $case, with: {text: Hello}, save: {note: event}}\n"
RIGHTS = "{as: sophea, do: explain_rights, stream: $case, with: {topics: [consular], language: ind}"
SCREEN = (
    "{as: sophea, do: record_screening, stream: $case, with: {needs: {medical_urgent: true, "
    'pregnancy: "no", suicide_risk: "no", dependants: 0}, minor: "no", fear_of_police: "no", '
    'fear_of_own_authorities: "no", separated_from_suspects: true, rights_explained: true, '
    "language: ind, indicators_observed: []}"
)


def breaks(told: dict[str, Any]) -> tuple[str, str, str]:
    assert (told["status"], told["result"]) == (1, "breaks"), told
    return told["step"], told["expected"], told["came"]


def holds(told: dict[str, Any]) -> bool:
    assert (told["status"], told["result"]) == (0, "holds"), told
    return True
