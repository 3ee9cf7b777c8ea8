"""One object at a time, mostly with something wrong in it."""

import contextlib
import json
import os
import struct
import tempfile
import unittest

import zstandard

from reader import cbor, config, conventions, decode_vector, delta, frame, index, keeping, keyslot, lease, manifest, pack, recipe, tree
from reader.errors import Damaged, Refused
from reader.tests import writer

KEYS = conventions.Keys(conventions.digest(b"repository"), conventions.digest(b"master"))
ROOT = {1: bytes(32), 2: 8, 3: 0}


class RefusalTest(unittest.TestCase):
    def refuses(self, reason, call, *arguments):
        with self.assertRaisesRegex(Refused, reason):
            call(*arguments)


class ConventionsTest(RefusalTest):
    def test_padme_is_that_of_the_paper(self):
        self.assertEqual([conventions.padme(n) for n in (0, 1, 2, 3, 8, 9, 300, 65537)], [0, 1, 2, 3, 8, 10, 304, 67584])

    def test_cbor_is_read_strictly(self):
        for reason, data in (("indefinite", "bf0000ff"), ("bytes after", "a000"), ("middle", "a100"), ("ascending", "a201000000"),
                             ("ascending", "a200000000"), ("not a map", "80"), ("unsigned", "a12000"), ("UTF-8", "a10061ff"),
                             ("well-formed", "a1001c"), ("nested", "a100" + "81" * 40 + "00"), ("well-formed", "a100f800"),
                             ("more items", "a1009bffffffffffffffff"), ("indefinite", "a1005f4100ff")):
            self.refuses(reason, cbor.table, bytes.fromhex(data), "x")
        skipped = cbor.table(bytes.fromhex("a300f6011903e802d81861f9"[:20] + "c100"), "x")
        self.assertEqual(skipped.need(1, cbor.uint), 1000)

    def test_cbor_types_are_checked(self):
        for kind, data in ((cbor.uint, "f5"), (cbor.uint, "20"), (cbor.text, "4161"), (cbor.octets, "6161"), (cbor.boolean, "01"),
                           (cbor.time, "8100"), (cbor.time, "82001a3b9aca00"), (cbor.octets32, "4100"), (cbor.uint, "f6"),
                           (cbor.integer, "3bffffffffffffffff"), (cbor.array_of(cbor.uint), "814100")):
            table = cbor.table(b"\xa1\x00" + bytes.fromhex(data), "x")
            self.refuses("key 0", table.need, 0, kind)
        self.refuses("missing", cbor.table(b"\xa0", "x").need, 0, cbor.uint)

    def test_envelopes_come_back(self):
        for codec in (0, 1):
            for body in (b"", b"x" * 5000):
                self.assertEqual(conventions.open_envelope(writer.envelope(body, codec), "x"), body)

    def test_bad_envelopes_are_refused(self):
        good = bytearray(writer.envelope(b"abc"))

        def changed(at, data):
            return bytes(good[:at] + data + good[at + len(data):])

        for reason, data in (("padding gives", good[:-1]), ("padding gives", good + b"\0"), ("not zero", changed(255, b"\1")),
                             ("two lengths", changed(4, b"\4")), ("codec 2", changed(8, b"\2")), ("reserved", changed(9, b"\1")),
                             ("too long", changed(4, struct.pack("<I", 268_435_457))), ("padding gives", changed(0, b"\xff\xff\0\0\xff\xff")),
                             ("zstd", changed(8, b"\1")), ("middle", b"")):
            self.refuses(reason, conventions.open_envelope, bytes(data), "x")

    def test_bad_frames_are_refused(self):
        good, size = zstandard.compress(b"abc" * 100), 300
        bare = zstandard.ZstdCompressor(write_content_size=False).compress(b"abc" * 100)
        trained = zstandard.ZstdCompressionDict(b"abc" * 50, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        self.assertEqual(frame.decompress(bare, size), b"abc" * 100)
        wide = b"\x28\xb5\x2f\xfd\x00" + bytes([18 << 3]) + b"\x01\0\0"
        named = b"\x28\xb5\x2f\xfd\x01" + bytes([0, 9]) + b"\x01\0\0"
        prefixed = zstandard.ZstdCompressor(dict_data=trained).compress(b"abc" * 100)
        for reason, data, plain in (("after", good + b"\0", size), ("after", good * 2, size), ("middle", good[:-1], size), ("longer", good, 299),
                                    ("longer", good, 301), ("zstd", bare, 299), ("longer", bare, 301), ("window", wide, 0),
                                    ("dictionary id", named, 0), ("not a frame", b"\x50\x2a\x4d\x18\0\0\0\0" + good, size),
                                    ("zstd", prefixed, size)):
            self.refuses(reason, frame.decompress, data, plain)

    def test_a_name_that_is_not_the_hash_is_damage(self):
        with self.assertRaises(Damaged):
            manifest.decode_manifest(KEYS, b"x", bytes(32))

    def test_a_flip_anywhere_in_a_sealed_object_is_refused(self):
        data = writer.sealed_object(KEYS, 6, writer.cbor(writer.manifest_body(ROOT)))
        manifest.decode_manifest(KEYS, data)
        for at in range(len(data)):
            self.refuses("", manifest.decode_manifest, KEYS, data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])


