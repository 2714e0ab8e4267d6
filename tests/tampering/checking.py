"""Runs the verifier as an auditor does: on a folder, with keys of one's own, told by its exit code."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

from homeward import verifier
from tests.tampering.building import Export, log, outside
from tests.tampering.thief import Where

KEYS = f"{log.written}\n{outside.written}\n"


def verify(folder: Path, *options: str, keys: str = KEYS) -> tuple[int, dict[str, Any]]:
    given = folder.parent / "given-keys.txt"
    given.write_text(keys)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = verifier.main([str(folder), "--json", "--key", str(given), *options])
    return code, json.loads(out.getvalue())


def assert_found(export: Export, where: Where, tmp_path: Path, *options: str) -> None:
    code, report = verify(export.write(tmp_path / "export"), *options)
    assert code == verifier.BROKEN, report
    first = report["findings"][0]
    told = Where(first["part"], first["first"], first["last"], where.stream and first["stream"],
                 where.version and first["version"])  # fmt: skip
    assert told == where, report["findings"]
