"""What heals a pack (parity.md). Healing is slow here, and for small packs: it is there to prove the page."""

from dataclasses import dataclass
from functools import lru_cache

from .conventions import digest
from .errors import Refused, refuse_if
from .fields import Fields

HEADER_BYTES = 96
POLYNOMIAL = 0x1002D
BASIS = (0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012, 0x6C98, 0x10D8, 0x6A72, 0xB900, 0xFDB8, 0xFB34, 0xFF38,
         0x991E)


@dataclass
class Parity:
    pack: bytes
    pack_bytes: int
    shard_bytes: int
    data_shards: int
    recovery_shards: int
    hashes: list
    recovery: list


def decode_parity(data):
    first, last = data[:HEADER_BYTES], data[max(0, len(data) - HEADER_BYTES):]
    refusal = None
    for header, is_last in ((first, False), (last, True), (first, True), (last, False)):
        try:
            return _decode_with(data, header, is_last)
        except Refused as error:
            refusal = refusal or error
    raise refusal


def _decode_with(data, header, is_last):
    fields = Fields(header, "parity")
    fields.magic(b"STRGPARI")
    fields.version()
    fields.zeros(2)
    shard_bytes, pack_bytes, count, spare = fields.uint(4), fields.uint(8), fields.uint(4), fields.uint(4)
    pack, wanted = fields.take(32), fields.take(32)
    refuse_if(not 0 < shard_bytes <= 65_536 or shard_bytes % 64, "parity: bytes of a shard")
    refuse_if(not 96 <= pack_bytes <= 1 << 30, "parity: bytes of the pack")
    refuse_if(count != -(-pack_bytes // shard_bytes) or count > 32_768, "parity: number of data shards")
    refuse_if(not 1 <= spare <= count, "parity: number of recovery shards")
    length = (count + spare) * 8
    start = len(data) - HEADER_BYTES - length if is_last else HEADER_BYTES
    refuse_if(start < 0 or start + length > len(data), "parity: ends before its hashes do")
    hashes = data[start:start + length]
    refuse_if(digest(header[:64] + hashes) != wanted, "parity: its digest does not match")
    hashes = [hashes[at:at + 8] for at in range(0, length, 8)]
    shards = [data[HEADER_BYTES + length + number * shard_bytes:][:shard_bytes] for number in range(spare)]
    recovery = [shard if _is(shard, hashes[count + number], shard_bytes) else None for number, shard in enumerate(shards)]
    return Parity(pack, pack_bytes, shard_bytes, count, spare, hashes, recovery)


def _is(shard, wanted, shard_bytes):
    return len(shard) == shard_bytes and digest(shard)[:8] == wanted


def _data(parity, pack):
    """The data shards as far as they are what they were; None for those that are lost."""
    pack = pack[:parity.pack_bytes]
    shards = []
    for number in range(parity.data_shards):
        shard = pack[number * parity.shard_bytes:(number + 1) * parity.shard_bytes]
        shard = shard.ljust(parity.shard_bytes, b"\0") if shard else b""
        shards.append(shard if _is(shard, parity.hashes[number], parity.shard_bytes) else None)
    return shards


def data_lost(parity, pack):
    return [number for number, shard in enumerate(_data(parity, pack)) if shard is None]


def heal(parity, pack):
    data = _data(parity, pack)
    lost = [number for number, shard in enumerate(data) if shard is None]
    there = [number for number, shard in enumerate(parity.recovery) if shard is not None]
    refuse_if(len(lost) > len(there), "parity: more is lost than can be healed")
    there = there[:len(lost)]
    matrix = [[_weight(parity, row, column) for column in range(parity.data_shards)] for row in there]
    found = {number: bytearray(parity.shard_bytes) for number in lost}
    for place in range(parity.shard_bytes // 2):
        sums = []
        for row, weights in zip(there, matrix):
            total = _symbol(parity.recovery[row], place)
            for weight, shard in zip(weights, data):
                total ^= 0 if shard is None else _times(weight, _symbol(shard, place))
            sums.append(total)
        for number, value in zip(lost, _solve([[weights[number] for number in lost] for weights in matrix], sums)):
            low, high = _place(place)
            found[number][low], found[number][high] = value & 0xFF, value >> 8
    whole = b"".join(bytes(found[number]) if shard is None else shard for number, shard in enumerate(data))[:parity.pack_bytes]
    refuse_if(digest(whole) != parity.pack, "parity: what was healed is not the pack")
    return whole


def _place(symbol):
    block, within = divmod(symbol, 32)
    return block * 64 + within, block * 64 + 32 + within


def _symbol(shard, symbol):
    low, high = _place(symbol)
    return shard[low] | shard[high] << 8


def _weight(parity, row, column):
    """What data shard `column` has part in recovery shard `row` with: its Lagrange polynomial at the point `row`."""
    size = 1 << (parity.recovery_shards - 1).bit_length()
    point = size + column
    first = point - point % size
    weight = 1
    for other in range(first, first + size):
        if other != point:
            weight = _times(weight, _times(row ^ other, _inverse(point ^ other)))
    return weight


@lru_cache
def _tables():
    """The field's powers of x, with numbers for elements as parity.md has them, and the exponents of them."""
    polynomial_of = [0] * 65_536
    for number in range(1, 65_536):
        low = number & -number
        polynomial_of[number] = polynomial_of[number ^ low] ^ BASIS[low.bit_length() - 1]
    number_of = [0] * 65_536
    for number, element in enumerate(polynomial_of):
        number_of[element] = number
    powers, exponents, element = [0] * 65_535, [0] * 65_536, 1
    for exponent in range(65_535):
        powers[exponent] = number_of[element]
        exponents[number_of[element]] = exponent
        element <<= 1
        if element >> 16:
            element ^= POLYNOMIAL
    return powers, exponents


def _times(a, b):
    powers, exponents = _tables()
    return powers[(exponents[a] + exponents[b]) % 65_535] if a and b else 0


def _inverse(a):
    powers, exponents = _tables()
    return powers[-exponents[a] % 65_535]


def _solve(matrix, sums):
    """The one solution of a system of linear equations over the field."""
    rows = [row + [total] for row, total in zip([list(row) for row in matrix], sums)]
    for at in range(len(rows)):
        pivot = next(row for row in range(at, len(rows)) if rows[row][at])
        rows[at], rows[pivot] = rows[pivot], rows[at]
        scale = _inverse(rows[at][at])
        rows[at] = [_times(value, scale) for value in rows[at]]
        for other in range(len(rows)):
            factor = rows[other][at]
            if other != at and factor:
                rows[other] = [value ^ _times(factor, held) for value, held in zip(rows[other], rows[at])]
    return [row[-1] for row in rows]
