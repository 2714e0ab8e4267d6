"""`services/*.yaml`, the client's messages and the sandbox's paths say the same."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from starlette.routing import Route

from homeward import ports_partners
from homeward.ports_partners import Answered, Asked
from homeward.services.sandbox.app import create_sandbox

SERVICES = Path(__file__).parents[2] / "services"
DOCUMENTS: dict[str, Any] = {
    name: yaml.safe_load((SERVICES / f"{name}.yaml").read_text("utf-8"))
    for name in ("immigration", "mission")
}
NOT_MESSAGES = {"Reference", "Number", "Money", "Country", "Problem", "Refusal"}
MESSAGES: dict[str, type[BaseModel]] = {
    name: kind
    for name, kind in vars(ports_partners).items()
    if isinstance(kind, type)
    and issubclass(kind, Asked | Answered)
    and kind not in (Asked, Answered)
}


def described() -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        name: (document, schema)
        for document, content in DOCUMENTS.items()
        for name, schema in content["components"]["schemas"].items()
        if name not in NOT_MESSAGES
    }


def shape(schema: Any, root: dict[str, Any]) -> Any:
    """What a schema allows, free of how it is written: types, limits, fields, required."""
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return shape(target, root)
    if "anyOf" in schema:
        shapes = [shape(option, root) for option in schema["anyOf"]]
        merged: dict[str, Any] = {}
        for option in shapes:
            merged |= {name: value for name, value in option.items() if name != "types"}
        return merged | {"types": sorted(t for option in shapes for t in option["types"])}
    types = schema.get("type", [])
    told: dict[str, Any] = {"types": sorted([types] if isinstance(types, str) else types)}
    for name in ("format", "pattern", "minLength", "maxLength", "minimum", "maximum"):
        if name in schema:
            told[name] = schema[name]
    if "enum" in schema:
        told["enum"] = sorted(schema["enum"])
    if "items" in schema:
        told["items"] = shape(schema["items"], root)
    if "properties" in schema:
        told["fields"] = {n: shape(s, root) for n, s in schema["properties"].items()}
        told["required"] = sorted(schema.get("required", []))
        told["closed"] = schema.get("additionalProperties") is False
    return told


def test_every_message_is_described_and_every_description_is_a_message() -> None:
    assert set(described()) == set(MESSAGES)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_message_and_its_description_have_the_same_fields(name: str) -> None:
    document, schema = described()[name]
    model = MESSAGES[name].model_json_schema(by_alias=True, mode="validation")
    assert shape(schema, DOCUMENTS[document]) == shape(model, model)


def test_the_sandbox_has_the_described_paths_and_no_others_but_its_own() -> None:
    served = {
        (route.path.replace("{answer}", "{id}"), method.lower())
        for route in create_sandbox().routes
        if isinstance(route, Route) and not route.path.startswith("/_sandbox")
        for method in (route.methods or set()) - {"HEAD"}
    }
    told = {
        (path, method)
        for document in DOCUMENTS.values()
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert served == told


def test_every_post_carries_an_idempotency_key_and_may_be_answered_409() -> None:
    for document in DOCUMENTS.values():
        for operations in document["paths"].values():
            if "post" in operations:
                post = operations["post"]
                assert {"$ref": "#/components/parameters/IdempotencyKey"} in post["parameters"]
                assert "409" in post["responses"]


def test_no_request_has_a_field_about_who_the_person_is() -> None:
    asked = {f for m in MESSAGES.values() if issubclass(m, Asked) for f in m.model_fields}
    assert asked == {
        "case", "permitted_until", "accrual_ends", "percent", "amount", "basis", "until",
        "order_number", "handoff", "mission", "kind", "nationality", "due",
    }  # fmt: skip