class SmallObjectsTest(RefusalTest):
    def sealed(self, kind, body):
        return writer.sealed_object(KEYS, kind, writer.cbor(body))

    def test_config_parameters_out_of_bounds_are_refused(self):
        def open_config(**changes):
            return config.open_parameters(config.decode_config(writer.config(KEYS, **changes)), KEYS)

        self.assertEqual(open_config().chunk_bytes_average, 8192)
        for changes in ({"k2": 0}, {"k2": 2049}, {"k2": 8192}, {"k3": 65536}, {"k3": 8194}, {"k4": (16 << 20) + 2, "k6": 16 << 20}, {"k5": 4},
                        {"k6": 65535}, {"k6": (16 << 20) + 1}, {"k7": (1 << 20) - 1}, {"k7": (1 << 30) + 1}, {"k1": 5}):
            self.refuses("config", lambda: open_config(**changes))

    def test_a_changed_config_is_refused(self):
        good = writer.config(KEYS)
        for reason, at, byte in (("magic", 0, 0), ("version", 8, 2), ("needs a reader", 10, 2), ("reserved", 14, 1)):
            data = bytearray(good[:-32])
            data[at] = byte
            self.refuses(reason, config.decode_config, bytes(data) + conventions.digest(bytes(data)))
        self.refuses("digest", config.decode_config, b"\0" + good[1:])
        self.refuses("too short", config.decode_config, good[:100])
        other = conventions.Keys(KEYS.repository, bytes(32))
        self.refuses("does not open", config.open_parameters, config.decode_config(good), other)

    def test_bad_key_slots_are_refused(self):
        for reason, changes in (("kind", {"kind": 2}), ("memory under", {"memory_kib": 65535}), ("memory under", {"memory_kib": 4194305}),
                                ("passes", {"passes": 2}), ("passes", {"passes": 65}), ("lanes", {"lanes": 0}), ("lanes", {"lanes": 65}),
                                ("memory times", {"memory_kib": 4194304, "passes": 5}),
                                ("not 32 bytes", {"body": {1: bytes(31), 2: "", 3: [0, 0]}})):
            data = writer.keyslot(KEYS, b"x", **changes)
            self.refuses(reason, keyslot.open_keyslot, data, KEYS.repository, b"x")
        good = writer.keyslot(KEYS, b"x")
        for reason, at in (("magic", 0), ("version", 8), ("reserved", 24), ("does not open", 100)):
            data = good[:at] + bytes([good[at] ^ 9]) + good[at + 1:]
            self.refuses(reason, keyslot.open_keyslot, data, KEYS.repository, b"x")

    def test_bad_manifests_are_refused(self):
        good = writer.manifest_body(ROOT)
        for reason, change in (("sequence", {1: 0}), ("status", {11: 4}), ("status", {11: 0}), ("32 bytes", {14: {1: b"", 2: 0, 3: 0}}),
                               ("over 16", {14: {1: bytes(32), 2: 0, 3: 17}}), ("multiple of 36", {15: [{1: b"a", 2: 0, 3: b"x"}]}),
                               ("not a map", {13: 1}), ("not a text", {7: [1]})):
            body = dict(sorted((good | change).items()))
            self.refuses(reason, manifest.decode_manifest, KEYS, self.sealed(6, body))
        for key in good:
            body = {held: value for held, value in good.items() if held != key}
            self.refuses("missing", manifest.decode_manifest, KEYS, self.sealed(6, body))
        odd = manifest.decode_manifest(KEYS, self.sealed(6, good | {12: [{1: "x", 2: 99, 3: b"", 4: 99}], 99: 5}))
        self.assertEqual((odd.components[0].kind, odd.components[0].state), ("unknown", "not whole"))

    def test_bad_leases_and_marks_are_refused(self):
        good = {1: bytes(32), 2: 1, 3: [0, 0], 4: [0, 0], 5: 60, 6: 1, 7: "host", 8: 1}
        for change in ({1: bytes(31)}, {2: 0}, {5: 0}, {5: 86401}, {6: 4}):
            self.refuses("lease", lease.decode_lease, KEYS, self.sealed(7, good | change))
        good = {1: [0, 0], 2: 1, 3: b"", 4: b""}
        for change in ({3: bytes(31)}, {4: bytes(33)}):
            self.refuses("multiple of 32", lease.decode_mark, KEYS, self.sealed(8, good | change))
        self.refuses("magic", lease.decode_lease, KEYS, self.sealed(8, good))

    def test_bad_holds_and_forgetting_records_are_refused(self):
        good = {1: bytes(32), 2: [0, 0], 3: "host", 4: "user", 5: "why"}
        for change in ({1: bytes(31)}, {5: "x" * 4097}, {5: b"why"}):
            self.refuses("hold", keeping.decode_hold, KEYS, self.sealed(9, good | change))
        good = {1: [0, 0], 2: "host", 3: "user", 4: [{1: bytes(32), 2: 1}]}
        for change in ({4: []}, {4: [{1: bytes(32), 2: 0}]}, {4: [{1: bytes(31), 2: 1}]}, {4: [{2: 1}]}):
            self.refuses("forgetting record", keeping.decode_forgotten, KEYS, self.sealed(10, good | change))
        self.assertEqual(keeping.decode_forgotten(KEYS, self.sealed(10, good)).snapshots, [{"id": bytes(32), "sequence": 1}])

    def test_bad_index_objects_are_refused(self):
        data, toc = writer.pack(KEYS, [writer.region([b"x"])])
        held = lambda size=len(data), toc_bytes=len(toc): bytes(32) + struct.pack("<QI", size, toc_bytes) + toc
        head = lambda count: struct.pack("<Ixxxx", count)
        decode = lambda body: index.decode_index(KEYS, writer.sealed_object(KEYS, 5, body))
        self.assertEqual(decode(head(2) + held() * 2)[1].regions[0].chunks[0][1], 1)
        for reason, body in (("middle", head(2) + held()), ("after the end", head(1) + held() * 2), ("96 bytes", head(1) + held(95)),
                             ("96 bytes", head(1) + held((1 << 30) + 1)), ("counts", head(1) + held(toc_bytes=len(toc) - 1)),
                             ("do not fit before", head(1) + held(96)), ("reserved", head(1)[:4] + b"\1\0\0\0" + held())):
            self.refuses(reason, decode, body)


