"""The description for machines, and a page made from it for people: one file, no script."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from homeward.api.description import openapi
from homeward.api.problems import STATUS, answer, meaning

TEMPLATES = Path(__file__).parent / "templates"


async def description(_: Request) -> Response:
    return answer(openapi())


async def page(_: Request) -> Response:
    style = (TEMPLATES / "reference.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"
    return HTMLResponse(_rendered(style), headers={"Content-Security-Policy": policy})


@cache
def _rendered(style: str) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["pretty"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)
    told = openapi()
    problems = [
        {"code": code, "status": status, "en": meaning(code, "en"), "km": meaning(code, "km")}
        for code, status in STATUS.items()
    ]
    template = environment.get_template("reference.html")
    return template.render(api=told, by_tag=_by_tag(), problems=problems, style=style)


def _by_tag() -> dict[str, list[dict[str, object]]]:
    """Operations by subject; the batch form of a command is told once, not for each."""
    tags: dict[str, list[dict[str, object]]] = {}
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/api/v1/batches/"):
                continue
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            one = {"method": method.upper(), "path": path, "example": body.get("example")}
            tags.setdefault(operation["tags"][0], []).append({**operation, **one})
    return tags
