"""Where streams are cut (chunker.md). No reader needs it; it proves that the page says where a writer cuts."""

from .errors import refuse_if

MASKS = {
    5: 0x0000000001804110, 6: 0x0000000001803110, 7: 0x0000000018035100, 8: 0x0000001800035300, 9: 0x0000019000353000,
    10: 0x0000590003530000, 11: 0x0000d90003530000, 12: 0x0000d90103530000, 13: 0x0000d90303530000, 14: 0x0000d90313530000,
    15: 0x0000d90f03530000, 16: 0x0000d90303537000, 17: 0x0000d90703537000, 18: 0x0000d90707537000, 19: 0x0000d91707537000,
    20: 0x0000d91747537000, 21: 0x0000d91767537000, 22: 0x0000d93767537000, 23: 0x0000d93777537000, 24: 0x0000d93777577000,
    25: 0x0000db3777577000,
}


class Chunker:
    def __init__(self, gear, smallest, average, largest, level):
        sizes = (smallest, average, largest)
        refuse_if(any(size == 0 or size % 2 for size in sizes), "chunker: a size is odd or zero")
        refuse_if(not smallest < average < largest, "chunker: sizes are not in order")
        refuse_if(average & (average - 1), "chunker: the average is not a power of two")
        refuse_if(level > 3, "chunker: level over 3")
        bits = average.bit_length() - 1
        refuse_if(bits + level not in MASKS or bits - level not in MASKS, "chunker: there is no mask")
        self.gear, self.smallest, self.average, self.largest = gear, smallest, average, largest
        self.strict, self.relaxed = MASKS[bits + level], MASKS[bits - level]

    def cuts(self, stream, hints, hard_hints):
        """Returns where the chunks of `stream` end."""
        cuts, start = [], 0
        while start < len(stream):
            walls = [hint for hint in hard_hints if hint > start]
            end = min([len(stream), *walls])
            ahead = sorted(hint - start for hint in (*hints, *walls) if hint > start)
            start += self._cut(stream[start:end], ahead)
            cuts.append(start)
        return cuts

    def _cut(self, rest, hints):
        cut = self._content_cut(rest)
        if cut == len(rest) and cut < self.largest:
            return cut
        after = [hint for hint in hints if hint >= cut][:1]
        before = [hint for hint in hints if self.smallest <= hint < cut][-1:]
        if after and after[0] <= min(self.largest, len(rest)):
            return after[0]
        return before[0] if before else cut

    def _content_cut(self, rest):
        longest = min(self.largest, len(rest))
        if longest <= self.smallest:
            return longest
        hashed = 0
        for at in range(self.smallest, longest):
            hashed = ((hashed << 1) + self.gear[rest[at]]) % 2**64
            mask = self.strict if at < min(self.average, longest) else self.relaxed
            if not hashed & mask:
                return at
        return longest
