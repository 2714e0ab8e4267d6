"""The consular track, one per nationality: who may hear of the person, and what came of it."""

from homeward.domain.case.state import Case

BEFORE_NOTICE = frozenset({"NOT_CONTACTED", "RIGHT_EXPLAINED", "REFUSED", "CONSENTED"})
SETTLED = frozenset({"CONFIRMED", "DOCUMENT_REQUESTED", "DOCUMENT_ISSUED"})


def moved(case: Case, country: str, value: str) -> dict[str, str]:
    return {**case.consular, country: value}


def notified(case: Case, country: str) -> dict[str, str]:
    """Only forward: a mission that verifies already has been told long ago."""
    if case.consular.get(country, "NOT_CONTACTED") not in BEFORE_NOTICE:
        return case.consular
    return moved(case, country, "NOTIFIED")


def requested(case: Case, kind: str, country: str) -> dict[str, str]:
    if kind == "verify_nationality" and case.consular.get(country) not in SETTLED:
        return moved(case, country, "NATIONALITY_REQUESTED")
    if kind == "issue_travel_document":
        return moved(case, country, "DOCUMENT_REQUESTED")
    return case.consular
