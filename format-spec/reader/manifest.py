"""What a snapshot is (manifest.md)."""

from dataclasses import dataclass

from . import cbor
from .conventions import TYPE_MANIFEST, check_name, open_sealed_object
from .errors import refuse_if
from .recipe import Recipe, decode_recipe
from .tree import LEVEL_MAX

WHOLE = 1
STATUSES = {1: "complete", 2: "partial", 3: "unverified"}
COMPONENT_KINDS = {1: "path", 2: "standard input", 3: "command", 4: "database"}
STATISTICS = ("files", "directories", "others", "content_bytes", "files_new", "files_changed", "files_unmodified",
              "content_bytes_new", "repository_bytes_new", "warnings", "chunks_new")
SPENT = {12: "spent_on_new", 13: "spent_on_deltas"}
COST_TABLES_MAX = 512


@dataclass
class Component:
    name: str
    kind: str
    path: bytes
    state: str
    problem: str


@dataclass
class Root:
    id: bytes
    plain_bytes: int
    level: int


@dataclass
class TableMap:
    path: bytes
    recipe: Recipe
    tables: int
    rows: int
    cost: dict


@dataclass
class Manifest:
    sequence: int
    time: tuple
    started: tuple
    ended: tuple
    host: str
    user: str
    tags: list
    description: str
    program: str
    parent: bytes
    status: str
    components: list
    statistics: dict
    root: Root
    table_maps: list
    excludes: list
    left_out: list


def decode_manifest(keys, data, name=None):
    check_name(data, name, "manifest")
    body = cbor.table(open_sealed_object(keys, data, b"STRGMANI", TYPE_MANIFEST, "manifest"), "manifest")
    sequence, status = body.need(1, cbor.uint), body.need(11, cbor.uint)
    refuse_if(sequence == 0, "manifest: a sequence of 0")
    refuse_if(status not in STATUSES, f"manifest: status {status} is not known")
    return Manifest(
        sequence, body.need(2, cbor.time), body.need(3, cbor.time), body.need(4, cbor.time), body.need(5, cbor.text),
        body.need(6, cbor.text), body.need(7, cbor.array_of(cbor.text)), body.get(8, cbor.text), body.need(9, cbor.text),
        body.get(10, cbor.octets32), STATUSES[status], body.need(12, cbor.array_of(_component)), body.need(13, _statistics),
        body.need(14, _root), body.get(15, cbor.array_of(_table_map), []), body.get(16, cbor.array_of(cbor.text), []),
        body.get(17, cbor.array_of(cbor.octets), []))


def _component(value, what):
    table = cbor.Table(value, what)
    return Component(table.need(1, cbor.text), COMPONENT_KINDS.get(table.need(2, cbor.uint), "unknown"),
                     table.need(3, cbor.octets), "whole" if table.need(4, cbor.uint) == WHOLE else "not whole",
                     table.get(5, cbor.text))


def _statistics(value, what):
    table = cbor.Table(value, what)
    spent = [table.get(key, cbor.uint) for key in SPENT]
    refuse_if(spent.count(None) == 1, "manifest: one of the keys 12 and 13 without the other")
    numbers = {name: table.get(key, cbor.uint, 0) for key, name in enumerate(STATISTICS, 1)}
    if None not in spent:
        refuse_if(sum(spent) > numbers["repository_bytes_new"], "manifest: more was spent than the repository grew by")
    return numbers | dict(zip(SPENT.values(), spent))


def _root(value, what):
    table = cbor.Table(value, what)
    root = Root(table.need(1, cbor.octets32), table.need(2, cbor.u32), table.need(3, cbor.uint))
    refuse_if(root.level > LEVEL_MAX, "manifest: a level over 16")
    return root


def _table_map(value, what):
    table = cbor.Table(value, what)
    return TableMap(table.need(1, cbor.octets), decode_recipe(table.need(2, cbor.uint), table.need(3, cbor.octets)),
                    table.get(4, cbor.uint, 0), table.get(5, cbor.uint, 0), table.get(6, _cost))


def _cost(value, what):
    table = cbor.Table(value, what)
    stored, numbers = table.need(1, cbor.uint), table.get(2, cbor.array_of(cbor.uint), [])
    rows, others = table.get(3, cbor.array_of(cbor.uint)), table.get(4, cbor.array_of(cbor.uint))
    refuse_if(len(numbers) % 2 != 0 or len(numbers) > 2 * COST_TABLES_MAX, "manifest: tables of a cost that are not pairs, or too many")
    sections, bytes_of_tables = numbers[::2], numbers[1::2]
    refuse_if(any(a >= b for a, b in zip(sections, sections[1:])), "manifest: tables of a cost that do not ascend")
    refuse_if(rows is not None and len(rows) != len(sections), "manifest: rows for more or fewer tables than there are")
    refuse_if(others is not None and len(others) != 3, "manifest: tables left out that are not three numbers")
    refuse_if(sum(bytes_of_tables) + (others[1] if others else 0) > stored, "manifest: tables that cost more than their dump")
    tables = [list(triple) for triple in zip(sections, bytes_of_tables, rows or [None] * len(sections))]
    return {"stored": stored, "tables": tables, "others": others}
