"""A writer just large enough to test the reader: the same pages, the other way round."""

import itertools
import os
import struct

import zstandard
from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as aead_seal

from reader.conventions import Keys, derive, digest, padme

MAGICS = {5: b"STRGINDX", 6: b"STRGMANI", 7: b"STRGLEAS", 8: b"STRGMARK", 9: b"STRGHOLD", 10: b"STRGFGET"}
FOLDERS = {5: "index", 6: "snapshots", 7: "leases", 8: "marks", 9: "holds", 10: "forgotten"}
PACK_BYTES = 1 << 20
_salts = itertools.count(1)


def cbor(value):
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, (list, tuple)):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(held) for key, held in value.items())


def _head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, code in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if argument < 1 << (8 << (info - 24)):
            return bytes([major << 5 | info]) + struct.pack(code, argument)
    raise ValueError(argument)


def salt():
    return digest(b"salt %d" % next(_salts))


def seal(key, repository, kind, position, header, plain):
    at = position.to_bytes(8, "little")
    return aead_seal(plain, repository + bytes([kind]) + at + header, at + bytes(16), key)


def envelope(body, codec=0):
    stored = zstandard.compress(body) if codec else body
    data = struct.pack("<IIB3x", len(stored), len(body), codec) + stored
    return data.ljust(padme(max(256, len(data))), b"\0")


def sealed_object(keys, kind, body, codec=0):
    header = MAGICS[kind] + b"\1\0" + bytes(6) + salt()
    return header + seal(keys.object_key(kind, header[16:]), keys.repository, kind, 0, header, envelope(body, codec))


def config(keys, **changes):
    values = {1: [1_790_000_000, 5], 2: 2048, 3: 8192, 4: 65536, 5: 1, 6: 1 << 20, 7: PACK_BYTES, 8: 4, 9: 0}
    values.update({int(key[1:]): value for key, value in changes.items()})
    header = b"STRGCONF" + struct.pack("<HHHxx", 1, 1, 1) + keys.repository + salt()
    data = header + seal(keys.object_key(1, header[48:]), keys.repository, 1, 0, header, envelope(cbor(values)))
    return data + digest(data)


def keyslot(keys, password, body=None, memory_kib=65536, passes=3, lanes=1, kind=1):
    header = b"STRGKEYS" + struct.pack("<HHIII8x", 1, kind, memory_kib, passes, lanes) + salt()
    root = hash_secret_raw(password, header[32:], 3, 65536, 1, 32, Type.ID, 0x13)
    header += derive("strongroom 2026-11 key commitment", root)
    body = body or {1: keys.master, 2: "first", 3: [1_790_000_000, 0]}
    key = derive("strongroom 2026-11 key wrap", root)
    return header + seal(key, keys.repository, 2, 0, header, envelope(cbor(body)))


def region(chunks, codec=0, bases=(), depth=0, kind=0):
    """`chunks` and `bases` are plaintexts."""
    return {"chunks": chunks, "codec": codec, "bases": bases, "depth": depth, "kind": kind}


def grouped(number):
    groups = [number >> at & 0x7F for at in range(0, max(number.bit_length(), 1), 7)]
    return bytes(group | 0x80 for group in groups[:-1]) + bytes(groups[-1:])


def delta_of(steps, inserted, compress=bytes):
    """`steps` are triples of inserted bytes, distance and copied bytes."""
    rows = [[step[row] for step in steps] for row in range(3)]
    rows[1] = [-2 * distance - 1 if distance < 0 else 2 * distance for distance in rows[1]]
    data = b"".join(grouped(number) for row in rows for number in row)
    stored = min(data, compress(data), key=len)
    return struct.pack("<III", len(steps), len(data), len(stored)) + stored + min(inserted, compress(inserted), key=len)


def delta(plain, base):
    """Copies what is alike for 8 bytes and more."""
    places = {base[at:at + 8]: at for at in reversed(range(len(base) - 7))}
    steps, inserted, at, end, start = [], b"", 0, 0, 0
    while at < len(plain):
        place = places.get(plain[at:at + 8])
        if place is None:
            at += 1
            continue
        copied = len(os.path.commonprefix([plain[at:], base[place:]]))
        inserted += plain[start:at]
        steps.append((at - start, place - end - (at - start), copied))
        at, end = at + copied, place + copied
        start = at
    if start < at:
        steps.append((at - start, 0, 0))
    return delta_of(steps, inserted + plain[start:], zstandard.compress)


