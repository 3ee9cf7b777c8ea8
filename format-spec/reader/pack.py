"""Regions, table of contents and trailer of a pack (pack.md)."""

from dataclasses import dataclass

from . import delta, frame
from .conventions import TAG_BYTES, TYPE_REGION, TYPE_TOC, digest, open_envelope
from .errors import Damaged, Refused, refuse_if
from .fields import Fields

HEADER_BYTES = 48
TRAILER_BYTES = 48
PACK_BYTES_MIN = 96
PACK_BYTES_MAX = 1 << 30
REGION_PLAIN_BYTES_MAX = 64 << 20
CHUNK_BYTES_MAX = 16 << 20
BASES_BYTES_MAX = 128 << 20
DEPTH_MAX = 64
CHAIN_TOO_LONG = "region: a chain of bases over 64"
TOC_POSITION = 2**64 - 1
CODEC_STORED, CODEC_ZSTD, CODEC_DELTA = 0, 1, 2


@dataclass
class Header:
    salt: bytes
    data: bytes


@dataclass
class Trailer:
    toc_bytes: int
    toc_digest: bytes


@dataclass
class Region:
    """`offset` is that in the pack; `chunks` are pairs of id and plain bytes, in order."""

    number: int
    offset: int
    stored_bytes: int
    plain_bytes: int
    codec: int
    depth: int
    kind: int
    chunks: list
    bases: list


def check_pack_bytes(pack_bytes):
    refuse_if(not PACK_BYTES_MIN <= pack_bytes <= PACK_BYTES_MAX, "pack: shorter than 96 bytes or over 1 GiB")


def decode_header(data):
    fields = Fields(data, "pack header")
    fields.magic(b"STRGPACK")
    fields.version()
    fields.zeros(6)
    return Header(fields.take(32), bytes(data[:HEADER_BYTES]))


def decode_trailer(data, pack_bytes):
    fields = Fields(data, "pack trailer")
    fields.magic(b"STRGTAIL")
    fields.version()
    fields.zeros(2)
    trailer = Trailer(fields.uint(4), fields.take(32))
    fields.end()
    refuse_if(trailer.toc_bytes > pack_bytes - HEADER_BYTES - TRAILER_BYTES,
              "pack: the table of contents does not fit between header and trailer")
    return trailer


def open_toc(keys, header, trailer, sealed):
    """Returns the body of the table of contents."""
    if digest(sealed) != trailer.toc_digest:
        raise Damaged("pack: the hash of the table of contents is another")
    return open_envelope(keys.open(TYPE_TOC, header.salt, TOC_POSITION, header.data, sealed, "table of contents"),
                         "table of contents")


def decode_toc(body, bytes_for_regions):
    """Returns the regions; together they are at most `bytes_for_regions` long."""
    fields = Fields(body, "table of contents")
    region_count, chunk_count, base_count = fields.uint(4), fields.uint(4), fields.uint(4)
    fields.zeros(4)
    refuse_if(fields.left != 24 * region_count + 36 * chunk_count + 32 * base_count,
              "table of contents: counts do not fit its length")
    offset, regions, counts = HEADER_BYTES, [], []
    for number in range(region_count):
        stored_bytes, plain_bytes = fields.uint(4), fields.uint(4)
        counts.append((fields.uint(4), fields.uint(4)))
        codec, depth, kind = fields.uint(1), fields.uint(1), fields.uint(1)
        fields.zeros(5)
        regions.append(Region(number, offset, stored_bytes, plain_bytes, codec, depth, kind, [], []))
        offset += stored_bytes
    refuse_if(offset - HEADER_BYTES > bytes_for_regions, "pack: regions do not fit before the table of contents")
    refuse_if(sum(chunks for chunks, _ in counts) != chunk_count, "table of contents: chunks do not add up")
    refuse_if(sum(bases for _, bases in counts) != base_count, "table of contents: bases do not add up")
    for region, (chunks, _) in zip(regions, counts):
        region.chunks = [(fields.take(32), fields.uint(4)) for _ in range(chunks)]
    for region, (_, bases) in zip(regions, counts):
        region.bases = [fields.take(32) for _ in range(bases)]
    for region in regions:
        _check_region(region)
    return regions


