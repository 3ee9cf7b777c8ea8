"""From a password to the master key (keyslot.md)."""

import functools
import hmac
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw

from . import cbor
from .conventions import TYPE_KEYSLOT, check_name, derive, open_envelope, open_message
from .errors import Damaged, Refused, WrongPassword, refuse_if
from .fields import Fields

HEADER_BYTES = 96
KIND_PASSWORD = 1


@dataclass
class KeySlot:
    memory_kib: int
    passes: int
    lanes: int
    master: bytes
    label: str
    made: tuple
    host: str


def open_keyslot(data, repository, password, name=None):
    """Returns the open slot; `WrongPassword` only if the slot is whole."""
    check_name(data, name, "key slot")
    fields = Fields(data, "key slot")
    fields.magic(b"STRGKEYS")
    fields.version()
    kind, memory_kib, passes, lanes = fields.uint(2), fields.uint(4), fields.uint(4), fields.uint(4)
    fields.zeros(8)
    salt, commitment = fields.take(32), fields.take(32)
    refuse_if(kind != KIND_PASSWORD, f"key slot: kind {kind} is not known")
    refuse_if(not 65_536 <= memory_kib <= 4_194_304, "key slot: memory under 65,536 KiB or over 4,194,304 KiB")
    refuse_if(not 3 <= passes <= 64, "key slot: passes under 3 or over 64")
    refuse_if(not 1 <= lanes <= 64, "key slot: lanes under 1 or over 64")
    refuse_if(memory_kib * passes > 16_777_216, "key slot: memory times passes over 16,777,216")
    root = derive_root(password, salt, passes, memory_kib, lanes)
    if not hmac.compare_digest(derive("strongroom 2026-11 key commitment", root), commitment):
        raise WrongPassword("key slot: the password is not this slot's")
    key = derive("strongroom 2026-11 key wrap", root)
    envelope = open_message(key, repository, TYPE_KEYSLOT, 0, data[:HEADER_BYTES], data[HEADER_BYTES:], "key slot")
    body = cbor.table(open_envelope(envelope, "key slot"), "key slot")
    return KeySlot(memory_kib, passes, lanes, body.need(1, cbor.octets32), body.need(2, cbor.text),
                   body.need(3, cbor.time), body.get(4, cbor.text))


@functools.lru_cache(maxsize=1)
def derive_root(password, salt, passes, memory_kib, lanes):
    """Takes a tenth of a second and more; the last one is kept, since many test vectors have the same."""
    return hash_secret_raw(password, salt, passes, memory_kib, lanes, 32, Type.ID, 0x13)


def open_first(slots, repository, password):
    """Opens the first of `slots` (name, bytes) that `password` opens. A slot that is refused does not stop the others."""
    refusals = []
    for name, data in slots:
        try:
            return open_keyslot(data, repository, password, name)
        except Refused as refusal:
            refusals.append(refusal)
    reasons = "; ".join(refusal.reason for refusal in refusals) or "no key slots"
    for kind in (WrongPassword, Damaged):
        if any(isinstance(refusal, kind) for refusal in refusals):
            raise kind(reasons)
    raise Refused(reasons)
