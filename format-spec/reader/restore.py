"""Writes the entries of a snapshot into a new directory: content, mode, mtime, links and holes; owners and attributes are not set.
A compressed file of which only the plaintext was kept is written as that, under its own name.

Nothing is written outside the directory: it must be empty, and `tree.walk` gives no entry below what is not a directory."""

import os

from . import recipe, tree
from .errors import refuse_if
from .replay import decode_replay
from .rewrite import rewrite


def write_stream(repository, entry, out, holes):
    """Writes a file to `out`; `holes` tells whether to leave holes or to write zeros. Returns how many bytes the file has."""
    replay = compressed_by(repository, entry)
    if replay is None:
        _write_content(repository, entry, out, holes)
        return entry.content_bytes
    written = 0
    for piece in rewrite(replay, _plaintext(repository, entry)):
        out.write(piece)
        written += len(piece)
    refuse_if(written != entry.size, "replay: the file has another size than its entry says")
    return written


def compressed_by(repository, entry):
    """The replay recipe of a compressed file; None if it is stored as it is, or only as its plaintext."""
    held = entry.compressed
    if held is None or (held.replay is None and held.replay_records is None):
        return None
    data = held.replay if held.replay is not None else b"".join(repository.chunk(*record) for record in held.replay_records)
    replay = decode_replay(data)
    plain_bytes = sum(count * size for count, size, _, _ in replay.members)
    refuse_if(plain_bytes != held.plain_bytes, "replay: it is for another plaintext")
    return replay


def _plaintext(repository, entry):
    for chunk, size in recipe.expand(entry.recipe, repository.chunk, entry.content_bytes):
        if chunk != recipe.HOLE:
            yield repository.chunk(chunk, size)
            continue
        for at in range(0, size, 1 << 20):
            yield bytes(min(1 << 20, size - at))


def _write_content(repository, entry, out, holes):
    for chunk, size in recipe.expand(entry.recipe, repository.chunk, entry.content_bytes):
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
            out.truncate(write_stream(repository, entry, out, holes=True))
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
