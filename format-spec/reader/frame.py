"""zstd frames (conventions.md, "zstd frames"): one frame, nothing after it, without a dictionary id, of a known length.

The frame is walked here before it is decompressed, since the library's one-shot call does not check all of that."""

import zstandard

from .errors import Refused, refuse_if
from .fields import Fields

MAGIC = 0xFD2FB528
WINDOW_BYTES_MAX = 128 << 20


def decompress(data, plain_bytes):
    """Returns exactly `plain_bytes` bytes."""
    content_bytes = _walk(data)
    refuse_if(content_bytes not in (None, plain_bytes), "zstd: the frame is longer or shorter than was said")
    try:
        plain = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX).decompress(
            data, max_output_size=max(plain_bytes, 1), allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Refused(f"zstd: {error}") from error
    refuse_if(len(plain) != plain_bytes, "zstd: the frame is longer or shorter than was said")
    return plain


def _walk(data):
    """Checks header and blocks; returns the content's length if the header tells it."""
    fields = Fields(data, "zstd")
    refuse_if(fields.uint(4) != MAGIC, "zstd: not a frame")
    descriptor = fields.uint(1)
    single = descriptor >> 5 & 1
    refuse_if(descriptor & 8, "zstd: a reserved bit is set")
    refuse_if(descriptor & 3, "zstd: the frame has a dictionary id")
    window_bytes = None if single else _window(fields.uint(1))
    content_width = (single, 2, 4, 8)[descriptor >> 6]
    content_bytes = None
    if content_width:
        content_bytes = fields.uint(content_width) + (256 if content_width == 2 else 0)
    refuse_if((content_bytes if single else window_bytes) > WINDOW_BYTES_MAX, "zstd: the window is over 128 MiB")
    last = False
    while not last:
        block = fields.uint(3)
        last, kind, size = block & 1, block >> 1 & 3, block >> 3
        refuse_if(kind == 3, "zstd: a block of a reserved type")
        fields.take(1 if kind == 1 else size)
    fields.take(4 if descriptor & 4 else 0)
    fields.end()
    return content_bytes


def _window(descriptor):
    base = 1 << (10 + (descriptor >> 3))
    return base + base // 8 * (descriptor & 7)
