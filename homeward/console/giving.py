"""Giving a command: a form made from its schema, and what becomes of it.

The command's id is made with the form, so that sending it twice gives one command. It stays the
same while the outcome is unknown; after a refusal, which changed nothing, the next try has its own.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID, uuid4

from starlette.responses import Response
from starlette.routing import Route

from homeward.console import casepage, choosing
from homeward.console.filling import Form, Typed, fill, fresh, with_faults
from homeward.console.kinds import PLURALS, checked, path_of
from homeward.console.rendering import go_to
from homeward.console.streams import named
from homeward.console.visit import STATUS, Visit, route
from homeward.desk import Accepted
from homeward.domain.commands import COMMANDS, Spec
from homeward.domain.refusals import Refused
from homeward.edge.catalogue import say, term
from homeward.edge.formfield import FormField
from homeward.edge.forms import form_of
from homeward.edge.words import Refusal, fault_message, field_label, refusal
from homeward.ports import Answer, Unavailable

NOT_FIELDS = frozenset({"csrf", "command_id", "version", "add", "send"})
ENVELOPE = ("occurred_at", "comment")


class Deed(NamedTuple):
    """A command that is being given: which, on what, and what the giver sees of it."""

    name: str
    spec: Spec
    stream: str | None
    view: Mapping[str, Any]

    @property
    def back(self) -> str:
        return path_of(self.stream) if self.stream else "/start"


async def _deed(visit: Visit) -> Deed:
    name = visit.request.path_params["command"]
    stream = visit.request.path_params.get("stream")
    cls = COMMANDS.get(name)
    if cls is None or cls.spec.system or cls.spec.opens != (stream is None):
        raise Refused("not_found")
    if visit.actor.roles.isdisjoint(cls.spec.by):
        raise Refused("forbidden")
    view: Mapping[str, Any] = {}
    if stream is not None:
        kind = checked(named(visit)[0], stream)
        if cls.spec.stream not in ("any", kind):
            raise Refused("not_found")
        try:
            view = await visit.edge.read(kind, stream, visit.actor)
        except Refused as refused:
            if refused.code != "forbidden":
                raise
            # some may tell of a case that they may not read: they give without seeing
    return Deed(name, cls.spec, stream, view)


def _fields(deed: Deed, visit: Visit) -> tuple[FormField, ...]:
    """The command's own fields, then what every command carries."""
    return (
        *form_of(deed.name, visit.lang),
        FormField(
            name="occurred_at", label=term("field", "occurred_at", visit.lang), kind="datetime",
            required=False, hint=say("Leave blank if it happened just now", visit.lang),
        ),
        FormField(
            name="comment", label=term("field", "comment", visit.lang), kind="textarea",
            required=False, hint=say("Kept in the history for good", visit.lang),
        ),
    )  # fmt: skip


async def show(visit: Visit) -> Response:
    deed = await _deed(visit)
    refused = casepage.possible(deed.view).get(deed.name)
    if refused is not None:
        return visit.problem(refused, back=deed.back, title=term("command", deed.name, visit.lang))
    given = {name: [value] for name, value in visit.request.query_params.items()}
    choices = choosing.choices_for(deed.view, visit.lang)
    fields = choosing.narrowed(deed.name, _fields(deed, visit), given, deed.view)
    form = fresh(fields, await visit.edge.now(), given, choices)
    return _form(visit, deed, form, uuid4(), deed.view.get("version"))


async def give(visit: Visit) -> Response:
    deed = await _deed(visit)
    told = await visit.request.form()
    names = [name for name in told if name not in NOT_FIELDS]
    typed: Typed = {name: [str(value) for value in told.getlist(name)] for name in names}
    add = str(told.get("add", "")) or None
    fields = choosing.narrowed(deed.name, _fields(deed, visit), typed, deed.view)
    form = fill(fields, typed, choosing.choices_for(deed.view, visit.lang), add)
    command_id = _uuid(str(told.get("command_id", "")))
    version = str(told.get("version", ""))
    if add is not None:
        return _form(visit, deed, form, command_id, version)
    try:
        answer = await visit.edge.command(
            deed.name, _body(deed, form, command_id, version), visit.actor
        )
    except Refused as refused:
        return _refused(visit, deed, form, refused, version)
    except Unavailable as away:
        return _unknown(visit, deed, form, command_id, version, away)
    except Accepted:
        return visit.page(
            "accepted.html", 202, command_id=command_id, name=deed.name, back=deed.back
        )
    if visit.actor.is_only("liaison") and deed.stream is not None:
        # an answer may have ended the access to the case itself
        return go_to(f"/handoffs?{urlencode({'done': deed.name})}")
    return _given(deed, answer)


