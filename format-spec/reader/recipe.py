"""A stream as its chunks (recipe.md)."""

from dataclasses import dataclass

from .errors import refuse_if
from .fields import Fields
from .pack import CHUNK_BYTES_MAX

RECORD_BYTES = 36
HOLE = bytes(32)
HOLE_BYTES_MAX = 1 << 31
DEPTH_MAX = 8


@dataclass
class Recipe:
    """`records` are pairs of id and plain bytes; the id of a hole is `HOLE`."""

    depth: int
    records: list


def decode_recipe(depth, data, stream_bytes=None):
    """Checks what can be checked without reading chunks; `stream_bytes` is the length the stream must have, if known."""
    refuse_if(depth > DEPTH_MAX, "recipe: depth over 8")
    recipe = Recipe(depth, decode_records(data, depth))
    if depth == 0 and stream_bytes is not None:
        refuse_if(sum(size for _, size in recipe.records) != stream_bytes, "recipe: does not join to the stream's length")
    return recipe


def decode_records(data, depth):
    refuse_if(len(data) % RECORD_BYTES, "recipe: length is not a multiple of 36")
    fields = Fields(data, "recipe")
    records = [(fields.take(32), fields.uint(4)) for _ in range(len(data) // RECORD_BYTES)]
    for chunk, size in records:
        refuse_if(size == 0, "recipe: a record of 0 bytes")
        refuse_if(chunk == HOLE and depth > 0, "recipe: a hole among records of a depth over 0")
        refuse_if(chunk == HOLE and size > HOLE_BYTES_MAX, "recipe: a hole over 2^31 bytes")
        refuse_if(chunk != HOLE and size > CHUNK_BYTES_MAX, "recipe: a chunk over 16 MiB")
    return records


def expand(recipe, chunk_of, stream_bytes=None):
    """Yields the records of depth 0. `chunk_of(id, plain bytes)` returns the plaintext of a chunk."""
    total = 0
    for chunk, size in _expand(recipe.depth, recipe.records, chunk_of):
        total += size
        refuse_if(stream_bytes is not None and total > stream_bytes, "recipe: joins to more than the stream's length")
        yield chunk, size
    refuse_if(stream_bytes is not None and total != stream_bytes, "recipe: does not join to the stream's length")


def _expand(depth, records, chunk_of):
    if depth == 0:
        yield from records
        return
    for chunk, size in records:
        yield from _expand(depth - 1, decode_records(chunk_of(chunk, size), depth - 1), chunk_of)
