"""The fine and its waiver: three people, an exact amount or none, and only its own way back."""

import pytest

from tests.domain.casework import DECISION, FINDING, Casework

FULL = {"percent": 100, "ground": "victim_of_trafficking", "reasons": "Identified victim"}
ASK = {"permitted_until": "2021-08-01", "accrual_ends": "2022-08-01"}


def assessed(work: Casework, **answer: object) -> Casework:
    work.tell("sok", "assess_fine", ASK)
    told = {"days": 365, "amount": "3650.00", "periods": []} | answer
    work.answers(work.owed("fine-assessment"), **told)
    return work


def endorsed(**proposal: object) -> Casework:
    work = Casework()
    work.identified()
    assessed(work)
    work.tell("sok", "propose_waiver", FULL | proposal)
    work.tell("enda", "endorse_waiver")
    return work


def approved() -> Casework:
    work = endorsed()
    work.tell("maly", "approve_waiver", {"percent": 100})
    return work


def applied() -> Casework:
    work = approved()
    work.answers(work.owed("waiver"), reference="W-17")
    return work


def test_a_waiver_takes_three_people_and_the_immigration_service() -> None:
    work = applied()
    assert work.state.waiver.track == "APPLIED"
    assert work.state.waiver.reference == "W-17"
    assert not work.state.calls
    assert not work.state.steps


def test_who_proposed_neither_endorses_nor_approves_and_who_endorsed_does_not_approve() -> None:
    work = Casework()
    work.identified()
    assessed(work)
    work.tell("allroles", "propose_waiver", FULL)
    assert work.refused("allroles", "endorse_waiver").code == "separation_of_duties"
    work.tell("enda", "endorse_waiver")
    for command, told in (
        ("approve_waiver", {"percent": 100}),
        ("refuse_waiver", {"reasons": "-"}),
    ):
        assert work.refused("allroles", command, told).code == "separation_of_duties"
    second = assessed(Casework())
    second.tell("sok", "propose_waiver", FULL | {"ground": "humanitarian"})
    second.tell("allroles", "endorse_waiver")
    assert second.refused("allroles", "approve_waiver", {"percent": 100}).code == (
        "separation_of_duties"
    )


def test_a_waiver_nobody_endorsed_is_not_approved() -> None:
    work = Casework()
    work.identified()
    assessed(work)
    assert work.refused("enda", "endorse_waiver").code == "wrong_state"
    work.tell("sok", "propose_waiver", FULL)
    assert work.refused("maly", "approve_waiver", {"percent": 100}).code == "wrong_state"


def test_a_victims_waiver_waits_for_the_status() -> None:
    work = Casework()
    work.assessed()
    assessed(work)
    work.tell("sok", "propose_waiver", FULL)
    work.tell("enda", "endorse_waiver")
    assert work.refused("maly", "approve_waiver", {"percent": 100}).code == "wrong_state"
    work.tell("dara", "determine_status", DECISION)
    work.tell("maly", "approve_waiver", {"percent": 100})


def test_on_humanitarian_grounds_no_status_is_needed() -> None:
    work = assessed(Casework())
    work.tell("sok", "propose_waiver", FULL | {"ground": "humanitarian"})
    work.tell("enda", "endorse_waiver")
    work.tell("maly", "approve_waiver", {"percent": 50})
    assert work.state.waiver.percent == 50


def test_less_than_proposed_may_be_approved_and_never_more() -> None:
    work = endorsed(percent=80)
    refusal = work.refused("maly", "approve_waiver", {"percent": 81})
    assert (refusal.code, refusal.names) == ("invalid", ("percent",))
    work.tell("maly", "approve_waiver", {"percent": 50})
    call = work.state.calls[work.owed("waiver")]
    assert call.asks == {"case": work.case, "percent": 50, "amount": "3650.00"}


@pytest.mark.parametrize("percent", [0, 101, 12.5])
def test_a_percent_is_a_whole_number_from_1_to_100(percent: float) -> None:
    work = assessed(Casework())
    refusal = work.refused("sok", "propose_waiver", FULL | {"percent": percent})
    assert (refusal.code, refusal.names) == ("invalid", ("percent",))


def test_no_day_of_overstay_needs_no_waiver() -> None:
    work = assessed(Casework(), days=0, amount="0.00")
    assert work.state.waiver.track == "NOT_NEEDED"
    assert work.refused("sok", "propose_waiver", FULL).code == "wrong_state"


def test_an_unknown_amount_is_never_nothing() -> None:
    work = Casework()
    work.tell("sok", "assess_fine", {"accrual_ends": "2022-08-01"})
    work.answers(work.owed("fine-assessment"), days=None, amount="UNKNOWN", periods=[])
    assert work.state.waiver.track == "ASSESSED"
    assert work.state.fine is not None
    assert work.state.fine.amount is None
    work.tell("sok", "propose_waiver", FULL | {"ground": "other"})
    work.tell("enda", "endorse_waiver")
    work.tell("maly", "approve_waiver", {"percent": 100})
    assert work.state.calls[work.owed("waiver")].asks["amount"] == "UNKNOWN"


