"""Write src/pywats/services/sync.pyi: what type checkers and editors know of the sync services.

At run time `pywats.pywats.SyncServiceWrapper` makes a sync service out of an async one, which no type checker
can follow. This script reads the async services, without importing them, and writes their sync twins down.

    python scripts/generate_type_stubs.py            # writes the stub
    python scripts/generate_type_stubs.py --check    # writes nothing; exits 1 if the stub is out of date

It refuses what the wrapper would hand out unchanged, so that the stub never promises more than happens.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib.util
import inspect
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ROOT / "src" / "pywats" / "services"
STUB = SERVICES / "sync.pyi"
STUB_NAME = STUB.relative_to(ROOT).as_posix()
COMMAND = "python scripts/generate_type_stubs.py"

PACKAGE = "pywats.services"
# Each class of this module is a root: what derives from it has a sync twin.
ROOTS_MODULE = f"{PACKAGE}.base"

HEADER = f"""\
# Generated from the async services by {COMMAND}: run it rather than edit this.
# For type checkers only: at run time there is no such module, and the objects are SyncServiceWrappers.
"""
LINE_LENGTH = 110
INDENT = "    "

ASYNC_ITERATORS = {"AsyncGenerator", "AsyncIterator"}
ASYNC_TYPES = ASYNC_ITERATORS | {
    "AbstractAsyncContextManager",
    "AsyncContextManager",
    "AsyncIterable",
    "Awaitable",
    "Coroutine",
}
PROPERTIES = {"cached_property", "property"}
KNOWN_DECORATORS = PROPERTIES | {"classmethod", "staticmethod"}

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class StubError(Exception):
    """A service has something that this script, or the sync wrapper, cannot make synchronous."""


@dataclass(frozen=True)
class Import:
    """One imported name.

    Attributes:
        module: Where it comes from.
        name: The name, maybe with ``as``; empty if it is the module itself that is imported.
    """

    module: str
    name: str


@dataclass(frozen=True)
class Module:
    """A module of the services.

    Attributes:
        name: Its dotted name.
        tree: Its source, parsed.
        names: How another module imports each name that annotations in this one may use.
    """

    name: str
    tree: ast.Module
    names: dict[str, Import]


@dataclass(frozen=True)
class AsyncClass:
    """A class of the services, and the module that it is in."""

    node: ast.ClassDef
    module: Module

    def __str__(self) -> str:
        """Return its dotted name."""
        return f"{self.module.name}.{self.node.name}"


@dataclass(frozen=True)
class Member:
    """A public member of an async class.

    Attributes:
        node: A method, a property or an annotated attribute.
        module: Where the names in its annotations are defined.
        docstring: Its docstring; None if it has none.
    """

    node: Function | ast.AnnAssign
    module: Module
    docstring: str | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the stub, or check it; return the exit code."""
    parser = argparse.ArgumentParser(description=f"Write {STUB_NAME}, the stub of the sync services.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it is out of date")
    options = parser.parse_args(arguments)
    try:
        wanted = generate(SERVICES)
    except StubError as error:
        print(error, file=sys.stderr)
        return 1
    # Git may check the file out with CRLF on Windows, which is no drift: reading as text evens that out.
    present = STUB.read_text(encoding="utf-8", errors="replace") if STUB.is_file() else None
    if present == wanted:
        print(f"{STUB_NAME} is up to date")
        return 0
    _print_difference(present, wanted)
    if options.check:
        print(f"{STUB_NAME} is {'missing' if present is None else 'out of date'}; run: {COMMAND}")
        return 1
    STUB.write_text(wanted, encoding="utf-8", newline="\n")
    print(f"{STUB_NAME} {'created' if present is None else 'updated'}")
    return 0


