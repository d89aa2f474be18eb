"""Entries → the tree that their levels make, a record at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from converters.importers.entries import Entry
from converters.importers.source import Faults

__all__ = ["Node", "below", "readings", "roots"]


@dataclass(frozen=True, slots=True)
class Node:
    """An entry with all that stands below it."""

    entry: Entry
    children: tuple[Node, ...]
    conditions: tuple[Entry, ...]
    renames: tuple[Entry, ...] = ()


def roots(found: list[Entry], faults: Faults) -> dict[str, Node]:
    """The records of a copybook by name; fields that stand without one become a record."""
    if found and found[0].level not in (1, 77):
        found = [Entry(found[0].line, 1, "RECORD"), *found]
    nodes, place = dict[str, Node](), 0
    while place < len(found):
        if found[place].level not in (1, 77):
            faults.add(found[place].line, "DEF-061", "the entry belongs to no record")
            place += 1
            continue
        node, place = _node(found, place, faults)
        nodes[node.entry.name.upper() or f"RECORD-{len(nodes) + 1}"] = node
    return nodes


def _node(found: list[Entry], place: int, faults: Faults) -> tuple[Node, int]:
    """The entry at `place` with all below it, and the place behind."""
    entry, place = found[place], place + 1
    children, conditions, renames = list[Node](), list[Entry](), list[Entry]()
    while place < len(found) and (found[place].level > entry.level):
        below = found[place]
        if below.level == 77:
            break
        if below.level == 88:
            conditions.append(below)
            place += 1
        elif below.level == 66:
            if entry.level != 1:
                break
            renames.append(below)
            place += 1
        else:
            if children and below.level != children[0].entry.level:
                message = f"level {below.level} has no group above it"
                faults.add(below.line, "DEF-061", message)
            child, place = _node(found, place, faults)
            children.append(child)
    if entry.picture is not None and children:
        message = "an entry with a picture has entries below it"
        faults.add(entry.line, "DEF-061", message)
    return Node(entry, tuple(children), tuple(conditions), tuple(renames)), place


def readings(node: Node) -> Iterator[list[Node]]:
    """The children, those together that redefine one another; an item that redefines one that it
    does not follow stands by itself."""
    group = list[Node]()
    for child in node.children:
        target = child.entry.target.upper()
        if target and target in {one.entry.name.upper() for one in group}:
            group.append(child)
            continue
        if group:
            yield group
        group = [child]
    if group:
        yield group


def below(node: Node) -> Iterator[Node]:
    """All nodes below one, in the order of the copybook."""
    for child in node.children:
        yield child
        yield from below(child)
