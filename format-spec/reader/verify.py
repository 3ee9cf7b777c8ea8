"""Reads every object and every chunk, and follows every manifest down to its chunks; table maps are compared with their dumps."""

from . import keeping, lease, loss, pack, parity, recipe, table_map, tree
from .conventions import check_name
from .errors import Refused, refuse_if
from .repository import read_object
from .restore import compressed_by

_OTHERS = (("leases", lease.decode_lease), ("marks", lease.decode_mark), ("holds", keeping.decode_hold),
           ("forgotten", keeping.decode_forgotten), ("losses", loss.decode_loss))


def verify(repository):
    """Returns counts by what was read; what is wrong is in `repository.problems` afterwards."""
    verified = {}
    counts = {"packs": 0, "chunks": 0, "snapshots": 0, "entries": 0, "maps": 0}
    for name, place in repository.packs.items():
        with _gathered(repository, f"packs/{name.hex()}"):
            _verify_pack(repository, name, place, verified)
            counts["packs"] += 1
    counts["chunks"] = len(verified)
    for name, snapshot in repository.manifests():
        with _gathered(repository, f"snapshots/{name.hex()}"):
            entries, dumps = _verify_snapshot(repository, snapshot, verified)
            counts["entries"] += entries
            counts["snapshots"] += 1
            for dump in snapshot.table_maps:
                with _gathered(repository, f"snapshots/{name.hex()}: table map of {dump.path!r}"):
                    _verify_table_map(repository, dump, dumps.get(dump.path))
                    counts["maps"] += 1
    for name, place in repository.objects("parity"):
        with _gathered(repository, f"parity/{name.hex()}"):
            held = parity.decode_parity(read_object(place))
            refuse_if(held.pack != name, "parity: of another pack")
            refuse_if(None in held.recovery, "parity: a recovery shard is lost")
    for folder, decode in _OTHERS:
        for name, place in repository.objects(folder):
            with _gathered(repository, f"{folder}/{name.hex()}"):
                decode(repository.keys, read_object(place), name)
    return counts


def _verify_pack(repository, name, place, verified):
    data = read_object(place)
    check_name(data, name, "pack")
    header, toc, regions = pack.open_whole(repository.keys, data)
    if name in repository.indexed:
        refuse_if(repository.indexed[name].toc != toc, "pack: its table of contents is not that of the index")
    else:
        repository.notes.append(f"packs/{name.hex()}: in no index")
    for region in regions:
        sealed = data[region.offset:region.offset + region.stored_bytes]
        pack.open_region(repository.keys, header, region, sealed, repository.chunk)
        repository.chain(region)
        verified.update(region.chunks)


def _verify_snapshot(repository, snapshot, verified):
    """Returns how many entries there are, and those of dumps by path."""
    entries, dumps, wanted = 0, {}, {dump.path for dump in snapshot.table_maps}

    def check(records):
        for chunk, size in records:
            refuse_if(chunk != recipe.HOLE and verified.get(chunk) != size,
                      f"chunk {chunk.hex()}: in no whole pack, or of another length")

    for entry in tree.walk(snapshot.root, repository.chunk):
        entries += 1
        if entry.path in wanted:
            dumps[entry.path] = entry
        if entry.recipe:
            check(recipe.expand(entry.recipe, repository.chunk, entry.content_bytes))
            if entry.compressed and entry.compressed.replay_records:
                check(entry.compressed.replay_records)
            compressed_by(repository, entry)
    for table_map in snapshot.table_maps:
        check(recipe.expand(table_map.recipe, repository.chunk))
    return entries, dumps


def _verify_table_map(repository, dump, entry):
    stream = table_map.Stream(repository, dump.recipe)
    held = table_map.decode_map(stream.take, stream.bytes)
    for _ in table_map.pages(held, stream.take):
        pass
    refuse_if(entry is None or entry.kind != tree.FILE, "there is no such file")
    refuse_if(entry.content_bytes != held.dump_bytes, "the dump has another length")
    chunks = 0
    for chunk, _ in recipe.expand(entry.recipe, repository.chunk, entry.content_bytes):
        refuse_if(chunk == recipe.HOLE, "the dump has a hole")
        chunks += 1
    refuse_if(chunks != held.dump_chunks, "the dump has another number of chunks")


class _gathered:
    """Turns a refusal inside into a problem of the repository."""

    def __init__(self, repository, what):
        self.repository, self.what = repository, what

    def __enter__(self):
        return self

    def __exit__(self, kind, refusal, _):
        if kind and issubclass(kind, Refused):
            self.repository.problems.append(f"{self.what}: {refusal.reason}")
            return True
        return False