def toc_body(keys, regions, stored):
    """`regions` may carry `record` to change fields of a record after they are made."""
    records, chunks, bases = b"", b"", b""
    for held, stored_bytes in zip(regions, stored):
        values = {"stored": stored_bytes, "plain": sum(map(len, held["chunks"])), "chunks": len(held["chunks"]),
                  "bases": len(held["bases"]), "codec": held["codec"], "depth": held["depth"], "kind": held["kind"]}
        values.update(held.get("record", {}))
        records += struct.pack("<IIIIBBB5x", *values.values())
        chunks += b"".join(keys.chunk_id(plain) + struct.pack("<I", len(plain)) for plain in held["chunks"])
        bases += b"".join(map(keys.chunk_id, held["bases"]))
    return struct.pack("<IIIxxxx", len(regions), len(chunks) // 36, len(bases) // 32) + records + chunks + bases


def pack(keys, regions):
    """Returns the pack and the body of its table of contents."""
    header = b"STRGPACK" + b"\1\0" + bytes(6) + salt()
    messages = []
    for number, held in enumerate(regions):
        plain = b"".join(held["chunks"])
        if held["codec"] == 1:
            plain = zstandard.compress(plain)
        elif held["codec"] == 2:
            plain = delta(plain, b"".join(held["bases"]))
        messages.append(seal(keys.object_key(3, header[16:]), keys.repository, 3, number, header, plain))
    body = toc_body(keys, regions, map(len, messages))
    sealed = seal(keys.object_key(4, header[16:]), keys.repository, 4, 2**64 - 1, header, envelope(body, 1))
    bare = 48 + sum(map(len, messages)) + len(sealed) + 48
    padding = seal(keys.object_key(3, header[16:]), keys.repository, 3, 2**64 - 2, header, bytes(padme(bare) - bare))[:-16]
    trailer = b"STRGTAIL" + struct.pack("<HxxI", 1, len(sealed)) + digest(sealed)
    return b"".join([header, *messages, padding, sealed, trailer]), body


def record(keys, plain):
    return keys.chunk_id(plain) + struct.pack("<I", len(plain))


def hole(size):
    return bytes(32) + struct.pack("<I", size)


def recipe(keys, records, store, per_chunk=3, inline=4):
    """Returns depth and records; `store` takes the chunks of the levels above 0."""
    depth = 0
    while len(records) > inline:
        chunks = [b"".join(records[at:at + per_chunk]) for at in range(0, len(records), per_chunk)]
        for chunk in chunks:
            store(chunk)
        records, depth = [record(keys, chunk) for chunk in chunks], depth + 1
    return depth, b"".join(records)


def node(level, items):
    """`items` are pairs of path and the other keys; paths are shortened by what they share."""
    data, before = struct.pack("<BBxxI", level, 1, len(items)), b""
    for path, rest in items:
        shared = len(os.path.commonprefix([path, before]))
        data += cbor(({0: shared} if shared else {}) | {1: path[shared:]} | rest)
        before = path
    return data


def tree(keys, entries, store, per_node=3):
    """Returns the root as a manifest names it."""
    level, items, counts = 0, entries, [1] * len(entries)
    while True:
        groups = [(items[at:at + per_node], sum(counts[at:at + per_node])) for at in range(0, len(items), per_node)]
        nodes = [(node(level, group), group[0][0], count) for group, count in groups] or [(node(0, []), b"", 0)]
        for plain, _, _ in nodes:
            store(plain)
        if len(nodes) == 1:
            return {1: keys.chunk_id(nodes[0][0]), 2: len(nodes[0][0]), 3: level}
        items = [(path, {2: keys.chunk_id(plain), 3: len(plain), 4: count}) for plain, path, count in nodes]
        level, counts = level + 1, [count for _, _, count in nodes]


def entry(kind, mode=0o644, **more):
    base = {2: kind, 3: mode, 4: 0, 5: 0, 8: 1_700_000_000, 10: 1_700_000_000, 12: 7}
    base.update({int(key[1:]): value for key, value in more.items()})
    return dict(sorted(base.items()))


def table_map(rows, sections, dump_bytes, dump_chunks):
    """A table map of pages that have these rows and no keys."""
    pages, body = b"".join(struct.pack("<II32x", count, 0) for count in rows), b"".join(map(cbor, sections))
    numbers = struct.pack("<QQQQQ", len(rows), len(body), len(sections), dump_bytes, dump_chunks)
    return pages + body + b"STRGTMAP" + b"\1\0" + bytes(6) + numbers + b"\1\1" + bytes(38)


def manifest_body(root, sequence=1, status=1):
    return {1: sequence, 2: [1_790_000_000, 0], 3: [1_790_000_000, 0], 4: [1_790_000_009, 0], 5: "host", 6: "user", 7: ["tag"],
            9: "writer", 11: status, 12: [{1: "home", 2: 1, 3: b"a", 4: 1}], 13: {1: 3}, 14: root}


class Writer:
    """A repository in a directory."""

    def __init__(self, path, password):
        self.path = path
        self.keys = Keys(digest(b"repository"), digest(b"master"))
        os.makedirs(path)
        with open(os.path.join(path, "config"), "wb") as file:
            file.write(config(self.keys))
        self.put("keys", keyslot(self.keys, password))

    def put(self, folder, data):
        name = digest(data).hex()
        place = os.path.join(self.path, folder, name[:2] if folder == "packs" else "")
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, name), "wb") as file:
            file.write(data)
        return os.path.join(place, name)

    def put_sealed(self, kind, body, codec=0):
        return self.put(FOLDERS[kind], sealed_object(self.keys, kind, body, codec))

    def put_packs(self, packs, indexed=True):
        """Stores packs of regions, and an index object of all of them; returns their places."""
        places, records = [], []
        for regions in packs:
            data, body = pack(self.keys, regions)
            places.append(self.put("packs", data))
            records.append(digest(data) + struct.pack("<QI", len(data), len(body)) + body)
        if indexed:
            self.put_sealed(5, struct.pack("<Ixxxx", len(records)) + b"".join(records), codec=1)
        return places
