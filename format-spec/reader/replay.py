"""How a compressed file was compressed (replay.md). With what stands here `rewrite` writes the file again."""

from dataclasses import dataclass

from . import cbor
from .errors import refuse_if

PROGRAMS = {1: "zlib", 2: "gzip", 3: "pigz"}
RECIPE_BYTES_MAX = 1 << 20
EMPTY_BYTES_MAX = 16 << 20


@dataclass
class Replay:
    """`members` are arrays of count, plain bytes, and the numbers of producer and header."""

    producers: list
    headers: list
    members: list
    zeros: int
    garbage: bytes


def decode_replay(data):
    refuse_if(len(data) > RECIPE_BYTES_MAX, "replay: over 1 MiB")
    body = cbor.table(data, "replay")
    refuse_if(body.need(1, cbor.uint) != 1, "replay: a version that is not known")
    refuse_if(body.need(2, cbor.uint) != 1, "replay: a format that is not known")
    producers = [_producer(value) for value in body.need(3, _array)]
    headers = [_header(value) for value in body.need(4, _array)]
    members = [_member(value, producers, headers) for value in body.need(5, _array)]
    refuse_if(not members, "replay: no members")
    refuse_if(sum(count * size for count, size, _, _ in members) >= 1 << 64, "replay: too much plaintext")
    empty = sum(count * (len(headers[header]) + 10) for count, size, _, header in members if size == 0)
    refuse_if(empty > EMPTY_BYTES_MAX, "replay: too many members without plaintext")
    zeros, garbage = body.get(6, cbor.uint) or 0, body.get(7, cbor.octets) or b""
    refuse_if(zeros > EMPTY_BYTES_MAX, "replay: too many zeros")
    refuse_if(len(garbage) > 64 << 10, "replay: too much behind the zeros")
    return Replay(producers, headers, members, zeros, garbage)


def _array(value, what):
    refuse_if(not isinstance(value, list) or isinstance(value, cbor.Map), f"{what}: not an array")
    return value


def _flag(value, what):
    refuse_if(not isinstance(value, bool), f"{what}: not a bool")
    return value


def _producer(value):
    fields = cbor.Table(value, "producer")
    program, level, strategy = fields.need(1, cbor.uint), fields.need(2, cbor.uint), fields.get(3, cbor.uint) or 0
    refuse_if(program not in PROGRAMS, "producer: a program that is not known")
    refuse_if(not 1 <= level <= 9, "producer: level outside 1 to 9")
    refuse_if(strategy > 4 or (program == 2 and strategy), "producer: a strategy that it has not")
    shown = {"program": PROGRAMS[program], "level": level, "strategy": strategy}
    ends_flushed = fields.get(9, _flag) or False
    if program == 1:
        memory = fields.need(4, cbor.uint)
        refuse_if(not 1 <= memory <= 9, "producer: memLevel outside 1 to 9")
        return shown | {"memory": memory, "ends_flushed": ends_flushed}
    if program == 2:
        refuse_if(ends_flushed, "producer: GNU gzip flushes nowhere")
        return shown | {"rsyncable": fields.get(5, _flag) or False}
    block = fields.need(6, cbor.uint)
    refuse_if(not 32 << 10 <= block <= 512 << 20, "producer: block outside 32 KiB to 512 MiB")
    return shown | {"block_bytes": block, "independent": fields.get(7, _flag) or False, "one_thread": fields.get(8, _flag) or False}


def _header(value):
    header = cbor.octets(value, "header")
    refuse_if(not 10 <= len(header) <= 4096 or header[:3] != b"\x1f\x8b\x08", "replay: not a header of a member")
    return header


def _member(value, producers, headers):
    numbers = [cbor.uint(number, "member") for number in _array(value, "member")]
    refuse_if(len(numbers) != 4 or numbers[0] == 0, "replay: not a run of members")
    refuse_if(numbers[2] >= len(producers) or numbers[3] >= len(headers), "replay: no such producer or header")
    return numbers
