"""What makes two commands the same: an HMAC over stream, command, actor and canonical fields."""

import hashlib
import hmac
import json
from typing import Any


def fingerprint(key: bytes, stream: Any, command: str, actor: str, fields: Any) -> str:
    """Hexadecimal HMAC-SHA-256, taken before sealing, of what was sent, whether it holds or not.

    `stream` None: the command opens one.
    """
    canonical = json.dumps(
        [stream, command, actor, fields], sort_keys=True, ensure_ascii=False,
        separators=(",", ":"), default=str,
    )  # fmt: skip
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()
