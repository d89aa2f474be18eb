"""docs/definitions.md says everything the models know, nothing else, and its examples work."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic_core import PydanticUndefined

from converters import checks, fields, mapping, model, spec
from converters.kinds.signs import RULES
from converters.model import OPERATIONS, KindName, Model
from converters.model.layout import HOST
from converters.spec import hosts, styles
from converters.spec.fields import OPTIONS

PAGE = (Path(__file__).parent.parent / "docs" / "definitions.md").read_text(encoding="utf-8")
CODE = Path(spec.__file__).parent
FILES = re.findall(r"^```\w+ (\S+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
MODELS = {
    name: found
    for name, found in inspect.getmembers(model, inspect.isclass)
    if issubclass(found, Model) and found is not Model
}


def section(title: str) -> str:
    """The page under a heading, up to the next one."""
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#+ |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"the page has no heading {title}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of a table; the heading and what stands outside are left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def shown(key: Any) -> str:
    """The default of a key as the page writes it."""
    if key.default is PydanticUndefined:
        return "`required`"
    if key.default is None or key.default == "" or key.default in ((), {}):
        return "–"
    if isinstance(key.default, Model):
        return "–"
    if isinstance(key.default, bool | tuple):
        return f"`{json.dumps(key.default)}`"
    return f'`"{key.default}"`' if str(key.default).isspace() else f"`{key.default}`"


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_key_is_in_the_table_of_its_model_with_its_default(name: str) -> None:
    due = {f"`{key.alias or name}`": shown(key) for name, key in MODELS[name].model_fields.items()}
    assert {cells[0]: cells[2] for cells in rows(section(name))} == due


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_choice_of_a_key_is_in_its_row(name: str) -> None:
    told = {cells[0]: " ".join(cells[1:]) for cells in rows(section(name))}
    for field, key in MODELS[name].model_fields.items():
        choices = [choice for choice in get_args(key.annotation) if isinstance(choice, str)]
        for choice in () if choices == list(get_args(KindName)) else choices:
            assert f"`{choice}`" in told[f"`{key.alias or field}`"]


def test_every_kind_is_told_with_exactly_the_options_it_knows() -> None:
    told = {}
    common = re.findall(r"`(\w+)`", section("Kinds").split("Every kind knows")[1].split("\n")[0])
    everywhere = {"kind", *common} - {"filler"}
    values = {"required", "null", "pad", "align", "shifts"}
    for kind, _, options, _ in rows(section("Kinds")):
        named = set(re.findall(r"`(\w+)`", options))
        more = OPTIONS["date"] if "date" in named else set()
        told[kind.strip("`")] = everywhere - values | named - {"date"} | more
    assert sorted(told) == sorted(get_args(KindName))
    for kind, options in told.items():
        host = {"required"} if kind in HOST else values
        assert options | (set() if kind == "filler" else host) == OPTIONS[kind]


def test_every_style_is_told() -> None:
    told = [cells[1].strip("`") for cells in rows(section("Styles of dates and times"))]
    assert sorted(told) == sorted(style for known in styles.STYLES.values() for style in known)


def test_every_rule_of_signs_is_told_and_known_to_spec() -> None:
    told = [cells[0].strip("`") for cells in rows(section("Host numbers")) if len(cells) == 3]
    assert set(RULES) <= set(told)
    assert sorted(RULES) == sorted(hosts.RULES)


def test_every_operation_is_told() -> None:
    due = ["from" if name == "source" else name for name in OPERATIONS]
    assert [cells[0].strip("`") for cells in rows(section("Operations"))] == due


def test_every_problem_is_told() -> None:
    paths = [*CODE.glob("*.py"), *CODE.parent.glob("importers/*.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in paths)
    told = [cells[0] for cells in rows(section("Problems"))]
    assert told == sorted(set(re.findall(r"DEF-[0-9]{3}", source)))


@pytest.mark.parametrize("title", ["Kinds", "Operations"])
def test_every_example_in_a_table_is_a_line_of_a_complete_one(title: str) -> None:
    lines = {line.strip(" -") for _, text in FILES for line in text.splitlines()}
    examples = [cells[-1].strip("`") for cells in rows(section(title))]
    assert [example for example in examples if example not in lines] == []


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The complete examples of the page as files."""
    folder = tmp_path_factory.mktemp("page")
    for name, text in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_the_complete_examples_are_clean_and_load(examples: Path) -> None:
    assert spec.lint([examples], [examples]) == ()
    loaded = spec.load_mapping("example/person-to-citizen", [examples])
    assert (loaded.source.id, loaded.target.id) == ("example/person", "example/citizen")
    assert [*spec.load_set("example/delivery", [examples]).layouts] == ["citizen", "person"]


def test_the_complete_examples_have_every_kind_and_every_operation(examples: Path) -> None:
    loaded = spec.load_mapping("example/person-to-citizen", [examples])
    assert {field.kind for field in loaded.source.record.fields} == set(get_args(KindName))
    assert {rule.operation for rule in loaded.mapping.rules} == set(OPERATIONS)


def test_every_yaml_of_the_page_is_yaml() -> None:
    for text in re.findall(r"^```yaml.*?\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE):
        yaml.safe_load(text)


def test_the_complete_examples_can_be_run(examples: Path) -> None:
    loaded = spec.load_mapping("example/person-to-citizen", [examples])
    for layout in (loaded.source, loaded.target):
        assert fields.compile(layout).names
        assert checks.compile(layout).steps
    for back in (False, True):
        assert mapping.compile(loaded.mapping, loaded.source, loaded.target, back)