def generate(folder: Path) -> str:
    """Return the text of the stub for the async services in a folder.

    Raises:
        StubError: A service cannot be made synchronous.
    """
    modules = [_read_module(path) for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    return Stub(_collect_classes(modules)).render()


def _print_difference(present: str | None, wanted: str) -> None:
    if present is None:
        return
    lines = difflib.unified_diff(
        present.splitlines(), wanted.splitlines(), STUB_NAME, "the async services", lineterm="", n=1
    )
    for line in lines:
        # A Windows console may lack a character that a docstring has.
        print(line.encode("ascii", "backslashreplace").decode())


def _read_module(path: Path) -> Module:
    name = f"{PACKAGE}.{path.stem}"
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    names: dict[str, Import] = {}
    for statement in _top_level(tree.body):
        match statement:
            case ast.Import(names=aliases):
                for alias in aliases:
                    names[alias.asname or alias.name.partition(".")[0]] = Import(ast.unparse(alias), "")
            case ast.ImportFrom(module=source, names=aliases, level=level):
                origin = importlib.util.resolve_name("." * level + (source or ""), PACKAGE)
                for alias in aliases:
                    names[alias.asname or alias.name] = Import(origin, ast.unparse(alias))
            case ast.ClassDef(name=own) | ast.AnnAssign(target=ast.Name(id=own)):
                names[own] = Import(name, own)
            case ast.Assign(targets=[ast.Name(id=own)]):
                names[own] = Import(name, own)
    return Module(name, tree, names)


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, with those under ``if TYPE_CHECKING`` and the like."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield from _top_level([*statement.body, *statement.orelse])
        else:
            yield statement


def _collect_classes(modules: Iterable[Module]) -> dict[str, AsyncClass]:
    classes: dict[str, AsyncClass] = {}
    for module in modules:
        for node in module.tree.body:
            if not isinstance(node, ast.ClassDef):
                continue
            if node.name in classes:
                raise StubError(f"{module.name} and {classes[node.name].module.name} both have a {node.name}")
            classes[node.name] = AsyncClass(node, module)
    return classes


@dataclass
class Stub:
    """The stub in the making.

    Attributes:
        classes: All classes of the services by name, also those that have no twin, such as the roots.
        twins: The sync name for each async class that has a twin.
        imports: What the stub turned out to need, by the name that it has there.
    """

    classes: dict[str, AsyncClass]
    twins: dict[str, str] = field(init=False)
    imports: dict[str, Import] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.twins = {name: _sync_name(name) for name in self.classes if self._has_twin(name)}

    def render(self) -> str:
        """Return the text of the stub."""
        bodies = [self._render_class(self.classes[name]) for name in self.twins]
        return "\n".join([HEADER, *_render_imports(self.imports.values()), *bodies])

    def _has_twin(self, name: str) -> bool:
        found = self.classes[name]
        if name.startswith("_") or found.module.name == ROOTS_MODULE:
            return False
        return any(self.classes[base].module.name == ROOTS_MODULE for base in self._ancestors(found))

    def _ancestors(self, found: AsyncClass) -> Iterator[str]:
        for base in _bases(found):
            if base in self.classes:
                yield base
                yield from self._ancestors(self.classes[base])

    def _render_class(self, found: AsyncClass) -> str:
        bases = ", ".join(self.twins[base] for base in _bases(found) if base in self.twins)
        head = f"class {self.twins[found.node.name]}" + (f"({bases}):\n" if bases else ":\n")
        docstring = ast.get_docstring(found.node)
        parts = [_render_docstring(_without_arguments(docstring), INDENT)] if docstring else []
        parts.append(self._render_constructor())
        for name, member in self._members(found).items():
            try:
                parts.append(self._render_member(member))
            except StubError as error:
                raise StubError(f"{found}.{name}: {error}") from error
        return head + "".join(parts).rstrip() + "\n"

    def _render_constructor(self) -> str:
        self._import("Never", Import("typing", "Never"))
        return f"{INDENT}def __init__(self, made_by_pywats_only: Never, /) -> None: ...\n"

    def _members(self, found: AsyncClass) -> dict[str, Member]:
        """Return the public members, with those of base classes that have no twin to inherit them from."""
        members: dict[str, Member] = {}
        for base in reversed(_bases(found)):
            if base in self.twins:
                continue
            if base not in self.classes:
                raise StubError(f"{found}: its base class {base} is no class of {PACKAGE}")
            members.update(self._members(self.classes[base]))
        return members | _own_members(found)

    def _render_member(self, member: Member) -> str:
        node = member.node
        if isinstance(node, ast.AnnAssign):
            return self._render_property(node, _variable_type(node.annotation), member)
        decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
        if unknown := sorted(decorators - KNOWN_DECORATORS):
            raise StubError(f"don't know what @{unknown[0]} makes of it")
        if not decorators & PROPERTIES:
            return self._render_method(node, member)
        if isinstance(node, ast.AsyncFunctionDef):
            raise StubError("the sync wrapper does not await properties; make it a method")
        return self._render_property(node, node.returns, member)

    def _render_property(self, node: Function | ast.AnnAssign, kind: ast.expr | None, member: Member) -> str:
        """Return a property; attributes are some too, as setting one would not reach the async object."""
        name = node.name if isinstance(node, Function) else ast.unparse(node.target)
        result = self._annotation(kind, member.module)
        return f"{INDENT}@property\n" + _render_function(name, ["self"], result, member.docstring)

    def _render_method(self, node: Function, member: Member) -> str:
        decorators = "".join(f"{INDENT}@{ast.unparse(decorator)}\n" for decorator in node.decorator_list)
        parameters = list(self._parameters(node.args, member.module))
        result = self._annotation(self._blocking_result(node), member.module)
        return decorators + _render_function(node.name, parameters, result, member.docstring)

    def _blocking_result(self, node: Function) -> ast.expr | None:
        """Return the annotation of what the sync wrapper makes of a method's result."""
        # A coroutine's result is not iterated for the caller: only a generator's, or a plain method's.
        iterated = isinstance(node, ast.FunctionDef) or _is_generator(node)
        match node.returns:
            case ast.Subscript(value=ast.Name(id=name), slice=items) if iterated and name in ASYNC_ITERATORS:
                self._import("Iterator", Import("collections.abc", "Iterator"))
                item = items.elts[0] if isinstance(items, ast.Tuple) else items
                return ast.Subscript(ast.Name("Iterator"), item)
            case None:
                return None
            case kind:
                return self._with_twins(kind)

    def _with_twins(self, kind: ast.expr) -> ast.expr:
        match kind:
            case ast.Name(id=name) if name in self.twins:
                return ast.Name(self.twins[name])
            case ast.BinOp(left=left, op=ast.BitOr() as union, right=right):
                return ast.BinOp(self._with_twins(left), union, self._with_twins(right))
        return kind

    def _parameters(self, arguments: ast.arguments, module: Module) -> Iterator[str]:
        positional = [*arguments.posonlyargs, *arguments.args]
        required = len(positional) - len(arguments.defaults)
        defaults: list[ast.expr | None] = [*[None] * required, *arguments.defaults]
        for index, (argument, default) in enumerate(zip(positional, defaults, strict=True), start=1):
            yield self._parameter(argument, module, default, first=index == 1)
            if index == len(arguments.posonlyargs):
                yield "/"
        if arguments.vararg:
            yield "*" + self._parameter(arguments.vararg, module)
        elif arguments.kwonlyargs:
            yield "*"
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            yield self._parameter(argument, module, default)
        if arguments.kwarg:
            yield "**" + self._parameter(arguments.kwarg, module)

    def _parameter(
        self, argument: ast.arg, module: Module, default: ast.expr | None = None, *, first: bool = False
    ) -> str:
        if first and argument.annotation is None:
            return argument.arg  # self or cls
        text = f"{argument.arg}: {self._annotation(argument.annotation, module)}"
        return text if default is None else f"{text} = {self._default(default, module)}"

    def _default(self, default: ast.expr, module: Module) -> str:
        """Return a literal or a member of an enumeration as it is, and anything else as dots."""
        match default:
            case ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
                return _text(default)
            case ast.Attribute(value=ast.Name(id=name)) if name in module.names:
                self._import(name, module.names[name])
                return _text(default)
        return "..."

    def _annotation(self, kind: ast.expr | None, module: Module) -> str:
        """Return the text of an annotation, and import what it names."""
        if kind is None:
            raise StubError("an annotation is missing")
        still_async = ASYNC_TYPES | self.twins.keys()
        for node in ast.walk(kind):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in still_async:
                    raise StubError(f"the sync wrapper leaves {name} as it is in {_text(kind)}")
                case ast.Name(id=name) if name in module.names:
                    self._import(name, module.names[name])
        return _text(kind)

    def _import(self, name: str, source: Import) -> None:
        if self.imports.setdefault(name, source) != source:
            raise StubError(f"{name} is imported from {self.imports[name].module} and from {source.module}")


def _sync_name(name: str) -> str:
    if not name.startswith("Async"):
        raise StubError(f"the name of a service or resource has to begin with Async: {name}")
    return name.replace("Async", "Sync", 1)


def _bases(found: AsyncClass) -> list[str]:
    return [ast.unparse(base) for base in found.node.bases]


def _own_members(found: AsyncClass) -> dict[str, Member]:
    members: dict[str, Member] = {}
    for node, following in pairwise([*found.node.body, ast.Pass()]):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                # Assigning to an attribute of the wrapper does not reach the async object.
                if not name.startswith("_") and not _is_setter(node):
                    members[name] = Member(node, found.module, ast.get_docstring(node))
            case ast.AnnAssign(target=ast.Name(id=name)):
                if not name.startswith("_"):
                    members[name] = Member(node, found.module, _string(following))
            case ast.Expr() | ast.Pass():
                pass
            case ast.Assign(targets=[ast.Name(id=name)]) if name.startswith("_"):
                pass
            case _:
                raise StubError(f"{found}: neither a method nor an annotated attribute: {ast.unparse(node)}")
    return members


def _is_setter(node: Function) -> bool:
    return any(
        isinstance(decorator, ast.Attribute) and decorator.attr in {"deleter", "setter"}
        for decorator in node.decorator_list
    )


def _is_generator(node: ast.AST) -> bool:
    """Tell whether a function has a ``yield`` of its own."""
    return any(
        isinstance(child, ast.Yield)
        or (not isinstance(child, Function | ast.Lambda) and _is_generator(child))
        for child in ast.iter_child_nodes(node)
    )


def _string(node: ast.stmt) -> str | None:
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return inspect.cleandoc(text)
    return None


def _variable_type(kind: ast.expr) -> ast.expr:
    match kind:
        case ast.Subscript(value=ast.Name(id="ClassVar" | "Final"), slice=inner):
            return inner
    return kind


def _without_arguments(docstring: str) -> str:
    """Leave out what a class's docstring says of the arguments of its constructor, as the stub has none."""
    return "\n\n".join(part for part in docstring.split("\n\n") if not part.startswith("Args:\n"))


def _render_imports(imports: Iterable[Import]) -> Iterator[str]:
    """Yield the sections of import statements, sorted as ruff and isort do."""
    names: dict[tuple[int, bool, str], list[str]] = {}
    for one in imports:
        names.setdefault((_section(one.module), one.name != "", one.module), []).append(one.name)
    for _, section in groupby(sorted(names), key=itemgetter(0)):
        yield "".join(_render_import(key[-1], names[key]) for key in section)


def _section(module: str) -> int:
    package = re.split(r"[. ]", module)[0]
    return 0 if package in sys.stdlib_module_names else 2 if package == "pywats" else 1


def _render_import(module: str, names: list[str]) -> str:
    if names == [""]:
        return f"import {module}\n"
    names = sorted(names, key=lambda name: (not name.isupper(), not name[:1].isupper(), name))
    line = f"from {module} import {', '.join(names)}\n"
    if len(line) <= LINE_LENGTH + 1:
        return line
    return f"from {module} import (\n" + "".join(f"{INDENT}{name},\n" for name in names) + ")\n"


def _render_function(name: str, parameters: list[str], result: str, docstring: str | None) -> str:
    head = f"{INDENT}def {name}({', '.join(parameters)}) -> {result}:"
    if len(head) > LINE_LENGTH:
        inner = f"{INDENT * 2}{', '.join(parameters)}\n"
        if len(inner) > LINE_LENGTH + 1:
            inner = "".join(f"{INDENT * 2}{parameter},\n" for parameter in parameters)
        head = f"{INDENT}def {name}(\n{inner}{INDENT}) -> {result}:"
    return f"{head} ...\n" if docstring is None else f"{head}\n" + _render_docstring(docstring, INDENT * 2)


def _render_docstring(docstring: str, indent: str) -> str:
    """Return the statement, with the empty line that sets off the next one."""
    text = docstring.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    if "\n" in text:
        text += "\n"
    elif text.endswith('"'):
        text = text[:-1] + r"\""
    return textwrap.indent(f'"""{text}"""\n\n', indent)


def _text(node: ast.expr) -> str:
    text = ast.unparse(node)
    # ast prefers single quotes, the formatter double ones.
    return text if '"' in text else text.replace("'", '"')


if __name__ == "__main__":
    sys.exit(main())
