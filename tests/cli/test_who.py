"""Who asks, and whom: tokens, addresses, languages."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeward.dev.people import PEOPLE
from homeward.domain.actors import ROLES
from homeward.edge.tokens import Tokens
from homeward.sealing.services.file import FileKeyService
from tests.cli.canned import Canned
from tests.cli.run import Run

KEY = "ab" * 32


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    """What the API would read them with; the key lies where `homeward up` puts it."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "dev.key").write_text(KEY)
    return Tokens(FileKeyService(bytes.fromhex(KEY)).derive("token"))


def test_a_demo_person_has_its_usual_roles(alone: Run, tokens: Tokens) -> None:
    ran = alone("token", "--as", "vn")
    assert (ran.code, ran.err) == (0, "")
    actor = tokens.read(ran.out.strip(), datetime.now(UTC))
    assert (actor.id, actor.roles, actor.mission) == ("vn", frozenset({"liaison"}), "VN")


def test_anyone_else_has_what_is_said(alone: Run, tokens: Tokens) -> None:
    ran = alone(
        "token", "--as", "maly2", "--roles", "approver,officer", "--unit", "desk-2",
        "--languages", "khm, vie",
    )  # fmt: skip
    actor = tokens.read(ran.out.strip(), datetime.now(UTC))
    assert (actor.id, actor.roles) == ("maly2", frozenset({"approver", "officer"}))
    assert (actor.unit, actor.languages) == ("desk-2", frozenset({"khm", "vie"}))


def test_one_person_is_one_person_however_addressed(alone: Run, tokens: Tokens) -> None:
    ran = alone("token", "--as", "sok.officer")
    assert tokens.read(ran.out.strip(), datetime.now(UTC)).id == "sok"


@pytest.mark.parametrize(
    "arguments",
    [("--as", "stranger"), ("--as", "x", "--roles", "king"), ("--as", "x", "--roles", "liaison"),
     ("--as", "sok.approver"), ("--as", "x", "--roles", "system")],
)  # fmt: skip
def test_who_cannot_be_is_a_mistaken_call(
    alone: Run, tokens: Tokens, arguments: tuple[str, ...]
) -> None:
    ran = alone("token", *arguments)
    assert (ran.code, ran.out) == (2, "")


def test_production_gives_no_development_tokens(
    alone: Run, tokens: Tokens, environment: Callable[..., None]
) -> None:
    environment(ENVIRONMENT="production")
    ran = alone("token", "--as", "sok")
    assert (ran.code, ran.out) == (4, "")


def test_without_a_key_it_is_said_what_makes_one(alone: Run) -> None:
    ran = alone("token", "--as", "sok")
    assert (ran.code, ran.out) == (7, "")
    assert "homeward up" in ran.err


def test_the_token_of_the_environment_is_sent_unless_another_person_asks(
    homeward: Run, api: Canned, tokens: Tokens
) -> None:
    api.say("GET", "/api/v1/handoffs", 200, {"rows": []})
    homeward("handoff", "list")
    assert api.asked[0]["headers"]["authorization"] == "Bearer a-token"
    homeward("handoff", "list", "--as", "id")
    token = api.asked[1]["headers"]["authorization"].removeprefix("Bearer ")
    assert tokens.read(token, datetime.now(UTC)).mission == "ID"


def test_the_api_is_found_by_what_up_wrote(
    alone: Run, api: Canned, environment: Callable[..., None], tmp_path: Path
) -> None:
    api.say("GET", "/api/v1/handoffs", 200, {"rows": []})
    told = {"urls": {"console": "http://127.0.0.1:9", "api": f"{api.url}/api/docs"}}
    (tmp_path / "run.json").write_text(json.dumps(told))
    environment(API_URL="")
    assert alone("handoff", "list").code == 0
    for junk in ("[]", "{", '{"urls": 5}', '{"urls": {"api": 5}}'):
        (tmp_path / "run.json").write_text(junk)
        environment(PORT="9")
        assert alone("handoff", "list").code == 7


def test_khmer_is_asked_for_where_the_machine_speaks_it(
    homeward: Run, api: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "km_KH.UTF-8")
    homeward("handoff", "list")
    assert api.asked[0]["headers"]["accept-language"] == "km"


def test_everyone_in_the_stories_has_a_role_and_every_liaison_a_mission() -> None:
    for person in PEOPLE.values():
        assert person.roles
        assert set(person.roles) <= ROLES - {"system"}
        assert ("liaison" in person.roles) is (person.mission is not None)
    assert len({person.name for person in PEOPLE.values()}) == len(PEOPLE)
