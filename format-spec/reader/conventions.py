"""Hashes, keys, sealing, envelopes and padding (conventions.md)."""

from blake3 import blake3
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as aead_open
from nacl.exceptions import CryptoError

from . import frame
from .errors import Damaged, Refused, refuse_if
from .fields import Fields

FORMAT_VERSION = 1
TYPE_CONFIG, TYPE_KEYSLOT, TYPE_REGION, TYPE_TOC, TYPE_INDEX, TYPE_MANIFEST, TYPE_LEASE, TYPE_MARK, TYPE_HOLD, TYPE_FORGOTTEN, TYPE_LOSS = range(1, 12)
TAG_BYTES = 16
ENVELOPE_PLAIN_BYTES_MAX = 268_435_456
ENVELOPE_BYTES_MIN = 256


def digest(data):
    """`H(x)`."""
    return blake3(data).digest()


def keyed_digest(key, data):
    """`KH(k, x)`."""
    return blake3(data, key=key).digest()


def derive(context, material, length=32):
    """`KDF(c, x)[n]`."""
    return blake3(material, derive_key_context=context).digest(length=length)


def check_name(data, name, what):
    """Returns if `name` is the hash of the object's stored bytes, or if no name is known."""
    if name is not None and digest(data) != name:
        raise Damaged(f"{what}: the hash of its bytes is not its name")


def padme(n):
    if n < 2:
        return n
    e = n.bit_length() - 1
    s = e.bit_length()
    m = (1 << (e - s)) - 1
    return (n + m) & ~m


def open_message(key, repository, kind, position, header, message, what):
    """Returns the plaintext of one sealed message."""
    refuse_if(len(message) < TAG_BYTES, f"{what}: shorter than a tag")
    position_bytes = position.to_bytes(8, "little")
    associated = repository + bytes([kind]) + position_bytes + header
    try:
        return aead_open(bytes(message), associated, position_bytes + bytes(16), key)
    except CryptoError as error:
        raise Refused(f"{what}: does not open") from error


def gear_table(master):
    """The chunker's 256 numbers."""
    table = derive("strongroom 2026-11 gear table", master, 2048)
    return [int.from_bytes(table[at:at + 8], "little") for at in range(0, 2048, 8)]


class Keys:
    """What opens everything but a key slot: the repository's id and its master key."""

    def __init__(self, repository, master):
        self.repository = repository
        self.master = master
        self._chunk_id_key = derive("strongroom 2026-11 chunk id", master)

    def chunk_id(self, plain):
        return keyed_digest(self._chunk_id_key, plain)

    def object_key(self, kind, salt):
        return derive("strongroom 2026-11 sealing", self.master + bytes([kind]) + salt)

    def open(self, kind, salt, position, header, message, what):
        return open_message(self.object_key(kind, salt), self.repository, kind, position, header, message, what)


def open_sealed_object(keys, data, magic, kind, what):
    """Returns the body of one of the objects that conventions.md calls sealed objects."""
    fields = Fields(data, what)
    fields.magic(magic)
    fields.version()
    fields.zeros(6)
    salt = fields.take(32)
    header = bytes(data[:fields.at])
    return open_envelope(keys.open(kind, salt, 0, header, data[fields.at:], what), what)


def open_envelope(data, what):
    """Returns the body of an envelope, decompressed."""
    what = f"{what}: envelope"
    fields = Fields(data, what)
    body_bytes, plain_bytes, codec = fields.uint(4), fields.uint(4), fields.uint(1)
    fields.zeros(3)
    refuse_if(plain_bytes > ENVELOPE_PLAIN_BYTES_MAX, f"{what}: too long after decompression")
    refuse_if(codec > 1, f"{what}: codec {codec} is not known")
    refuse_if(codec == 0 and body_bytes != plain_bytes, f"{what}: stored with two lengths")
    refuse_if(len(data) != padme(max(ENVELOPE_BYTES_MIN, 12 + body_bytes)), f"{what}: another length than padding gives")
    body = fields.take(body_bytes)
    refuse_if(any(fields.take(fields.left)), f"{what}: padding is not zero")
    return frame.decompress(body, plain_bytes) if codec else body
