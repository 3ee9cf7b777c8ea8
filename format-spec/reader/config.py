"""The object named `config` (config.md). Its header and digest are read before there is a key, its parameters after."""

from dataclasses import dataclass

from . import cbor
from .conventions import FORMAT_VERSION, TYPE_CONFIG, digest, open_envelope
from .errors import Damaged, refuse_if
from .fields import Fields

HEADER_BYTES = 80
DIGEST_BYTES = 32
MIB = 1 << 20


@dataclass
class Config:
    """What is readable without a key; `sealed` is the rest."""

    repository: bytes
    oldest_reader: int
    oldest_writer: int
    salt: bytes
    header: bytes
    sealed: bytes


@dataclass
class Parameters:
    made: tuple
    chunk_bytes_min: int
    chunk_bytes_average: int
    chunk_bytes_max: int
    normalization: int
    region_bytes: int
    pack_bytes: int
    delta_depth: int
    parity_percent: int


def decode_config(data):
    """Checks all that needs no key."""
    refuse_if(len(data) < HEADER_BYTES + DIGEST_BYTES, "config: too short")
    if digest(data[:-DIGEST_BYTES]) != data[-DIGEST_BYTES:]:
        raise Damaged("config: the digest does not match")
    fields = Fields(data, "config")
    fields.magic(b"STRGCONF")
    fields.version()
    oldest_reader, oldest_writer = fields.uint(2), fields.uint(2)
    fields.zeros(2)
    repository, salt = fields.take(32), fields.take(32)
    refuse_if(oldest_reader > FORMAT_VERSION, f"config: needs a reader of version {oldest_reader}")
    return Config(repository, oldest_reader, oldest_writer, salt, data[:HEADER_BYTES], data[HEADER_BYTES:-DIGEST_BYTES])


def open_parameters(config, keys):
    """Opens the message and checks the parameters."""
    envelope = keys.open(TYPE_CONFIG, config.salt, 0, config.header, config.sealed, "config")
    body = cbor.table(open_envelope(envelope, "config"), "config")
    parameters = Parameters(body.need(1, cbor.time), *(body.need(key, cbor.uint) for key in range(2, 10)))
    _check(parameters)
    return parameters


def _check(parameters):
    smallest, average, largest = parameters.chunk_bytes_min, parameters.chunk_bytes_average, parameters.chunk_bytes_max
    refuse_if(any(size == 0 or size % 2 for size in (smallest, average, largest)), "config: a chunk size is odd or zero")
    refuse_if(not smallest < average < largest, "config: chunk sizes are not in order")
    refuse_if(average & (average - 1), "config: the average chunk is not a power of two")
    refuse_if(largest > 16 * MIB, "config: largest chunk over 16 MiB")
    refuse_if(parameters.normalization > 3, "config: normalization level over 3")
    refuse_if(not MIB <= parameters.pack_bytes <= 1024 * MIB, "config: a full pack under 1 MiB or over 1 GiB")
    refuse_if(parameters.delta_depth > 64, "config: a chain of delta regions over 64")
    refuse_if(parameters.parity_percent > 100, "config: parity over 100")
    refuse_if(not largest <= parameters.region_bytes <= 16 * MIB,
              "config: region target under the largest chunk or over 16 MiB")
