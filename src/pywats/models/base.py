"""What all models share: names on the wire, strict building, lenient reading."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, ClassVar, Self, SupportsIndex, TypeVar, cast

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    ModelWrapValidatorHandler,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, SchemaValidator, core_schema

from pywats.models.reading import LENIENT, is_lenient, reading_validator

__all__ = [
    "LENIENT",
    "Timestamp",
    "UtcTimestamp",
    "WatsModel",
    "WsjfNumber",
    "is_lenient",
    "one_or_many",
    "reader",
    "set_unchecked",
    "to_json",
]

T = TypeVar("T")


class WatsModel(BaseModel):
    """A JSON object of the WATS API.

    Built by a program, it is checked: required members, lengths, ranges, misspelt names. Read from
    a server (validation context `LENIENT`), it takes what comes: a member of an unexpected shape is kept
    as it was sent, a required member that is missing reads as None, an unknown member is kept; only what
    identifies the object has to be there. Either way only members that were given are written back, so that
    reading and sending again changes nothing.
    """

    # Without ser_json_inf_nan, a NaN in an unknown member would silently become null.
    # Explicit aliases stand in Annotated: in a default, type checkers take them for constructor arguments.
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="allow",
        ser_json_inf_nan="strings",
        loc_by_alias=False,
    )

    always_sent: ClassVar[frozenset[str]] = frozenset()
    """Members that the server wants even when they are null."""

    identified_by: ClassVar[frozenset[str]] = frozenset()
    """Members without which a server's answer is something else altogether."""

    # Members by their names here and on the wire.
    _known: ClassVar[frozenset[str]] = frozenset()
    # Members that a built object sends although nobody has set them.
    _sent: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        cls._sent = cls.always_sent | {
            name
            for name, field in cls.model_fields.items()
            if not field.is_required() and (field.default is not None or field.default_factory is not None)
        }
        cls._known = frozenset(cls.model_fields).union(
            *(_wire_names(name, field) for name, field in cls.model_fields.items())
        )

    @classmethod
    def _refuse_misspelt(cls, name: str) -> None:
        """Raise if an unknown member looks like a known one; other unknown members are the user's own."""
        alike = get_close_matches(name, cls._known, n=1, cutoff=0.8)
        if alike and name not in cls._known:
            raise ValueError(f"{cls.__name__} has no member {name!r}; did you mean {alike[0]!r}?")

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show what is there: most members of most objects are None."""
        return [(name, value) for name, value in super().__repr_args__() if value is not None]

    def __setattr__(self, name: str, value: object) -> None:
        """Set a member, checked as when it is built; a name that is none is refused."""
        if name in type(self).model_fields:
            value = _checked(type(self), name, value)
        elif name not in (self.model_extra or {}):
            self._refuse_misspelt(name)
            raise ValueError(f"{type(self).__name__} has no member {name!r}")
        super().__setattr__(name, value)

    @model_validator(mode="wrap")
    @classmethod
    def _build(cls, data: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if is_lenient(info.context) and not isinstance(data, cls):
            model: Self = reader(cls).validate_python(data, context=info.context)
            return model
        if isinstance(data, dict):
            for name in data.keys() - cls._known:
                cls._refuse_misspelt(name)
        return handler(data)

    def model_post_init(self, context: dict[str, Any] | None, /) -> None:
        """Mark what a built object always sends as given."""
        if not is_lenient(context):
            self.model_fields_set.update(self._sent)

    def to_wire(self, exclude: AbstractSet[str] = frozenset()) -> dict[str, Any]:
        """Return the JSON object: the members that were given, under their names on the wire.

        Args:
            exclude: Members (Python names) to leave out.
        """
        return self.model_dump(
            mode="json",
            by_alias=True,
            exclude_unset=True,
            exclude=set(exclude),
            warnings=False,  # what was read leniently need not fit the declared type
        )


@cache
def reader(kind: Any) -> SchemaValidator:
    """Return what reads a type as a server sent it; it wants the context `LENIENT`.

    Args:
        kind: Whatever a `TypeAdapter` takes, such as ``list[Product]``.
    """
    return reading_validator(kind, WatsModel)


def set_unchecked(model: WatsModel, name: str, value: object) -> None:
    """Set a member whose value is known to be right, without the cost of looking."""
    BaseModel.__setattr__(model, name, value)


def _checked(model: type[WatsModel], name: str, value: object) -> object:
    try:
        return _member(model, name).validate_python(value)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in (name, *problem["loc"]))
        raise ValueError(f"{model.__name__}.{place}: {problem['msg']}") from error


@cache
def _member(model: type[WatsModel], name: str) -> TypeAdapter[object]:
    # Pydantic's own validate_assignment would run the validators of the whole model each time.
    field = model.model_fields[name]
    kind: Any = field.annotation
    return TypeAdapter(Annotated[kind, *field.metadata] if field.metadata else kind)


def _wire_names(name: str, field: FieldInfo) -> frozenset[str]:
    """Return the names under which a field is read."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return frozenset(choice for choice in alias.choices if isinstance(choice, str))
    # A field whose type is defined further down has no alias yet.
    return frozenset({field.alias or to_camel(name)})


