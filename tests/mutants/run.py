"""Runs the domain's tests against one mutant, in a fork of a process that has everything loaded.

A change in a function's body is put into the function as it is loaded; what is done when a file is
loaded (a command's line, a table) needs the product and the tests to be loaded again.
"""

import gc
import json
import os
import sys
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any, NamedTuple

import coverage
import hypothesis
import pytest

from tests.mutants.mutate import ROOT, Mutant

TESTS = "tests/domain"
QUIET = ["-q", "-x", "--noconftest", "-p", "no:cacheprovider", "-p", "no:cov", "-W", "ignore"]
OURS = ("homeward", "workflows", "activities", "workers", "tests")
SURVIVED, KILLED, UNLOADABLE = 0, 1, 3


class Known(NamedTuple):
    """Which tests run which lines, and how long each takes (seconds)."""

    lines: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]

    def running(self, mutant: Mutant) -> list[str]:
        """Tests that run a line of the mutant's scope, the quickest first; then, of what is done
        when the file is loaded, every other: any of them may notice."""
        lines = self.lines.get(mutant.path, {})
        first, last = mutant.scope
        near = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        told = sorted(near, key=lambda test: self.seconds.get(test, 0))
        if mutant.function is None:
            told += sorted(self.seconds.keys() - near, key=lambda test: self.seconds[test])
        return told


class _Watch:
    """A plugin that tells coverage which test runs, and forgets stories told before."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured
        self.seconds: dict[str, float] = {}

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        sys.modules["tests.domain.story"]._told.clear()
        self.measured.switch_context(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        assert not report.failed, f"{report.nodeid} fails without any mutant"
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration


class _Killer:
    """A plugin that keeps the name of the test that failed."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.name = report.nodeid


def digest(paths: Iterable[Path]) -> str:
    told = sha256()
    for path in sorted(paths):
        told.update(path.read_bytes())
    return told.hexdigest()


def state_of_the_rules() -> str:
    return digest([*(ROOT / "homeward/domain").rglob("*.py"), *(ROOT / TESTS).glob("*.py")])


def measure(into: Path) -> None:
    """Write what `Known` holds; in a process of its own, before anything of ours is loaded."""
    measured = coverage.Coverage(data_file=None, source=[str(ROOT / "homeward/domain")])
    measured.start()
    watch = _Watch(measured)
    code = pytest.main([*QUIET, TESTS], plugins=[watch])
    measured.stop()
    assert code == 0, "the tests fail without any mutant"
    data = measured.get_data()
    lines: dict[str, dict[int, list[str]]] = {}
    for path in data.measured_files():
        by_line = data.contexts_by_lineno(path)
        lines[str(Path(path).relative_to(ROOT))] = {
            line: [test for test in tests if test] for line, tests in by_line.items()
        }
    told = {"of": state_of_the_rules(), "lines": lines, "seconds": watch.seconds}
    into.write_text(json.dumps(told), encoding="utf-8")


def known(at: Path) -> Known | None:
    """What was measured, if rules and tests are still the same."""
    if not at.is_file():
        return None
    told = json.loads(at.read_text(encoding="utf-8"))
    if told["of"] != state_of_the_rules():
        return None
    lines: dict[str, dict[int, list[str]]] = defaultdict(dict)
    for path, by_line in told["lines"].items():
        lines[path] = {int(line): tests for line, tests in by_line.items()}
    return Known(lines, told["seconds"])


def load_everything() -> None:
    with _silence():
        pytest.main([*QUIET, "--collect-only", TESTS])


@contextmanager
def _silence() -> Iterator[None]:
    kept = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        for number, copy in enumerate(kept, start=1):
            os.dup2(copy, number)
            os.close(copy)
        os.close(nowhere)


def attempt(mutant: Mutant, source: str, tests: Sequence[str], into: Path) -> None:
    """In a fork: put the mutant in, run the tests, write the killer's name, leave."""
    hypothesis.settings.register_profile("mutants", database=None, derandomize=True)
    hypothesis.settings.load_profile("mutants")
    killer = _Killer()
    code = UNLOADABLE
    with _silence():
        try:
            if not _put_in(mutant, source):
                _load_again(mutant, source)
            code = int(pytest.main([*QUIET, *tests], plugins=[killer]))
        except BaseException:
            code = UNLOADABLE
    into.write_text(killer.name, encoding="utf-8")
    os._exit({0: SURVIVED, 1: KILLED}.get(code, UNLOADABLE))


def _put_in(mutant: Mutant, source: str) -> bool:
    """Give the loaded function its new body; False where there is none such to give it to."""
    if mutant.function is None:
        return False
    path = str(ROOT / mutant.path)
    code = _code_of(compile(mutant.of(source), path, "exec"), mutant.function)
    functions = [
        thing
        for thing in gc.get_objects()
        if isinstance(thing, types.FunctionType)
        and thing.__code__.co_qualname == mutant.function
        and thing.__code__.co_filename == path
    ]
    for function in functions:
        if len(function.__code__.co_freevars) != len(code.co_freevars):
            return False
        function.__code__ = code
    return bool(functions)


def _code_of(module: types.CodeType, name: str) -> types.CodeType:
    waiting = [module]
    while waiting:
        inner = [const for const in waiting.pop().co_consts if isinstance(const, types.CodeType)]
        for code in inner:
            if code.co_qualname == name:
                return code
        waiting += inner
    raise LookupError(name)


class _Mutated(SourceFileLoader):
    text = ""

    def get_code(self, fullname: str) -> types.CodeType:
        return compile(self.text, self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, mutant: Mutant, text: str) -> None:
        self.module = mutant.path.removesuffix(".py").replace("/", ".")
        self.path = str(ROOT / mutant.path)
        self.text = text

    def find_spec(self, fullname: str, _: Any = None, __: Any = None) -> ModuleSpec | None:
        if fullname != self.module:
            return None
        loader = _Mutated(fullname, self.path)
        loader.text = self.text
        return spec_from_file_location(fullname, self.path, loader=loader)


def _load_again(mutant: Mutant, source: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        if not name.startswith("tests.mutants"):
            del sys.modules[name]
    sys.meta_path.insert(0, _Finder(mutant, mutant.of(source)))
