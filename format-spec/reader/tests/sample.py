"""A repository with one of everything."""

import os
import random

from reader import tree
from reader.tests import writer

PASSWORD = b"correct horse"
noise = random.Random(7)
TEXT = [b"line %d of a text that compresses well\n" % n * 40 for n in range(20)]
EDITED = [plain.replace(b"well", b"better") for plain in TEXT[:4]]
RANDOM = [noise.randbytes(3000) for _ in range(3)]
SPARSE = RANDOM[0] + bytes(3 << 20) + RANDOM[1] + bytes(1 << 20)
FILES = {
    b"a/edited": b"".join(EDITED),
    b"a/empty": b"",
    b"a/long": b"".join(TEXT),
    b"a/sparse": SPARSE,
    b"a/twin": b"".join(RANDOM),
    b"a!/after": RANDOM[2],
}


def table_map(chunks=4):
    """A table map that takes the file `a/edited` for a dump of one chunk of a definition and three of rows of two tables."""
    sizes = list(map(len, EDITED))
    sections = [{1: 1, 2: 9, 3: 1}, {1: 4, 2: sizes[0] - 9, 5: b"t", 9: [b"id"]}, {1: 5, 2: sizes[1] + sizes[2], 3: 2, 5: b"t", 8: 7},
                {1: 5, 2: sizes[3], 3: chunks - 3, 4: b"s\t", 5: b"u", 8: 2, 16: b"d"}]
    return writer.table_map([3, 4, 2] + [0] * (chunks - 4), sections, sum(sizes), chunks)


def in_manifest(keys, stream, store, dump=b"a/edited"):
    """The keys of a manifest with a table map, which is cut in two."""
    middle = len(stream) // 2
    parts = [stream[:middle], stream[middle:]]
    for part in parts:
        store(part)
    return {15: [{1: dump, 2: 0, 3: b"".join(writer.record(keys, part) for part in parts), 4: 2, 5: 9}]}


def create(path, indexed=True):
    """Returns the writer and the places of its packs."""
    made = writer.Writer(path, PASSWORD)
    keys, meta = made.keys, []
    records = lambda chunks: [writer.record(keys, chunk) for chunk in chunks]

    def content(size, records, **more):
        depth, inline = writer.recipe(keys, records, meta.append)
        return writer.entry(tree.FILE, 0o640, **({"k15": size} if size else {}), **({"k19": depth} if depth else {}),
                            **({"k20": inline} if inline else {}), **more)

    sparse = [*records(RANDOM[:1]), writer.hole(2 << 20), writer.hole(1 << 20), *records(RANDOM[1:2]), writer.hole(1 << 20)]
    twin = content(9000, records(RANDOM), k13=1, k14=2)
    entries = [
        (b"a", writer.entry(tree.DIRECTORY, 0o750, k9=123_456_789)),
        (b"a/edited", content(len(FILES[b"a/edited"]), records(EDITED), k21=False)),
        (b"a/empty", content(0, [])),
        (b"a/link", writer.entry(tree.LINK, 0o777, k16=b"../outside")),
        (b"a/long", content(len(FILES[b"a/long"]), records(TEXT), k18=[[b"user.x", b"y"]], k6="root", k7="root")),
        (b"a/other", twin),
        (b"a/pipe", writer.entry(tree.FIFO)),
        (b"a/sparse", content(len(SPARSE), sparse)),
        (b"a/tty", writer.entry(tree.CHARACTER_DEVICE, k17=[4, 1])),
        (b"a/twin", twin),
        (b"a!", writer.entry(tree.DIRECTORY, 0o700, k8=-5)),
        (b"a!/after", content(3000, records(RANDOM[2:]))),
    ]
    root = writer.tree(keys, entries, meta.append)
    maps = in_manifest(keys, table_map(), meta.append)
    places = made.put_packs([
        [writer.region(RANDOM), writer.region(TEXT, codec=1)],
        [writer.region(EDITED[:2], codec=2, bases=TEXT[:2], depth=1), writer.region(EDITED[2:], 2, EDITED[:2], depth=2),
         writer.region(list(dict.fromkeys(meta)), codec=1, kind=1)],
    ], indexed)
    held = made.put_sealed(6, writer.cbor(writer.manifest_body(root, sequence=2) | maps))
    made.put_sealed(6, writer.cbor(writer.manifest_body(root, sequence=3, status=2)))
    made.put_sealed(7, writer.cbor({1: bytes(32), 2: 1, 3: [0, 0], 4: [0, 0], 5: 60, 6: 1, 7: "host", 8: 1}))
    made.put_sealed(8, writer.cbor({1: [0, 0], 2: 1, 3: bytes(64), 4: b""}))
    made.put_sealed(9, writer.cbor({1: bytes.fromhex(os.path.basename(held)), 2: [0, 0], 3: "host", 4: "user", 5: "why"}))
    made.put_sealed(10, writer.cbor({1: [0, 0], 2: "host", 3: "user", 4: [{1: bytes(32), 2: 1}]}))
    made.root = root
    return made, places
