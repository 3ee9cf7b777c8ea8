"""Runs test vectors: `python3 -m reader.decode_vector FILE.json...` (README.md, "Vectors")."""

import io
import json
import os
import sys
import tempfile
from dataclasses import fields, is_dataclass

from . import chunker, config, conventions, delta, frame, index, keeping, keyslot, lease, loss, manifest, pack, parity, recipe, recovery, replay, table_map, tree
from .repository import Repository
from .restore import write_stream
from .verify import verify
from .errors import Refused


def main(paths):
    """Prints a line for each vector that did not go as it says; returns 1 if there is one."""
    count, failures = 0, 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            vectors = json.load(file)
        for vector in vectors:
            count += 1
            failure = run(vector)
            if failure:
                failures += 1
                print(f"{path}: {vector.get('name')}: {failure}")
    print(f"{count} vectors, {failures} failures")
    return 1 if failures or not count else 0


def run(vector):
    """Returns what went wrong, or None."""
    if vector["object"] not in DECODERS or vector["expect"] not in ("ok", "refused"):
        return "an object or an expectation that is not known"
    try:
        decoded = plain(DECODERS[vector["object"]](vector, data_of(vector["hex"])))
    except Refused as refusal:
        return None if vector["expect"] == "refused" else f"refused: {refusal.reason}"
    except Exception as error:
        return f"the reader failed: {type(error).__name__}: {error}"
    if vector["expect"] == "refused":
        return f"taken, but must be refused: {vector.get('reason')}"
    return difference(vector.get("decoded"), decoded)


def data_of(value):
    """The bytes of a field `hex`: hex, or pairs of hex and how many times it stands there."""
    if isinstance(value, str):
        return bytes.fromhex(value)
    return b"".join(bytes.fromhex(part) * times for part, times in value)


