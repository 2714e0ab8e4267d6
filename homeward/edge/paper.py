"""A partner's words that came on paper are closed as those that come by wire."""

import json
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from homeward.domain.case.serviceanswer import ANSWERS
from homeward.domain.refusals import Refused
from homeward.sealing.box import Owned
from homeward.sealing.edge import Closer
from homeward.sealing.forms import closed_in, hints

STRICT = ConfigDict(strict=True, hide_input_in_errors=True)


def words_wanted(fields: dict[str, Any], stream: str) -> set[Owned]:
    """The keys that `with_words_closed` will take."""
    marks = (closed_in(hint) for hint in _fields_of(fields["event"]).values())
    return {(stream, mark.compartment) for mark in marks if mark is not None}


def with_words_closed(fields: dict[str, Any], stream: str, sealer: Closer) -> dict[str, Any]:
    """The fields of `record_service_answer`, those of `answer` closed that are closed in the event.

    Raises Refused("invalid") naming `answer.` and the field.

    What the rule will refuse anyway (another event, a field it has not) is left to the rule.
    """
    answer: dict[str, Any] = fields["answer"]
    closed = dict(answer)
    for name, annotation in _fields_of(fields["event"]).items():
        mark = closed_in(annotation)
        if mark is None or answer.get(name) is None:
            continue
        try:
            TypeAdapter(mark.clear, config=STRICT).validate_json(json.dumps(answer[name]))
        except ValidationError as faults:
            told = faults.errors(include_input=False)[0]["msg"]
            raise Refused.of_faults({f"answer.{name}": told}) from None
        box = sealer.close(answer[name], stream, mark.compartment, f"answer.{name}")
        closed[name] = msgspec.to_builtins(box)
    return {**fields, "answer": closed}


def _fields_of(event: str) -> dict[str, Any]:
    """The fields of every answer of this name, with their marks."""
    models: list[type[BaseModel]] = [
        known[event].fields for known in ANSWERS.values() if event in known
    ]
    return {name: hint for model in models for name, hint in hints(model).items()}
