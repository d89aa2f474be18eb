"""A rejected record and the cells somebody changed → the record's new bytes.

Only the bytes of changed cells are made anew; all others stay as they came.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from converters import scripts, status
from converters.columns import text
from converters.forms import unwrapped
from converters.forms.delimited import Delimited, raw_columns
from converters.forms.fixed import Fixed
from converters.forms.markup import Markup
from converters.forms.variable import Variable
from converters.kernels.counted import wrap_counted
from converters.kernels.delimited import ALWAYS
from converters.kernels.variable import wrap
from converters.kinds import KINDS, dtype
from converters.model import Field, Layout
from converters.pipeline.plan import Side
from converters.repair import elements
from converters.repair.cells import OPEN, is_written, spelled
from converters.repair.columns import Columns
from converters.repair.extract import RAW, cells
from converters.repair.rejected import Rejected
from converters.repair.repaired import Changed, Faults

__all__ = ["patched"]


def patched(
    known: tuple[Side, Columns], one: Rejected, changed: Changed, faults: Faults
) -> tuple[bytes, tuple[str, ...]]:
    """The record as it was repaired, and which fields changed. What cannot be written goes to
    `faults`. `known` is the side of the record's type, and the columns of all types."""
    now, names = _repaired(known, one, changed, faults)
    if known[0].layout.framing.blocked and len(now) != len(one.data):
        size = f"{len(one.data)} bytes stand in a block and stay as many"
        faults.add(changed.place, f"the record's {size}; it cannot become {len(now)}")
    return now, names


def _repaired(
    known: tuple[Side, Columns], one: Rejected, changed: Changed, faults: Faults
) -> tuple[bytes, tuple[str, ...]]:
    if changed.remove:
        return b"", ()
    side, fields = known
    was = cells(fields, one)
    edits = {name: new for name, new in changed.cells.items() if new != was.get(name, "")}
    foreign = [name for name in edits if name not in was]
    if foreign:
        what = "the record does not come apart into fields; repair _raw"
        if RAW in foreign:
            what = "the record has fields; repair them and leave _raw blank"
        faults.add(changed.place, f"{', '.join(foreign)}: {what}")
        return one.data, ()
    if RAW in edits:
        ending = one.data[len(one.data) - one.ending :]
        return _spelled(side.layout, None, edits[RAW], (changed, faults)) + ending, (RAW,)
    if not edits:
        return one.data, ()
    return _fields(known, one, (was, edits), (changed, faults)), tuple(edits)


def _spelled(
    layout: Layout, field: Field | None, cell: str, where: tuple[Changed, Faults]
) -> bytes:
    """The bytes of a cell, of the whole record where no field is given."""
    changed, faults = where
    script, name = scripts.of(layout, field), RAW if field is None else field.name
    if field is not None and field.is_host and field.is_number and OPEN not in cell:
        return _number(layout, field, cell, where)
    fields = layout.record.fields if field is None else (field,)
    rules = {one.shifts for one in fields if not one.is_filler}
    if not is_written(cell, script, rules.pop() if len(rules) == 1 else ""):
        how = "are not always there; write bytes, as ⟦0E⟧"
        faults.add(changed.place, f"{name}: the shift codes of {script.name} {how}")
        return b""
    try:
        return spelled(cell, script)
    except UnicodeEncodeError as fault:
        faults.add(changed.place, f"{name}: {script.name} has no code for {_points(fault)}")
        return b""


def _number(layout: Layout, field: Field, cell: str, where: tuple[Changed, Faults]) -> bytes:
    """A number as its host stores it; blank is what the kind writes for none."""
    changed, faults = where
    value = pl.Series([cell or None], dtype=pl.String).cast(dtype(field), strict=False)
    encode = KINDS[field.kind].encoder(field, layout, scripts.of(layout, field))
    written, outcome = encode(value, {})
    if cell and value.is_null()[0]:
        faults.add(changed.place, f"{field.name}: write bytes, or a number such as -12.5")
    elif outcome[0] >= status.PROBLEM:
        code = status.CODES[int(outcome[0])]
        faults.add(changed.place, f"{field.name}: the number gives {code}; see explain {code}")
    return written.value(0)


def _points(fault: UnicodeEncodeError) -> str:
    """The characters that have no code, as code points: cells hold residents' data."""
    return " ".join(
        f"U+{ord(character):04X}" for character in fault.object[fault.start : fault.end]
    )


