"""Tables of contents of many packs in one object (index.md)."""

from dataclasses import dataclass

from . import pack
from .conventions import TYPE_INDEX, check_name, open_sealed_object
from .fields import Fields


@dataclass
class IndexedPack:
    """`toc` is the body of the pack's table of contents, `regions` what it says."""

    name: bytes
    pack_bytes: int
    toc: bytes
    regions: list


def decode_index(keys, data, name=None):
    check_name(data, name, "index")
    fields = Fields(open_sealed_object(keys, data, b"STRGINDX", TYPE_INDEX, "index"), "index")
    count = fields.uint(4)
    fields.zeros(4)
    packs = []
    for _ in range(count):
        pack_id, pack_bytes = fields.take(32), fields.uint(8)
        toc = fields.take(fields.uint(4))
        pack.check_pack_bytes(pack_bytes)
        regions = pack.decode_toc(toc, pack_bytes - pack.HEADER_BYTES - pack.TRAILER_BYTES)
        packs.append(IndexedPack(pack_id, pack_bytes, toc, regions))
    fields.end()
    return packs
