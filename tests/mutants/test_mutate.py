"""The mutants themselves: one place differs, and what nobody may get wrong is among them."""

import ast

import pytest

from tests.mutants.__main__ import regions
from tests.mutants.mutate import Region, mutants

GUARDS = "homeward/domain/case/guards.py"


@pytest.mark.parametrize("guard", ["status", "reflection", "screened", "holds", "return_risk"])
def test_a_guard_forced_to_hold_is_a_mutant(guard: str) -> None:
    source, found = mutants(Region(GUARDS, frozenset({guard})))
    assert any("+    return True" in mutant.diff(source) for mutant in found)
    assert {mutant.function for mutant in found} == {guard}


def test_a_second_person_who_need_not_be_another_is_a_mutant() -> None:
    path = "homeward/domain/case/fine.py"
    source, found = mutants(Region(path, frozenset({"none"}), frozenset({"not_by"})))
    gone = {line for mutant in found for line in mutant.diff(source) if line[0] == "+"}
    assert any("not_by=()" in line for line in gone)
    assert any('not_by=("endorse_waiver",)' in line for line in gone)


def test_each_mutant_compiles_differs_and_comes_once() -> None:
    source, found = mutants(Region(GUARDS))
    texts = [mutant.of(source) for mutant in found]
    assert len(set(texts)) == len(texts) > 300
    rule = ast.dump(ast.parse(source))
    assert all(ast.dump(ast.parse(text)) != rule for text in texts[::20])


def test_every_separation_of_duties_is_in_a_region() -> None:
    told = {region.path for region in regions()}
    assert {"homeward/domain/case/holds.py", "homeward/domain/case/fine.py",
            "homeward/domain/decide.py", "homeward/domain/anystream.py",
            "homeward/domain/planning.py", "homeward/domain/case/consent.py"} <= told  # fmt: skip
