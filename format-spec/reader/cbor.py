"""CBOR with definite lengths (conventions.md, "CBOR"), and maps read by tables of keys and types.

The decoder takes any well-formed item, so that values under unknown keys can be skipped; the types check what is needed."""

from .errors import Refused, refuse_if
from .fields import Fields

NESTING_MAX = 16
I64 = range(-2**63, 2**63)


class Map(list):
    """A decoded map: its pairs in the order they stand in."""


class Other:
    """A well-formed item that no page uses: null, undefined, a simple value, a float or a tag."""


def item(fields, nesting=0):
    """Decodes the next item of `fields`."""
    refuse_if(nesting > NESTING_MAX, f"{fields.what}: CBOR is nested too deep")
    first = fields.uint(1)
    major, info = first >> 5, first & 31
    if info < 24:
        argument = info
    elif info < 28:
        argument = fields.uint_be(1 << (info - 24))
    elif info == 31:
        raise Refused(f"{fields.what}: CBOR of indefinite length")
    else:
        raise Refused(f"{fields.what}: CBOR that is not well-formed")
    if major == 0:
        return argument
    if major == 1:
        return -1 - argument
    if major == 2:
        return fields.take(argument)
    if major == 3:
        return _text(fields, argument)
    if major in (4, 5):
        return _container(fields, major, argument, nesting)
    if major == 6:
        item(fields, nesting + 1)
        return Other()
    return _simple(fields, info, argument)


def _text(fields, count):
    try:
        return fields.take(count).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{fields.what}: a text is not UTF-8") from error


def _container(fields, major, count, nesting):
    refuse_if(count > fields.left, f"{fields.what}: CBOR with more items than bytes")
    if major == 4:
        return [item(fields, nesting + 1) for _ in range(count)]
    return Map((item(fields, nesting + 1), item(fields, nesting + 1)) for _ in range(count))


def _simple(fields, info, argument):
    if info in (20, 21):
        return info == 21
    refuse_if(info == 24 and argument < 32, f"{fields.what}: CBOR that is not well-formed")
    return Other()


class CborFields(Fields):
    def uint_be(self, count):
        return int.from_bytes(self.take(count), "big")


class Table:
    """A map with unsigned integer keys in ascending order, read key by key."""

    def __init__(self, value, what):
        refuse_if(not isinstance(value, Map), f"{what}: not a map")
        self.what = what
        self.values = {}
        before = -1
        for key, held in value:
            refuse_if(not _is_int(key) or key < 0, f"{what}: a key is not an unsigned integer")
            refuse_if(key <= before, f"{what}: keys are not in ascending order")
            before = key
            self.values[key] = held

    def __contains__(self, key):
        return key in self.values

    def need(self, key, kind):
        refuse_if(key not in self.values, f"{self.what}: key {key} is missing")
        return kind(self.values[key], f"{self.what}: key {key}")

    def get(self, key, kind, otherwise=None):
        return self.need(key, kind) if key in self.values else otherwise


def table(data, what):
    """Reads `data` as one map and nothing after it."""
    fields = CborFields(data, what)
    value = item(fields)
    fields.end()
    return Table(value, what)


def _is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def uint(value, what):
    refuse_if(not _is_int(value) or value < 0, f"{what} is not an unsigned integer")
    return value


def u32(value, what):
    refuse_if(uint(value, what) >= 1 << 32, f"{what} is over 32 bits")
    return value


def integer(value, what):
    refuse_if(not _is_int(value) or value not in I64, f"{what} is not an integer of 64 bits")
    return value


def text(value, what):
    refuse_if(not isinstance(value, str), f"{what} is not a text")
    return value


def octets(value, what):
    refuse_if(not isinstance(value, bytes), f"{what} is not a byte string")
    return value


def octets32(value, what):
    refuse_if(len(octets(value, what)) != 32, f"{what} is not 32 bytes")
    return value


def boolean(value, what):
    refuse_if(not isinstance(value, bool), f"{what} is not a bool")
    return value


def nanoseconds(value, what):
    refuse_if(uint(value, what) > 999_999_999, f"{what}: nanoseconds over 999,999,999")
    return value


def time(value, what):
    refuse_if(not isinstance(value, list) or len(value) != 2, f"{what} is not a time")
    return (integer(value[0], what), nanoseconds(value[1], what))


def array_of(kind, count=None):
    """The type of an array whose items are of type `kind`, of `count` items if that is given."""

    def array(value, what):
        refuse_if(not isinstance(value, list), f"{what} is not an array")
        refuse_if(count is not None and len(value) != count, f"{what} has not {count} items")
        return [kind(held, what) for held in value]

    return array
