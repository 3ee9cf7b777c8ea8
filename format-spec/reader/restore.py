"""Writes the entries of a snapshot into a new directory: content, mode, mtime, links and holes; owners and attributes are not set.

Nothing is written outside the directory: it must be empty, and `tree.walk` gives no entry below what is not a directory."""

import os

from . import recipe, tree
from .errors import refuse_if


def write_stream(repository, entry, out, holes):
    """Writes a file's content to `out`; `holes` tells whether to leave holes or to write zeros."""
    for chunk, size in recipe.expand(entry.recipe, repository.chunk, entry.size):
        if chunk != recipe.HOLE:
            out.write(repository.chunk(chunk, size))
        elif holes:
            out.seek(size, os.SEEK_CUR)
        else:
            for at in range(0, size, 1 << 20):
                out.write(bytes(min(1 << 20, size - at)))


def restore(repository, snapshot, directory):
    """Returns the paths that were left out, devices, as they need rights that a reader seldom has."""
    root = os.fsencode(directory)
    os.makedirs(root, exist_ok=True)
    refuse_if(os.listdir(root), f"{directory}: is not empty")
    left_out, directories, names = [], [], {}
    for entry in tree.walk(snapshot.root, repository.chunk):
        place = os.path.join(root, entry.path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if entry.kind == tree.DIRECTORY:
            os.makedirs(place, 0o700, exist_ok=True)
            directories.append((place, entry))
            continue
        file = (entry.inode, entry.device) if entry.links > 1 else None
        if file in names:
            os.link(names[file], place, follow_symlinks=False)
        elif entry.kind in (tree.CHARACTER_DEVICE, tree.BLOCK_DEVICE):
            left_out.append(entry.path)
        else:
            _write(repository, entry, place)
            if file:
                names[file] = place
    for place, entry in reversed(directories):
        _dress(place, entry)
    return left_out


def _write(repository, entry, place):
    if entry.kind == tree.LINK:
        os.symlink(entry.target, place)
    elif entry.kind == tree.FIFO:
        os.mkfifo(place, 0o600)
    else:
        with open(place, "xb") as out:
            os.fchmod(out.fileno(), 0o600)
            write_stream(repository, entry, out, holes=True)
            out.truncate(entry.size)
    _dress(place, entry)


def _dress(place, entry):
    if entry.kind != tree.LINK:
        os.chmod(place, entry.mode)
    seconds, nanoseconds = entry.mtime
    stamp = seconds * 1_000_000_000 + nanoseconds
    try:
        os.utime(place, ns=(stamp, stamp), follow_symlinks=False)
    except OverflowError:
        pass
