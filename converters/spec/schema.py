"""Models → JSON Schema, so that an editor completes and checks definition files while one types.

The schema is for people who write YAML: a number may stand where a text is due, because `012` and
`1.0` are texts to us and numbers to an editor. It checks the shape only; `lint` says the rest.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from converters.model import Layout, Mapping
from converters.spec.styles import STYLES

__all__ = ["schema"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
Json = dict[str, Any]


def schema(kind: Literal["layout", "mapping"]) -> Json:
    """The JSON Schema (2020-12) of layout or mapping files."""
    model = Layout if kind == "layout" else Mapping
    found = _for_yaml(model.model_json_schema(by_alias=True, mode="validation"))
    assert isinstance(found, dict)
    found["properties"] = {"$schema": {"type": "string"}} | found["properties"]
    if kind == "layout":
        styles = sorted({style for known in STYLES.values() for style in known})
        fields = found["$defs"]["Field"]["properties"]
        fields["style"] = fields["style"] | {"examples": styles}
    head = {"$schema": DIALECT, "$id": f"urn:utsushi:{kind}:1", "title": f"Utsushi {kind}"}
    return head | {key: value for key, value in found.items() if key != "title"}


def _for_yaml(part: Any) -> Any:
    """The part with texts that may look like numbers, and with the free keys of every model."""
    if isinstance(part, list):
        return [_for_yaml(item) for item in part]
    if not isinstance(part, dict):
        return part
    found = {
        key: {name: _for_yaml(value) for name, value in item.items()}
        if key in ("properties", "$defs")
        else _for_yaml(item)
        for key, item in part.items()
        if not (key == "title" and isinstance(item, str))
    }
    if found.get("type") == "string" and "enum" not in found and "const" not in found:
        return found | {"type": ["string", "number", "boolean"]}
    if found.get("type") == "integer":
        return _number(found)
    if found.get("additionalProperties") is False:
        free: Json = {"^x-": {}}
        return found | {
            "patternProperties": free,
            "properties": {"notes": {}} | found["properties"],
        }
    return found


def _number(part: Json) -> Json:
    """A whole number, or the same in quotes."""
    about = {key: part.pop(key) for key in ("description", "default") if key in part}
    return about | {"anyOf": [part, {"type": "string", "pattern": "^[0-9]+$"}]}
