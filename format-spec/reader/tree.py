"""The directory entries of a snapshot (tree.md)."""

from dataclasses import dataclass

from . import cbor
from .errors import refuse_if
from .recipe import HOLE, Recipe, decode_recipe, decode_records
from .replay import RECIPE_BYTES_MAX

LEVEL_MAX = 16
PATH_BYTES_MAX = 65_536
NODE_PATHS_BYTES_MAX = 64 << 20
FORMATS = {1: "gzip", 2: "zstd", 3: "xz"}
REPLAY_BYTES_INLINE_MAX = 4_096
FILE, DIRECTORY, LINK, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE = range(1, 7)


@dataclass
class Entry:
    path: bytes
    kind: int
    mode: int
    owner: int
    group: int
    owner_name: str
    group_name: str
    mtime: tuple
    ctime: tuple
    inode: int
    device: int
    links: int
    size: int
    target: bytes
    numbers: list
    attributes: list
    recipe: Recipe
    changed: bool
    compressed: object = None

    @property
    def content_bytes(self):
        """What the recipe joins to."""
        return self.compressed.plain_bytes if self.compressed else self.size


@dataclass
class Compressed:
    """`replay` is the recipe where it stands in the entry, `replay_records` what joins to it; neither: only the plaintext was kept."""

    format: str
    plain_bytes: int
    replay: bytes
    replay_records: list


@dataclass
class Child:
    """`entries` is the number of entries in all leaves below."""

    path: bytes
    id: bytes
    plain_bytes: int
    entries: int


@dataclass
class Node:
    level: int
    items: list


def order(path):
    """The key by which paths are compared."""
    return path.replace(b"/", b"\0")


def check_path(path):
    refuse_if(len(path) > PATH_BYTES_MAX, "tree: a path over 65,536 bytes")
    refuse_if(b"\0" in path, "tree: a zero byte in a path")
    refuse_if(any(name in (b"", b".", b"..") for name in path.split(b"/")), "tree: an empty name, '.' or '..' in a path")


def decode_node(data, level, first=None):
    """Decodes one node; `level` is what the parent or the manifest says, `first` the first path its parent says, None for a root."""
    fields = cbor.CborFields(data, "tree node")
    found, version = fields.uint(1), fields.uint(1)
    fields.zeros(2)
    count = fields.uint(4)
    refuse_if(version != 1, f"tree node: version {version} is not known")
    refuse_if(found > LEVEL_MAX, "tree node: level over 16")
    refuse_if(found != level, f"tree node: level {found} where {level} must be")
    refuse_if(count == 0 and (first is not None or found > 0), "tree node: no items")
    items, before, paths_bytes = [], b"", 0
    for _ in range(count):
        refuse_if(not fields.left, "tree node: fewer items than said")
        table = cbor.Table(cbor.item(fields), "tree item")
        path = _path(table, before)
        paths_bytes += len(path)
        refuse_if(paths_bytes > NODE_PATHS_BYTES_MAX, "tree node: paths over 64 MiB together")
        refuse_if(items and order(path) <= order(before), "tree node: paths are not in order")
        items.append(_child(table, path) if found else _entry(table, path))
        before = path
    fields.end()
    refuse_if(first is not None and items[0].path != first, "tree node: first path is not the one its parent says")
    return Node(found, items)


def _path(table, before):
    shared = table.get(0, cbor.uint, 0)
    refuse_if(shared > len(before), "tree item: shares more than the path before has")
    path = before[:shared] + table.need(1, cbor.octets)
    check_path(path)
    return path


def _child(table, path):
    return Child(path, table.need(2, cbor.octets32), table.need(3, cbor.u32), table.need(4, cbor.uint))


def _entry(table, path):
    kind, mode = table.need(2, cbor.uint), table.need(3, cbor.uint)
    refuse_if(not FILE <= kind <= BLOCK_DEVICE, f"tree entry: kind {kind} is not known")
    refuse_if(mode > 0o7777, "tree entry: mode over 0o7777")
    size, target = table.get(15, cbor.uint, 0), table.get(16, cbor.octets)
    numbers = table.get(17, cbor.array_of(cbor.u32, 2))
    depth, records = table.get(19, cbor.uint, 0), table.get(20, cbor.octets, b"")
    refuse_if((kind == LINK) != (target is not None), "tree entry: a link without target, or a target of anything else")
    refuse_if((kind in (CHARACTER_DEVICE, BLOCK_DEVICE)) != (numbers is not None),
              "tree entry: a device without numbers, or numbers of anything else")
    refuse_if(kind != FILE and (size or depth or records), "tree entry: a size or a recipe of what is not a file")
    device, links = table.get(13, cbor.uint, 0), table.get(14, cbor.uint, 1)
    refuse_if(links == 0 or (device and links == 1), "tree entry: no hard links, or a device number without them")
    compressed = _compressed(table)
    refuse_if(compressed and kind != FILE, "tree entry: a compressed file's fields of what is not a file")
    joined = compressed.plain_bytes if compressed else size
    recipe = decode_recipe(depth, records, joined) if kind == FILE else None
    return Entry(
        path, kind, mode, table.need(4, cbor.u32), table.need(5, cbor.u32), table.get(6, cbor.text), table.get(7, cbor.text),
        (table.need(8, cbor.integer), table.get(9, cbor.nanoseconds, 0)),
        (table.need(10, cbor.integer), table.get(11, cbor.nanoseconds, 0)),
        table.need(12, cbor.uint), device, links, size, target, numbers,
        table.get(18, cbor.array_of(cbor.array_of(cbor.octets, 2)), []), recipe, table.get(21, cbor.boolean, False),
        compressed)


def _compressed(table):
    plain_bytes, number = table.get(22, cbor.uint), table.get(25, cbor.uint)
    replay, data = table.get(23, cbor.octets), table.get(24, cbor.octets)
    refuse_if(number is not None and number not in FORMATS, f"tree entry: compressed format {number} is not known")
    refuse_if((plain_bytes is None) != (number is None), "tree entry: a compressed format without plaintext, or the other way round")
    refuse_if(plain_bytes is None and (replay is not None or data is not None), "tree entry: a replay recipe without plaintext")
    refuse_if(replay is not None and data is not None, "tree entry: two replay recipes")
    refuse_if(replay is not None and not 0 < len(replay) <= REPLAY_BYTES_INLINE_MAX, "tree entry: the length of a replay recipe")
    records = None if data is None else decode_records(data, 0)
    if records is not None:
        refuse_if(any(chunk == HOLE for chunk, _ in records), "tree entry: a hole in a replay recipe")
        refuse_if(not 0 < sum(size for _, size in records) <= RECIPE_BYTES_MAX, "tree entry: the length of a replay recipe")
    return None if plain_bytes is None else Compressed(FORMATS[number], plain_bytes, replay, records)


def walk(root, chunk_of):
    """Yields all entries in order. `root` is a manifest's; `chunk_of(id, plain bytes)` returns the plaintext of a chunk."""
    before = None
    for entry in _walk(root.id, root.plain_bytes, root.level, None, chunk_of):
        if before:
            refuse_if(order(entry.path) <= order(before.path), "tree: paths are not in order")
            below = before.kind != DIRECTORY and entry.path.startswith(before.path + b"/")
            refuse_if(below, "tree: an entry below what is not a directory")
        before = entry
        yield entry


def _walk(chunk, plain_bytes, level, first, chunk_of):
    for held in decode_node(chunk_of(chunk, plain_bytes), level, first).items:
        if level == 0:
            yield held
        else:
            yield from _walk(held.id, held.plain_bytes, level - 1, held.path, chunk_of)
