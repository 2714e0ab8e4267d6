"""One suite for every key service: a file, SoftHSM2, our transit server, and a real one if named."""

import os
import secrets
import shutil
import subprocess
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import pytest_asyncio

from homeward.ports_keys import KeyService
from homeward.sealing.services.file import FileKeyService
from homeward.sealing.services.pkcs11 import Pkcs11KeyService
from homeward.sealing.services.transit import TransitKeyService
from tests.kms.transit_server import TOKEN, Transit
from tests.serving import serving

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)  # fmt: skip


@pytest.fixture(scope="session")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Module and PIN of a SoftHSM2 token `homeward` of this session's own."""
    module = next((path for path in MODULES if Path(path).exists()), None)
    tool = shutil.which("softhsm2-util")
    if module is None or tool is None:
        pytest.skip("SoftHSM2 is not here: apt install softhsm2")
    if find_spec("pkcs11") is None:
        pytest.skip("python-pkcs11 is not here: the extra homeward[pkcs11]")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(config)  # read once, when the module is loaded
    pin = secrets.token_hex(4)
    subprocess.run(
        [tool, "--init-token", "--free", "--label", "homeward", "--so-pin", "12345678",
         "--pin", pin],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return module, pin


@pytest.fixture
def transit() -> Transit:
    return Transit()


@pytest_asyncio.fixture(params=["file", "file in memory", "pkcs11", "transit", "real transit"])
async def kms(
    request: pytest.FixtureRequest, tmp_path: Path, transit: Transit
) -> AsyncIterator[KeyService]:
    made: KeyService
    match request.param:
        case "file":
            made = FileKeyService(secrets.token_bytes(32), tmp_path / "dev.key")
        case "file in memory":
            made = FileKeyService(secrets.token_bytes(32))
        case "pkcs11":
            module, pin = request.getfixturevalue("hsm")
            made = Pkcs11KeyService(module, "homeward", pin)
        case "transit":
            with serving(transit.app()) as url:
                made = TransitKeyService(url, TOKEN)
                await made.prepare()
                yield made
                await made.close()
            return
        case _:
            if "TRANSIT_ADDR" not in os.environ:
                pytest.skip("TRANSIT_ADDR and TRANSIT_TOKEN name no real server")
            name = f"homeward-test-{secrets.token_hex(6)}"
            made = TransitKeyService(os.environ["TRANSIT_ADDR"], os.environ["TRANSIT_TOKEN"], name)
    await made.prepare()
    yield made
    await made.close()
