"""What somebody does who owns the database and lacks the key."""

from dataclasses import dataclass

from tests.tampering.building import (
    ZERO,
    Export,
    Line,
    Signer,
    b64,
    body_in,
    body_of,
    event_hash,
    leaf_of,
    note_of,
    root_of,
    set_streams,
    thief,
    tip,
)


@dataclass(frozen=True)
class Where:
    """What the verifier must name first: one place, or the range in which alone it can be known."""

    part: str
    first: int | None
    last: int | None = None
    stream: str | None = None
    version: int | None = None


def at(position: int) -> Where:
    return Where("position", position, position)


def at_event(line: Line) -> Where:
    if line["position"] is None:
        return Where("pending", None, None, line["stream"], line["version"])
    return at(line["position"])


def line_of(part: str, number: int) -> Where:
    return Where(part, number, number)


def between(export: Export, position: int) -> Where:
    """From the last good checkpoint before the position to the first that covers it."""
    sizes = [0, *export.sizes()]
    good = max(size for size in sizes if size <= position)
    return Where("position", good, min(size for size in sizes if size > position) - 1)


def pending_from(export: Export, place: int | str) -> Line:
    """The event of a place: a position, or of the pending ones the first or last."""
    if isinstance(place, int):
        return export.ledger[place]
    return export.pending[{"first": 0, "last": -1}[place.split()[0]]]


def rechain(export: Export, stream: str, *, leaves: bool) -> None:
    """The stream's hashes made to fit its events again; its row too."""
    head = b64(ZERO)
    for nth, line in enumerate(export.of(stream), 1):
        line["version"], line["prev"] = nth, head
        head = line["hash"] = b64(event_hash(line))
        if leaves and line["position"] is not None:
            line["leaf"] = leaf_of(head)
    set_streams(export)


def renumber(export: Export) -> None:
    for nth, line in enumerate(export.ledger):
        line["position"] = nth


def resign(export: Export, signer: Signer = thief, begin: int = 0, *witnesses: Signer) -> None:
    """Every checkpoint from that index on made to fit what stands there now."""
    bodies = {}
    for line in export.checkpoints[begin:]:
        body = body_in(line["note"])
        told = body.splitlines()
        line["size"] = size = min(int(told[1]), len(export.ledger))
        reads, erased = (min(int(told[n].split()[1]), len(lines)) for n, lines in (
            (3, export.access), (4, export.erasures),
        ))  # fmt: skip
        bodies[body] = body_of(
            size, root_of(export.leaves()[:size]), tip(export.access[:reads]),
            tip(export.erasures[:erased]), told[5].removeprefix("signed "),
        )  # fmt: skip
        line["note"] = note_of(bodies[body], signer)
    for held in export.witnesses.values() if witnesses else ():
        for line in held:
            if (body := body_in(line["note"])) in bodies:
                line["note"] = note_of(bodies[body], signer, *witnesses)
