"""Runs test vectors: `python3 -m reader.decode_vector FILE.json...` (README.md, "Vectors")."""

import json
import sys
from dataclasses import fields, is_dataclass

from . import cbor, config, conventions, index, keyslot, lease, manifest, pack, recipe, tree
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
        decoded = plain(DECODERS[vector["object"]](vector, bytes.fromhex(vector["hex"])))
    except Refused as refusal:
        return None if vector["expect"] == "refused" else f"refused: {refusal.reason}"
    except Exception as error:
        return f"the reader failed: {type(error).__name__}: {error}"
    if vector["expect"] == "refused":
        return f"taken, but must be refused: {vector.get('reason')}"
    return difference(vector.get("decoded"), decoded)


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


def _cbor(_, data):
    return {"keys": list(cbor.table(data, "vector").values)}


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


def _recipe(vector, data):
    return recipe.decode_recipe(vector.get("depth", 0), data, vector.get("length"))


def _tree_node(vector, data):
    return tree.decode_node(data, vector.get("level"), vector.get("root", True))


DECODERS = {
    "cbor": _cbor,
    "config": _config,
    "envelope": _envelope,
    "index": _index,
    "keyslot": _keyslot,
    "lease": _sealed(lease.decode_lease),
    "manifest": _sealed(manifest.decode_manifest),
    "mark": _sealed(lease.decode_mark),
    "pack": _pack,
    "padme": _padme,
    "recipe": _recipe,
    "tree-node": _tree_node,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
