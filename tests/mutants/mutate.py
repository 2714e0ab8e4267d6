"""One change at a time to a rule's source, each of which some test of the rules has to notice."""

import ast
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
OPPOSITE: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
AT_THE_EDGE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
}  # fmt: skip
OTHER_NAME = {"any": "all", "all": "any", "max": "min", "min": "max"}
OTHER_SIGN: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.BitOr: "&", ast.BitAnd: "|",
}  # fmt: skip
WORDS = frozenset({"why"})
"""Keywords whose values are for people to read."""


class Region(NamedTuple):
    """What of a file is mutated: the named functions and classes, or all; or only some keywords."""

    path: str
    names: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()


class Mutant(NamedTuple):
    path: str
    start: int
    end: int
    """Offsets in the file's text."""
    text: str
    line: int
    last: int
    function: str | None
    """The qualified name of the function in whose body it is; None: done when the file is loaded."""
    scope: tuple[int, int]
    """First and last line of what it belongs to: a test that runs none of them cannot tell."""

    def of(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]

    def key(self, source: str) -> str:
        told = "\0".join((self.path, source, str(self.start), str(self.end), self.text))
        return sha256(told.encode()).hexdigest()[:24]

    def diff(self, source: str) -> list[str]:
        """The lines that go and those that come, with - and +."""
        lines = unified_diff(source.splitlines(), self.of(source).splitlines(), n=0, lineterm="")
        return [line for line in lines if line[:1] in "-+" and line[:3] not in ("---", "+++")]


