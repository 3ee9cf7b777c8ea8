"""Snapshots that are held, and those that are forgotten (keeping.md)."""

from dataclasses import dataclass

from . import cbor
from .conventions import TYPE_FORGOTTEN, TYPE_HOLD, check_name, open_sealed_object
from .errors import refuse_if

REASON_BYTES_MAX = 4_096


@dataclass
class Hold:
    snapshot: bytes
    time: tuple
    host: str
    user: str
    reason: str | None


@dataclass
class Forgotten:
    time: tuple
    host: str
    user: str
    snapshots: list


def decode_hold(keys, data, name=None):
    check_name(data, name, "hold")
    body = cbor.table(open_sealed_object(keys, data, b"STRGHOLD", TYPE_HOLD, "hold"), "hold")
    reason = body.get(5, cbor.text)
    refuse_if(reason is not None and len(reason.encode()) > REASON_BYTES_MAX, "hold: a reason over 4,096 bytes")
    return Hold(body.need(1, cbor.octets32), body.need(2, cbor.time), body.need(3, cbor.text), body.need(4, cbor.text), reason)


def decode_forgotten(keys, data, name=None):
    what = "forgetting record"
    check_name(data, name, what)
    body = cbor.table(open_sealed_object(keys, data, b"STRGFGET", TYPE_FORGOTTEN, what), what)
    snapshots = body.need(4, cbor.array_of(_snapshot))
    refuse_if(not snapshots, f"{what}: a record without snapshots")
    return Forgotten(body.need(1, cbor.time), body.need(2, cbor.text), body.need(3, cbor.text), snapshots)


def _snapshot(value, what):
    entry = cbor.Table(value, what)
    sequence = entry.need(2, cbor.uint)
    refuse_if(sequence == 0, "forgetting record: a sequence of 0")
    return {"id": entry.need(1, cbor.octets32), "sequence": sequence}
