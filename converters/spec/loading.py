"""References → checked models: the order of the checks, and all their problems together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from converters.errors import DefinitionError, EnvironmentFailure, Problem, UsageError, nearest
from converters.model import Field, FileSet, Layout, Mapping, MappingSet, SetOfFiles, Title
from converters.spec import places, styles
from converters.spec.checks import check_checks
from converters.spec.document import Document, Loc, read
from converters.spec.fields import check_field, form_of
from converters.spec.filesets import check_set
from converters.spec.fitting import fit
from converters.spec.geometry import check_geometry
from converters.spec.mappings import check_coverage, check_mapping
from converters.spec.markup import check_markup
from converters.spec.mixed import check_mixed, check_pairs, with_elements
from converters.spec.occurs import expand
from converters.spec.parts import layout_parts, mapping_part
from converters.spec.places import Roots
from converters.spec.references import check_references, check_tables, check_whole
from converters.spec.tables import load_tables
from converters.spec.varying import check_varying

__all__ = ["Definition", "lint", "list_definitions", "load_layout", "load_mapping", "load_set"]

KINDS = ("layout", "mapping", "set")


@dataclass(frozen=True, slots=True)
class Definition:
    """One entry of the list of definitions; `kind` is "invalid" where the file cannot be read."""

    id: str
    kind: Literal["layout", "mapping", "set", "invalid"]
    version: str
    titles: Title
    path: Path

    def title(self, language: str) -> str:
        """The title in a language, or in the other one."""
        return (self.titles.en if language == "en" else "") or self.titles.ja


@dataclass(frozen=True, slots=True)
class _Examined:
    """A file's model, if it has a usable one, and its problems."""

    layout: Layout | None
    mapping_set: MappingSet | None
    problems: tuple[Problem, ...]
    files: SetOfFiles | None = None


def load_layout(ref: str, roots: Roots = ()) -> Layout:
    """The layout of an id or path.

    DefinitionError holds every problem of the file and its code tables; UsageError says that the
    reference is a mapping; EnvironmentFailure that a path is not there.
    """
    examined = _examine(_file(ref, roots), roots, "layout")
    if examined.problems or examined.layout is None:
        raise DefinitionError(examined.problems)
    return examined.layout


def load_mapping(ref: str, roots: Roots = (), *, unfinished: bool = False) -> MappingSet:
    """The mapping of an id or path with its layouts; errors as in `load_layout`, of all files.

    `unfinished` accepts a mapping in the making: what `coverage` shows is then no problem.
    """
    examined = _examine(_file(ref, roots), roots, "mapping")
    shown_by_coverage = {"DEF-040", "DEF-041", "DEF-042"} if unfinished else set()
    problems = tuple(p for p in examined.problems if p.code not in shown_by_coverage)
    if problems or examined.mapping_set is None:
        raise DefinitionError(problems)
    return examined.mapping_set


def load_set(ref: str, roots: Roots = ()) -> SetOfFiles:
    """The file set of an id or path with its layouts; errors as in `load_layout`, of all files."""
    examined = _examine(_file(ref, roots), roots, "set")
    if examined.problems or examined.files is None:
        raise DefinitionError(examined.problems)
    return examined.files


def lint(paths: Sequence[Path], roots: Roots = ()) -> tuple[Problem, ...]:
    """Every problem of the files, and of the files in the folders, in order of place."""
    files = [found for path in paths for found in (_inside(path) if path.is_dir() else [path])]
    problems: set[Problem] = set()
    for path in files:
        try:
            problems.update(_examine(path, roots, None).problems)
        except DefinitionError as exc:
            problems.update(exc.problems)
    return tuple(sorted(problems))


def list_definitions(roots: Roots = ()) -> list[Definition]:
    """Every definition that can be named by id, sorted by id."""
    return [_entry(id, path) for id, path in places.known_ids(roots).items()]


def _inside(folder: Path) -> list[Path]:
    files = places.files_under(folder)
    if not files:
        raise UsageError(f"{folder}: there is no definition in this folder")
    return files


def _entry(id: str, path: Path) -> Definition:
    try:
        top = read(path).root.value
    except (DefinitionError, EnvironmentFailure):
        top = {}
    keys = top if isinstance(top, dict) else {}
    texts = {key: node.value for key, node in keys.items() if isinstance(node.value, str)}
    title = keys["title"].value if "title" in keys else {}
    words = title if isinstance(title, dict) else {}
    titles = {key: node.value for key, node in words.items() if isinstance(node.value, str)}
    kinds: dict[str, Literal["layout", "mapping", "set"]] = {
        "layout": "layout",
        "mapping": "mapping",
        "set": "set",
    }
    return Definition(
        id,
        kinds.get(texts.get("kind", ""), "invalid"),
        texts.get("version", "1.0.0"),
        Title(ja=titles.get("ja", ""), en=titles.get("en", "")),
        path,
    )


def _file(ref: str, roots: Roots) -> Path:
    path = places.find(ref, roots)
    if path is None:
        hint = nearest(ref, places.known_ids(roots))
        raise DefinitionError(
            (Problem(ref, 0, 0, "DEF-020", f"there is no definition {ref}", hint),)
        )
    return path


def _examine(path: Path, roots: Roots, due: str | None) -> _Examined:
    """Check one file as what it says it is; UsageError when that is not what is due."""
    document = read(path)
    kind, problem = _kind(document)
    if problem:
        return _Examined(None, None, (problem,))
    if due and kind != due:
        raise UsageError(f"{path} is a {kind}; a {due} is due")
    document, problems = load_tables(kind, document, path.parent)
    problems += document.repeated_keys()
    if kind == "layout":
        document, found = expand(document)
        problems += found
        layout, found = _layout(document, path, roots)
        return _Examined(layout, None, tuple(dict.fromkeys([*problems, *found])))
    if kind == "set":
        files, found = _set(document, path, roots)
        return _Examined(None, None, tuple(dict.fromkeys([*problems, *found])), files)
    mapping_set, found = _mapping_set(document, path, roots)
    return _Examined(None, mapping_set, tuple(dict.fromkeys([*problems, *found])))


