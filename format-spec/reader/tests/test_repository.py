"""Whole repositories, through the commands."""

import contextlib
import io
import os
import shutil
import tempfile
import unittest

from reader import keyslot
from reader.__main__ import main
from reader.tests import sample, writer


class RepositoryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.path = os.path.join(cls.work, "good")
        cls.writer, cls.packs = sample.create(cls.path)

    def run_reader(self, *arguments, path=None, password=sample.PASSWORD):
        """Returns exit code, bytes on the standard output, text on the standard error."""
        out, err = io.TextIOWrapper(io.BytesIO(), write_through=True), io.StringIO()
        os.environb[b"STRONGROOM_PASSWORD"] = password
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([path or self.path, *arguments])
        return code, out.buffer.getvalue(), err.getvalue()

    def copy(self):
        path = tempfile.mkdtemp(dir=self.work)
        shutil.copytree(self.path, path, dirs_exist_ok=True)
        return path

    def flip(self, place, path, at):
        place = os.path.join(path, os.path.relpath(place, self.path))
        with open(place, "r+b") as file:
            file.seek(at)
            byte = file.read(1)
            file.seek(at)
            file.write(bytes([byte[0] ^ 1]))

    def test_a_whole_repository_is_verified(self):
        code, out, err = self.run_reader("verify")
        self.assertEqual((code, err), (0, ""))
        self.assertIn(b"packs 2 chunks ", out)
        self.assertIn(b"snapshots 2 entries 24 maps 1", out)

    def test_files_come_out_as_they_went_in(self):
        for path, content in sample.FILES.items():
            self.assertEqual(self.run_reader("cat", "latest", os.fsdecode(path)), (0, content, ""), path)

    def test_latest_is_the_newest_complete_snapshot(self):
        _, out, _ = self.run_reader("snapshots")
        self.assertEqual([line.split()[3] for line in out.splitlines()], [b"complete", b"partial"])
        first = out.split()[0].decode()
        self.assertEqual(self.run_reader("ls", "latest"), self.run_reader("ls", first[:12]))

    def test_a_forgotten_snapshot_is_none_though_its_manifest_lies_there(self):
        made, _ = sample.create(os.path.join(self.work, "forgetful"))
        complete, partial = (line.split()[0].decode() for line in self.run_reader("snapshots", path=made.path)[1].splitlines())
        made.put_sealed(10, writer.cbor({1: [5, 0], 2: "host", 3: "user", 4: [{1: bytes.fromhex(complete), 2: 2}]}))
        code, out, err = self.run_reader("snapshots", path=made.path)
        self.assertEqual((code, out.split()[0], len(out.splitlines()), err), (0, partial.encode(), 1, ""))
        for wanted in ("latest", complete[:12]):
            self.assertEqual(self.run_reader("ls", wanted, path=made.path), (1, b"", f"refused: snapshot {wanted}: not there\n"))
        self.assertIn(b" snapshots 1 entries 12 maps 0", self.run_reader("verify", path=made.path)[1])

    def test_a_restored_tree_has_content_mode_time_links_and_holes(self):
        target = os.path.join(self.work, "target")
        code, _, err = self.run_reader("restore", "latest", target)
        self.assertEqual((code, err), (0, "left out: a/tty\n"))
        place = lambda path: os.path.join(target, path)
        for path, content in sample.FILES.items():
            with open(place(os.fsdecode(path)), "rb") as file:
                self.assertEqual(file.read(), content, path)
        self.assertEqual(os.readlink(place("a/link")), "../outside")
        self.assertTrue(os.path.samefile(place("a/twin"), place("a/other")))
        self.assertEqual(os.stat(place("a")).st_mode & 0o7777, 0o750)
        self.assertEqual(os.stat(place("a")).st_mtime_ns, 1_700_000_000_123_456_789)
        self.assertEqual(os.stat(place("a!")).st_mtime_ns, -5_000_000_000)
        self.assertEqual(os.stat(place("a/long")).st_mode & 0o7777, 0o640)
        self.assertEqual(os.lstat(place("a/link")).st_mtime_ns, 1_700_000_000_000_000_000)
        self.assertLess(os.stat(place("a/sparse")).st_blocks * 512, 1 << 20)
        self.assertEqual(sorted(os.listdir(place("a"))), ["edited", "empty", "link", "long", "other", "pipe", "sparse", "twin"])

    def test_tables_are_listed_with_their_rows_and_bytes(self):
        sizes = [len(chunk) for chunk in sample.EDITED]
        lines = f"a/edited\t\tt\t7\t{sum(sizes[:3]) - 9}\n" + f"a/edited\ts\\t\tu\t2\t{sizes[3]}\n"
        self.assertEqual(self.run_reader("tables", "latest"), (0, lines.encode(), ""))
        partial = self.run_reader("snapshots")[1].splitlines()[1].split()[0].decode()
        self.assertEqual(self.run_reader("tables", partial), (0, b"", ""))

    def test_a_table_map_of_another_dump_is_a_problem(self):
        made, _ = sample.create(os.path.join(self.work, "other dumps"))
        wrong = (("the dump has another number of chunks", b"a/edited", sample.table_map(5)),
                 ("the dump has another length", b"a/long", sample.table_map()), ("there is no such file", b"a/link", sample.table_map()),
                 ("table map: shorter than a trailer", b"a/edited", sample.table_map()[-95:]),
                 ("table map: another magic", b"a/edited", bytes(200)))
        for sequence, (_, dump, stream) in enumerate(wrong, 4):
            meta = []
            maps = sample.in_manifest(made.keys, stream, meta.append, dump)
            made.put_packs([[writer.region(meta, kind=1)]])
            made.put_sealed(6, writer.cbor(writer.manifest_body(made.root, sequence) | maps))
        code, _, err = self.run_reader("verify", path=made.path)
        reasons = [line.split(": table map of b'")[1].split("': ", 1) for line in err.splitlines()]
        self.assertEqual((code, reasons), (1, [[dump.decode(), reason] for reason, dump, _ in wrong]))

    def test_a_lost_index_is_not_needed(self):
        path = self.copy()
        shutil.rmtree(os.path.join(path, "index"))
        self.assertEqual(self.run_reader("cat", "latest", "a/edited", path=path), (0, sample.FILES[b"a/edited"], ""))

    def test_a_wrong_password_is_told_from_a_damaged_slot(self):
        code, _, err = self.run_reader("snapshots", password=b"wrong")
        self.assertEqual((code, err[:15]), (3, "wrong password:"))
        path = self.copy()
        slot, = os.listdir(os.path.join(path, "keys"))
        self.flip(os.path.join(self.path, "keys", slot), path, 70)
        code, _, err = self.run_reader("snapshots", path=path)
        self.assertEqual((code, err[:8]), (1, "damaged:"))

    def test_a_slot_that_is_refused_does_not_stop_another(self):
        good = writer.keyslot(self.writer.keys, b"x")
        slots = [(writer.digest(b"bad"), b"bad"), (writer.digest(good), good)]
        opened = keyslot.open_first(slots, self.writer.keys.repository, b"x")
        self.assertEqual(opened.master, self.writer.keys.master)

    def test_a_damaged_config_is_told_from_a_wrong_password(self):
        path = self.copy()
        self.flip(os.path.join(self.path, "config"), path, 100)
        code, _, err = self.run_reader("snapshots", path=path, password=b"wrong")
        self.assertEqual((code, err), (1, "damaged: config: the digest does not match\n"))

    def test_every_flipped_object_is_a_problem(self):
        path = self.copy()
        for folder in ("index", "leases", "marks", "snapshots", "holds", "forgotten"):
            name = os.listdir(os.path.join(self.path, folder))[0]
            place = os.path.join(self.path, folder, name)
            self.flip(place, path, 50)
            code, _, err = self.run_reader("verify", path=path)
            self.flip(place, path, 50)
            self.assertEqual((code, f"{folder}/{name}" in err), (1, True), folder)

    def test_a_flipped_region_hurts_only_what_lies_in_it(self):
        path = self.copy()
        self.flip(self.packs[0], path, 60)
        self.assertEqual(self.run_reader("cat", "latest", "a/long", path=path)[0], 0)
        code, _, err = self.run_reader("cat", "latest", "a/twin", path=path)
        self.assertEqual((code, err), (1, "refused: region 0: does not open\n"))

    def test_a_base_that_leads_back_to_its_region_is_refused(self):
        path = self.copy()
        made = writer.Writer(os.path.join(path, "circle"), sample.PASSWORD)
        one, two = b"one" * 100, b"two" * 100
        made.put_packs([[writer.region([one], 2, [two], 1), writer.region([two], 2, [one], 1)]])
        code, _, err = self.run_reader("verify", path=made.path)
        self.assertEqual((code, "lead back" in err), (1, True), err)

    def test_a_foreign_tree_does_not_write_through_a_link(self):
        made = writer.Writer(os.path.join(self.work, "foreign"), sample.PASSWORD)
        meta = []
        entries = [(b"a", writer.entry(3, 0o777, k16=b"/tmp")), (b"a/b", writer.entry(1))]
        root = writer.tree(made.keys, entries, meta.append)
        made.put_packs([[writer.region(meta, kind=1)]])
        made.put_sealed(6, writer.cbor(writer.manifest_body(root)))
        target = os.path.join(self.work, "foreign target")
        code, _, err = self.run_reader("restore", "latest", target, path=made.path)
        self.assertEqual((code, "not a directory" in err), (1, True), err)


if __name__ == "__main__":
    unittest.main()
