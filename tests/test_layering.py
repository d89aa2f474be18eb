"""The shape of the code: imports go down one table, a library has one home, nothing grows fat."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "converters"

VALUES = {"errors", "model", "status", "charset", "numbers", "texts", "columns", "scripts"}
"""What everything may know: definitions, outcomes, tables and the shapes that travel."""

ALLOWED = {
    "__init__": set(),
    "errors": set(),
    "definition": set(),
    "model": {"definition", "errors"},
    "status": set(),
    "charset": set(),
    "progress": set(),
    "bounds": set(),
    "summary": set(),
    "coverage": {"model"},
    "sequence": set(),
    "kernels": {"charset", "status"},
    "numbers": {"kernels", "status"},
    "texts": {"kernels", "numbers"},
    "columns": {"kernels", "numbers", "texts"},
    "room": {"columns"},
    "comparing": {"columns", "kernels"},
    "scripts": {"definition", "model", "charset"},
    "conditions": {"model", "columns", "kernels"},
    "presence": {"model", "columns", "conditions"},
    "forms.framing": VALUES | {"kernels"},
    "forms.punctuation": VALUES | {"kernels", "forms.framing"},
    "forms.fixed": VALUES | {"kernels", "forms.framing", "forms.punctuation"},
    "forms.heading": VALUES | {"forms.framing", "forms.punctuation"},
    "forms.delimited": VALUES
    | {"kernels", "forms.framing", "forms.heading", "forms.punctuation", "room"},
    "forms.variable": VALUES | {"kernels", "forms.framing", "forms.fixed", "forms.punctuation"},
    "forms.varying": VALUES
    | {"kernels", "presence", "forms.framing", "forms.fixed", "forms.variable"},
    "forms.shaping": VALUES
    | {"kernels", "presence", "forms.fixed", "forms.variable", "forms.varying"},
    "forms.settling": VALUES | {"forms.fixed", "forms.varying"},
    "forms.around": VALUES | {"forms.framing"},
    "forms.blocks": VALUES
    | {"kernels", "forms.framing", "forms.fixed", "forms.variable", "forms.around"},
    "forms.edges": VALUES | {"forms.framing"},
    "forms.markup": VALUES | {"kernels", "forms.framing", "forms.around"},
    "forms": {"model", "columns", "scripts", "presence"}
    | {f"forms.{name}" for name in ("framing", "fixed", "delimited", "variable", "varying")}
    | {f"forms.{name}" for name in ("around", "blocks", "edges", "markup", "settling", "shaping")},
    "kinds": VALUES | {"kernels", "room"},
    "sorting": VALUES | {"kernels", "forms.framing", "forms.punctuation", "sequence"},
    "fields": VALUES | {"kernels", "kinds", "presence"},
    "findings": VALUES,
    "spec": {"errors", "model", "charset", "coverage", "findings", "scripts", "sequence"},
    "importers": {"errors"},
    "drafts": {"errors", "model", "importers"},
    "mapping": VALUES | {"kernels", "comparing", "conditions", "findings", "kinds"},
    "checkdigits": VALUES | {"kernels"},
    "checks": VALUES
    | {"checkdigits", "comparing", "conditions", "findings", "kernels", "presence"},
    "keys": VALUES | {"kernels"},
    "groups": VALUES | {"checks", "conditions", "keys"},
    "controls": VALUES | {"kernels", "kinds", "sequence"},
    "balance": VALUES | {"kernels", "keys"},
    "residual": VALUES | {"kernels"},
    "report": {"balance", "bounds", "findings"},
    "pages": {"findings", "report", "summary"},
    "series": {"errors", "bounds", "findings", "report"},
    "rundir": {"errors", "columns", "findings", "report"},
    "generate": VALUES
    | {"checkdigits", "comparing", "conditions", "fields", "forms", "kinds", "kernels", "presence"}
    | {"controls", "forms.punctuation", "forms.varying", "sequence", "sorting"},
}
"""A module, and the modules it may import: all of them stand above it here."""

ALLOWED |= {
    "pipeline": set(ALLOWED)
    - {"__init__", "coverage", "drafts", "generate", "importers", "progress", "series", "summary"}
}
ALLOWED |= {"preview": VALUES | {"fields", "findings", "forms", "kernels", "pipeline"}}
ALLOWED |= {
    "anonymize": VALUES
    | {
        "kernels",
        "forms",
        "checkdigits",
        "forms.delimited",
        "fields",
        "findings",
        "generate",
        "kinds",
        "forms.markup",
        "forms.varying",
        "presence",
        "pipeline",
        "sorting",
        "forms.variable",
    },
}
ALLOWED |= {"sniff": {"charset", "columns", "kernels", "forms.markup"}}
ALLOWED |= {
    "census": VALUES | {"kernels", "sorting", "kinds", "report", "pages", "rundir", "pipeline"},
}
ALLOWED |= {"reconcile": {"errors", "balance", "findings", "pipeline", "rundir"}}
ALLOWED |= {
    "repair": VALUES
    | {
        "kernels",
        "forms",
        "forms.fixed",
        "forms.delimited",
        "forms.punctuation",
        "forms.variable",
        "forms.markup",
    }
    | {"kinds", "sorting", "findings", "pipeline", "rundir"},
}
ALLOWED |= {
    "filesets": {
        "errors",
        "model",
        "conditions",
        "findings",
        "groups",
        "pages",
        "pipeline",
        "report",
        "rundir",
    },
}
ALLOWED |= {"cli": set(ALLOWED)}

HOMES = {
    "chardet": {"sniff"},
    "click": {"cli"},
    "fontTools": {"census"},
    "jinja2": {"pages"},
    "lxml": {"forms.markup"},
    "numba": {"kernels"},
    "python_calamine": {"repair"},
    "rich": {"cli", "preview", "progress", "summary"},
    "xlsxwriter": {"pages", "repair"},
    "yaml": {"spec"},
}


FORMS = {path.stem for path in (ROOT / "forms").iterdir()} - {"__init__", "__pycache__"}
"""The physical forms know each other in one direction too, so each has a row of its own."""


def module(path: Path) -> str:
    """The room a file belongs to: its module, or the package directly under `converters`."""
    return room(path.relative_to(ROOT).with_suffix("").parts)


def room(names: tuple[str, ...]) -> str:
    """The room of a dotted name below `converters`."""
    return ".".join(names[: 2 if names[0] == "forms" and names[1] in FORMS else 1])


def imports(path: Path) -> set[str]:
    """Dotted names a file imports, wherever in the file, `from a import b` as `a.b`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_the_table(path: Path) -> None:
    below = [name.split(".")[1:] for name in imports(path) if _of(name, "converters")]
    ours = {room((*names, "")) for names in below if names}
    assert ours - {module(path)} <= ALLOWED[module(path)]