class _Finder:
    def __init__(self, region: Region, source: str) -> None:
        self.region = region
        self.source = source
        self.tree = ast.parse(source)
        self.begins = [0]
        for line in source.encode().splitlines(keepends=True):
            self.begins.append(self.begins[-1] + len(line))
        self.bytes = source.encode()

    def offset(self, line: int, column: int) -> int:
        return len(self.bytes[: self.begins[line - 1] + column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def told(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.source[start:end]

    def found(self) -> Iterator[Mutant]:
        yield from self.within(self.tree, (), None, None, chosen=not self.region.names)

    def within(
        self,
        node: ast.AST,
        names: tuple[str, ...],
        function: str | None,
        scope: ast.AST | None,
        *,
        chosen: bool,
    ) -> Iterator[Mutant]:
        for field, child in _children(node):
            if _is_no_rule(node, field, child):
                continue
            inner, within, of, taken = names, function, scope, chosen
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner, of = (*names, child.name), child
                taken = chosen or child.name in self.region.names
            if isinstance(node, ast.FunctionDef) and function is None and field == "body":
                within = ".".join(names)
            if of is None or isinstance(scope, ast.Module):
                of = child
            if isinstance(child, ast.stmt) and isinstance(node, ast.Module) and of is None:
                of = child
            keyword = getattr(node, "arg", "") if isinstance(node, ast.keyword) else ""
            here = keyword in self.region.keywords
            if taken or here:
                for start, end, text in self.of(node, field, child):
                    yield Mutant(
                        self.region.path, start, end, text, child.lineno,  # type: ignore[attr-defined]
                        child.end_lineno or 0, within,  # type: ignore[attr-defined]
                        (of.lineno, of.end_lineno or 0),  # type: ignore[attr-defined]
                    )  # fmt: skip
            yield from self.within(child, inner, within, of, chosen=taken or here)

    def of(self, parent: ast.AST, field: str, node: ast.AST) -> Iterator[tuple[int, int, str]]:
        """Every other text for this node, as offsets and what stands there instead."""
        start, end = self.span(node) if hasattr(node, "lineno") else (0, 0)
        for text in self.instead(parent, field, node):
            yield start, end, text
        if isinstance(node, ast.Tuple | ast.Set | ast.List) and len(node.elts) > 0:
            yield from self.without_one(node, node.elts, [])
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "replace":
            yield from self.without_one(node, node.keywords, node.args)

    def instead(self, parent: ast.AST, field: str, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                for signs in (OPPOSITE, AT_THE_EDGE):
                    if type(op) in signs:
                        yield f"({self.told(left)} {signs[type(op)]} {self.told(right)})"
            case ast.BoolOp(op=op, values=values):
                word, other = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
                told = [f"({self.told(value)})" for value in values]
                yield f"({f' {other} '.join(told)})"
                for nth in range(len(told)):
                    yield f"({f' {word} '.join(told[:nth] + told[nth + 1 :])})"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield f"({self.told(operand)})"
            case ast.BinOp(left=left, op=op, right=right):
                yield f"({self.told(left)})"
                if type(op) in OTHER_SIGN:
                    yield f"({self.told(left)} {OTHER_SIGN[type(op)]} {self.told(right)})"
            case ast.Name(id=name) if name in OTHER_NAME:
                yield OTHER_NAME[name]
            case ast.Constant(value=bool() as value):
                yield str(not value)
            case ast.Constant(value=int() as value):
                yield str(value + 1)
            case ast.Constant(value=str() as value) if not isinstance(parent, ast.Expr):
                yield repr(f"not {value}")
            case ast.Return(value=ast.expr() as value):
                yield from _returns(parent, self.told(value))
            case ast.Raise() | ast.Expr(value=ast.Call()):
                yield "pass"
            case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
                yield "yield from ()"
            case ast.Assign(targets=[ast.Subscript()]):
                yield "pass"
        if field in ("test", "ifs") and isinstance(node, ast.expr):
            yield from ("True", "False")

    def without_one(
        self, node: ast.AST, items: Sequence[ast.AST], fixed: list[ast.expr]
    ) -> Iterator[tuple[int, int, str]]:
        """The display, or the call of `replace`, without each of its items in turn."""
        start, end = self.span(node)
        opens = self.source[start] if not isinstance(node, ast.Call) else "replace("
        closes = self.source[end - 1]
        for nth in range(len(items)):
            left = [self.told(item) for item in [*fixed, *items[:nth], *items[nth + 1 :]]]
            if isinstance(node, ast.Set) and not left:
                yield start, end, "set()"
                continue
            comma = "," if isinstance(node, ast.Tuple) and left else ""
            yield start, end, f"{opens}{', '.join(left)}{comma}{closes}"


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield field, child


def _returns(function: ast.AST, told: str) -> Iterator[str]:
    """A guard that always holds, or never; an evolver that changes nothing."""
    if not isinstance(function, ast.FunctionDef):
        return
    kind = getattr(function.returns, "id", "")
    if kind == "bool":
        yield from (f"return {word}" for word in ("True", "False") if word != told)
    elif any(getattr(mark, "id", "") == "evolves" for mark in function.decorator_list):
        yield f"return {function.args.args[0].arg}"


def _is_no_rule(parent: ast.AST, field: str, node: ast.AST) -> bool:
    """Types, imports, words for people, docstrings."""
    if field in ("annotation", "returns") or isinstance(
        node, ast.Import | ast.ImportFrom | ast.Assert
    ):
        return True
    if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") in (
        "Literal",
        "Annotated",
    ):
        return True
    if isinstance(parent, ast.keyword) and parent.arg in WORDS:
        return True
    if isinstance(parent, ast.AnnAssign) and field == "target":
        return True
    if isinstance(node, ast.JoinedStr | ast.alias | ast.expr_context | ast.arguments):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def mutants(region: Region) -> tuple[str, list[Mutant]]:
    """The file's text, and every mutant of the region that compiles."""
    source = (ROOT / region.path).read_text(encoding="utf-8")
    found: dict[str, Mutant] = {}
    for mutant in _Finder(region, source).found():
        changed = mutant.of(source)
        try:
            compile(changed, region.path, "exec")
        except SyntaxError:
            continue
        if ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source)):
            found.setdefault(changed, mutant)
    return source, list(found.values())
