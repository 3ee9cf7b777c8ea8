"""Reads every object and every chunk, and follows every manifest down to its chunks."""

from . import lease, pack, recipe, tree
from .conventions import check_name
from .errors import Refused, refuse_if
from .repository import read_object


def verify(repository):
    """Returns counts by what was read; what is wrong is in `repository.problems` afterwards."""
    verified = {}
    counts = {"packs": 0, "chunks": 0, "snapshots": 0, "entries": 0}
    for name, place in repository.packs.items():
        with _gathered(repository, f"packs/{name.hex()}"):
            _verify_pack(repository, name, place, verified)
            counts["packs"] += 1
    counts["chunks"] = len(verified)
    for name, snapshot in repository.manifests():
        with _gathered(repository, f"snapshots/{name.hex()}"):
            counts["entries"] += _verify_snapshot(repository, snapshot, verified)
            counts["snapshots"] += 1
    for folder, decode in (("leases", lease.decode_lease), ("marks", lease.decode_mark)):
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
    entries = 0

    def check(records):
        for chunk, size in records:
            refuse_if(chunk != recipe.HOLE and verified.get(chunk) != size,
                      f"chunk {chunk.hex()}: in no whole pack, or of another length")

    for entry in tree.walk(snapshot.root, repository.chunk):
        entries += 1
        if entry.recipe:
            check(recipe.expand(entry.recipe, repository.chunk, entry.size))
    for table_map in snapshot.table_maps:
        check(recipe.expand(table_map.recipe, repository.chunk))
    return entries


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
