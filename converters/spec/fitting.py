"""Tree → model, and every way in which it does not fit as a problem with its place.

What does not fit is reported and taken out, so that the rest can still be checked: a file with a
misspelt key and a gap between two fields is told both at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from converters.errors import Problem, nearest
from converters.spec.document import Document, Loc, Node, plain, without

__all__ = ["Fit", "fit"]

M = TypeVar("M", bound=BaseModel)
Error = Any
"""One of pydantic's error dicts: type, loc, msg, input, ctx."""

ROUNDS: Final = 12
"""How often parts are taken out and the rest is tried again."""

SINGLE, LIST, KEYS = "a single value", "a list", "keys with values"
"""The forms that a value in a file can have."""

STAND_INS: Final = {"id": "?", "charset": "utf-8"}
"""Values in place of required ones that are missing, so that the rest can be checked."""


@dataclass(frozen=True, slots=True)
class Fit(Generic[M]):
    """The model of what could be used (None when too little could), its tree and the problems."""

    model: M | None
    document: Document
    problems: tuple[Problem, ...]


def fit(model: type[M], document: Document) -> Fit[M]:
    """The document as a model, with everything that is wrong with its shape."""
    problems: list[Problem] = []
    for _ in range(ROUNDS):
        try:
            found = model.model_validate(plain(document.root))
        except ValidationError as exc:
            errors = _relevant(document, exc.errors(include_url=False))
        else:
            return Fit(found, document, tuple(dict.fromkeys(problems)))
        if not problems:  # later rounds only show what the removals of the first one led to
            problems += [_problem(model, document, loc, error) for loc, error in errors]
        root = _without_errors(document.root, errors)
        if root is None:
            break
        document = replace(document, root=root)
    return Fit(None, document, tuple(dict.fromkeys(problems)))


def _without_errors(root: Node, errors: list[tuple[Loc, Error]]) -> Node | None:
    """The tree without what the errors point at; None when that is everything."""
    gone: set[Loc] = set()
    for loc, error in errors:
        if error["type"] == "missing":
            if len(loc) == 1 and loc[0] in STAND_INS and isinstance(root.value, dict):
                root = replace(root, value=root.value | {str(loc[0]): _stand_in(root, loc)})
                continue
            loc = loc[:-1]
        if not loc:
            return None
        gone.add(loc)
    return without(root, gone) if gone else replace(root, doubtful=True)


def _stand_in(root: Node, loc: Loc) -> Node:
    return Node(root.line, root.column, STAND_INS[str(loc[0])], doubtful=True)


def _relevant(document: Document, errors: Iterable[Error]) -> list[tuple[Loc, Error]]:
    """Errors by their place in the file, without those of union members that were not meant."""
    by_choice: dict[Loc, list[tuple[Loc, Error, str]]] = {}
    found: list[tuple[Loc, Error]] = []
    for error in errors:
        loc, tags = _split(document, error)
        if _is_echo(document, loc, error):
            continue
        if not tags:
            found.append((loc, error))
            continue
        at, tag = tags[0]
        by_choice.setdefault(loc[:at], []).append((loc, error, _form(tag)))
    for choice, group in by_choice.items():
        value = document.node(choice).value
        form = LIST if isinstance(value, tuple) else KEYS if isinstance(value, dict) else SINGLE
        meant = [(loc, error) for loc, error, expected in group if expected == form]
        forms = dict.fromkeys(expected for _, _, expected in group)
        found += meant or [(choice, {"type": "choice", "msg": f"{' or '.join(forms)} expected"})]
    return list({(loc, error["type"]): (loc, error) for loc, error in found}.values())


def _is_echo(document: Document, loc: Loc, error: Error) -> bool:
    """pydantic calls a list too short that only lost the items it has already complained of."""
    value = document.node(loc).value
    is_short = error["type"] == "too_short"
    return is_short and isinstance(value, tuple) and len(value) >= error["ctx"]["min_length"]