class DeltaTest(RefusalTest):
    STEPS = [(0, 0, 19), (5, 0, 13), (5, -35, 5)]
    BASE, PLAIN = (b"1,apple,red\n2,pear,%s\n3,plum,blue\n" % pear + more for pear, more in ((b"green", b""), (b"ripe!", b"4,fig,red\n")))

    def test_a_delta_comes_back_with_and_without_frames(self):
        self.assertEqual(delta.decode(writer.delta_of(self.STEPS, b"ripe!4,fig"), self.BASE, 47), self.PLAIN)
        steps, inserted = [(200, -200, 2)] * 300, b"of what there is a lot " * 3000
        plain = b"".join(inserted[at:at + 200] + self.BASE[2 * at // 200:2 * at // 200 + 2] for at in range(0, 3600, 200))
        small = writer.delta_of(steps[:18], inserted[:3600], zstandard.compress)
        self.assertEqual((delta.decode(small, self.BASE, len(plain)), len(small) < 120), (plain, True))
        for size in (0, 5, 300, 3700):
            plain = (b"something that is new and " + self.BASE * 99 + b"something else")[:size]
            self.assertEqual(delta.decode(writer.delta(plain, self.BASE), self.BASE, size), plain)

    def test_bad_deltas_are_refused(self):
        good = writer.delta_of(self.STEPS, b"ripe!4,fig")
        one = lambda rows, inserted=b"hello": struct.pack("<III", 1, len(rows), len(rows)) + rows + inserted
        self.assertEqual(delta.decode(one(b"\5\x09\5"), self.BASE, 10), b"hello1,app")
        for reason, data, plain_bytes in (
                ("middle", good[:11], 47), ("middle", good[:20], 47), ("more bytes than", good[:8] + b"\x0a" + good[9:], 47),
                ("64 MiB", good[:4] + struct.pack("<I", (64 << 20) + 1) + good[8:], 47), ("third", b"\4" + good[1:], 47),
                ("zstd", good + b"x", 47), ("zstd", good[:-1], 47), ("another length", good, 46), ("another length", good, 48),
                ("middle", one(b"\5\x89\1"), 10), ("after the end", one(b"\5\x09\5\0"), 10), ("five groups", one(b"\x85\x80\x80\x80\x80\0\x09\5"), 10),
                ("it needs", one(b"\x85\0\x09\5"), 10), ("2\\^32", one(b"\5\x80\x80\x80\x80\x10\5"), 10),
                ("neither", one(b"\0\0\0", b""), 0), ("elsewhere", one(b"\5\2\0"), 5), ("within", one(b"\5\x0b\5"), 10),
                ("within", one(b"\5\x38\5"), 10)):
            self.refuses(reason, delta.decode, data, self.BASE, plain_bytes)

    def test_bases_have_a_bound(self):
        region = pack.Region(0, 48, 19, 3, 2, 1, 0, [(bytes(32), 3)], [bytes(32)] * 9)
        header = pack.Header(bytes(32), bytes(48))
        sealed = writer.seal(KEYS.object_key(3, bytes(32)), KEYS.repository, 3, 0, bytes(48), b"abc")
        zeros = bytes(16 << 20)
        self.refuses("128 MiB", pack.open_region, KEYS, header, region, sealed, lambda _: zeros)


class PackTest(RefusalTest):
    def test_a_pack_comes_back_with_bases_of_its_own(self):
        one, two = b"one " * 500, b"two " * 500
        data, _ = writer.pack(KEYS, [writer.region([two + one], 2, [one, two], 1), writer.region([one, two], 1)])
        regions, chunks = pack.open_alone(KEYS, data)
        self.assertEqual(chunks[KEYS.chunk_id(two + one)], two + one)
        self.assertLess(regions[0].stored_bytes, 80)
        self.assertEqual(len(data), conventions.padme(len(data)))

    def test_a_flip_in_header_table_or_trailer_is_refused(self):
        data, _ = writer.pack(KEYS, [writer.region([b"x"])])
        toc_bytes = int.from_bytes(data[-36:-32], "little")
        padding = range(48 + 17, len(data) - 48 - toc_bytes)
        for at in range(len(data)):
            flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
            if at in padding:
                pack.open_alone(KEYS, flipped)
            else:
                self.refuses("", pack.open_alone, KEYS, flipped)

    def test_bad_records_are_refused(self):
        for reason, region, change in (
                ("plain bytes are not", {}, {"plain": 4}), ("add up", {}, {"chunks": 2}), ("add up", {}, {"bases": 1}),
                ("codec 3", {}, {"codec": 3}), ("kind 2", {}, {"kind": 2}), ("under 17", {}, {"stored": 16}),
                ("do not fit before", {}, {"stored": 5000}), ("depth", {}, {"depth": 1}), ("bases do not", {}, {"codec": 2, "depth": 1}),
                ("bases do not", {"bases": [b"b"]}, {}), ("depth", {"bases": [b"b"]}, {"codec": 2}),
                ("depth", {"bases": [b"b"]}, {"codec": 2, "depth": 65}), ("no chunks", {"chunks": []}, {}),
                ("0 bytes", {"chunks": [b""]}, {}), ("over 64 MiB", {"chunks": [bytes(16 << 20)] * 4 + [b"x"]}, {}),
                ("16 MiB", {"chunks": [bytes((16 << 20) + 1)]}, {})):
            held = writer.region([b"abc"]) | region | {"record": change}
            body = writer.toc_body(KEYS, [held], [19])
            self.refuses(reason, pack.decode_toc, body, 1000)
        good = writer.toc_body(KEYS, [writer.region([b"abc"])], [19])
        self.refuses("counts", pack.decode_toc, good + b"\0", 1000)
        self.refuses("reserved", pack.decode_toc, good[:12] + b"\1" + good[13:], 1000)
        self.refuses("reserved", pack.decode_toc, good[:16 + 23] + b"\1" + good[16 + 24:], 1000)

    def test_regions_that_are_not_what_the_table_says_are_refused(self):
        for reason, region in (("another length", writer.region([b"abc"]) | {"record": {"stored": 20}}),
                               ("base is not", writer.region([b"abc"], 2, [b"elsewhere"], 1))):
            data, _ = writer.pack(KEYS, [region])
            self.refuses(reason if "base" in reason else "does not open", pack.open_alone, KEYS, data)
        header = pack.Header(bytes(32), bytes(48))
        sealed = writer.seal(KEYS.object_key(3, bytes(32)), KEYS.repository, 3, 0, bytes(48), b"abc")
        region = pack.Region(0, 48, 19, 3, 0, 0, 0, [(bytes(32), 3)], [])
        self.refuses("keyed hash", pack.open_region, KEYS, header, region, sealed, None)
        region.plain_bytes = 4
        self.refuses("another length", pack.open_region, KEYS, header, region, sealed, None)

    def test_lengths_of_packs_have_bounds(self):
        self.refuses("96 bytes", pack.open_alone, KEYS, bytes(95))
        self.refuses("1 GiB", pack.check_pack_bytes, (1 << 30) + 1)
        trailer = b"STRGTAIL" + struct.pack("<HxxI", 1, 5) + bytes(32)
        self.refuses("does not fit", pack.decode_trailer, trailer, 100)


class RecipeTest(RefusalTest):
    def test_bad_records_are_refused(self):
        record = lambda chunk, size: bytes([chunk]) * 32 + struct.pack("<I", size)
        for reason, depth, data in (("multiple", 0, bytes(35)), ("0 bytes", 0, record(1, 0)), ("2\\^31", 0, record(0, 2**31 + 1)),
                                    ("16 MiB", 0, record(1, (16 << 20) + 1)), ("depth over 8", 9, b""), ("a hole among", 1, record(0, 1))):
            self.refuses(reason, recipe.decode_recipe, depth, data)
        self.refuses("length", recipe.decode_recipe, 0, record(0, 2**31), 5)
        self.assertEqual(recipe.decode_recipe(0, record(0, 2**31)).records[0][1], 2**31)

    def test_streams_of_records_must_join_to_the_length(self):
        chunks = {}
        store = lambda plain: chunks.update({KEYS.chunk_id(plain): plain})
        depth, records = writer.recipe(KEYS, [writer.hole(n) for n in range(1, 31)], store)
        held = recipe.decode_recipe(depth, records)
        read = lambda chunk, size: chunks[chunk]
        self.assertEqual((depth, [size for _, size in recipe.expand(held, read, 465)]), (2, list(range(1, 31))))
        for size in (464, 466):
            self.refuses("stream's length", lambda: list(recipe.expand(held, read, size)))
        torn = recipe.Recipe(1, [(bytes(32), 37)])
        self.refuses("multiple of 36", lambda: list(recipe.expand(torn, lambda *_: writer.hole(1) + b"x")))


class TreeTest(RefusalTest):
    def test_bad_nodes_are_refused(self):
        file, link = writer.entry(1), writer.entry(3, k16=b"x")
        leaf = lambda *items: writer.node(0, list(items))
        one = leaf((b"a", file))
        raw = lambda items, count: struct.pack("<BBxxI", 0, 1, count) + items
        for reason, data in (
                ("level over 16", b"\x11" + one[1:]), ("version", one[:1] + b"\2" + one[2:]), ("reserved", one[:2] + b"\1" + one[3:]),
                ("fewer", one[:4] + b"\2" + one[5:]), ("after the end", one + b"\0"), ("no items", writer.node(1, [])),
                ("order", leaf((b"b", file), (b"a", file))), ("order", leaf((b"a", file), (b"a", file))),
                ("order", leaf((b"a!", file), (b"a/b", file))), ("shares", raw(writer.cbor({0: 1, 1: b"a"} | file), 1)),
                ("kind 7", leaf((b"a", writer.entry(7)))), ("kind 0", leaf((b"a", writer.entry(0)))), ("mode", leaf((b"a", writer.entry(1, 0o10000)))),
                ("nanoseconds", leaf((b"a", writer.entry(1, k9=1_000_000_000)))), ("nanoseconds", leaf((b"a", writer.entry(1, k11=1_000_000_000)))),
                ("without target", leaf((b"a", writer.entry(3)))), ("without numbers", leaf((b"a", writer.entry(5)))),
                ("hard links", leaf((b"a", file | {14: 0}))), ("hard links", leaf((b"a", file | {13: 5}))),
                ("or a target of", leaf((b"a", file | {16: b"x"}))), ("a recipe of", leaf((b"a", link | {20: writer.hole(1)}))),
                ("a recipe of", leaf((b"a", link | {19: 1}))), ("stream's length", leaf((b"a", writer.entry(1, k15=5, k20=writer.hole(4))))),
                ("has not 2", leaf((b"a", writer.entry(5, k17=[1])))), ("32 bytes", writer.node(1, [(b"a", {2: b"x", 3: 1, 4: 1})]))):
            self.refuses(reason, tree.decode_node, data, data[0])
        self.refuses("level 0 where 1", tree.decode_node, one, 1)
        self.refuses("no items", tree.decode_node, leaf(), 0, b"a")
        self.assertEqual(tree.decode_node(leaf(), 0).items, [])
        for key in file:
            self.refuses("missing", tree.decode_node, leaf((b"a", {held: value for held, value in file.items() if held != key})), 0)

    def test_paths_that_are_not_are_refused(self):
        for path in (b"", b"/", b"/a", b"a/", b"a//b", b".", b"a/..", b"./a", b"a\0", b"a" * 65537):
            self.refuses("tree", tree.decode_node, writer.node(0, [(path, writer.entry(1))]), 0)

    def test_paths_that_would_fill_the_memory_are_refused(self):
        first = b"a/" + b"x" * 65_500
        shared = b"".join(writer.cbor({0: len(first), 1: b"%04d" % n} | writer.entry(1)) for n in range(1100))
        data = struct.pack("<BBxxI", 0, 1, 1101) + writer.cbor({1: first} | writer.entry(1)) + shared
        self.refuses("64 MiB", tree.decode_node, data, 0)

    def test_nodes_must_be_what_their_parents_say(self):
        chunks, entries = {}, [(b"%02d" % n, writer.entry(1)) for n in range(10)]
        store = lambda plain: chunks.update({KEYS.chunk_id(plain): plain})

        def walk(root):
            return list(tree.walk(manifest.Root(*root.values()), lambda chunk, size: chunks[chunk]))

        root = writer.tree(KEYS, entries, store)
        self.assertEqual((root[3], [held.path for held in walk(root)]), (2, [path for path, _ in entries]))
        self.refuses("level 2 where 3", walk, root | {3: 3})
        leaf = writer.node(0, entries[:1])
        store(leaf)
        leaf_id = KEYS.chunk_id(leaf)
        above = writer.node(1, [(b"zz", {2: leaf_id, 3: len(leaf), 4: 1})])
        store(above)
        self.refuses("first path", walk, {1: KEYS.chunk_id(above), 2: len(above), 3: 1})
        below = writer.node(0, [(b"00", writer.entry(1)), (b"00/x", writer.entry(1))])
        store(below)
        self.refuses("not a directory", walk, {1: KEYS.chunk_id(below), 2: len(below), 3: 0})
        wide = writer.node(0, entries[:5])
        store(wide)
        again = writer.node(0, entries[1:2])
        store(again)
        above = writer.node(1, [(b"00", {2: KEYS.chunk_id(wide), 3: 1, 4: 5}), (b"01", {2: KEYS.chunk_id(again), 3: 1, 4: 1})])
        store(above)
        self.refuses("order", walk, {1: KEYS.chunk_id(above), 2: len(above), 3: 1})


class VectorTest(unittest.TestCase):
    def test_vectors_are_compared_with_what_they_expect(self):
        sealed = {"repository": KEYS.repository.hex(), "master": KEYS.master.hex()}
        slot = writer.keyslot(KEYS, b"x")
        data, _ = writer.pack(KEYS, [writer.region([b"abc"])])
        good = [
            {"object": "padme", "hex": "0900", "expect": "ok", "decoded": {"padded": 10}},
            {"object": "envelope", "hex": writer.envelope(b"abc", 1).hex(), "expect": "ok", "decoded": {"body": "616263"}},
            {"object": "envelope", "hex": "00", "expect": "refused"},
            {"object": "config", "hex": writer.config(KEYS).hex(), "expect": "ok", "decoded": {"made": [1_790_000_000, 5]}} | sealed,
            {"object": "keyslot", "hex": slot.hex(), "password": "x", "expect": "ok", "decoded": {"host": None, "label": "first"}} | sealed,
            {"object": "keyslot", "hex": slot.hex(), "password": "y", "expect": "refused"} | sealed,
            {"object": "pack", "hex": data.hex(), "expect": "ok", "decoded": {"regions": [{"codec": 0}]},
             "name_id": conventions.digest(data).hex()} | sealed,
            {"object": "pack", "hex": data.hex(), "expect": "refused", "name_id": bytes(32).hex()} | sealed,
            {"object": "manifest", "hex": writer.sealed_object(KEYS, 6, writer.cbor(writer.manifest_body(ROOT))).hex(), "expect": "ok",
             "decoded": {"status": "complete", "root": {"level": 0}, "components": [{"kind": "path"}]}} | sealed,
            {"object": "recipe", "hex": writer.hole(5).hex(), "depth": 0, "expect": "ok", "decoded": {"records": [["00" * 32, 5]]}},
            {"object": "tree-node", "level": 0, "hex": writer.node(0, [(b"a", writer.entry(1))]).hex(), "expect": "ok", "decoded": {"items": [{"path": "61"}]}},
            {"object": "tree-node", "level": 0, "hex": writer.node(0, []).hex(), "first": "61", "expect": "refused"},
        ]
        self.assertEqual([decode_vector.run(vector) for vector in good], [None] * len(good))
        bad = [good[0] | {"decoded": {"padded": 11}}, good[1] | {"expect": "refused"}, good[2] | {"expect": "ok"}, {**good[0], "object": "no"}]
        self.assertNotIn(None, [decode_vector.run(vector) for vector in bad])

    def test_a_mismatch_makes_the_exit_code(self):
        with tempfile.TemporaryDirectory() as work:
            path = os.path.join(work, "v.json")
            for expect, code in (("ok", 0), ("refused", 1)):
                with open(path, "w", encoding="utf-8") as file:
                    json.dump([{"name": "n", "object": "padme", "hex": "00", "expect": expect}], file)
                with open(os.devnull, "w", encoding="utf-8") as null, contextlib.redirect_stdout(null):
                    self.assertEqual(decode_vector.main([path]), code)


if __name__ == "__main__":
    unittest.main()
