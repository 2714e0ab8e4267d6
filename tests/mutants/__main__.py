"""Mutation testing of the rules that nobody may get wrong: `make mutants`.

Every guard, separation of duties, consent, protection and holds, changed in one place at a time;
the domain's tests have to notice at least 95 of 100. What was found is kept in .mutants: a run that
was interrupted goes on, and only survivors and what has changed since are tried again.

    make mutants                          everything
    make mutants ARGS='--only holds'      the files whose path has that word
    make mutants ARGS='--every 8'         each eighth: a quick look
    make mutants ARGS=--fresh             forgets what is kept

Exit 8 below 95 %, or where a listed equivalent is none any more; 0 otherwise.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.mutants import run
from tests.mutants.mutate import ROOT, Mutant, Region, mutants

LEAST = 95
PATIENCE = 120
"""Seconds beyond ten times what its tests take; who needs longer loops for ever, and is killed."""
KEPT = ROOT / ".mutants"
EQUIVALENT = Path(__file__).parent / "equivalent.yaml"
CASE = "homeward/domain/case/"
STATE = frozenset({"minor", "consent", "hold_kinds", "protected", "open_to", "remember", "Consent"})
REGIONS = (
    Region(f"{CASE}guards.py"),
    Region(f"{CASE}consent.py"),
    Region(f"{CASE}protection.py"),
    Region(f"{CASE}holds.py"),
    Region(f"{CASE}state.py", STATE),
    Region(f"{CASE}embassy.py", frozenset({"RequestHandoff", "_revoked", "_of_residence"})),
    Region(f"{CASE}clearance.py", frozenset({"may_override"})),
    Region("homeward/domain/steps.py", frozenset({"opened", "decided"})),
    Region("homeward/domain/decide.py", frozenset(
        {"_allowed_here", "_general", "_general_without_subject", "step_key"})),
    Region("homeward/domain/anystream.py", frozenset({"RejectStep", "open_step", "could_confirm"})),
)  # fmt: skip
SECOND_PERSON = frozenset({"not_by", "needs_step"})
ONLY_KEYWORDS = frozenset({""})


class Tried(NamedTuple):
    mutant: Mutant
    source: str
    outcome: int
    killer: str


def regions() -> Iterator[Region]:
    """The rules above, and whom each command anywhere else may not be given by."""
    yield from REGIONS
    whole = {region.path for region in REGIONS if not region.names}
    for path in sorted((ROOT / "homeward/domain").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if name not in whole and "not_by=" in path.read_text(encoding="utf-8"):
            if name.endswith("domain/commands.py"):
                continue  # defines them
            yield Region(name, ONLY_KEYWORDS, SECOND_PERSON)


def told(mutant: Mutant, source: str) -> tuple[str, str, str]:
    """What a listed equivalent is known by: the file, and what goes and comes."""
    diff = mutant.diff(source)
    gone = " ".join(line[1:].strip() for line in diff if line[0] == "-")
    come = " ".join(line[1:].strip() for line in diff if line[0] == "+")
    return mutant.path, gone, come


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--only", default="", metavar="WORD", help="files whose path has the word")
    parser.add_argument("--every", type=int, default=1, metavar="N",
                        help="each N-th mutant alone: a quick look")  # fmt: skip
    parser.add_argument("--fresh", action="store_true", help="forget what is kept of earlier runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    return parser.parse_args()


def chosen(wish: argparse.Namespace) -> Iterator[tuple[Mutant, str]]:
    """The mutants that the wish is for, each once, with the text that it changes."""
    seen: set[str] = set()
    for region in regions():
        if wish.only not in region.path:
            continue
        source, found = mutants(region)
        for mutant in found:
            key = mutant.key(source)
            if key not in seen:
                seen.add(key)
                if len(seen) % wish.every == 0:
                    yield mutant, source


def main() -> int:
    wish, err = asked(), Console(stderr=True)
    KEPT.mkdir(exist_ok=True)
    if wish.fresh:
        (KEPT / "killed.jsonl").unlink(missing_ok=True)
    listed = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) or []
    equivalents = {(one["file"], one["was"], one["becomes"]): one["because"] for one in listed}
    known, killed = _measured(err), _killed()
    every = [(m, source) for m, source in chosen(wish) if not equivalents.pop(told(m, source), "")]
    ended = [killed[m.key(source)] for m, source in every if m.key(source) in killed]
    todo = [(m, source) for m, source in every if m.key(source) not in killed]
    run.load_everything()
    survivors: list[Tried] = []
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                  TimeElapsedColumn(), console=err) as progress:  # fmt: skip
        bar = progress.add_task("mutants", total=len(every), completed=len(ended))
        for tried in _until_interrupted(_tried(todo, known, wish.jobs)):
            progress.advance(bar)
            ended.append(tried.outcome)
            if tried.outcome == run.SURVIVED:
                survivors.append(tried)
                progress.update(bar, description=f"mutants, {len(survivors)} alive")
            else:
                _keep(tried)
    if left := len(every) - len(ended):
        err.print(f"Interrupted: {left} are left for the next run.")
    whole = not wish.only and wish.every == 1
    return _report(survivors, ended, equivalents if whole else {}, err)


def _until_interrupted(tried: Iterator[Tried]) -> Iterator[Tried]:
    try:
        yield from tried
    except KeyboardInterrupt:
        return


def _measured(err: Console) -> run.Known:
    at = KEPT / "lines.json"
    if (known := run.known(at)) is None:
        err.print("Measuring which test runs which line.")
        if (child := os.fork()) == 0:
            os.dup2(2, 1)
            run.measure(at)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        known = run.known(at)
        if status or known is None:
            sys.exit("The domain's tests fail, or could not be measured.")
    return known


def _killed() -> dict[str, int]:
    """Key -> how: KILLED or UNLOADABLE."""
    at = KEPT / "killed.jsonl"
    if not at.is_file():
        return {}
    lines = map(json.loads, at.read_text(encoding="utf-8").splitlines())
    return {line["key"]: line["how"] for line in lines}


def _keep(tried: Tried) -> None:
    with (KEPT / "killed.jsonl").open("a", encoding="utf-8") as file:
        key = tried.mutant.key(tried.source)
        file.write(json.dumps({"key": key, "by": tried.killer, "how": tried.outcome}) + "\n")


def _tried(todo: list[tuple[Mutant, str]], known: run.Known, jobs: int) -> Iterator[Tried]:
    """Each mutant with what became of it, as they are done."""
    running: dict[int, tuple[Mutant, str, float, Path]] = {}
    killers: dict[tuple[str, tuple[int, int]], list[str]] = {}
    waiting = todo[::-1]
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant, source = waiting.pop()
                tests = known.running(mutant)
                first = [t for t in killers.get((mutant.path, mutant.scope), []) if t in tests]
                tests = [*first, *(test for test in tests if test not in first)]
                if not tests:
                    yield Tried(mutant, source, run.SURVIVED, "")
                    continue
                until = time.monotonic() + PATIENCE + 10 * sum(known.seconds[t] for t in tests)
                into = KEPT / f"{mutant.key(source)}.killer"
                if (child := os.fork()) == 0:
                    run.attempt(mutant, source, tests, into)
                running[child] = (mutant, source, until, into)
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                for pid, (_, _, until, _) in running.items():
                    if time.monotonic() > until:
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.02)
                continue
            mutant, source, _, into = running.pop(child)
            code = os.waitstatus_to_exitcode(status)
            killer = into.read_text(encoding="utf-8") if into.is_file() else ""
            into.unlink(missing_ok=True)
            if killer:
                near = killers.setdefault((mutant.path, mutant.scope), [])
                near[:] = [killer, *(test for test in near if test != killer)][:8]
            yield Tried(mutant, source, run.KILLED if code < 0 else code, killer)
    finally:
        for pid in running:
            os.kill(pid, signal.SIGKILL)


def _report(
    survivors: list[Tried],
    ended: list[int],
    stale: dict[tuple[str, str, str], str],
    err: Console,
) -> int:
    def out(line: str) -> None:
        sys.stdout.write(f"{line}\n")

    for tried in survivors:
        out(f"{tried.mutant.path}:{tried.mutant.line} in {tried.mutant.function or 'the file'}")
        out("\n".join(f"    {line}" for line in tried.mutant.diff(tried.source)))
    for path, was, becomes in stale:
        out(f"{path}: listed as equivalent and not there: {was} -> {becomes}")
    if unloadable := ended.count(run.UNLOADABLE):
        err.print(f"Not counted, since they cannot even be loaded: {unloadable}.")
    count = len(ended) - unloadable
    killed = count - len(survivors)
    share = 100 * killed / count if count else 100
    out(f"{killed} of {count} mutants killed: {share:.1f} %")
    return 8 if share < LEAST or stale else 0


if __name__ == "__main__":
    sys.exit(main())
