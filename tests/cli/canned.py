"""A real HTTP server that gives the answers a test tells it."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any


class Canned:
    """`answers[(method, path)]`: status and body, in turn if there are several; `asked`: what came."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        self.asked: list[dict[str, Any]] = []
        self.broken = False
        """Breaks every connection instead of answering."""
        self.url = ""

    def say(self, method: str, path: str, status: int, body: Any) -> None:
        self.answers.setdefault((method, path), []).append((status, body))

    def next(self, method: str, path: str) -> tuple[int, Any]:
        left = self.answers.get((method, path)) or [(404, {"code": "not_found", "status": 404})]
        return left.pop(0) if len(left) > 1 else left[0]


def handler_of(canned: Canned) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            path, _, query = self.path.partition("?")
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            asked = {"method": method, "path": path, "query": query, "headers": self.headers}
            canned.asked.append({**asked, "body": json.loads(body) if body else None})
            if canned.broken:
                self.close_connection = True
                return
            status, told = canned.next(method, path)
            page = isinstance(told, str)
            raw = told.encode() if page else json.dumps(told).encode()
            kind = "application/problem+json" if status >= 400 else "application/json"
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if page else kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
