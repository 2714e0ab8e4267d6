"""The witnesses that HOMEWARD_WITNESSES names."""

from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from homeward.eventstore.note import NAME, Key
from homeward.ports_record import Witness
from homeward.services.witness_file import FileWitness
from homeward.services.witness_http import HttpWitness
from homeward.settings import SettingFault


def witnesses_of(named: str) -> list[Witness]:
    """`file:/path/court.jsonl` (named `court`) or `https://host/prefix#<public key>`, by spaces.

    Raises SettingFault, which names what cannot be read.
    """
    found = [_witness(each) for each in named.split()]
    names = [each.name for each in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise SettingFault(f"HOMEWARD_WITNESSES names {', '.join(sorted(twice))} twice")
    return found


def _witness(named: str) -> Witness:
    try:
        parts = urlsplit(named)
    except ValueError as fault:
        raise SettingFault(f"HOMEWARD_WITNESSES: {named}: {fault}") from None
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        witness = FileWitness(Path(parts.path))
        if NAME.fullmatch(witness.name):
            return witness
    if parts.scheme in ("http", "https") and parts.netloc and parts.fragment:
        try:
            return HttpWitness(urldefrag(named).url, Key.read(parts.fragment))
        except ValueError as fault:
            raise SettingFault(f"HOMEWARD_WITNESSES: {named}: {fault}") from None
    known = "file:/path/NAME.jsonl or https://host#<public key>"
    raise SettingFault(f"HOMEWARD_WITNESSES: {named} is not {known}")