def _kind(document: Document) -> tuple[str, Problem | None]:
    """What the file says it is, or the problem that it does not say so."""
    top = document.root.value
    if not isinstance(top, dict):
        return "", document.problem((), "DEF-002", "keys with values are expected", "kind: layout")
    if "kind" not in top:
        hint = f"kind: layout, mapping or set, at the top; {nearest('kind', top)}"
        return "", document.problem((), "DEF-002", "`kind` is missing", hint)
    kind = top["kind"].value
    if kind not in KINDS:
        message = f'"{kind}" is no kind of definition' if isinstance(kind, str) else "no kind"
        return "", document.problem(("kind",), "DEF-002", message, nearest(str(kind), KINDS))
    assert isinstance(kind, str)
    return kind, None


def _layout(document: Document, path: Path, roots: Roots) -> tuple[Layout | None, list[Problem]]:
    fitted = fit(Layout, _without_schema_line(document))
    problems = list(fitted.problems)
    layout, document = fitted.model, fitted.document
    if layout is None:
        return None, problems
    problems += _identity(document, path, roots)
    problems += check_tables(document)
    problems += check_mixed(document, layout)
    is_usable = True
    for one, part in layout_parts(document, layout):
        problems += check_whole(one, part)
        for place in range(len(part.record.fields)):
            problems += check_field(one, part, place)
        problems += check_geometry(one, part)
        problems += check_varying(one, part)
        problems += check_markup(one, part)
        problems += check_references(one, part)
        problems += check_checks(one, part)
        is_usable = is_usable and not one.node(("records", 0, "fields")).doubtful
    return (with_elements(_with_styles(layout)) if is_usable else None), problems


def _mapping_set(
    document: Document, path: Path, roots: Roots
) -> tuple[MappingSet | None, list[Problem]]:
    fitted = fit(Mapping, _without_schema_line(document))
    problems = list(fitted.problems)
    mapping, document = fitted.model, fitted.document
    if mapping is None:
        return None, problems
    problems += _identity(document, path, roots)
    problems += check_tables(document)
    near = [*roots, *places.implied_root(path, mapping.id)]
    source, found = _side(document, ("source",), mapping.source, near)
    problems += found
    target, found = _side(document, ("target",), mapping.target, near)
    problems += found
    if source is None or target is None:
        return None, problems
    mapping_set = MappingSet(mapping, source, target)
    unpaired = list(check_pairs(document, mapping_set))
    if unpaired:
        return None, problems + unpaired
    for place, part in enumerate(mapping_set.parts):
        one = mapping_part(document, place) if mapping.records else document
        problems += check_mapping(one, part)
        problems += check_coverage(one, part)
    return mapping_set, problems


def _set(document: Document, path: Path, roots: Roots) -> tuple[SetOfFiles | None, list[Problem]]:
    fitted = fit(FileSet, _without_schema_line(document))
    problems = list(fitted.problems)
    known, document = fitted.model, fitted.document
    if known is None:
        return None, problems
    problems += _identity(document, path, roots)
    near = [*roots, *places.implied_root(path, known.id)]
    layouts: dict[str, Layout] = {}
    for number, member in enumerate(known.files):
        layout, found = _side(document, ("files", number, "layout"), member.layout, near)
        problems += found
        if layout is not None:
            layouts[member.name] = layout
    problems += check_set(document, known, layouts)
    return SetOfFiles(known, layouts), problems


def _side(
    document: Document, loc: Loc, ref: str, roots: Roots
) -> tuple[Layout | None, tuple[Problem, ...]]:
    """The layout on one side of a mapping, or of a member of a set."""
    path = None if places.is_path(ref) else places.find(ref, roots)
    if path is None:
        layouts = [entry.id for entry in list_definitions(roots) if entry.kind == "layout"]
        message = f"there is no layout {ref}"
        return None, (document.problem(loc, "DEF-020", message, nearest(ref, layouts)),)
    try:
        examined = _examine(path, roots, "layout")
    except DefinitionError as exc:
        return None, exc.problems
    except UsageError as exc:
        return None, (document.problem(loc, "DEF-020", str(exc)),)
    return examined.layout, examined.problems


def _identity(document: Document, path: Path, roots: Roots) -> Iterator[Problem]:
    """The id is the file's path under its search folder."""
    given, due = document.node(("id",)), places.expected_ids(path, roots)
    if due and not given.doubtful and given.value not in due:
        message = f'the id "{given.value}" is not where the file lies'
        yield document.problem(("id",), "DEF-050", message, f"id: {due[0]}")


def _without_schema_line(document: Document) -> Document:
    """`$schema` at the top is for editors."""
    root = document.root
    assert isinstance(root.value, dict)
    kept = {key: node for key, node in root.value.items() if key != "$schema"}
    return replace(document, root=replace(root, value=kept))


def _with_styles(layout: Layout) -> Layout:
    """The layout with the default styles of dates and times written into its fields."""
    form = form_of(layout)
    records = [
        record.model_copy(update={"fields": tuple(_styled(field, form) for field in record.fields)})
        for record in layout.records
    ]
    return layout.model_copy(update={"records": tuple(records)})


def _styled(field: Field, form: str) -> Field:
    if field.style or (field.kind, form) not in styles.DEFAULTS:
        return field
    return field.model_copy(update={"style": styles.DEFAULTS[field.kind, form]})
