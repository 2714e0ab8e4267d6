"""The codec server: payloads of Temporal's web interface, readable for supervisors and auditors.

    browser with Temporal's pages --POST /decode, signed in--> here --> the same payloads, opened

Every stream whose payloads are opened is recorded as read, committed, before the answer. What the
reader may not know, and what cannot be opened, goes back as it came. Only loopback addresses and
the pages of one origin are served. Temporal's own documentation: "Codec Server".
"""

from collections.abc import Awaitable, Callable
from html import escape
from typing import TYPE_CHECKING

import structlog
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payload, Payloads

from homeward.api.bodies import read_json_object
from homeward.api.guards import Envelope, LastResort
from homeward.api.problems import answer, refuse, refuse_for_now
from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused
from homeward.domain.streams import KINDS
from homeward.ports import Unavailable
from homeward.sealing.payloads import ClosedToUs, WorkflowKeys, opened, workflow_of

if TYPE_CHECKING:
    from homeward.edge.edge import Edge

log = structlog.get_logger("homeward.codec")
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
COOKIE = "codec"
READERS = ("supervisor", "auditor")
HOURS = 10
PAGE = """<!doctype html><meta charset="utf-8"><title>homeward codec</title>
<h1>homeward codec</h1>
<p>%s</p>
<p>For supervisors and auditors. Every payload that is opened is recorded as read.<br>
<span lang="km">សម្រាប់អ្នកត្រួតពិនិត្យ និងសវនករ។ រាល់ការបើកមើលត្រូវបានកត់ត្រាទុក។</span></p>
<form method="post" action="/sign-in">
<label>Bearer token <input name="token" type="password" autocomplete="off" required></label>
<button>Sign in</button></form>
<p>Then, in Temporal's pages, behind the glasses: this address, without a path, as the codec
server's endpoint, and <i>Include cross-origin credentials</i>.</p>"""


class CodecServer:
    """`origin` is where Temporal's pages come from; `namespace` whose payloads are opened."""

    def __init__(self, edge: "Edge", keys: WorkflowKeys, namespace: str, origin: str) -> None:
        self.edge = edge
        self.keys = keys
        self.namespace = namespace
        self.origin = origin

    def app(self) -> Starlette:
        made = Starlette(
            routes=[
                Route("/", self._page, methods=["GET"]),
                Route("/sign-in", self._sign_in, methods=["POST"]),
                Route("/decode", self._guarded(self._decode), methods=["POST", "OPTIONS"]),
            ],
            middleware=[
                Middleware(Envelope),
                Middleware(LastResort),
                Middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK, www_redirect=False),
            ],
        )
        made.router.redirect_slashes = False
        return made

    async def _page(self, request: Request) -> Response:
        try:
            said = f"Signed in as {escape(self._reader(request).id)}."
        except Refused:
            said = "Nobody is signed in."
        return HTMLResponse(PAGE % said)

    async def _sign_in(self, request: Request) -> Response:
        """A form of this page alone; the cookie is sent to no other site."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return refuse(request, Refused("forbidden"))
        form = await request.form(max_files=0, max_fields=2)
        token = str(form.get("token", "")).strip()
        try:
            self._of_token(token)
        except Refused as refusal:
            return refuse(request, refusal)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, token, HOURS * 3600, httponly=True, samesite="strict")
        return response

    def _guarded(
        self, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Answers the browser's question beforehand, and every refusal, to our origin alone."""

        async def guarded(request: Request) -> Response:
            origin = request.headers.get("origin")
            if origin not in (None, self.origin):
                return refuse(request, Refused("forbidden"))
            try:
                response = Response() if request.method == "OPTIONS" else await handler(request)
            except Refused as refusal:
                response = refuse(request, refusal)
            except Unavailable as away:
                response = refuse_for_now(request, away)
            if origin is not None:
                response.headers.update(
                    {
                        "Access-Control-Allow-Origin": origin,
                        "Access-Control-Allow-Credentials": "true",
                        "Access-Control-Allow-Methods": "POST",
                        "Access-Control-Allow-Headers": "authorization, content-type, x-namespace",
                        "Cross-Origin-Resource-Policy": "same-site",
                        "Vary": "Origin",
                    }
                )
            return response

        return guarded

    def _reader(self, request: Request) -> Actor:
        """By bearer token or by the cookie; raises Refused("unauthenticated" | "forbidden")."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            token = request.cookies.get(COOKIE, "")
        return self._of_token(token.strip())

    def _of_token(self, token: str) -> Actor:
        if not token:
            raise Refused("unauthenticated")
        actor = self.edge.tokens.read(token, self.edge.host_clock())
        if not actor.has(*READERS):
            raise Refused("forbidden")
        return actor

    async def _decode(self, request: Request) -> Response:
        actor = self._reader(request)
        if request.headers.get("x-namespace", self.namespace) != self.namespace:
            raise Refused("not_found")
        try:
            given = ParseDict(dict(await read_json_object(request)), Payloads())
        except ParseError:
            raise Refused.of_faults({"payloads": "is not a list of payloads"}) from None
        found = [(payload, self._open(payload)) for payload in given.payloads]
        streams = sorted({workflow_of(payload) for payload, clear in found if clear is not None})
        known = {stream for stream in streams if await self._may_know(stream, actor)}
        for stream in sorted(known):
            await self.edge.log.record(actor, "decode", stream, ("codec",), self.edge.host_clock())
        shown = Payloads(
            payloads=[
                clear if clear is not None and workflow_of(payload) in known else payload
                for payload, clear in found
            ]
        )
        return answer(MessageToDict(shown))

    def _open(self, payload: Payload) -> Payload | None:
        try:
            return opened(payload, self.keys, self.namespace, workflow_of(payload))
        except ClosedToUs:
            return None

    async def _may_know(self, stream: str, actor: Actor) -> bool:
        try:
            await self.edge.must_be_known(KINDS.get(stream[:3], ""), stream, actor)
        except Refused:
            return False
        return True
