"""The shape of a scenario file, made from the declarations: one source for what is checked and for the JSON Schema.

Pydantic checks; what the user reads are our words. Imported only when a file is read, because pydantic takes a while.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, create_model
from pydantic_core import ErrorDetails

from conducive.scenarios.claims import KEYS, MEASURES, NAMES, claim_from
from conducive.scenarios.conditions import conditions
from conducive.scenarios.declaration import Input, nearest_names
from conducive.scenarios.errors import InputError, glimpse, quoted
from conducive.scenarios.events import EVENTS
from conducive.scenarios.kinds import KIND, KINDS
from conducive.scenarios.scenario import checked, declared
from conducive.scenarios.short import InShort
from conducive.scenarios.tables import TEXTS, event_from, groups

SHARE = Annotated[float, Field(ge=0, le=1)]
AUTHORITY = (
    "Start from published figures of an authority, a region or England. Amounts of money that are set stay as they are "
    "set; those that are not grow with the posts."
)
ONE, SEVERAL = "one innovation", "several innovations"
EXPECTED = {
    "model_type": "a table",
    "list_type": "a list of tables, each under its name in double brackets",
    "union_tag_not_found": "a table, or a list of tables",
    "string_type": "text",
    "int_type": "a whole number",
    "missing": "given",
}
"""What must stand in a place, by pydantic's type of error."""


class Schema(InShort, dict[str, Any]):
    """A JSON Schema, which shows itself by what it describes."""

    def in_short(self) -> dict[str, str]:
        """Return the dialect, and the keys of a file."""
        return {"dialect": self["$schema"], "keys": ", ".join(self["properties"])}


def scenario_schema() -> Schema:
    """Return the JSON Schema of a scenario file: tables and keys with meaning, unit, range, default and source."""
    return Schema({"$schema": "https://json-schema.org/draft/2020-12/schema", **_file().model_json_schema()})


def check_shape(document: dict[str, Any]) -> None:
    """Check keys, types and ranges of a scenario's document. Raises InputError for the first thing that is wrong."""
    try:
        _file().model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    else:
        return
    _refuse(document, first)


def _refuse(document: dict[str, Any], error: ErrorDetails) -> NoReturn:
    """Raise InputError in the words of the declarations where they have any for this error, else in plain ones."""
    kind, value = error["type"], error["input"]
    where = [part for part in error["loc"] if part not in {ONE, SEVERAL}]
    row = where[1] if len(where) > 1 else None
    prefix, inner = (f"{where[0]} {row + 1}: ", where[2:]) if isinstance(row, int) else ("", where)
    if kind not in {"model_type", "list_type", "missing"} or where[0] == "claim":
        try:
            _refuse_as_declared(document, where, value)
        except InputError as refusal:
            msg = f"{prefix}{refusal}"
            raise InputError(msg) from None
    key = ".".join(str(part)[:80] for part in inner) or str(where[0])
    if kind == "extra_forbidden":
        hint = nearest_names(key, [*_file().model_fields, *declared()])
        msg = f"{prefix}{key} is not a key of a scenario file.{hint}"
        raise InputError(msg)
    got = "" if kind == "missing" else f" Got {glimpse(value)}."
    hint = quoted(value) if kind == "string_type" else ""
    if key in {c.name for c in conditions()}:
        hint = f" For a whole condition write {key} under [conditions]."
    msg = f"{prefix}{key} must be {EXPECTED.get(kind) or error['msg']}.{got}{hint}"
    raise InputError(msg)


def _refuse_as_declared(document: dict[str, Any], where: list[int | str], value: object) -> None:
    """Let the declaration of an event or an input refuse what is wrong with it, if it does."""
    short = value[:80] if isinstance(value, str) else glimpse(value) if isinstance(value, list | dict) else value
    match where:
        case ["conditions" | "set", name, *_] | ["event" | "innovation", int(), "set", name, *_]:
            checked({str(name): short})
        case ["claim", int(row), *_] if isinstance(document["claim"][row], dict):
            claim_from(document["claim"][row])
        case ["event", int(row), key, *_] if key not in {"month", "set"}:
            event_from(document["event"][row])
        case ["innovation", int(), name, *_] if name not in {"month", "name", "set"}:
            checked({f"innovation.{name}": short})
        case [group, name, *_] if group in groups():
            checked({f"{group}.{name}": short})
        case [name] if name in declared():
            checked({str(name): short})


@cache
def _file() -> type[BaseModel]:
    """Build the model of a scenario file: texts, top-level inputs, a table for each group, events and innovations."""
    positions = {
        c.name: (SHARE, _optional(f"Position between {c.barrier} (0) and {c.facilitator} (1).", float))
        for c in conditions()
    }
    by_address = {f"set_{n}": _input(i, i.address) for n, i in enumerate(declared().values())}
    by_address |= {"set_kind": _kind(KIND)["kind"]}
    changes = (_table("set", "Values by dotted name.", by_address | positions), _optional("What changes.", dict))
    tables: dict[str, Any] = {
        group: (_table(group, _meaning(group), _inputs(found)), _optional(_meaning(group), dict))
        for group, found in groups().items()
        if group
    }
    single: Any = _table("innovation", _meaning("innovation"), {**_kind(), **_inputs(groups()["innovation"])})
    several: Any = GenericAlias(list, _wave(changes))
    tag = Discriminator(lambda given: ONE if isinstance(given, dict) else SEVERAL if isinstance(given, list) else None)
    tables["innovation"] = (
        Annotated[Annotated[single, Tag(ONE)] | Annotated[several, Tag(SEVERAL)], tag],
        _optional("The innovation, or several in a row.", dict),
    )
    fields = {
        **{key: (str, _optional(meaning, str)) for key, meaning in TEXTS.items()},
        "authority": (str, _optional(AUTHORITY, str)),
        "year": (int, _optional("Census year of these figures.", int)),
        **_inputs(groups()[""]),
        "conditions": (_table("conditions", "Conditions at a position.", positions), _optional("Positions.", dict)),
        **tables,
        "set": changes,
        "event": (GenericAlias(list, _event(changes)), _optional("What happens, and when.", list)),
        "claim": (GenericAlias(list, _claim()), _optional("What the scenario must show.", list)),
    }
    return _table("scenario", "What is asked of the model. What is left out keeps its default.", fields)