def to_json(value: WatsModel | Sequence[WatsModel], *, exclude: Iterable[str] = ()) -> bytes:
    """Write a request body: compact UTF-8 JSON of the members that were given.

    Args:
        value: One model or several.
        exclude: Members (Python names) to leave out of each.

    Raises:
        ValueError: A number has no JSON form.
    """
    left_out = frozenset(exclude)
    content = (
        value.to_wire(left_out) if isinstance(value, WatsModel) else [one.to_wire(left_out) for one in value]
    )
    # Python's encoder, because pydantic's gives up at 128 nested objects.
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def one_or_many(rows: type[list[T]]) -> type[list[T]]:
    """Return the type of a list in whose place some servers send a single object: it reads as a list of one.

    Args:
        rows: Such as ``list[Product]``.
    """
    # Annotated is no class, which is what type checkers expect of a result type.
    annotated: Any = Annotated
    return cast("type[list[T]]", annotated[rows, BeforeValidator(_in_a_list)])


def _in_a_list(answer: object) -> object:
    return [answer] if isinstance(answer, dict) else answer


class _WireTime(datetime):
    """A moment that remembers its text, as servers write more digits than a datetime holds."""

    __slots__ = ("text",)
    text: str | None

    def own_text(self) -> str | None:
        """Return what was read; None if the moment was calculated from one that was read."""
        return getattr(self, "text", None)

    def __repr__(self) -> str:
        """Return what a datetime shows."""
        return super().__repr__().replace(type(self).__name__, "datetime.datetime", 1)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """Keep the text in copies and pickles."""
        return (*super().__reduce_ex__(protocol)[:2], (None, {"text": self.own_text()}))


def _read_time(value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> datetime:
    moment: datetime = value if isinstance(value, datetime) else handler(value)
    if isinstance(value, str) and (moment.tzinfo or is_lenient(info.context)):
        wire_time = _WireTime.combine(moment.date(), moment.timetz())
        wire_time.text = value
        return wire_time
    return moment if moment.tzinfo else moment.astimezone()  # of a day, its beginning


def _write_time(moment: object) -> object:
    if not isinstance(moment, datetime):  # kept as the server sent it
        return moment
    if isinstance(moment, _WireTime) and (text := moment.own_text()) is not None:
        return text
    moment = moment if moment.tzinfo else moment.astimezone()  # put there past all checks
    return moment.isoformat().replace("+00:00", "Z")


Timestamp = Annotated[datetime, WrapValidator(_read_time), PlainSerializer(_write_time, when_used="json")]
"""A moment. One without an offset is local time; a text that was read is written back as it was."""


def _assume_utc(moment: datetime) -> datetime:
    if moment.tzinfo or not isinstance(moment, _WireTime):
        return moment
    in_utc = moment.replace(tzinfo=UTC)
    in_utc.text = moment.text
    return in_utc


UtcTimestamp = Annotated[Timestamp, AfterValidator(_assume_utc)]
"""A moment that is read as UTC when a server writes it without an offset."""


class _NumberSchema:
    _TEXTS: ClassVar[dict[str, float]] = {
        "NaN": float("nan"),
        "Infinity": float("inf"),
        "-Infinity": float("-inf"),
    }

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        # Integers stay integers: 30 must not come back as 30.0.
        return core_schema.union_schema(
            [
                core_schema.int_schema(strict=True),
                core_schema.float_schema(strict=True),
                core_schema.no_info_after_validator_function(
                    cls._TEXTS.__getitem__, core_schema.literal_schema(list(cls._TEXTS))
                ),
            ],
            serialization=core_schema.plain_serializer_function_ser_schema(cls._write, when_used="json"),
        )

    @staticmethod
    def _write(value: object) -> object:
        if isinstance(value, float) and not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return value


WsjfNumber = Annotated[float, _NumberSchema]
"""A number; "NaN", "Infinity" and "-Infinity" travel as strings because JSON cannot write them."""
