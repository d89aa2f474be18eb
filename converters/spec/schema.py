"""Models → JSON Schema, so that an editor completes and checks definition files while one types.

The schema is for people who write YAML: a number may stand where a text is due, because `012` and
`1.0` are texts to us and numbers to an editor. It checks the shape only; `lint` says the rest.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from converters.model import BETWEEN, FORMS, OPERATIONS, QUESTIONS, FileSet, Layout, Mapping, Model
from converters.spec.styles import STYLES

__all__ = ["schema"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
Json = dict[str, Any]

MODELS: Final[dict[str, type[Model]]] = {"layout": Layout, "mapping": Mapping, "set": FileSet}
CHOICES: Final = {
    "Between": BETWEEN,
    "Check": tuple(QUESTIONS),
    "Condition": ("blank", "equals", "in", "least"),
    "Control": ("count", "number", "sum"),
    "Framing": FORMS,
    "Rule": tuple("from" if name == "source" else name for name in OPERATIONS),
    "When": ("at", "column"),
}
"""Model → the keys of which exactly one is given, as its validator asks."""


def schema(kind: Literal["layout", "mapping", "set"]) -> Json:
    """The JSON Schema (2020-12) of layout, mapping or set files."""
    found = _for_yaml(MODELS[kind].model_json_schema(by_alias=True, mode="validation"))
    assert isinstance(found, dict)
    found["properties"] = {"$schema": {"type": "string"}} | found["properties"]
    if kind == "layout":
        styles = sorted({style for known in STYLES.values() for style in known})
        fields = found["$defs"]["Field"]["properties"]
        fields["style"] = fields["style"] | {"examples": styles}
    for name in CHOICES.keys() & found["$defs"].keys():
        found["$defs"][name]["oneOf"] = [{"required": [key]} for key in CHOICES[name]]
    head = {"$schema": DIALECT, "$id": f"urn:utsushi:{kind}:1", "title": f"Utsushi {kind}"}
    return head | {key: value for key, value in found.items() if key != "title"}


def _for_yaml(part: Any) -> Any:
    """The part with texts that may look like numbers, and with the free keys of every model."""
    if isinstance(part, list):
        return [_for_yaml(item) for item in part]
    if not isinstance(part, dict):
        return part
    names = ("$defs", "properties")
    found: Json = {}
    for key, item in part.items():
        if key in names:
            found[key] = {name: _for_yaml(value) for name, value in item.items()}
        elif key != "title" and not (key == "default" and item is None):
            found[key] = _for_yaml(item)
    return _written(found)


def _written(part: Json) -> Json:
    """What people write for a value of this type."""
    if "anyOf" in part:
        given = [choice for choice in part["anyOf"] if choice != {"type": "null"}]
        about = {key: item for key, item in part.items() if key != "anyOf"}
        return about | (given[0] if len(given) == 1 else {"anyOf": given})
    if part.get("type") == "string" and "enum" not in part and "const" not in part:
        return part | {"type": ["string", "number", "boolean"]}
    if part.get("type") == "integer":
        about = {key: part.pop(key) for key in ("description", "default") if key in part}
        sign = "-?" if part.get("minimum", 0) < 0 else ""
        return about | {"anyOf": [part, {"type": "string", "pattern": f"^{sign}[0-9]+$"}]}
    if part.get("additionalProperties") is False:
        return part | {"patternProperties": {"^(notes$|x-)": {}}}
    return part