def _claim() -> Any:
    """Build the model of a `[[claim]]` table."""
    month = Annotated[int, Field(ge=1)]
    months: Any = month | Annotated[list[month], Field(min_length=2, max_length=2)]
    kinds: dict[str, Any] = {
        "indicator": Literal[NAMES],
        "when": months,
        "measure": Literal[MEASURES],
        "against_when": months,
        "above": float,
        "at_most": float,
        "share_of_sets": Annotated[float, Field(gt=0, le=1)],
    }
    needed = ("says", "source", "indicator", "when", "measure")
    fields = {
        key: (kinds.get(key, str), Field(description=meaning) if key in needed else _optional(meaning, object))
        for key, meaning in KEYS.items()
    }
    either = {"anyOf": [{"required": ["above"]}, {"required": ["at_most"]}]}
    return _table("claim", "What the scenario must show over plausible sets of coefficients.", fields, either)


def _event(changes: Any) -> Any:
    """Build the model of an `[[event]]` table."""
    details: dict[str, Any] = {}
    for kind in (kind for kind in EVENTS.values() if kind.detail):
        options = bool if kind.allowed is bool else Literal[kind.allowed] if isinstance(kind.default, str) else SHARE
        of = [k.name for k in EVENTS.values() if k.detail == kind.detail]
        details[kind.detail] = (options, _optional(f"For {' and '.join(of)}.", str))
    fields = {
        "month": (
            int,
            _month(
                "Month after launch; an inspection may lie in the warm-up, whose last month is 0.",
                1 - int(declared()["warm_up"].maximum),
                int(declared()["horizon"].maximum),
            ),
        ),
        "name": (Literal[tuple(EVENTS)], _optional(" ".join(f"{k.name}: {k.meaning}" for k in EVENTS.values()), str)),
        **details,
        "set": changes,
    }
    inspection = {"properties": {"name": {"const": "inspection"}}, "required": ["name"]}
    either = {
        "oneOf": [{"required": ["name"]}, {"required": ["set"]}],
        "anyOf": [{"properties": {"month": {"minimum": 1}}}, inspection],
    }
    return _table("event", "Something that happens in a month, or values that change from then on.", fields, either)


def _wave(changes: Any) -> Any:
    """Build the model of an `[[innovation]]` table."""
    fields = {
        "month": (int, _month("Months from the first launch to this one.", 0, int(declared()["horizon"].maximum) - 1)),
        "name": (str, _optional("Name of the innovation.", str)),
        **_kind(),
        **_inputs(groups()["innovation"]),
        "set": changes,
    }
    return _table("wave", "One innovation of several in a row, and what differs from its launch on.", fields)


def _table(title: str, meaning: str, fields: dict[str, Any], rule: dict[str, Any] | None = None) -> type[BaseModel]:
    settings = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())
    if rule:
        settings["json_schema_extra"] = rule
    return create_model(title, __config__=settings, __doc__=meaning, **fields)


def _meaning(group: str) -> str:
    return next((c.meaning for c in conditions() if c.name == group), f"Inputs of {group}.")


def _inputs(declarations: Iterable[Input]) -> dict[str, Any]:
    return {i.name: _input(i) for i in declarations}


def _input(declaration: Input, alias: str | None = None) -> tuple[Any, Any]:
    """Return the type and description of an input."""
    step = 1 if declaration.whole else None
    kind: Any = Annotated[float, Field(ge=declaration.minimum, le=declaration.maximum, multiple_of=step)]
    more: dict[str, Any] = {"unit": declaration.unit, "source": declaration.source}
    more["plausible"] = [declaration.low, declaration.high]
    return (
        bool | kind if declaration.group == "mechanisms" else kind,
        Field(default=declaration.default, alias=alias, description=declaration.meaning, json_schema_extra=more),
    )


def _kind(alias: str | None = None) -> dict[str, Any]:
    """Return the type and description of a kind of innovation, under its key."""
    meaning = " ".join(f"{kind.name}: {kind.meaning}" for kind in KINDS.values())
    return {"kind": (Literal[tuple(KINDS)], Field(default=next(iter(KINDS)), alias=alias, description=meaning))}


def _month(meaning: str, first: int, last: int) -> Any:
    """Return a month for which the schema gives the widest range; the scenario checks it against its horizon."""
    return Field(description=meaning, json_schema_extra={"minimum": first, "maximum": last})


def _optional(meaning: str, empty: type) -> Any:
    """Return a key that may be left out, without a default in the schema."""
    return Field(default_factory=empty, description=meaning)