def _fields(
    known: tuple[Side, Columns],
    one: Rejected,
    cells: tuple[dict[str, str], dict[str, str]],
    where: tuple[Changed, Faults],
) -> bytes:
    """The record with the edited ones of its cells."""
    (side, fields), (given, edits), (changed, faults) = known, cells, where
    values: dict[int, bytes] = {}
    for name, new in edits.items():
        column, old = fields.named[name], given[name]
        if not changed.typed and new and old != new and old.lstrip("0") == new:
            faults.add(changed.place, f"{name}: a spreadsheet took zeros from the left; use .xlsx")
        values[column.place] = _spelled(side.layout, column.field, new, where)
        size, room = len(values[column.place]), column.field.bytes
        if room is not None and size > room:
            faults.add(changed.place, f"{name}: {size} bytes, the field has {room}")
    return _placed(side, one, values, where)


def _placed(
    side: Side, one: Rejected, values: dict[int, bytes], where: tuple[Changed, Faults]
) -> bytes:
    """The values in their places, form by form."""
    form, (changed, faults) = unwrapped(side.form), where
    blank = scripts.of(side.layout).blank
    if isinstance(form, Delimited):
        return _in_delimited(form, one, values)
    if isinstance(form, Variable):
        return _in_variable(form, one, values, blank)
    if isinstance(form, Markup):
        for place in elements.absent(form, one) & set(values):
            name = side.layout.record.fields[place].name
            faults.add(changed.place, f"{name}: the record has no such element or attribute")
        return elements.written(form, one, values)
    assert isinstance(form, Fixed), "there is no other form"
    return _in_fixed(form, one.data, values, blank)


def _in_fixed(form: Fixed, data: bytes, values: dict[int, bytes], blank: bytes) -> bytes:
    """The values in their places, padded as the form pads: a row of them alone is assembled, and
    its pieces are put into the record."""
    used = [place for place, filler in enumerate(form.fillers) if not filler]
    columns = [text(pl.Series([None], dtype=pl.String)) for _ in used]
    for place, value in values.items():
        if place in used:
            columns[used.index(place)] = text(pl.Series([value], dtype=pl.Binary))
    made, _ = form.assemble(columns, np.ones(1, np.bool_))
    out = bytearray(data)
    for place, value in values.items():
        begin, width = int(form.at[place]), int(form.width[place])
        piece = made[begin : begin + width].tobytes()
        out[begin : begin + width] = piece if place in used else value.ljust(width, blank)[:width]
    return bytes(out)


def _in_variable(form: Variable, one: Rejected, values: dict[int, bytes], blank: bytes) -> bytes:
    """The record is filled with blanks as far as a value needs it, and then says its new length."""
    end = len(one.data) - one.ending
    content = one.data[form.lead : end]
    reach = [int(form.fixed.at[place] + form.fixed.width[place]) for place in values]
    size = max(len(content), *reach)
    filled = (content + blank * (size - len(content)))[:size]
    whole = _in_fixed(form.fixed, filled, values, blank)
    if size == len(content) or form.newline:
        return one.data[: form.lead] + whole + one.data[end:]
    row, shape = np.frombuffer(whole, np.uint8), (size, size)
    out, bounds = np.empty(size + form.lead, np.uint8), np.zeros(2, np.int64)
    if form.rule:
        wrap_counted(row, (*shape, int(form.space[0])), form.rule, out, bounds)
    else:
        wrap(row, shape, form.space, form.way, form.ending, out, bounds)
    return out.tobytes()


def _in_delimited(form: Delimited, one: Rejected, values: dict[int, bytes]) -> bytes:
    """The record with some of its columns written anew, in quotes where they were or must be."""
    columns = range(len(form.fields)) if one.order is None else one.order
    delimiter = form.framing.delimiter.encode()
    end, unit = len(one.data) - one.ending, form.signs.unit
    narrow = raw_columns(_narrow(form, one.data[:end]), delimiter)
    ends = [(sum(map(len, narrow[: n + 1])) + n) * unit for n in range(len(narrow))]
    found = [one.data[e - len(n) * unit : e] for e, n in zip(ends, narrow, strict=True)]
    for column, place in enumerate(columns):
        if place in values:
            quoted = narrow[column].startswith(b'"')
            quoted |= form.modes[place] == ALWAYS
            found[column] = _quoted(values[place], quoted, form)
    return form.signs.spell(form.framing.delimiter).join(found) + one.data[end:]


def _narrow(form: Delimited, data: bytes) -> bytes:
    return form.signs.narrow(np.frombuffer(data, np.uint8)).tobytes()


def _quoted(value: bytes, quoted: bool, form: Delimited) -> bytes:
    seen, unit = _narrow(form, value), form.signs.unit
    special = b'"\r\n' + form.framing.delimiter.encode()
    if not quoted and not any(byte in special for byte in seen):
        return value
    mark = form.signs.spell('"')
    doubled = (
        value[k * unit : (k + 1) * unit] * (2 if byte == ord('"') else 1)
        for k, byte in enumerate(seen)
    )
    return mark + b"".join(doubled) + mark
