"""Deltas (delta.md): a region as what it copies from its base and what is new in it."""

from . import frame
from .errors import Refused, refuse_if
from .fields import Fields

STEPS_BYTES_MAX = 64 << 20
STEP_BYTES_MIN = 3
GROUPS_MAX = 5
NUMBER_MAX = 2**32 - 1


def decode(data, base, plain_bytes):
    """Returns exactly `plain_bytes` bytes."""
    fields = Fields(data, "delta")
    count, steps_bytes, stored_bytes = fields.uint(4), fields.uint(4), fields.uint(4)
    refuse_if(stored_bytes > steps_bytes, "delta: the steps are stored with more bytes than they have")
    refuse_if(steps_bytes > STEPS_BYTES_MAX, "delta: steps over 64 MiB")
    refuse_if(count * STEP_BYTES_MIN > steps_bytes, "delta: more steps than a third of their bytes")
    inserts, distances, copies = _rows(_part(fields.take(stored_bytes), steps_bytes), count)
    refuse_if(sum(inserts) + sum(copies) != plain_bytes, "delta: the steps give another length than the plain bytes")
    inserted = Fields(_part(fields.take(fields.left), sum(inserts)), "delta")
    plain, end = [], 0
    for insert, distance, copy in zip(inserts, distances, copies):
        refuse_if(insert == 0 and copy == 0, "delta: a step neither inserts nor copies")
        refuse_if(copy == 0 and distance != 0, "delta: a step copies nothing from elsewhere")
        at = end + insert + distance
        end = at + copy
        refuse_if(copy and (at < 0 or end > len(base)), "delta: a copy is not within the base")
        plain.append(inserted.take(insert))
        if copy:
            plain.append(base[at:end])
    return b"".join(plain)


def _part(stored, plain_bytes):
    """The steps or the inserted bytes, compressed unless they are stored with their own length."""
    return stored if len(stored) == plain_bytes else frame.decompress(stored, plain_bytes)


def _rows(data, count):
    """Returns what each step inserts, how far from where it is expected its copy begins, and what it copies."""
    fields = Fields(data, "delta")
    rows = [[_number(fields) for _ in range(count)] for _ in range(3)]
    fields.end()
    rows[1] = [-(folded + 1) // 2 if folded & 1 else folded // 2 for folded in rows[1]]
    return rows


def _number(fields):
    number = 0
    for group in range(GROUPS_MAX):
        byte = fields.uint(1)
        number |= (byte & 0x7F) << 7 * group
        if byte < 0x80:
            refuse_if(byte == 0 and group > 0, "delta: a number of more groups than it needs")
            refuse_if(number > NUMBER_MAX, "delta: a number over 2^32 - 1")
            return number
    raise Refused("delta: a number of more than five groups")
