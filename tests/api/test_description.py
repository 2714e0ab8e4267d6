"""The description says what is there: every command, with an example that would be read."""

import json
import re
from datetime import UTC, datetime

import httpx
import pytest

from homeward.api.catalogue import offered
from homeward.api.description import openapi
from homeward.api.examples import example_of
from homeward.cli import client
from homeward.domain.commands import COMMANDS
from homeward.readmodel.page import LONGEST
from homeward.sealing.forms import clear_form

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize("name", sorted(offered()))
def test_the_example_of_a_command_has_the_right_shape(name: str) -> None:
    fields = json.dumps(example_of(name)["fields"])
    clear_form(COMMANDS[name]).model_validate_json(fields, strict=True, context={"now": NOW})


def test_every_command_that_people_give_is_described_with_schema_and_example() -> None:
    paths = openapi()["paths"]
    for name in offered():
        body = paths[f"/api/v1/commands/{name}"]["post"]["requestBody"]["content"]
        assert body["application/json"]["schema"]["properties"]["fields"]
        assert "fields" in body["application/json"]["example"]
    assert not any("pass_deadline" in path for path in paths)


def test_everything_that_the_description_points_to_is_there() -> None:
    told = openapi()
    for ref in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(told))):
        place = told
        for step in ref.split("/"):
            place = place[step.replace("~1", "/").replace("~0", "~")]


async def test_machines_and_people_read_the_description_without_a_token(
    anyone: httpx.AsyncClient,
) -> None:
    told = (await anyone.get("/api/openapi.json")).json()
    assert told["openapi"].startswith("3.1")
    page = await anyone.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "/api/v1/commands/propose_waiver" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_the_type_of_a_problem_leads_to_what_it_means(anyone: httpx.AsyncClient) -> None:
    reply = await anyone.get("/problems/separation_of_duties")
    assert (reply.status_code, reply.headers["location"]) == (303, "/api/docs#separation_of_duties")
    assert 'id="separation_of_duties"' in (await anyone.get("/api/docs")).text


async def test_commands_are_listed_with_who_gives_them_and_their_fields(
    officer: httpx.AsyncClient,
) -> None:
    listed = (await officer.get("/api/v1/commands")).json()["commands"]
    waiver = next(one for one in listed if one["name"] == "propose_waiver")
    assert (waiver["by"], waiver["stream"], waiver["opens"]) == (["officer"], "case", False)
    assert waiver["schema"]["required"] == ["percent", "ground", "reasons"]
    assert waiver["example"]["fields"]["percent"] == 100


def test_no_page_is_longer_than_the_description_says_and_the_command_line_asks_for_one() -> None:
    limits = {
        parameter["schema"]["maximum"]
        for path in openapi()["paths"].values()
        for parameter in path.get("get", {}).get("parameters", ())
        if parameter["name"] == "limit"
    }
    assert limits == {LONGEST}
    assert client.PAGE <= LONGEST