def test_the_table_has_no_cycle_and_no_empty_row() -> None:
    assert {module(path) for path in FILES} == set(ALLOWED)
    above: set[str] = set()
    for name, below in ALLOWED.items():
        assert below <= above, f"{name} imports what stands below it"
        above.add(name)


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_is_imported_in_its_home_only(library: str) -> None:
    used = {module(path) for path in FILES for name in imports(path) if _of(name, library)}
    assert used <= HOMES[library]


def _of(name: str, library: str) -> bool:
    return name == library or name.startswith(f"{library}.")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 400
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert long == [] or module(path) == "kernels"


def test_every_package_is_in_the_wheel() -> None:
    listed = tomllib.loads((ROOT.parent / "pyproject.toml").read_text(encoding="utf-8"))
    packages = set(listed["tool"]["setuptools"]["packages"])
    folders = {path.parent.relative_to(ROOT.parent) for path in ROOT.rglob("__init__.py")}
    assert packages == {".".join(folder.parts) for folder in folders} | {"converters.layouts"}


def test_the_page_on_architecture_names_every_module() -> None:
    page = (ROOT.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in row.split("|")[1].replace("`", " ").split(" ")]
    assert [name.strip(",") for name in named if name.strip(" ,")] == [
        name for name in ALLOWED if name != "__init__"
    ]
