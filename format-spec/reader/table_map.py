"""Where the tables of a dump are (table-map.md). Sections are read as a whole, pages a few at a time."""

from dataclasses import dataclass

from . import cbor, recipe
from .errors import refuse_if
from .fields import Fields

TRAILER_BYTES, PAGE_BYTES, KEY_BYTES = 96, 40, 16
PAGES_MAX, SECTIONS_MAX, SECTIONS_BYTES_MAX, PAGE_ROWS_MAX = 1 << 32, 1 << 21, 1 << 26, 1 << 24
CHUNKS_MAX = 1 << 22
PAGES_AT_ONCE = 4096
DIALECTS = range(1, 4)
HEADER, DEFINITION, DATA, FOOTER, TEXT_BYTES_MAX = 1, 4, 5, 33, 2048
BEGINS_WITHIN, HAS_KEYS = 1, 2
KEYS = {1: "integers", 2: "bytes"}
FORMS = {1: "tuples with backslashes", 2: "tuples", 3: "copy"}


@dataclass
class Name:
    schema: bytes
    name: bytes


@dataclass
class Section:
    kind: int
    bytes: int
    chunks: int
    table: Name
    object: Name
    rows: int
    columns: list
    types: list
    primary_key: list
    key_column: int
    keys: str
    whole: bool
    why: str
    database: bytes
    delimiter: bytes
    form: str
    collations: list
    computed: list
    shares_chunks: bool
    text: bytes


@dataclass
class Page:
    rows: int
    begins_within: bool
    first: bytes
    last: bytes


@dataclass
class TableMap:
    dialect: int
    producer: int
    dump_bytes: int
    dump_chunks: int
    sections: list


@dataclass
class Table:
    """What the sections of a table have together."""

    schema: bytes
    name: bytes
    rows: int = 0
    bytes: int = 0
    is_table: bool = False


class Stream:
    """The bytes of a map in a repository; a chunk is read when a part of it is wanted."""

    def __init__(self, repository, held):
        self._repository = repository
        self._records = []
        for chunk, size in recipe.expand(held, repository.chunk):
            refuse_if(chunk == recipe.HOLE, "table map: a hole")
            refuse_if(len(self._records) == CHUNKS_MAX, "table map: too many chunks")
            self._records.append((chunk, size))
        self.bytes = sum(size for _, size in self._records)

    def take(self, at, count):
        parts, start = [], 0
        for chunk, size in self._records:
            if start < at + count and start + size > at:
                parts.append(self._repository.chunk(chunk, size)[max(0, at - start):at + count - start])
            start += size
        return b"".join(parts)


def decode_map(take, stream_bytes):
    """Reads trailer and sections; `take(at, count)` returns bytes of the stream."""
    refuse_if(stream_bytes < TRAILER_BYTES, "table map: shorter than a trailer")
    fields = Fields(take(stream_bytes - TRAILER_BYTES, TRAILER_BYTES), "table map")
    fields.magic(b"STRGTMAP")
    fields.version()
    fields.zeros(6)
    pages, sections_bytes, sections, dump_bytes, dump_chunks = (fields.uint(8) for _ in range(5))
    dialect, producer = fields.uint(1), fields.uint(1)
    fields.zeros(38)
    fields.end()
    refuse_if(dialect not in DIALECTS, f"table map: dialect {dialect} is not known")
    refuse_if(pages > PAGES_MAX, "table map: too many pages")
    refuse_if(sections > SECTIONS_MAX, "table map: too many sections")
    refuse_if(sections_bytes > SECTIONS_BYTES_MAX, "table map: sections are too long")
    refuse_if(stream_bytes != PAGE_BYTES * pages + sections_bytes + TRAILER_BYTES, "table map: another length than its parts have")
    held = _sections(take(PAGE_BYTES * pages, sections_bytes), sections)
    _check_begins(held)
    refuse_if(sum(section.bytes for section in held) != dump_bytes, "table map: sections do not add up to the dump")
    refuse_if(sum(section.chunks for section in held) != dump_chunks, "table map: chunks do not add up to those of the dump")
    refuse_if(sum(map(pages_in, held)) != pages, "table map: chunks of data do not add up to the pages")
    return TableMap(dialect, producer, dump_bytes, dump_chunks, held)


def has_pages(section):
    """Data whose chunks hold nothing else has a page for each."""
    return section.kind == DATA and not section.shares_chunks


