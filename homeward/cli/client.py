"""The API as the command line sees it: over HTTP, with a token, holding no key."""

import locale
import os
from collections.abc import Iterator, Mapping
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from rich.markup import escape

from homeward.cli.exits import AWAY, MENDS, UNEXPECTED, end, refused, send_again
from homeward.settings import settings

PATIENCE = httpx.Timeout(40, connect=5)
PAGE = 200


def api_url() -> str:
    """HOMEWARD_API_URL, else what `homeward up` wrote, else where `homeward serve` listens."""
    if given := settings().api_url:
        return _base(given)
    from homeward.dev.home import default_home

    told = default_home().run()
    urls = told.get("urls")
    urls = urls if isinstance(urls, dict) else {}
    for name in ("api", "console"):
        if isinstance(found := urls.get(name), str) and found.startswith("http"):
            return _base(found)
    return f"http://{settings().host}:{settings().port}"


def _base(url: str) -> str:
    """The address without the path that people are shown (`/api/docs`)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.split('/api')[0].rstrip('/')}"


class Client:
    """Asks the API; whatever it refuses ends the process with the right words and exit code."""

    def __init__(self, person: str | None = None) -> None:
        self.url = api_url()
        self._person = person
        self._http = httpx.Client(base_url=self.url, timeout=PATIENCE, headers=self._headers())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Language": _language(), "User-Agent": "homeward-cli"}
        if token := self._token():
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def _token(self) -> str:
        if self._person is None:
            return settings().token.get_secret_value()
        from homeward.cli.token import token_for

        return token_for(self._person)

    def get(self, path: str, **parameters: Any) -> Any:
        given = {name: value for name, value in parameters.items() if value is not None}
        return self._ask("GET", path, params=given).json()

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, json=body).json()

    def put(self, path: str, content: bytes, **parameters: str) -> Any:
        return self._ask("PUT", path, content=content, params=parameters).json()

    def save(self, path: str) -> bytes:
        return self._ask("GET", path, is_json=False).content

    def give(self, command: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """200 and the answer, or 202 and what was accepted."""
        reply = self._ask("POST", f"/api/v1/commands/{command}", json=body)
        return reply.status_code, reply.json()

    def answered(self, path: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A line for each command of a group: what `/batches/` says, or of a single one the same.

        A refusal of the whole ends the process; that of a single command is its line.
        """
        if not path.startswith("/api/v1/commands/"):
            lines: list[dict[str, Any]] = self._ask("POST", path, json=body).json()["lines"]
            return lines
        reply = self._reply("POST", path, json=body)
        told = reply.json()
        line = {"stream": told.get("stream", ""), "command_id": body.get("command_id")}
        if reply.is_error:
            if told.get("code") == "unauthenticated":
                refused(told)
            return [line | {"refused": told}]
        return [line | ({"answer": told} if reply.status_code == 200 else {"accepted": True})]

    def rows(
        self, path: str, limit: int | None = None, **parameters: Any
    ) -> Iterator[dict[str, Any]]:
        """Every row of a paged list, as far as `limit`."""
        after, left = None, limit
        while left is None or left > 0:
            wanted = PAGE if left is None else min(PAGE, left)
            page = self.get(path, after=after, limit=wanted, **parameters)
            rows = page.get("rows", page.get("events", []))
            yield from rows
            left = None if left is None else left - len(rows)
            if (after := page.get("next")) is None or not rows:
                return

    def _ask(self, method: str, path: str, *, is_json: bool = True, **more: Any) -> httpx.Response:
        reply = self._reply(method, path, is_json=is_json, **more)
        if reply.is_error:
            refused(reply.json())
        return reply

    def _reply(
        self, method: str, path: str, *, is_json: bool = True, **more: Any
    ) -> httpx.Response:
        command_id = str((more.get("json") or {}).get("command_id", ""))
        try:
            reply = self._http.request(method, path, **more)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            end(AWAY, f"The API does not answer at {escape(self.url)}.", MENDS)
        except httpx.InvalidURL:
            end(AWAY, f"{escape(self.url)} is no address of an API. Set HOMEWARD_API_URL.")
        except httpx.TransportError as error:
            lines = [f"The API at {escape(self.url)} broke off ({type(error).__name__})."]
            end(AWAY, *lines, *([send_again(command_id)] if command_id else []), MENDS)
        if (is_json or reply.is_error) and not _is_json(reply):
            told = f"Something else answers at {escape(self.url)} (HTTP {reply.status_code})."
            end(AWAY if reply.status_code >= 500 else UNEXPECTED, told, MENDS)
        return reply


def _is_json(reply: httpx.Response) -> bool:
    kind = reply.headers.get("content-type", "")
    if not kind.startswith(("application/json", "application/problem+json")):
        return False
    try:
        return isinstance(reply.json(), dict)
    except ValueError:
        return False


def _language() -> str:
    """Khmer where the machine speaks it; the API answers in English or Khmer."""
    given = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "km" if given.lower().startswith("km") else "en"
