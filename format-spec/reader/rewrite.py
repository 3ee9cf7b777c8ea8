"""A gzip file written again from its plaintext and its replay recipe (replay.md). A member's plaintext is in memory."""

import zlib

from .blocks import Bits
from .deflate import Deflate
from .errors import refuse_if


def rewrite(replay, plain):
    """Yields the bytes of the file, member by member; `plain` yields its plaintext."""
    source = _Source(plain)
    for count, size, producer, header in replay.members:
        for _ in range(count):
            held = source.take(size)
            body = _body(replay.producers[producer], held)
            end = zlib.crc32(held).to_bytes(4, "little") + (size % (1 << 32)).to_bytes(4, "little")
            yield replay.headers[header] + body + end
    refuse_if(source.take(1, False), "replay: there is more plaintext than the recipe is for")
    yield bytes(replay.zeros) + replay.garbage


class _Source:
    def __init__(self, plain):
        self.plain, self.held = iter(plain), bytearray()

    def take(self, count, needed=True):
        while len(self.held) < count:
            more = next(self.plain, None)
            if more is None:
                break
            self.held += more
        refuse_if(needed and len(self.held) < count, "replay: there is less plaintext than the recipe is for")
        taken, self.held = bytes(self.held[:count]), self.held[count:]
        return taken


def _body(producer, plain):
    bits = Bits()
    if producer["program"] == "pigz":
        _blocks(producer, plain, bits)
    else:
        stream = Deflate(producer, bits)
        stream.push(plain)
        if producer.get("ends_flushed"):
            stream.flush()
            bits.stored(b"", False)
        stream.finish()
    return bytes(bits.out)


def _blocks(producer, plain, bits):
    size, independent = producer["block_bytes"], producer["independent"]
    stream = Deflate(producer, bits)
    for at in range(0, max(len(plain), 1), size):
        stream.push(plain[at:at + size])
        if at + size >= len(plain):
            stream.finish()
            return
        stream.flush()
        if independent or bits.odd % 2:
            bits.stored(b"", False)
        while bits.odd:
            bits.put(2, 10)
        if independent:
            bits.stored(b"", False)
        if producer["one_thread"]:
            if independent:
                stream.forget()
        else:
            dictionary = b"" if independent else plain[max(at + size - 32_768, 0):at + size]
            stream = Deflate(producer, bits, dictionary)
