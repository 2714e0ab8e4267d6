"""The few routes of a transit engine that we use, as OpenBao and Vault describe them.

Real AES-GCM under keys derived from the context; policies, seals and tokens are one token.
"""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "t-" + "0" * 20


class Transit:
    """`instead`: what every request is answered with, while it is set."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, Any] = {}
        self.instead: Response | None = None

    def app(self) -> Starlette:
        return Starlette(routes=[
            Route("/v1/transit/keys/{name}", self.key, methods=["GET", "POST"]),
            Route("/v1/transit/keys/{name}/{does}", self.manage, methods=["POST"]),
            Route("/v1/transit/{does}/{name}", self.use, methods=["POST"]),
            Route("/v1/transit/hmac/{name}/sha2-256", self.hmac, methods=["POST"]),
            Route("/v1/secret/data/{path:path}", self.data, methods=["GET", "POST"]),
            Route("/v1/secret/metadata/{path:path}", self.listed, methods=["LIST"]),
        ])  # fmt: skip

    def _stopped(self, request: Request) -> Response | None:
        if request.headers.get("x-vault-token") != TOKEN:
            return JSONResponse({"errors": ["permission denied"]}, 403)
        return self.instead

    async def key(self, request: Request) -> Response:
        if stopped := self._stopped(request):
            return stopped
        name = request.path_params["name"]
        if request.method == "POST":
            made = {"versions": {1: os.urandom(32)}, "min": 1, **await request.json()}
            self.keys.setdefault(name, made)
            return Response(status_code=204)
        if name not in self.keys:
            return JSONResponse({"errors": []}, 404)
        key = self.keys[name]
        public = {
            str(n): {"public_key": _b64(_signer(secret).public_key().public_bytes_raw())}
            for n, secret in key["versions"].items()
        }
        told = {"latest_version": max(key["versions"]), "min_decryption_version": key["min"]}
        return JSONResponse({"data": {**told, "keys": public}})

    async def manage(self, request: Request) -> Response:
        if stopped := self._stopped(request):
            return stopped
        key = self.keys[request.path_params["name"]]
        match request.path_params["does"]:
            case "rotate":
                key["versions"][max(key["versions"]) + 1] = os.urandom(32)
            case "config":
                key["min"] = (await request.json())["min_decryption_version"]
            case "trim":
                least = (await request.json())["min_available_version"]
                key["versions"] = {n: k for n, k in key["versions"].items() if n >= least}
        return Response(status_code=204)

    async def use(self, request: Request) -> Response:
        if stopped := self._stopped(request):
            return stopped
        key, body = self.keys[request.path_params["name"]], await request.json()
        does = request.path_params["does"]
        if does == "sign":
            newest = max(key["versions"])
            made = _signer(key["versions"][newest]).sign(base64.b64decode(body["input"]))
            return JSONResponse({"data": {"signature": f"vault:v{newest}:{_b64(made)}"}})
        results = [self._one(does, key, item) for item in body["batch_input"]]
        status = 400 if any("error" in result for result in results) else 200
        return JSONResponse({"data": {"batch_results": results}}, status)

    def _one(self, does: str, key: dict[str, Any], item: dict[str, str]) -> dict[str, Any]:
        if does == "encrypt":
            return {"ciphertext": _closed(key, item["plaintext"], item["context"])}
        version, _, box = item["ciphertext"].removeprefix("vault:v").partition(":")
        if int(version) < key["min"]:
            return {"error": "ciphertext or signature version is disallowed by policy (too old)"}
        try:
            clear = _opened(key, int(version), box, item["context"])
        except (InvalidTag, KeyError, ValueError):
            return {"error": "cipher: message authentication failed"}
        if does == "decrypt":
            return {"plaintext": clear}
        return {"ciphertext": _closed(key, clear, item["context"])}

    async def hmac(self, request: Request) -> Response:
        if stopped := self._stopped(request):
            return stopped
        body = await request.json()
        secret = self.keys[request.path_params["name"]]["versions"][body["key_version"]]
        made = hmac.digest(secret, base64.b64decode(body["input"]), hashlib.sha256)
        return JSONResponse({"data": {"hmac": f"vault:v{body['key_version']}:{_b64(made)}"}})

    async def data(self, request: Request) -> Response:
        if stopped := self._stopped(request):
            return stopped
        path = request.path_params["path"]
        if request.method == "GET":
            if path not in self.kept:
                return JSONResponse({"errors": []}, 404)
            return JSONResponse({"data": {"data": self.kept[path], "metadata": {"version": 1}}})
        if path in self.kept:
            return JSONResponse({"errors": ["check-and-set parameter did not match"]}, 400)
        self.kept[path] = (await request.json())["data"]
        return JSONResponse({"data": {"version": 1}})

    async def listed(self, request: Request) -> Response:
        if stopped := self._stopped(request):
            return stopped
        under = request.path_params["path"] + "/"
        found = [path.removeprefix(under) for path in self.kept if path.startswith(under)]
        if not found:
            return JSONResponse({"errors": []}, 404)
        return JSONResponse({"data": {"keys": sorted(found)}})


def _derived(key: dict[str, Any], version: int, context: str) -> AESGCM:
    return AESGCM(hmac.digest(key["versions"][version], base64.b64decode(context), hashlib.sha256))


def _closed(key: dict[str, Any], clear: str, context: str) -> str:
    newest, nonce = max(key["versions"]), os.urandom(12)
    box = nonce + _derived(key, newest, context).encrypt(nonce, base64.b64decode(clear), None)
    return f"vault:v{newest}:{_b64(box)}"


def _opened(key: dict[str, Any], version: int, box: str, context: str) -> str:
    data = base64.b64decode(box)
    return _b64(_derived(key, version, context).decrypt(data[:12], data[12:], None))


def _signer(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
