"""What a snapshot lost (loss.md). A reader of snapshots may look here which of them are damaged; `verify` reads all."""

from dataclasses import dataclass

from . import cbor
from .conventions import TYPE_LOSS, check_name, open_sealed_object
from .errors import refuse_if

TREE = {1: "sound", 2: "damaged"}
PATHS_MAX = 1_000


@dataclass
class Loss:
    snapshot: bytes
    found: tuple
    tree: str
    files: int
    paths: list
    maps: list


def decode_loss(keys, data, name=None):
    check_name(data, name, "loss")
    body = cbor.table(open_sealed_object(keys, data, b"STRGLOSS", TYPE_LOSS, "loss"), "loss")
    tree, files = body.need(3, cbor.uint), body.need(4, cbor.uint)
    paths, maps = body.need(5, cbor.array_of(cbor.octets)), body.need(6, cbor.array_of(cbor.octets))
    refuse_if(tree not in TREE, f"loss: state {tree} of the tree is not known")
    refuse_if(len(paths) > PATHS_MAX or len(maps) > PATHS_MAX, "loss: too many paths")
    refuse_if(len(paths) > files, "loss: more paths than files")
    return Loss(body.need(1, cbor.octets32), body.need(2, cbor.time), TREE[tree], files, paths, maps)
