"""What all settings have in common: strict types, no unknown key, and a refusal in one line."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from clmt.errors import ClmtError
from clmt.files import parse_settings
from clmt.planning.settings.refusal import refusal, refusals

__all__ = [
    "Batch",
    "Block",
    "Count",
    "Decay",
    "Label",
    "Listed",
    "NoSettings",
    "OneOf",
    "Penalty",
    "Place",
    "Rate",
    "Seed",
    "Settings",
    "Several",
    "SeveralUnique",
    "Share",
    "Unique",
    "Weight",
    "Width",
    "check",
    "faults",
    "faulty",
]

Checked = TypeVar("Checked")
Item = TypeVar("Item", bound=Hashable)


class Settings(BaseModel):
    """A frozen group of settings; an unknown key, another type or a value out of range is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @classmethod
    def read(cls, values: Mapping[str, Any], place: str = "--settings", remedy: str = "") -> Self:
        """Check values; a `ClmtError` names the first fault by ``place`` and key."""
        return check(TypeAdapter(cls), values, place, remedy)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the JSON of a command's ``--settings``."""
        return cls.read(parse_settings(text))

    @classmethod
    def take(cls, *blocks: Mapping[str, Any], place: str = "config", remedy: str = "") -> Self:
        """Check the keys of these settings alone, from blocks of the configuration, of which the last one wins."""
        values = {key: value for block in blocks for key, value in block.items() if key in cls.model_fields}
        return cls.read(values, place, remedy)

    def plain(self) -> dict[str, Any]:
        """Every setting as JSON knows it, defaults filled in; a setting that is null is left out."""
        return self.model_dump(mode="json", exclude_none=True)


class Block(Settings):
    """A block of the configuration, which states every key but those in `optional` and those that are null."""

    optional: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="wrap")
    @classmethod
    def _check_stated(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made = handler(values)
        for key in cls._stated():
            if key not in made.model_fields_set:
                there = ", ".join(values) or "nothing"
                raise faulty(key, f"is missing! got: {there}, expected: every key of the block")
        return made

    @classmethod
    def _stated(cls) -> list[str]:
        return [
            name
            for name, field in cls.model_fields.items()
            if field.is_required() or (name not in cls.optional and field.default is not None)
        ]

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler.resolve_ref_schema(handler(core))
        schema["required"] = cls._stated()
        for name in cls._stated():
            schema["properties"][name].pop("default", None)
        return schema


class NoSettings(Settings):
    """An architecture without settings."""


def check(kind: TypeAdapter[Checked], values: Any, place: str, remedy: str = "") -> Checked:
    """Validate values of any type that pydantic knows, such as a union of settings; see `Settings.read`."""
    try:
        return kind.validate_python(values)
    except ValidationError as error:
        raise refusal(error, kind.json_schema(), place, remedy) from None


def faults(kind: TypeAdapter[Checked], values: Any, place: str, remedy: str = "") -> list[ClmtError]:
    """Every fault of values, where `check` raises the first; none where they are right."""
    try:
        kind.validate_python(values)
    except ValidationError as error:
        return refusals(error, kind.json_schema(), place, remedy)
    return []


def faulty(key: str, text: str) -> PydanticCustomError:
    """A fault of one key beside others, for validators of a group: ``text`` follows the key's name in the refusal."""
    return PydanticCustomError("clmt", "{key} {text}", {"key": key, "text": text})


class OneOf:
    """Marks a text as one of the names of a registry, which is asked at the time of the check."""

    def __init__(self, registry: Collection[str]) -> None:
        self.registry = registry

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.registry)}

    def _check(self, name: str) -> str:
        if name not in self.registry:
            raise PydanticCustomError("literal_error", "not registered")
        return name


def _without_repetition(values: tuple[Item, ...]) -> tuple[Item, ...]:
    repeated = next((value for row, value in enumerate(values) if value in values[:row]), None)
    if repeated is not None:
        raise faulty("", f"names an entry twice! got: {repeated!r}, expected: each once")
    return values


#: A list of YAML or JSON, kept as a tuple; its entries are as strict as anything else.
Listed = Annotated[tuple[Item, ...], Field(strict=False)]
#: A list with an entry or more.
Several = Annotated[tuple[Item, ...], Field(strict=False, min_length=1)]
#: Lists that name nothing twice; the second one has an entry or more.
Unique = Annotated[
    tuple[Item, ...],
    Field(strict=False, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_without_repetition),
]
SeveralUnique = Annotated[
    tuple[Item, ...],
    Field(strict=False, min_length=1, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_without_repetition),
]
#: A probability that leaves something over; dropout is drawn in steps of 1/256.
Share = Annotated[float, Field(ge=0.0, le=0.99)]
#: Numbers that computing can do something with: beyond these it would overflow, never end or find no memory.
Weight = Annotated[float, Field(ge=0.0, le=1e9)]
Penalty = Annotated[float, Field(gt=0.0, le=1e9)]
Rate = Annotated[float, Field(gt=0.0, le=1.0)]
Decay = Annotated[float, Field(ge=0.0, le=10.0)]
Count = Annotated[int, Field(ge=1, le=100_000)]
Batch = Annotated[int, Field(ge=1, le=10_000_000)]
Width = Annotated[int, Field(ge=1, le=16_384)]
#: The least range that NumPy, torch, scikit-learn and RDKit agree on.
Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]
#: A path as Snakemake can plan it (no braces, which are its wildcards) and every file system can hold it.
_MARK = r"[^/{}\x00-\x1f\x7f]"
Place = Annotated[
    str, Field(max_length=1000, pattern=rf"^/*[^-/{{}}\x00-\x1f\x7f]{_MARK}{{0,99}}(/+{_MARK}{{1,100}})*/*$")
]
#: A line without what reStructuredText, in which the report is written, would read as more than words.
Label = Annotated[
    str, Field(max_length=100, pattern=r"^([^\x00-\x1f\x7f-\x9f\u2028\u2029`*|<>\\_]|[A-Za-z0-9](_[A-Za-z0-9])+)+$")
]
