"""Who is writing, and what is about to be deleted (lease.md). A reader of snapshots needs neither; `verify` reads both."""

from dataclasses import dataclass

from . import cbor
from .conventions import TYPE_LEASE, TYPE_MARK, check_name, open_sealed_object
from .errors import refuse_if

WORK = {1: "backup", 2: "prune", 3: "reading"}


@dataclass
class Lease:
    id: bytes
    counter: int
    started: tuple
    written: tuple
    valid_s: int
    work: str
    host: str
    process: int


@dataclass
class Mark:
    written: tuple
    sequence: int
    packs: list
    indexes: list
    leases: list | None


def decode_lease(keys, data, name=None):
    check_name(data, name, "lease")
    body = cbor.table(open_sealed_object(keys, data, b"STRGLEAS", TYPE_LEASE, "lease"), "lease")
    counter, valid_s, work = body.need(2, cbor.uint), body.need(5, cbor.uint), body.need(6, cbor.uint)
    refuse_if(counter == 0, "lease: a counter of 0")
    refuse_if(not 1 <= valid_s <= 86_400, "lease: seconds outside 1 to 86,400")
    refuse_if(work not in WORK, f"lease: work {work} is not known")
    return Lease(body.need(1, cbor.octets32), counter, body.need(3, cbor.time), body.need(4, cbor.time), valid_s, WORK[work],
                 body.need(7, cbor.text), body.need(8, cbor.u32))


def decode_mark(keys, data, name=None):
    check_name(data, name, "mark")
    body = cbor.table(open_sealed_object(keys, data, b"STRGMARK", TYPE_MARK, "mark"), "mark")
    return Mark(body.need(1, cbor.time), body.need(2, cbor.uint), body.need(3, _ids), body.need(4, _ids),
                body.get(5, _ids))


def _ids(value, what):
    refuse_if(len(cbor.octets(value, what)) % 32, f"{what}: not a multiple of 32 bytes")
    return [value[at:at + 32] for at in range(0, len(value), 32)]