def _check_region(region):
    refuse_if(not region.chunks, "region: no chunks")
    refuse_if(any(not 1 <= size <= CHUNK_BYTES_MAX for _, size in region.chunks), "region: a chunk of 0 bytes or over 16 MiB")
    refuse_if(region.plain_bytes != sum(size for _, size in region.chunks), "region: plain bytes are not its chunks'")
    refuse_if(region.plain_bytes > REGION_PLAIN_BYTES_MAX, "region: plain bytes over 64 MiB")
    refuse_if(region.stored_bytes <= TAG_BYTES, "region: stored bytes under 17")
    refuse_if(region.codec > CODEC_DELTA, f"region: codec {region.codec} is not known")
    refuse_if(region.kind > 1, f"region: kind {region.kind} is not known")
    is_delta = region.codec == CODEC_DELTA
    refuse_if(bool(region.bases) != is_delta, "region: bases do not fit the codec")
    refuse_if((region.depth > 0) != is_delta or region.depth > DEPTH_MAX, "region: depth does not fit the codec or is over 64")


def open_region(keys, header, region, sealed, chunk_of):
    """Returns the region's plaintext, every chunk compared with its id. `chunk_of(id)` returns the plaintext of a base."""
    what = f"region {region.number}"
    refuse_if(len(sealed) != region.stored_bytes, f"{what}: the pack ends in it")
    opened = keys.open(TYPE_REGION, header.salt, region.number, header.data, sealed, what)
    if region.codec == CODEC_STORED:
        refuse_if(len(opened) != region.plain_bytes, f"{what}: another length than its plain bytes")
        plain = opened
    elif region.codec == CODEC_ZSTD:
        plain = frame.decompress(opened, region.plain_bytes)
    else:
        plain = delta.decode(opened, _base(region, chunk_of), region.plain_bytes)
    for (chunk, _), data in zip(region.chunks, chunks_in(region, plain)):
        if keys.chunk_id(data) != chunk:
            raise Damaged(f"{what}: chunk {chunk.hex()} is not the keyed hash of its plaintext")
    return plain


def _base(region, chunk_of):
    bases, total = [], 0
    for chunk in region.bases:
        bases.append(chunk_of(chunk))
        total += len(bases[-1])
        refuse_if(total > BASES_BYTES_MAX, f"region {region.number}: bases of over 128 MiB together")
    return b"".join(bases)


def chunks_in(region, plain):
    """Yields the plaintexts of the region's chunks."""
    at = 0
    for _, size in region.chunks:
        yield plain[at:at + size]
        at += size


def open_whole(keys, data):
    """Checks a whole pack up to its table of contents; returns header, table's body and regions."""
    check_pack_bytes(len(data))
    header = decode_header(data[:HEADER_BYTES])
    trailer = decode_trailer(data[-TRAILER_BYTES:], len(data))
    toc_at = len(data) - TRAILER_BYTES - trailer.toc_bytes
    body = open_toc(keys, header, trailer, data[toc_at:-TRAILER_BYTES])
    return header, body, decode_toc(body, toc_at - HEADER_BYTES)


def open_alone(keys, data):
    """Opens all regions of a pack whose bases lie in the pack itself; returns regions and a map of chunks."""
    header, _, waiting = open_whole(keys, data)
    regions, chunks, chains = list(waiting), {}, {}

    def base(chunk):
        if chunk not in chunks:
            raise Refused("region: a base is not in the pack")
        return chunks[chunk]

    def chain_of(region):
        chain = 1 + max((chains[chunk] for chunk in region.bases if chunk in chains), default=-1)
        refuse_if(chain > DEPTH_MAX, CHAIN_TOO_LONG)
        return chain

    while waiting:
        ready = [region for region in waiting if all(chunk in chunks for chunk in region.bases)]
        for region in ready or waiting[:1]:
            sealed = data[region.offset:region.offset + region.stored_bytes]
            chain = chain_of(region)
            plain = open_region(keys, header, region, sealed, base)
            chains.update((chunk, chain) for chunk, _ in region.chunks)
            chunks.update((chunk, held) for (chunk, _), held in zip(region.chunks, chunks_in(region, plain)))
        waiting = [region for region in waiting if region not in ready]
    return regions, chunks
