"""Blocks of deflate and their codes (RFC 1951; replay.md, "Blocks"): of all that are possible those that zlib and GNU gzip write."""

import functools

ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
LENGTHS = [(3 + code, 0) for code in range(8)]
LENGTHS += [(((4 + code % 4) << (code // 4 - 1)) + 3, code // 4 - 1) for code in range(8, 28)] + [(258, 0)]
DISTANCES = [(1 + code, 0) for code in range(4)] + [(((2 + code % 2) << (code // 2 - 1)) + 1, code // 2 - 1) for code in range(4, 30)]
END = 256
FIXED = [8] * 144 + [9] * 112 + [7] * 24 + [8] * 8
FIXED_DISTANCES = [5] * 30
LITERAL_EXTRA = [0] * 257 + [extra for _, extra in LENGTHS]
DISTANCE_EXTRA = [extra for _, extra in DISTANCES]
RUN_EXTRA = [0] * 16 + [2, 3, 7]


@functools.cache
def code_of(value, is_length):
    """The code of a length or of a distance, counted from 0."""
    table = LENGTHS if is_length else DISTANCES
    return max(code for code, (least, _) in enumerate(table) if least <= value)


class Bits:
    """Bits, the lowest first. `out` takes whole bytes."""

    def __init__(self):
        self.out, self.pending, self.odd = bytearray(), 0, 0

    def put(self, value, count):
        self.pending |= value << self.odd
        self.odd += count
        while self.odd >= 8:
            self.out.append(self.pending & 255)
            self.pending >>= 8
            self.odd -= 8

    def align(self):
        if self.odd:
            self.put(0, 8 - self.odd)

    def stored(self, plain, last):
        self.put(int(last), 3)
        self.align()
        self.out += len(plain).to_bytes(2, "little") + (len(plain) ^ 0xFFFF).to_bytes(2, "little") + plain


class Block:
    """Symbols that wait for the end of their block: pairs of distance, 0 for a literal, and byte or length."""

    def __init__(self, gnu, level, strategy, symbols_log, bits):
        self.gnu, self.level, self.strategy, self.bits = gnu, level, strategy, bits
        self.full = (1 << symbols_log) - 1
        self._clear()

    def _clear(self):
        self.symbols, self.matches = [], 0
        self.literals, self.distances = [0] * 286, [0] * 30
        self.literals[END] = 1

    def literal(self, byte, plain_bytes):
        """Adds a byte; whether the block ends now. `plain_bytes` is its plaintext up to the byte looked at."""
        self.symbols.append((0, byte))
        self.literals[byte] += 1
        return self._is_full(plain_bytes)

    def repetition(self, distance, length, plain_bytes):
        self.symbols.append((distance, length))
        self.literals[257 + code_of(length, True)] += 1
        self.distances[code_of(distance, False)] += 1
        self.matches += 1
        return self._is_full(plain_bytes)

    def _is_full(self, plain_bytes):
        count = len(self.symbols)
        if count == self.full:
            return True
        if not self.gnu or self.level <= 2 or count % 4_096 or self.matches >= count // 2:
            return False
        bits = sum(times * (5 + extra) for times, extra in zip(self.distances, DISTANCE_EXTRA))
        return (8 * count + bits) // 8 < plain_bytes // 2

    def end(self, plain, in_window, last):
        literals, distances = Code(self.literals, 286, 15), Code(self.distances, 30, 15)
        runs = _runs(literals) + _runs(distances)
        times = [0] * 19
        for symbol, _ in runs:
            times[symbol] += 1
        code = Code(times, 19, 7)
        written = max([4] + [at + 1 for at, symbol in enumerate(ORDER) if code.lengths[symbol]])
        own = literals.cost(self.literals, literals.lengths, LITERAL_EXTRA) + distances.cost(self.distances, distances.lengths, DISTANCE_EXTRA)
        own += code.cost(times, code.lengths, RUN_EXTRA) + 3 * written + 14
        fixed = literals.cost(self.literals, FIXED, LITERAL_EXTRA) + distances.cost(self.distances, FIXED_DISTANCES, DISTANCE_EXTRA)
        own, fixed = (own + 10) // 8, (fixed + 10) // 8
        is_fixed = fixed <= own or self.strategy == 4
        if in_window and len(plain) + 4 <= (fixed if is_fixed else own):
            self.bits.stored(plain, last)
        elif is_fixed:
            self.bits.put(2 | last, 3)
            self._write(numbered(FIXED), numbered(FIXED_DISTANCES))
        else:
            self.bits.put(4 | last, 3)
            self.bits.put(literals.greatest - 256, 5)
            self.bits.put(distances.greatest, 5)
            self.bits.put(written - 4, 4)
            for symbol in ORDER[:written]:
                self.bits.put(code.lengths[symbol], 3)
            numbers = numbered(code.lengths)
            for symbol, extra in runs:
                self.bits.put(*numbers[symbol])
                self.bits.put(extra, RUN_EXTRA[symbol])
            self._write(numbered(literals.lengths), numbered(distances.lengths))
        self._clear()

    def _write(self, literals, distances):
        put = self.bits.put
        for distance, value in self.symbols:
            if not distance:
                put(*literals[value])
                continue
            code = code_of(value, True)
            put(*literals[257 + code])
            put(value - LENGTHS[code][0], LENGTHS[code][1])
            code = code_of(distance, False)
            put(*distances[code])
            put(distance - DISTANCES[code][0], DISTANCES[code][1])
        put(*literals[END])


def numbered(lengths):
    """Codes of RFC 1951, their first bit lowest, with their lengths."""
    codes, code = [(0, 0)] * len(lengths), 0
    for bits in range(1, 16):
        for symbol, length in enumerate(lengths):
            if length == bits:
                codes[symbol] = int(f"{code:0{bits}b}"[::-1], 2), bits
                code += 1
        code <<= 1
    return codes


def _runs(code):
    """The lengths up to the last symbol with a code, runs taken together: pairs of symbol and the value of its extra bits."""
    runs, at, lengths = [], 0, code.lengths[:code.greatest + 1]
    while at < len(lengths):
        length, before = lengths[at], lengths[at - 1] if at else None
        is_same = at > 0 and length == before
        most, least = (138, 3) if length == 0 else (6, 3) if is_same else (7, 4)
        count = 1
        while count < most and at + count < len(lengths) and lengths[at + count] == length:
            count += 1
        if count < least:
            runs += [(length, 0)] * count
        elif length:
            runs += [] if is_same else [(length, 0)]
            runs.append((16, count - 3 - (not is_same)))
        else:
            runs.append((17, count - 3) if count <= 10 else (18, count - 11))
        at += count
    return runs


class Code:
    """Lengths of the codes for symbols that occur so many times each. `added` are symbols that do not occur and have a code."""

    def __init__(self, times, symbols, bits_max):
        self.times, self.depth, self.symbols = dict(enumerate(times)), {}, symbols
        self.heap = [None] + [symbol for symbol in range(symbols) if times[symbol]]
        self.greatest = self.heap[-1] if len(self.heap) > 1 else None
        self.added = []
        while len(self.heap) < 3:
            symbol = 0 if self.greatest is None or self.greatest >= 2 else self.greatest + 1
            if self.greatest is None or self.greatest < 2:
                self.greatest = symbol
            self.times[symbol] = 1
            self.heap.append(symbol)
            self.added.append(symbol)
        self.lengths = self._lengths(self._join(), bits_max)

    def cost(self, times, lengths, extra):
        """Bits of all symbols with codes of these lengths; those that do not occur cost nothing."""
        return sum(count * (lengths[symbol] + extra[symbol]) for symbol, count in enumerate(times) if count)

    def _is_first(self, a, b):
        return (self.times[a], self.depth.get(a, 0)) <= (self.times[b], self.depth.get(b, 0))

    def _sink(self, at):
        heap, node = self.heap, self.heap[at]
        child = 2 * at
        while child < len(heap):
            if child + 1 < len(heap) and self._is_first(heap[child + 1], heap[child]):
                child += 1
            if self._is_first(node, heap[child]):
                break
            heap[at], at, child = heap[child], child, 2 * child
        heap[at] = node

    def _join(self):
        """Joins the two nodes that come first until one is left; returns the nodes in the order in which they were taken."""
        heap, taken, node = self.heap, [], self.symbols
        self.parent = {}
        for at in range((len(heap) - 1) // 2, 0, -1):
            self._sink(at)
        while len(heap) > 2:
            a, last = heap[1], heap.pop()
            if len(heap) > 1:
                heap[1] = last
                self._sink(1)
            b = heap[1]
            taken += [a, b]
            self.times[node] = self.times[a] + self.times[b]
            self.depth[node] = max(self.depth.get(a, 0), self.depth.get(b, 0)) + 1
            self.parent[a] = self.parent[b] = node
            heap[1] = node
            self._sink(1)
            node += 1
        return taken + [heap[1]]

    def _lengths(self, taken, bits_max):
        length, counts, over = {taken[-1]: 0}, [0] * (bits_max + 2), 0
        for node in reversed(taken[:-1]):
            bits = length[self.parent[node]] + 1
            over += bits > bits_max
            length[node] = min(bits, bits_max)
            counts[length[node]] += node < self.symbols
        if over:
            self._shorten(taken, length, counts, over, bits_max)
        return [length.get(symbol, 0) for symbol in range(self.symbols)]

    def _shorten(self, taken, length, counts, over, bits_max):
        while over > 0:
            bits = max(bits for bits in range(1, bits_max) if counts[bits])
            counts[bits] -= 1
            counts[bits + 1] += 2
            counts[bits_max] -= 1
            over -= 2
        leaves = iter([node for node in taken if node < self.symbols])
        for bits in range(bits_max, 0, -1):
            for _ in range(counts[bits]):
                length[next(leaves)] = bits