def pages_in(section):
    return section.chunks if has_pages(section) else 0


def pages(table_map, take):
    """Yields all pages."""
    at = 0
    for section in table_map.sections:
        rows, end = 0, at + PAGE_BYTES * pages_in(section)
        while at < end:
            count = min(end - at, PAGE_BYTES * PAGES_AT_ONCE)
            fields = Fields(take(at, count), "table map: page")
            while fields.left:
                page = _page(fields)
                rows += page.rows
                yield page
            at += count
        refuse_if(has_pages(section) and rows != section.rows, "table map: pages have not the rows of their section")


def tables(table_map):
    """Returns the tables that are defined or have data, in the order in which they come first."""
    found = {}
    for section in table_map.sections:
        if section.table:
            schema = section.database if section.table.schema is None else section.table.schema
            key = (section.database, section.table.schema, section.table.name)
            table = found.setdefault(key, Table(schema, section.table.name))
            table.rows += section.rows
            table.bytes += section.bytes
            table.is_table |= section.kind in (DEFINITION, DATA)
    return [table for table in found.values() if table.is_table]


def _sections(data, count):
    fields = cbor.CborFields(data, "table map: section")
    held = []
    while fields.left:
        refuse_if(len(held) == count, "table map: more sections than the trailer says")
        held.append(_section(cbor.Table(cbor.item(fields), fields.what)))
    refuse_if(len(held) != count, "table map: fewer sections than the trailer says")
    return held


def _section(table):
    what, names, places = table.what, cbor.array_of(cbor.octets), cbor.array_of(cbor.u32)
    key_column, keys = table.get(12, cbor.u32), table.get(13, cbor.uint)
    refuse_if((key_column is None) != (keys is None), f"{what}: a column of keys without what they are, or the other way round")
    refuse_if(keys is not None and keys not in KEYS, f"{what}: keys of kind {keys} are not known")
    section = Section(
        table.need(1, cbor.uint), table.need(2, cbor.uint), table.get(3, cbor.uint, 0), _name(table, 4, 5), _name(table, 6, 7),
        table.get(8, cbor.uint, 0), table.get(9, names, []), table.get(10, names, []), table.get(11, places, []), key_column,
        KEYS.get(keys), table.get(14, cbor.uint, 0) == 0, table.get(15, cbor.text), table.get(16, cbor.octets),
        table.get(17, cbor.octets), FORMS.get(table.get(18, cbor.uint)), table.get(19, names, []), table.get(20, places, []),
        table.get(21, cbor.uint, 0) != 0, table.get(22, cbor.octets, b""))
    refuse_if(section.types and len(section.types) != len(section.columns), f"{what}: types are not as many as the columns")
    refuse_if(any(column >= len(section.columns) for column in section.primary_key), f"{what}: a key beyond the columns")
    is_its_own = section.kind in (HEADER, FOOTER) and len(section.text) == section.bytes <= TEXT_BYTES_MAX
    refuse_if(section.text and not is_its_own, f"{what}: a text that is not that of a short header or footer")
    refuse_if(max(section.chunks, section.rows) > section.bytes, f"{what}: more chunks or rows than bytes")
    return section


def _name(table, schema, name):
    refuse_if(schema in table and name not in table, f"{table.what}: a schema without a name")
    return Name(table.get(schema, cbor.octets), table.need(name, cbor.octets)) if name in table else None


def _check_begins(sections):
    must_begin = True
    for section in sections:
        if section.bytes:
            must_begin |= has_pages(section)
            refuse_if(must_begin and not section.chunks, "table map: no chunk begins where one must")
            must_begin = has_pages(section)


def _page(fields):
    rows, flags = fields.uint(4), fields.uint(4)
    first, last = fields.take(KEY_BYTES), fields.take(KEY_BYTES)
    refuse_if(flags & ~(BEGINS_WITHIN | HAS_KEYS), f"{fields.what}: a flag that is not known")
    refuse_if(rows > PAGE_ROWS_MAX, f"{fields.what}: more rows than a chunk has bytes")
    refuse_if(not flags & HAS_KEYS and any(first + last), f"{fields.what}: keys without their flag")
    refuse_if(first > last, f"{fields.what}: the first key is above the last")
    keys = (first, last) if flags & HAS_KEYS else (None, None)
    return Page(rows, bool(flags & BEGINS_WITHIN), *keys)