def _split(document: Document, error: Error) -> tuple[Loc, list[tuple[int, str]]]:
    """The place in the file, and the union members that pydantic names on the way to it."""
    loc: Loc = ()
    tags: list[tuple[int, str]] = []
    parts = error["loc"]
    for number, part in enumerate(parts):
        last_missing = number == len(parts) - 1 and error["type"] in ("missing", "extra_forbidden")
        if last_missing or _holds(document.node(loc), part):
            loc = (*loc, part)
        else:
            tags.append((len(loc), str(part)))
    return loc, tags


def _holds(node: Node, part: int | str) -> bool:
    if isinstance(node.value, dict):
        return str(part) in node.value
    return isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value)


def _form(tag: str) -> str:
    """The form of the values that the union member `tag` is for."""
    if tag.startswith("tuple"):
        return LIST
    return KEYS if tag.startswith(("dict", "function-after")) else SINGLE


def _problem(model: type[BaseModel], document: Document, loc: Loc, error: Error) -> Problem:
    kind = error["type"]
    if kind == "extra_forbidden":
        hint = nearest(str(loc[-1]), _keys(model, loc[:-1]))
        return document.key_problem(loc, "DEF-003", f"unknown key `{loc[-1]}`", hint)
    if kind == "missing" and isinstance(loc[-1], int):
        return document.problem(loc[:-1], "DEF-002", f"value number {loc[-1] + 1} is missing")
    if kind == "missing":
        return document.problem(loc[:-1], "DEF-002", f"`{loc[-1]}` is missing")
    words = _WORDS.get(kind)
    message, hint = words(error) if words else (str(error.get("msg", kind)), "")
    return document.problem(loc, "DEF-002", message, hint)


def _keys(model: type[BaseModel], loc: Loc) -> list[str]:
    """The keys that the model at this place knows."""
    here: set[type[BaseModel]] = {model}
    for part in loc:
        if isinstance(part, int):
            continue
        here = {
            below
            for owner in here
            for name, info in owner.model_fields.items()
            if (info.alias or name) == part
            for below in _models(info.annotation)
        }
    return [info.alias or name for owner in here for name, info in owner.model_fields.items()]


def _models(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {found for part in get_args(annotation) for found in _models(part)}


Words = Callable[[Error], tuple[str, str]]


def _literal(error: Error) -> tuple[str, str]:
    known = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    return f"{_shown(error)} is not one of {', '.join(known)}", nearest(str(error["input"]), known)


def _number(error: Error) -> tuple[str, str]:
    return f"a whole number is expected, not {_shown(error)}", ""


def _boolean(error: Error) -> tuple[str, str]:
    return f"true or false is expected, not {_shown(error)}", ""


def _shown(error: Error) -> str:
    """The value as it is quoted in a message, cut when it is long."""
    value = error["input"]
    if not isinstance(value, str):
        return "a list" if isinstance(value, list | tuple) else "keys with values"
    return f'"{value[:40]}…"' if len(value) > 40 else f'"{value}"'


_WORDS: Final[dict[str, Words]] = {
    "bool_parsing": _boolean,
    "bool_type": _boolean,
    "dict_type": lambda error: (f"keys with values are expected, not {_shown(error)}", ""),
    "greater_than": lambda error: (f"must be greater than {error['ctx']['gt']}", ""),
    "greater_than_equal": lambda error: (f"must be at least {error['ctx']['ge']}", ""),
    "int_from_float": _number,
    "int_parsing": _number,
    "int_parsing_size": _number,
    "int_type": _number,
    "less_than_equal": lambda error: (f"must be at most {error['ctx']['le']}", ""),
    "literal_error": _literal,
    "model_type": lambda error: (f"keys with values are expected, not {_shown(error)}", ""),
    "string_too_short": lambda error: ("must not be empty", ""),
    "string_type": lambda error: (f"a single value is expected, not {_shown(error)}", ""),
    "too_long": lambda error: (f"at most {error['ctx']['max_length']} may stand here", ""),
    "too_short": lambda error: (f"at least {error['ctx']['min_length']} must stand here", ""),
    "tuple_type": lambda error: (f"a list is expected, not {_shown(error)}", "write [a, b]"),
    "value_error": lambda error: (str(error["ctx"]["error"]), ""),
}
