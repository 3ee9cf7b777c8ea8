"""The recovery kit: repository id and master key as eight rows for paper (keyslot.md, "Recovery kit")."""

import re
from dataclasses import dataclass

from .conventions import digest
from .errors import refuse_if

ROWS = 8
ROW = re.compile(rb"[0-9a-f]{20}")


@dataclass
class Kit:
    repository: bytes
    master: bytes


def decode_kit(text):
    """`text` is what was typed, in bytes: rows with or without their numbers, in any spacing and case."""
    data = b""
    lines = [line.strip() for line in text.lower().splitlines() if line.strip()]
    for number, line in enumerate(lines, 1):
        numbered = re.fullmatch(rb"[0-9]  (.*)", line)
        digits = b"".join((numbered[1] if numbered else line).split())
        refuse_if(not ROW.fullmatch(digits), f"recovery kit: row {number} has not 20 digits")
        row = bytes.fromhex(digits[:16].decode())
        check = digest(b"strongroom recovery" + bytes([number]) + row)[:2]
        refuse_if(check.hex().encode() != digits[16:], f"recovery kit: row {number} has a mistake")
        data += row
    refuse_if(len(lines) != ROWS, "recovery kit: not 8 rows")
    return Kit(data[:32], data[32:])
