"""OData query options over rows held in Python: ``$filter``, ``$orderby``, ``$skip``, ``$top``.

The syntax is parsed by odata-query; the meaning is given here, to the extent that WATS
documents: string functions, ``and``/``or``/``not``, ``eq ne gt ge lt le in`` and ``any()``.
All else is a 400, as are unknown names and comparisons of different types. Names are
compared without regard to letter case, texts with regard to it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from .wire import INT32, Query, bad_request

Row = Mapping[str, Any]
_Rows = dict[str, Row]
_Get = Callable[[_Rows], Any]


@dataclass(frozen=True)
class Entity:
    """What can be asked about a kind of row.

    Attributes:
        fields: Name and kind of each property; a kind is one of string, number, boolean,
            datetime, guid and xml. XML equals an XPath that finds something in it.
        collections: The properties that hold a list of rows, each with the fields of those.
    """

    fields: Mapping[str, str]
    collections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class _Expression(NamedTuple):
    kind: str
    get: _Get


_NULL = _Expression("null", lambda _: None)
_ROW = ""  # the name of the row itself among the variables; no identifier is empty

_COMPARISONS: dict[type[Any], Callable[[Any, Any], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def _substring(text: str, start: float, length: float | None = None) -> str | None:
    """A part of a text; nothing where a number is no position or length."""
    numbers = [start] if length is None else [start, length]
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        return None
    return text[int(start) : None if length is None else int(start + length)]


# Name, kinds of the arguments, kind of the result.
_FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[str, ...], str]] = {
    "contains": (lambda text, part: part in text, ("string", "string"), "boolean"),
    "startswith": (str.startswith, ("string", "string"), "boolean"),
    "endswith": (str.endswith, ("string", "string"), "boolean"),
    "tolower": (str.lower, ("string",), "string"),
    "toupper": (str.upper, ("string",), "string"),
    "trim": (str.strip, ("string",), "string"),
    "concat": (operator.add, ("string", "string"), "string"),
    "length": (len, ("string",), "number"),
    "indexof": (str.find, ("string", "string"), "number"),
    "substring": (_substring, ("string", "number", "number"), "string"),
}


def find(name: str, names: Mapping[str, Any] | Sequence[str]) -> str | None:
    """The one of the names that is the given one in any letter case."""
    return next((known for known in names if known.lower() == name.lower()), None)


def compile_filter(text: str, entity: Entity) -> Callable[[Row], bool]:
    """The test that a ``$filter`` describes, or a 400."""
    try:
        tokens = _with_list_commas(ODataLexer().tokenize(text.strip()))
        condition = _Compiler(entity).boolean(ODataParser().parse(tokens))
    # Beside its own errors the parser lets some others through: NotImplementedError and
    # AttributeError for paths it has no node for, ValueError for a 30th of February.
    except (ODataException, NotImplementedError, AttributeError, ValueError, RecursionError) as error:
        raise bad_request(f"The $filter is not valid: {error}") from error
    return lambda row: bool(condition({_ROW: row}))


def _with_list_commas(tokens: Iterator[Any]) -> Iterator[Any]:
    # odata-query knows a list of one only as Python writes it, ('a',); OData writes ('a').
    in_list = False
    commas = 0
    for token in tokens:
        if token.type == "IN":
            in_list, commas = True, 0
        elif in_list and token.type == ",":
            commas += 1
        elif in_list and token.type == ")":
            if commas == 0:
                comma = type(token)()
                comma.type, comma.value, comma.lineno, comma.index = ",", ",", token.lineno, token.index
                yield comma
            in_list = False
        yield token


class _Compiler:
    def __init__(self, entity: Entity) -> None:
        self._collections = entity.collections
        self._variables: dict[str, Mapping[str, str]] = {_ROW: entity.fields}

    def boolean(self, node: Any) -> _Get:
        """An expression that must be true or false."""
        expression = self._expression(node)
        if expression.kind != "boolean":
            raise ValueError(f"a condition was expected, not a {expression.kind}")
        return expression.get

    def _expression(self, node: Any) -> _Expression:  # noqa: PLR0911 - one for each kind of node
        match node:
            case ast.Identifier(name=name, namespace=()):
                return self._property(_ROW, name)
            case ast.Attribute(owner=ast.Identifier(name=variable), attr=name) if variable in self._variables:
                return self._property(variable, name)
            case ast.Compare(comparator=ast.In(), left=left, right=ast.List(val=items)):
                return self._membership(left, items)
            case ast.Compare(comparator=comparator, left=left, right=right):
                return self._comparison(type(comparator), left, right)
            case ast.BoolOp(op=ast.And(), left=left, right=right):
                first, second = self.boolean(left), self.boolean(right)
                return _Expression("boolean", lambda rows: first(rows) and second(rows))
            case ast.BoolOp(left=left, right=right):
                first, second = self.boolean(left), self.boolean(right)
                return _Expression("boolean", lambda rows: first(rows) or second(rows))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                condition = self.boolean(operand)
                return _Expression("boolean", lambda rows: not condition(rows))
            case ast.CollectionLambda(owner=ast.Identifier(name=name), operator=ast.Any(), lambda_=condition):
                return self._any(name, condition)
            case ast.Call(func=ast.Identifier(name=name, namespace=()), args=arguments):
                return self._call(name, arguments)
            case _:
                return _literal(node)

    def _property(self, variable: str, name: str) -> _Expression:
        fields = self._variables[variable]
        known = find(name, fields)
        if known is None:
            raise ValueError(f"there is no property {name!r}")
        key, kind = known, fields[known]
        if kind == "datetime":
            return _Expression(kind, lambda rows: _moment(rows[variable][key]))
        return _Expression(kind, lambda rows: rows[variable][key])

    def _comparison(self, comparator: type[Any], left_node: Any, right_node: Any) -> _Expression:
        left, right = self._expression(left_node), self._expression(right_node)
        if left.kind == "xml" and comparator is ast.Eq and isinstance(right_node, ast.String):
            return _Expression("boolean", _finds(left.get, right_node.py_val))
        _comparable(left.kind, right.kind)
        first, second = left.get, right.get
        if comparator is ast.Eq:
            return _Expression("boolean", lambda rows: first(rows) == second(rows))
        if comparator is ast.NotEq:
            return _Expression("boolean", lambda rows: first(rows) != second(rows))
        compare = _COMPARISONS[comparator]

        def ordered(rows: _Rows) -> bool:
            one, other = first(rows), second(rows)
            return one is not None and other is not None and compare(one, other)

        return _Expression("boolean", ordered)

    def _membership(self, node: Any, items: list[Any]) -> _Expression:
        left = self._expression(node)
        choices = [_literal(item) for item in items]
        for choice in choices:
            _comparable(left.kind, choice.kind)
        values = {choice.get({}) for choice in choices}
        return _Expression("boolean", lambda rows: left.get(rows) in values)

    def _any(self, name: str, condition: Any) -> _Expression:
        collection = find(name, self._collections)
        if collection is None:
            raise ValueError(f"there is no collection {name!r}")
        key = collection
        if condition is None:
            return _Expression("boolean", lambda rows: bool(rows[_ROW][key]))
        variable = condition.identifier.name
        self._variables[variable] = self._collections[key]
        test = self.boolean(condition.expression)
        del self._variables[variable]
        return _Expression(
            "boolean", lambda rows: any(test({**rows, variable: item}) for item in rows[_ROW][key])
        )

    def _call(self, name: str, nodes: list[Any]) -> _Expression:
        if name not in _FUNCTIONS:
            raise ValueError(f"the function {name} is not supported")
        function, kinds, kind = _FUNCTIONS[name]
        arguments = [self._expression(node) for node in nodes]
        for argument, wanted in zip(arguments, kinds, strict=False):
            if argument.kind not in (wanted, "null"):
                raise ValueError(f"{name} takes a {wanted}, not a {argument.kind}")
        gets = [argument.get for argument in arguments]
        missing = False if kind == "boolean" else None

        def call(rows: _Rows) -> Any:
            values = [get(rows) for get in gets]
            return missing if None in values else function(*values)

        return _Expression(kind, call)


def _finds(xml: _Get, path: str) -> _Get:
    # ElementTree knows relative paths only, so the document becomes an element too.
    relative = f".{path}" if path.startswith("/") else path
    try:
        ET.Element("document").find(relative)
    except (SyntaxError, KeyError, TypeError) as error:
        raise ValueError(f"{path!r} is not a supported XPath") from error

    def found(rows: _Rows) -> bool:
        text = xml(rows)
        return text is not None and ET.XML(f"<document>{text}</document>").find(relative) is not None

    return found


def _comparable(left: str, right: str) -> None:
    # A GUID is accepted in quotes too: whether WATS types uuid as a string is not documented.
    if left != right and "null" not in (left, right) and {left, right} != {"guid", "string"}:
        raise ValueError(f"a {left} cannot be compared with a {right}")


def _literal(node: Any) -> _Expression:
    value: Any
    match node:
        case ast.Null():
            return _NULL
        case ast.String():
            kind, value = "string", node.py_val
        case ast.Integer() | ast.Float():
            kind, value = "number", node.py_val
        case ast.Boolean():
            kind, value = "boolean", node.py_val
        case ast.GUID():
            kind, value = "guid", str(node.py_val)
        case ast.DateTime():
            kind, value = "datetime", _in_utc(node.py_val)
        case ast.Date():
            kind, value = "datetime", _in_utc(node.py_val)
        case _:
            raise ValueError(f"{type(node).__name__} is not supported")
    return _Expression(kind, lambda _: value)


def _in_utc(value: date) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@dataclass(frozen=True)
class Rules:
    """How an endpoint reads the query options.

    Attributes:
        entity: What its rows hold.
        sortable: The names that ``$orderby`` takes, and the property that each sorts by.
        order: The ``$orderby`` when there is none.
        top: The ``$top`` when there is none; None for all.
        maximum: The largest ``$top``.
        options: Further options that the endpoint itself handles, in lower case.
    """

    entity: Entity
    sortable: Mapping[str, str]
    order: str
    top: int | None
    maximum: int = INT32[1]
    options: frozenset[str] = frozenset()


def select(rows: list[dict[str, Any]], query: Query, rules: Rules) -> list[dict[str, Any]]:
    """The rows that the query options ask for, in their order, or a 400."""
    for name in query:
        if name.startswith("$") and name not in rules.options | {"$filter", "$orderby", "$skip", "$top"}:
            raise bad_request(f"The query option {name} is not supported.")
        if name.startswith("$") and query.text(name) is None:
            raise bad_request(f"The query option {name} is empty.")
    top = query.integer("$top", minimum=1, maximum=rules.maximum) or rules.top
    skip = query.integer("$skip", minimum=0) or 0
    keys = _sort_keys(query.text("$orderby") or rules.order, rules.sortable)
    condition = query.text("$filter")
    if condition is not None:
        test = compile_filter(condition, rules.entity)
        rows = [row for row in rows if test(row)]
    # Sorting is stable, so the last key goes first.
    for key, descending in reversed(keys):
        rows = sorted(rows, key=_by(key), reverse=descending)
    return rows[skip : None if top is None else skip + top]


def _by(key: str) -> Callable[[Row], tuple[bool, Any]]:
    def by(row: Row) -> tuple[bool, Any]:
        value = row[key]
        return (value is not None, value)

    return by


def _sort_keys(text: str, sortable: Mapping[str, str]) -> list[tuple[str, bool]]:
    keys = []
    for part in text.split(","):
        name, *direction = part.split()[:3] or [""]
        known = find(name, sortable)
        if known is None or direction not in ([], ["asc"], ["desc"]):
            raise bad_request(f"Cannot order by {part.strip()!r}; choose from {', '.join(sortable)}.")
        keys.append((sortable[known], direction == ["desc"]))
    return keys