def plain(value):
    """Objects as JSON: byte strings as hex, times as arrays, fields that are not there as null."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(held) for held in value]
    return value


def difference(wanted, found, where="decoded"):
    """Compares only the fields that the vector names; arrays in full."""
    if wanted is None:
        return None
    if isinstance(wanted, dict) and isinstance(found, dict):
        pairs = [(wanted[key], found.get(key), f"{where}.{key}") for key in wanted]
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = [(held, found[at], f"{where}[{at}]") for at, held in enumerate(wanted)]
    else:
        return None if wanted == found else f"{where} is {found!r}, not {wanted!r}"
    return next(filter(None, (difference(*pair) for pair in pairs)), None)


def _keys(vector):
    return conventions.Keys(bytes.fromhex(vector["repository"]), bytes.fromhex(vector["master"]))


def _name(vector):
    return bytes.fromhex(vector["name_id"]) if vector.get("name_id") else None


def _sealed(decode):
    return lambda vector, data: decode(_keys(vector), data, _name(vector))


def _padme(_, data):
    return {"padded": conventions.padme(int.from_bytes(data, "little"))}


def _envelope(_, data):
    return {"body": conventions.open_envelope(data, "vector")}


def _frame(vector, data):
    return {"plain": frame.decompress(data, vector["plain_bytes"])}


def _delta(vector, data):
    held = delta.decode(data, data_of(vector["base"]), vector["plain_bytes"])
    return {"plain": held, "digest": conventions.digest(held)}


def _derived(vector, data):
    gear = conventions.gear_table(data)
    boundary = conventions.derive("strongroom 2026-11 tree boundary", data)
    place = bytes([vector["level"]]) + bytes.fromhex(vector["path"])
    return {"chunk_id": conventions.Keys(bytes(32), data).chunk_id(bytes.fromhex(vector["plain"])),
            "gear_first": [entry.to_bytes(8, "little") for entry in gear[:4]],
            "gear_digest": conventions.digest(b"".join(entry.to_bytes(8, "little") for entry in gear)),
            "boundary": int.from_bytes(conventions.keyed_digest(boundary, place)[:4], "little")}


def _message(vector, data):
    salt, header = bytes.fromhex(vector["salt"]), bytes.fromhex(vector["header"])
    return {"plain": _keys(vector).open(vector["type"], salt, int(vector["position"]), header, data, "vector")}


def _recovery_kit(_, data):
    return recovery.decode_kit(data)


def _chunker(vector, data):
    gear = conventions.gear_table(bytes.fromhex(vector["master"]))
    parameters = [vector[key] for key in ("chunk_bytes_min", "chunk_bytes_average", "chunk_bytes_max", "normalization")]
    return {"cuts": chunker.Chunker(gear, *parameters).cuts(data, vector.get("hints", []), vector.get("hard_hints", []))}


def _keyslot(vector, data):
    return keyslot.open_keyslot(data, bytes.fromhex(vector["repository"]), vector["password"].encode(), _name(vector))


def _config(vector, data):
    found = config.decode_config(data)
    if vector.get("repository") not in (None, found.repository.hex()):
        raise Refused("config: of another repository")
    keys = conventions.Keys(found.repository, bytes.fromhex(vector["master"]))
    return plain(config.open_parameters(found, keys)) | {
        "repository": found.repository, "oldest_reader": found.oldest_reader, "oldest_writer": found.oldest_writer}


def _pack(vector, data):
    conventions.check_name(data, _name(vector), "pack")
    regions, chunks = pack.open_alone(_keys(vector), data)
    return {"regions": regions, "plaintexts": {chunk.hex(): held for chunk, held in chunks.items()}}


def _index(vector, data):
    return {"packs": index.decode_index(_keys(vector), data, _name(vector))}


def _parity(vector, data):
    held = parity.decode_parity(data)
    shown = {"pack": held.pack, "pack_bytes": held.pack_bytes, "shard_bytes": held.shard_bytes,
             "data_shards": held.data_shards, "recovery_shards": held.recovery_shards,
             "recovery_lost": [number for number, shard in enumerate(held.recovery) if shard is None]}
    if "pack" in vector:
        data = data_of(vector["pack"])
        shown |= {"data_lost": parity.data_lost(held, data), "healed": parity.heal(held, data)}
    return shown


def _recipe(vector, data):
    return recipe.decode_recipe(vector["depth"], data)


def _table_of_contents(vector, data):
    return {"regions": pack.decode_toc(data, vector["room"])}


def _table_map(_, data):
    def take(at, count):
        return data[at:at + count]

    held = table_map.decode_map(take, len(data))
    return plain(held) | {"pages": plain(list(table_map.pages(held, take)))}


def _tree_node(vector, data):
    first = vector.get("first")
    return tree.decode_node(data, vector["level"], None if first is None else bytes.fromhex(first))


def _repository(vector, data):
    with tempfile.TemporaryDirectory() as path:
        for name, held in {"config": data, **vector["objects"]}.items():
            os.makedirs(os.path.dirname(os.path.join(path, name)), exist_ok=True)
            with open(os.path.join(path, name), "wb") as file:
                file.write(held if name == "config" else data_of(held))
        repository = Repository(path, master=bytes.fromhex(vector["master"]))
        verify(repository)
        files = {}
        for name, snapshot in repository.manifests():
            files[name] = _files(repository, snapshot)
        if repository.problems:
            raise Refused("; ".join(repository.problems))
        latest = repository.latest()
        return {"snapshots": list(files), "latest": latest and latest[0], "files": latest and files[latest[0]]}


def _files(repository, snapshot):
    """Returns the digests of a snapshot's files by path; of a file with several names the first counts."""
    files, linked = {}, {}
    for entry in tree.walk(snapshot.root, repository.chunk):
        if entry.kind == tree.FILE:
            out = io.BytesIO()
            write_stream(repository, entry, out, holes=False)
            held = conventions.digest(out.getvalue())
            files[entry.path.hex()] = linked.setdefault((entry.inode, entry.device), held) if entry.links > 1 else held
    return files


DECODERS = {
    "chunker": _chunker,
    "config": _config,
    "delta": _delta,
    "envelope": _envelope,
    "frame": _frame,
    "index": _index,
    "keys": _derived,
    "keyslot": _keyslot,
    "lease": _sealed(lease.decode_lease),
    "forgotten": _sealed(keeping.decode_forgotten),
    "hold": _sealed(keeping.decode_hold),
    "loss": _sealed(loss.decode_loss),
    "manifest": _sealed(manifest.decode_manifest),
    "mark": _sealed(lease.decode_mark),
    "message": _message,
    "pack": _pack,
    "padme": _padme,
    "parity": _parity,
    "recipe": _recipe,
    "replay": lambda vector, data: replay.decode_replay(data),
    "recovery-kit": _recovery_kit,
    "repository": _repository,
    "table-of-contents": _table_of_contents,
    "table-map": _table_map,
    "tree-node": _tree_node,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
