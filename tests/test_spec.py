"""Definitions: good ones load as written, bad ones tell everything that is wrong and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from definitions import (
    BORN,
    FIXED,
    NAME,
    SEX,
    SOURCE,
    TARGET,
    delimited,
    fixed,
    found_in_mapping,
    mapping,
)
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from converters import spec
from converters.charset import NAMES
from converters.errors import (
    ConvertersError,
    DefinitionError,
    EnvironmentFailure,
    UsageError,
)
from converters.kinds import KINDS
from converters.model import Field, KindName
from converters.spec import document, fields, styles

SHIPPED = spec.shipped_layouts()
IDS = [entry.id for entry in spec.list_definitions()]
MAPPINGS = [entry.id for entry in spec.list_definitions() if entry.kind == "mapping"]

TABLES = [
    ("good", "value,label\n1,男\n2,女\n", []),
    ("with a byte order mark and quotes", '\ufeffvalue,label\r\n1,"a,b"\r\n', []),
    ("with an empty line", "value,label\n1,男\n\n2,女\n", []),
    ("with another header", "code,label\n1,男\n", [(1, 1, "DEF-002")]),
    ("empty", "", [(1, 1, "DEF-002")]),
    (
        "with a row too long",
        "value,label\n1,男\n2,女,x\n3\n",
        [(3, 1, "DEF-002"), (4, 1, "DEF-002")],
    ),
    ("with a code twice", 'value,label\n1,"a\nb"\n1,女\n', [(4, 1, "DEF-031")]),
    ("with a blank code", "value,label\n,男\n", [(2, 1, "DEF-002")]),
    ("with an open quote", 'value,label\n1,"男\n', [(2, 1, "DEF-001")]),
]


@pytest.mark.parametrize(("name", "text", "places"), TABLES, ids=[case[0] for case in TABLES])
def test_a_fault_of_a_code_table_is_told_in_its_own_file(
    tmp_path: Path, name: str, text: str, places: list[tuple[int, int, str]]
) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode())
    definition = tmp_path / "x.yaml"
    definition.write_text(fixed("name: a, bytes: 4", more="codes: {t: t.csv}"), encoding="utf-8")
    problems = spec.lint([definition])
    assert [(problem.line, problem.column, problem.code) for problem in problems] == places
    assert {Path(problem.path).name for problem in problems} <= {"t.csv"}


def test_a_code_table_keeps_its_order_and_its_leading_zeros(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("value,label\n02,x\n01,no\n1,~\n", encoding="utf-8")
    definition = tmp_path / "x.yaml"
    definition.write_text(fixed("name: a, bytes: 4", more="codes: {t: t.csv}"), encoding="utf-8")
    table = spec.load_layout(str(definition)).code_table("t")
    assert list(table.items()) == [("02", "x"), ("01", "no"), ("1", "~")]


def test_every_scalar_stays_the_text_it_is(tmp_path: Path) -> None:
    definition = tmp_path / "x.yaml"
    head = fixed("name: no, bytes: 4, kind: code, codes: t", more="codes: {t: {012: on, 1_0: ~}}\n")
    definition.write_text(head + "version: 1.0\n", encoding="utf-8")
    layout = spec.load_layout(str(definition))
    assert layout.version == "1.0"
    assert layout.record.fields[0].name == "no"
    assert layout.code_table("t") == {"012": "on", "1_0": "~"}


def test_free_keys_may_stand_anywhere(tmp_path: Path) -> None:
    definition = tmp_path / "x.yaml"
    text = fixed("name: a, bytes: 4, x-page: 3, notes: y", more="$schema: s.json\nx-who: [me]\n")
    definition.write_text(text.replace("length: 4", "length: 4, notes: z"), encoding="utf-8")
    assert spec.load_layout(str(definition)).record.fields[0].notes == "y"


def test_aliases_stand_for_what_they_name(tmp_path: Path) -> None:
    definition = tmp_path / "x.yaml"
    text = delimited(
        "name: a, kind: wareki, style: g1YYMMDD, eras: &eras {3: S}",
        "name: b, kind: wareki, style: g1YYMMDD, eras: *eras",
    )
    definition.write_text(text, encoding="utf-8")
    first, second = spec.load_layout(str(definition)).record.fields
    assert first.eras == second.eras == {"3": "S"}


@pytest.mark.parametrize(
    ("form", "kind", "style"),
    [(form, kind, style) for (kind, form), style in styles.DEFAULTS.items()],
)
def test_a_style_left_out_is_the_plain_one_of_the_form(
    tmp_path: Path, form: str, kind: str, style: str
) -> None:
    definition = tmp_path / "x.yaml"
    field = f"name: a, bytes: 8, kind: {kind}"
    text = fixed(field, length="8") if form == "fixed" else delimited(field)
    if form == "xml":
        text = text.replace("cp932", "utf-8").replace("delimited: {}", "xml: {record: r/s}")
    if form == "fixed" or kind != "date":
        definition.write_text(text, encoding="utf-8")
    else:
        definition.write_text(text.replace("bytes: 8", "bytes: 10"), encoding="utf-8")
    assert spec.load_layout(str(definition)).record.fields[0].style == style


LOAD: dict[str, Any] = {
    "layout": spec.load_layout,
    "mapping": spec.load_mapping,
    "set": spec.load_set,
}


def test_every_shipped_definition_is_clean_and_loads() -> None:
    assert spec.lint([SHIPPED]) == ()
    for entry in spec.list_definitions():
        assert LOAD[entry.kind](entry.id) is not None
        assert entry.title("ja")


def test_the_users_folders_come_before_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "vendor-a" / "resident.yaml"
    own.parent.mkdir()
    text = fixed("name: a, bytes: 4").replace("id: x", "id: vendor-a/resident")
    own.write_text(text, encoding="utf-8")
    assert spec.load_layout("vendor-a/resident", [tmp_path]).charset == "cp932"
    assert len(spec.load_layout("vendor-a/resident", [tmp_path]).record.fields) == 1
    listed = {entry.id: entry.path for entry in spec.list_definitions([tmp_path])}
    assert listed["vendor-a/resident"] == own


def test_the_id_must_be_where_the_file_lies(tmp_path: Path) -> None:
    (tmp_path / "y.yaml").write_text(fixed("name: a, bytes: 4"), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        spec.load_layout("y", [tmp_path])
    assert [(p.line, p.code, p.hint) for p in caught.value.problems] == [(2, "DEF-050", "id: y")]


def test_a_mapping_outside_all_folders_finds_its_neighbours(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    for name, text in (("s", SOURCE), ("t", TARGET), ("m", mapping(NAME + SEX + BORN))):
        for key in ("id", "source", "target"):
            text = text.replace(f"{key}: {name}\n", f"{key}: own/{name}\n")
        text = text.replace("source: s", "source: own/s").replace("target: t", "target: own/t")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    loaded = spec.load_mapping(str(folder / "m.yaml"))
    assert (loaded.source.id, loaded.target.id) == ("own/s", "own/t")


def test_an_unfinished_mapping_loads_for_its_coverage(tmp_path: Path) -> None:
    assert found_in_mapping(tmp_path, mapping(SEX)) == [(6, 1, "DEF-040")] + [(6, 1, "DEF-041")] * 2
    loaded = spec.load_mapping("m", [tmp_path], unfinished=True)
    assert len(loaded.mapping.rules) == 1


@pytest.mark.parametrize(
    "ref",
    ["vendor-a/residents", "../vendor-a/resident", "/etc/passwd", "a\0b", ".", "x" * 5000, ""],
)
def test_an_id_that_is_not_there_is_an_invalid_definition(ref: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        spec.load_layout(ref)
    assert [problem.code for problem in caught.value.problems] == ["DEF-020"]


def test_an_unknown_id_is_told_the_nearest_one() -> None:
    with pytest.raises(DefinitionError, match=r"did you mean vendor-a/resident\?"):
        spec.load_layout("vendor-a/residnet")


@pytest.mark.parametrize("ref", ["not/there.yaml", "a\0b.yaml", "x" * 5000 + ".yaml"])
def test_a_path_that_is_not_there_is_a_failure_of_the_surroundings(ref: str) -> None:
    with pytest.raises(EnvironmentFailure):
        spec.load_layout(ref)


def test_a_folder_that_is_not_there_is_a_failure_of_the_surroundings(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure):
        spec.load_layout("x", [tmp_path / "no"])


def test_a_folder_with_a_files_name_is_a_failure_of_the_surroundings(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").mkdir()
    with pytest.raises(EnvironmentFailure):
        spec.load_layout(str(tmp_path / "x.yaml"))


def test_a_mapping_is_no_layout_and_a_layout_no_mapping() -> None:
    with pytest.raises(UsageError):
        spec.load_layout(MAPPINGS[0])
    with pytest.raises(UsageError):
        spec.load_mapping("vendor-a/resident")


def test_a_folder_without_definitions_has_nothing_to_lint(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        spec.lint([tmp_path])


def test_a_file_that_cannot_be_read_is_listed_as_invalid(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("[", encoding="utf-8")
    kinds = {entry.id: entry.kind for entry in spec.list_definitions([tmp_path])}
    assert kinds["x"] == "invalid"


def test_a_faulty_layout_shows_through_its_mapping(tmp_path: Path) -> None:
    found_in_mapping(tmp_path, mapping(NAME + SEX + BORN + "- {to: 備考, from: x}\n"))
    (tmp_path / "s.yaml").write_text(SOURCE.replace("cp932", "cp923"), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        spec.load_mapping("m", [tmp_path])
    codes = [(Path(problem.path).name, problem.code) for problem in caught.value.problems]
    assert codes == [("m.yaml", "DEF-020"), ("s.yaml", "DEF-020")]


def test_every_option_of_a_field_is_known_by_some_kind() -> None:
    groups = {"depending", "fields", "least", "occurs", "rows"}
    assert set().union(*fields.OPTIONS.values(), fields.PLACED, groups) == {
        info.alias or name for name, info in Field.model_fields.items()
    }


def test_the_tables_of_kinds_agree() -> None:
    assert set(fields.OPTIONS) == set(KindName.__args__) == {*KINDS, "filler"}


def test_every_charset_that_needs_even_widths_is_known() -> None:
    assert set(NAMES.values()) >= fields.DOUBLE_BYTE


@pytest.mark.parametrize("kind", ["layout", "mapping", "set"])
def test_the_schema_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(spec.schema(kind))
    json.dumps(spec.schema(kind))


@pytest.mark.parametrize("id", IDS)
def test_shipped_definitions_fit_the_schema(id: str) -> None:
    entry = next(entry for entry in spec.list_definitions() if entry.id == id)
    value = document.plain(document.read(entry.path).root)
    Draft202012Validator(spec.schema(entry.kind)).validate(as_an_editor_reads(value))


def as_an_editor_reads(value: object) -> object:
    """Plain scalars as YAML 1.2 types them."""
    if isinstance(value, dict):
        return {key: as_an_editor_reads(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_an_editor_reads(item) for item in value]
    if value in ("true", "false"):
        return value == "true"
    return int(value) if isinstance(value, str) and value.isdecimal() and value.isascii() else value


@pytest.mark.parametrize(
    "text",
    [
        fixed("name: a, bytes: 4, byte: 3"),
        fixed("name: a, bytes: four"),
        fixed("name: a, bytes: 4, kind: wid"),
        fixed("name: a, bytes: 4, required: {field: a, blank: true, equals: b}"),
        FIXED,
    ],
)
def test_the_schema_refuses_what_the_models_refuse(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    value = as_an_editor_reads(document.plain(document.read(tmp_path / "x.yaml").root))
    assert not Draft202012Validator(spec.schema("layout")).is_valid(value)


WORDS = st.sampled_from(
    [
        "kind",
        "layout",
        "mapping",
        "id",
        "x",
        "charset",
        "cp932",
        "framing",
        "fixed",
        "delimited",
        "length",
        "records",
        "fields",
        "name",
        "bytes",
        "rules",
        "to",
        "from",
        "codes",
        "checks",
        "unique",
        "when",
        "field",
        "equals",
        "blank",
        "required",
        "null",
        "true",
        "4",
        "0",
        "012",
    ]
)
VALUES = st.recursive(
    WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


def accepted(path: Path) -> bool:
    """Does the file load? It may be refused in our own words only."""
    try:
        spec.lint([path])
        spec.load_layout(str(path))
    except ConvertersError:
        return False
    return True


@given(text=st.text(max_size=200) | st.text("kind:layout[]{}&*!-\n '\"#,", max_size=60))
def test_any_text_is_a_model_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    accepted(path)


@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_model_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(data)
    accepted(path)


@given(changes=st.dictionaries(WORDS, VALUES, max_size=4), place=st.integers(0, 3))
def test_any_shape_is_a_model_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, object], place: int
) -> None:
    field: dict[str, object] = {"name": "a", "bytes": 4}
    whole: dict[str, object] = {
        "kind": "layout",
        "id": "x",
        "charset": "cp932",
        "framing": {"fixed": {"length": 4}},
        "records": [{"fields": [field]}],
        "checks": [{"unique": ["a"]}],
    }
    parts = [whole, field, whole["framing"], whole["checks"][0]]  # type: ignore[index]
    parts[place].update(changes)  # type: ignore[union-attr, attr-defined]
    path = tmp_path_factory.getbasetemp() / "shape.yaml"
    path.write_text(json.dumps(whole, ensure_ascii=True), encoding="utf-8")
    accepted(path)