def _body(deed: Deed, form: Form, command_id: UUID, version: str) -> dict[str, Any]:
    fields = form.json()
    body: dict[str, Any] = {"command_id": str(command_id)}
    body |= {name: fields.pop(name) for name in ENVELOPE if name in fields}
    if deed.stream is not None:
        body["stream"] = deed.stream
        if version.isdecimal():
            body["expected_version"] = int(version)
    return {**body, "fields": fields}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _form(
    visit: Visit,
    deed: Deed,
    form: Form,
    command_id: UUID,
    version: object,
    *,
    status: int = 200,
    told: Refusal | None = None,
    again: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    own = [node for node in form.nodes if node.field.name not in ENVELOPE]
    return visit.page(
        "form.html", status, name=deed.name, stream=deed.stream, back=deed.back, nodes=own,
        carried=[node for node in form.nodes if node.field.name in ENVELOPE],
        faulty=form.faulty, unplaced=form.other, told=told, again=again,
        command_id=command_id, version=version if version is not None else "", headers=headers,
    )  # fmt: skip


def _refused(visit: Visit, deed: Deed, form: Form, refused: Refused, version: str) -> Response:
    """The form again, with what was typed; or a page, where no typing helps."""
    if refused.code in ("not_found", "unauthenticated", "conflict_of_interest"):
        raise refused
    status = STATUS.get(refused.code, 409)
    told: Refusal | None = refusal(refused, visit.lang)
    if refused.code == "invalid":
        form = with_faults(form, faults_in_words(refused, deed.name, visit))
        told = None if form.faulty or form.other else told
    if refused.code == "stale" and refused.version is not None:
        version = str(refused.version)
    return _form(visit, deed, form, uuid4(), version, status=status, told=told)


def faults_in_words(refused: Refused, command: str, visit: Visit) -> dict[str, str]:
    """Path -> "Urgency is required", or the rule's own sentence after the field's name."""
    found = {}
    for path in refused.names:
        label = field_label(path, visit.lang, command)
        text = fault_message(refused.faults.get(path) or refused.why, visit.lang)
        sentence = text[:1].isupper() or text.endswith(("។", "."))
        found[path] = f"{label}: {text}" if sentence else f"{label} {text}"
    return found


def _unknown(
    visit: Visit, deed: Deed, form: Form, command_id: UUID, version: str, away: Unavailable
) -> Response:
    """The same form with the same id: sending it again does it once."""
    told = refusal(Refused("unavailable", away.part), visit.lang)
    retry = {"Retry-After": str(max(1, round(away.retry_after)))}
    return _form(
        visit, deed, form, command_id, version, status=503, told=told, again=True, headers=retry
    )


def _given(deed: Deed, answer: Answer) -> Response:
    if deed.view and not deed.spec.reserves:
        return go_to(f"{deed.back}?{urlencode({'done': deed.name})}")
    named_in = {k: v for k, v in answer.result.items() if k in ("stream", "case")}
    return go_to(f"/done/{deed.name}?{urlencode(named_in)}")


async def done(visit: Visit) -> Response:
    """What was opened, with its reference to write down."""
    name = visit.request.path_params["command"]
    if name not in COMMANDS:
        raise Refused("not_found")
    query = visit.request.query_params
    ref = query.get("case") or query.get("stream", "")
    return visit.page("done.html", name=name, ref=choosing.reference(ref), path_of=path_of)


async def status(visit: Visit) -> Response:
    """What became of a command that was accepted and not yet carried out."""
    try:
        command_id = UUID(visit.request.path_params["command_id"])
    except ValueError:
        raise Refused("not_found") from None
    told = await visit.edge.status(command_id, visit.actor)
    answer = told.get("answer")
    stream = choosing.reference(answer["stream"]) if isinstance(answer, Mapping) else ""
    return visit.page("status.html", told=told, stream=stream, path_of=path_of)


routes: list[Route] = [
    *(
        one
        for plural in PLURALS
        for one in (
            route(f"/{plural}/{{stream}}/do/{{command}}", show),
            route(f"/{plural}/{{stream}}/do/{{command}}", give, "POST"),
        )
    ),
    route("/do/{command}", show),
    route("/do/{command}", give, "POST"),
    route("/done/{command}", done),
    route("/commands/{command_id}", status),
]