def test_nobody_proposes_before_the_fine_is_assessed() -> None:
    work = Casework()
    assert work.refused("sok", "propose_waiver", FULL).code == "wrong_state"
    work.tell("sok", "assess_fine", ASK)
    assert work.refused("sok", "propose_waiver", FULL).code == "wrong_state"


def test_asked_anew_only_the_newest_assessment_counts() -> None:
    work = Casework()
    work.tell("sok", "assess_fine", ASK)
    first = work.owed("fine-assessment")
    work.tell("sok", "assess_fine", ASK | {"permitted_until": "2022-07-31"})
    second = work.owed("fine-assessment")
    assert work.answers(second, days=1, amount="10.00") == ["FineAssessed"]
    assert work.answers(first, days=365, amount="3650.00") == ["LateAnswerQuarantined"]
    assert work.state.fine is not None
    assert work.state.fine.amount == "10.00"


def test_an_assessment_that_comes_late_does_not_undo_a_proposal() -> None:
    work = assessed(Casework())
    work.tell("rith", "assess_fine", ASK)
    call = work.owed("fine-assessment")
    work.tell("sok", "propose_waiver", FULL)
    work.answers(call, days=366, amount="3660.00")
    assert work.state.waiver.track == "PROPOSED"
    assert work.state.fine is not None
    assert work.state.fine.amount == "3660.00"


@pytest.mark.parametrize("who", ["enda", "maly"])
def test_a_returned_waiver_is_proposed_and_endorsed_again(who: str) -> None:
    work = endorsed()
    work.tell(who, "return_waiver", {"questions": "Which days?"})
    assert work.state.waiver.track == "RETURNED"
    assert work.refused("maly", "approve_waiver", {"percent": 100}).code == "wrong_state"
    work.tell("sok", "propose_waiver", FULL)
    assert work.state.waiver.track == "PROPOSED"


def test_a_refused_waiver_may_be_proposed_again_on_new_grounds() -> None:
    work = endorsed()
    work.tell("maly", "refuse_waiver", {"reasons": "Not shown"})
    assert work.state.waiver.track == "REFUSED"
    assert not work.state.calls
    work.tell("sok", "propose_waiver", FULL | {"ground": "humanitarian"})


def test_a_waiver_outlives_the_status_until_two_people_revoke_it() -> None:
    work = applied()
    work.tell("care", "request_review", {"new_facts": "Doubts"})
    work.tell("dara", "propose_not_a_victim", FINDING)
    work.tell("visal", "confirm_not_a_victim", {"notified_language": "vie"})
    assert work.state.waiver.track == "APPLIED"
    assert work.refused("maly", "revoke_waiver").code == "wrong_state"
    work.tell("allroles", "propose_waiver_revocation", {"reasons": "Not a victim"})
    assert work.state.waiver.track == "APPLIED"
    assert work.refused("allroles", "revoke_waiver").code == "separation_of_duties"
    work.tell("maly", "revoke_waiver")
    assert work.state.waiver.track == "REVOKED"
    work.tell("sok", "propose_waiver", FULL | {"ground": "humanitarian"})


def test_a_waiver_revoked_before_it_was_applied_is_not_applied_after_all() -> None:
    work = approved()
    call = work.owed("waiver")
    work.tell("sok", "propose_waiver_revocation", {"reasons": "Mistaken person"})
    work.tell("maly", "revoke_waiver")
    assert work.answers(call, reference="W-18") == ["LateAnswerQuarantined"]
    assert work.state.waiver.track == "REVOKED"


def test_a_service_that_refuses_a_waiver_leaves_it_to_people() -> None:
    work = approved()
    call = work.owed("waiver")
    assert work.answers(call, refused="No such case") == ["ServiceCallFailed"]
    assert work.state.waiver.track == "APPROVED"
    assert work.state.calls[call].refused


def test_payments_are_exact_and_say_who_paid() -> None:
    work = assessed(Casework())
    paid = {"payer": "mission", "amount": "730.50", "receipt": "R-1"}
    work.tell("sok", "record_payment", paid)
    work.tell("sok", "record_payment", paid | {"payer": "victim", "amount": "1"})
    told = [(payment.payer, payment.amount) for payment in work.state.payments]
    assert told == [("mission", "730.50"), ("victim", "1.00")]
    for amount in ("0", "-1.00", "1.005", "much"):
        refusal = work.refused("sok", "record_payment", paid | {"amount": amount})
        assert (refusal.code, refusal.names) == ("invalid", ("amount",))


@pytest.mark.parametrize("amount", [True, None, [10], {"usd": 10}, "១០", "1e2", "1_000", "-1", "0"])
def test_a_payment_is_a_sum_in_plain_digits(amount: object) -> None:
    paid = {"payer": "ngo", "receipt": "R-1", "amount": amount}
    refusal = Casework().refused("sok", "record_payment", paid)
    assert (refusal.code, refusal.names) == ("invalid", ("amount",))
