"""Fields that contradict one another, or the document's own zone, are refused by name, in words."""

import re
from typing import Any

import pytest

from homeward.domain.reference.mrz import check_digit, read_mrz
from homeward.edge.words import fault_message
from tests.badinput.bad import with_value
from tests.badinput.test_fields import give, is_plain
from tests.badinput.tour import Tour
from tests.badinput.world import World

NAMES = "VNMTRAN<<THI<MAI"


def zone(number: str = "N1234567", birth: str = "980314", expires: str = "270501") -> str:
    """A passport's two lines whose every check digit agrees."""
    told = f"{number:<<9}"
    signs = [f"{told}{check_digit(told)}", f"{birth}{check_digit(birth)}",
             f"{expires}{check_digit(expires)}", f"{'':<<14}<"]  # fmt: skip
    line = f"{signs[0]}VNM{signs[1]}F{signs[2]}{signs[3]}"
    return f"P<{NAMES:<<42}\n{line}{check_digit(''.join(signs))}"


DOCUMENTS = [
    ("open_case", "passport"), ("record_rescue", "passport"), ("record_passport", "passport"),
    ("report_found", "rescue.passport"), ("answer_handoff", "document"),
]  # fmt: skip


def told(fields: Any, path: str, value: Any) -> Any:
    return with_value(fields, tuple(path.split(".")), value)


@pytest.mark.parametrize(("form", "document"), DOCUMENTS)
@pytest.mark.parametrize(
    ("mrz", "named"),
    [
        (zone(number="N7654321"), "number"), (zone(expires="280501"), "expires"),
        (zone()[:-1] + "x", "mrz"), ("ក" * 10_000, "mrz"), ("P<VNM", "mrz"),
        (zone().translate(str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")), "mrz"),
        (zone().replace("<", "<\u200b"), "mrz"), ("\u202e" + zone(), "mrz"), ("\u200b", "mrz"),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_zone_that_its_document_contradicts_is_named(
    world: World, tour: Tour, form: str, document: str, mrz: str, named: str
) -> None:
    moment = tour.moments[form]
    fields = told(moment.fields, f"{document}.expires", "2027-05-01")
    refusal = give(world, moment, told(fields, f"{document}.mrz", mrz))
    assert refusal is not None
    assert refusal.code == "invalid"
    assert f"{document}.{named}" in refusal.names
    assert is_plain(refusal, mrz) is None


@pytest.mark.parametrize(
    ("wrong", "english", "khmer"),
    [
        ("P<VNM", "the layout is not 2 x 44, 2 x 36 or 3 x 30 signs", "ទម្រង់"),
        (zone()[:-1] + "0", "the last check digit does not agree", "លេខត្រួតពិនិត្យចុងក្រោយ"),
        (zone().replace("980314", "98031A"), "Date of birth has letters", "ថ្ងៃខែឆ្នាំកំណើត"),
        (zone().replace("VNMTRAN", "VNQTRAN"), "is no code of a State", "មិនមែនជាកូដរបស់រដ្ឋ"),
        (zone().replace("M98", "m98"), "line 2, sign 13 is not A to Z", "បន្ទាត់ទី២ តួទី១៣"),
        (zone()[:65] + "X" + zone()[66:], "is not F, M or <", "មិនមែនជា F, M ឬ <"),
    ],
    ids=range(6),
)
def test_every_fault_of_a_zone_is_told_in_both_languages(
    wrong: str, english: str, khmer: str
) -> None:
    told = "; ".join(read_mrz(wrong).faults)
    assert english in fault_message(told, "en")
    assert khmer in fault_message(told, "km")
    assert not re.search("[a-z]{3}", fault_message(told, "km"))


@pytest.mark.parametrize(("form", "document"), DOCUMENTS)
def test_a_zone_that_agrees_is_stored(world: World, tour: Tour, form: str, document: str) -> None:
    moment = tour.moments[form]
    fields = told(moment.fields, f"{document}.expires", "2027-05-01")
    assert give(world, moment, told(fields, f"{document}.mrz", zone())) is None


@pytest.mark.parametrize(
    ("form", "changes", "named"),
    [
        ("register_request", {"people_count": 0}, "people_count"),
        ("register_request", {"people": [], "place": None, "people_count": 1}, "people"),
        ("record_screening", {"needs.dependants": -1}, "needs.dependants"),
        ("record_consent", {"mission": None}, "mission"),
        ("record_consent/interview", {"mission": "VN"}, "mission"),
        ("withdraw_consent", {"purpose": "mission_contact", "mission": None}, "mission"),
        ("record_consent", {"by": "guardian"}, "by"),
        ("open_interview", {"private": False}, "private"),
        ("place_in_care", {"deprived_of_liberty": True, "legal_basis": None}, "legal_basis"),
        ("place_in_care", {"deprived_of_liberty": True, "review_on": None}, "review_on"),
        ("waive_reflection", {"informed": False}, "informed"),
        ("withdraw_case", {"voluntary": False}, "voluntary"),
        ("withdraw_case", {"private": False}, "private"),
        ("answer_handoff", {"document.expires": "2022-07-01"}, "document.expires"),
        ("answer_handoff", {"document": None}, "answer"),
        ("answer_handoff/confirmed", {"answer": "done"}, "answer"),
        ("request_handoff", {"mission": "VN", "nationality": "TH"}, "nationality"),
        ("request_deportation_order", {"reentry_ban": False, "ban_until": "2027-01-01"},
         "ban_until"),
        ("request_deportation_order", {"reentry_ban": True, "ban_reason": None}, "ban_reason"),
        ("determine_best_interests", {"panel": ["child", "child"]}, "panel"),
        ("record_verdict", {"verdict": "acquitted", "sentence_months": 3}, "sentence_months"),
        ("report_found", {"exploited_again": True, "rescue": None}, "rescue"),
        ("close_case", {"outcome": "missing"}, "outcome"),
        ("record_departure", {"document_number": "X0000000"}, "document_number"),
        ("confirm_reception", {"at": "2022-08-01T08:00:00+07:00"}, "at"),
        ("conclude_operation", {"ended_at": "2022-07-01T08:00:00+07:00"}, "ended_at"),
        ("extend_deadline", {"until": "2022-07-01T08:00:00+07:00"}, "until"),
        ("extend_reflection", {"until": "2022-08-02"}, "until"),
        ("record_payment", {"amount": "0.00"}, "amount"),
        ("propose_waiver", {"percent": 101}, "percent"),
        ("attach_document", {"size": -1}, "size"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_by_name_in_both_languages(
    world: World, tour: Tour, form: str, changes: dict[str, Any], named: str
) -> None:
    moment = tour.moments[form]
    fields = moment.fields
    for path, value in changes.items():
        fields = told(fields, path, value)
    refusal = give(world, moment, fields)
    assert refusal is not None
    assert (refusal.code, named in refusal.names) == ("invalid", True), str(refusal)
    assert is_plain(refusal, None) is None
