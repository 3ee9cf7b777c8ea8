"""The commands: `python3 -m reader REPO snapshots | ls SNAP | cat SNAP PATH | restore SNAP DIR | tables SNAP | verify`."""

import argparse
import os
import sys
import time

from . import table_map, tree
from .errors import Damaged, Refused, WrongPassword, refuse_if
from .repository import Repository
from .restore import restore, write_stream
from .verify import verify

KIND_LETTERS = {tree.FILE: "-", tree.DIRECTORY: "d", tree.LINK: "l", tree.FIFO: "p", tree.CHARACTER_DEVICE: "c",
                tree.BLOCK_DEVICE: "b"}


def shown(data):
    """Text from a repository, made safe for a terminal."""
    text = data if isinstance(data, str) else data.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def stamp(moment):
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment[0]))
    except (OverflowError, ValueError, OSError):
        return f"@{moment[0]}"


def command_snapshots(repository, _):
    for name, snapshot in repository.manifests():
        components = ",".join(shown(component.name) for component in snapshot.components)
        print(name.hex(), snapshot.sequence, stamp(snapshot.time), snapshot.status, shown(snapshot.host), components)


def command_ls(repository, options):
    for entry in tree.walk(repository.manifest(options.snapshot).root, repository.chunk):
        link = f" -> {shown(entry.target)}" if entry.kind == tree.LINK else ""
        print(f"{KIND_LETTERS[entry.kind]}{entry.mode:04o} {entry.size:>12} {stamp(entry.mtime)} {shown(entry.path)}{link}")


def command_cat(repository, options):
    wanted = os.fsencode(options.path)
    for entry in tree.walk(repository.manifest(options.snapshot).root, repository.chunk):
        if entry.path == wanted:
            refuse_if(entry.kind != tree.FILE, f"{options.path}: not a file")
            write_stream(repository, entry, sys.stdout.buffer, holes=False)
            sys.stdout.buffer.flush()
            return
    raise Refused(f"{options.path}: not in the snapshot")


def command_restore(repository, options):
    for path in restore(repository, repository.manifest(options.snapshot), options.directory):
        print(f"left out: {shown(path)}", file=sys.stderr)


def command_tables(repository, options):
    for dump in repository.manifest(options.snapshot).table_maps:
        stream = table_map.Stream(repository, dump.recipe)
        for table in table_map.tables(table_map.decode_map(stream.take, stream.bytes)):
            print(shown(dump.path), shown(table.schema or b""), shown(table.name), table.rows, table.bytes, sep="\t")


def command_verify(repository, _):
    print(" ".join(f"{what} {count}" for what, count in verify(repository).items()))
    for note in repository.notes:
        print(f"note: {note}")


def parse(arguments):
    parser = argparse.ArgumentParser(prog="reader", description="Read a strongroom repository. Password: STRONGROOM_PASSWORD.")
    parser.add_argument("repository")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, operands in (("snapshots", command_snapshots, ()), ("ls", command_ls, ("snapshot",)),
                                ("cat", command_cat, ("snapshot", "path")),
                                ("restore", command_restore, ("snapshot", "directory")),
                                ("tables", command_tables, ("snapshot",)), ("verify", command_verify, ())):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        for operand in operands:
            command.add_argument(operand)
    return parser.parse_args(arguments)


def main(arguments):
    """Returns the exit code: 0, or 1 if anything was refused, or 3 if the password is wrong."""
    options = parse(arguments)
    try:
        repository = Repository(options.repository, os.environb.get(b"STRONGROOM_PASSWORD", b""))
        options.run(repository, options)
    except WrongPassword as refusal:
        print(f"wrong password: {refusal.reason}", file=sys.stderr)
        return 3
    except Damaged as refusal:
        print(f"damaged: {refusal.reason}", file=sys.stderr)
        return 1
    except Refused as refusal:
        print(f"refused: {refusal.reason}", file=sys.stderr)
        return 1
    for problem in repository.problems:
        print(f"problem: {shown(problem)}", file=sys.stderr)
    return 1 if repository.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
