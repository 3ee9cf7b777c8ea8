"""Deflate streams as zlib and GNU gzip write them (replay.md, "Search", "Blocks", "Flushes"). The plaintext of a stream is in memory."""

from . import blocks

MAX = 32_506
AHEAD_MIN = 262
HALF = 32_768
LATEST = 2 * HALF - AHEAD_MIN
MATCH_MAX = 258
# good, lazy, nice, chain
LEVELS = {1: (4, 4, 8, 4), 2: (4, 5, 16, 8), 3: (4, 6, 32, 32), 4: (4, 4, 16, 16), 5: (8, 16, 32, 32), 6: (8, 16, 128, 128),
          7: (8, 32, 128, 256), 8: (32, 128, 258, 1024), 9: (32, 258, 258, 4096)}


class Deflate:
    """One stream. `data` is its plaintext, `at` and all places are offsets in it; the window begins at `base`."""

    def __init__(self, producer, bits, dictionary=b""):
        self.gnu = producer["program"] == "gzip"
        self.level, self.strategy = producer["level"], producer["strategy"]
        self.good, self.lazy, self.nice, self.chain = LEVELS[self.level]
        hash_bits = 15 if self.gnu else producer.get("memory", 8) + 7
        self.shift, self.mask = -(-hash_bits // 3), (1 << hash_bits) - 1
        self.block = blocks.Block(self.gnu, self.level, self.strategy, 15 if self.gnu else producer.get("memory", 8) + 6, bits)
        self.rolling = Rolling() if producer.get("rsyncable") else None
        self.data, self.base, self.at, self.filled = bytearray(dictionary), 0, len(dictionary), len(dictionary)
        self.head, self.before = {}, [-1] * HALF
        self.block_start, self.length, self.found, self.waits, self.has_ended = self.at, 2, 0, False, False
        for place in range(max(len(dictionary) - 2, 0)):
            self._enter(place)
        self.late = min(len(dictionary), 2)

    def push(self, plain):
        """Adds plaintext; nothing is written before it is known whether more follows."""
        self.data += plain

    def flush(self):
        """Ends the search and the block as the end of the plaintext does; the stream goes on."""
        self._run()
        if self.block.symbols:
            self._end_block(False)
        self.late = min(self.at - self.base, 2)

    def forget(self):
        """Forgets all places; the window starts anew."""
        self.head, self.base, self.late = {}, self.at, 0

    def finish(self):
        """Ends the stream at a whole byte."""
        self._run()
        self._end_block(True)
        self.block.bits.align()

    def _byte(self, place):
        """A byte of the window. Behind the plaintext GNU gzip finds two zeros, then what stood there before the window slid."""
        if place < len(self.data):
            return self.data[place]
        if place < len(self.data) + 2 or place - HALF < 0 or not self.base:
            return 0
        return self.data[place - HALF]

    def _run(self):
        ahead_min = {2: 1, 3: MATCH_MAX + 1}.get(self.strategy, AHEAD_MIN)
        while True:
            while self.late and len(self.data) - self.at + self.late >= 3:
                self._enter(self.at - self.late)
                self.late -= 1
            if self.filled - self.at < ahead_min:
                self._fill()
                if self.filled == self.at:
                    break
            if self.strategy == 2:
                self._literal_here()
            elif self.strategy == 3:
                self._step_run()
            elif self.level >= 4:
                self._step_lazy()
            else:
                self._step_greedy()
        if self.waits:
            self.block.literal(self.data[self.at - 1], self.at - self.block_start)
            self.waits = False
            self.length = 2

    def _fill(self):
        while True:
            if self.has_ended:
                return
            if self.at - self.base >= HALF + MAX:
                self.base += HALF
            self.filled = min(self.base + 2 * HALF, len(self.data))
            self.has_ended = self.gnu and self.filled == len(self.data) and self.filled - self.at < AHEAD_MIN
            if self.filled - self.at >= AHEAD_MIN or self.filled == len(self.data):
                return

    def _enter(self, place):
        """Enters a place; returns the one entered last under its hash, or -1."""
        a, b, c = self._byte(place), self._byte(place + 1), self._byte(place + 2)
        value = (((a << self.shift) ^ b) << self.shift ^ c) & self.mask
        last = self.head.get(value, -1)
        self.head[value] = place
        self.before[(place - self.base) % HALF] = last
        return last

    def _candidate(self):
        if not self.gnu and self.filled - self.at < 3:
            return None
        place = self._enter(self.at)
        if place > self.base and self.at - place <= MAX and self.at - self.base <= LATEST:
            return place
        return None

    def _search(self, place, longest):
        """The length of the longest match that is longer than `longest`, else `longest`; never over what is ahead."""
        at, ahead = self.at, self.filled - self.at
        chain = self.chain >> 2 if longest >= self.good else self.chain
        nice = self.nice if self.gnu else min(self.nice, ahead)
        limit = max(at - MAX, self.base)
        while True:
            if self._byte(place + longest) == self._byte(at + longest) or longest >= MATCH_MAX:
                length = self._same(place, at)
                if length > longest:
                    longest, self.found = length, place
                    if length >= nice:
                        break
            place = self.before[(place - self.base) % HALF]
            chain -= 1
            if place <= limit or chain == 0:
                break
        return min(longest, ahead)

    def _same(self, a, b):
        length, data = 0, self.data
        if b + MATCH_MAX <= len(data):
            while length < MATCH_MAX and data[a + length] == data[b + length]:
                length += 1
        else:
            while length < MATCH_MAX and self._byte(a + length) == self._byte(b + length):
                length += 1
        return length

    def _step_lazy(self):
        had, had_found = self.length, self.found
        place = self._candidate()
        self.length = 2
        if had < self.lazy and place is not None:
            self.length = self._search(place, had)
            is_far = self.length == 3 and self.at - self.found > 4_096
            if is_far or (self.strategy == 1 and self.length <= 5):
                self.length = 2
        if had >= 3 and self.length <= had:
            full = self.block.repetition(self.at - 1 - had_found, had, self.at - self.block_start)
            last = self.filled - 3
            self._roll(had - 1)
            for place in range(self.at + 1, self.at + had - 1):
                if self.gnu or place <= last:
                    self._enter(place)
            self.at += had - 1
            self.waits, self.length = False, 2
            self._end_block_if(full)
        elif self.waits:
            full = self.block.literal(self.data[self.at - 1], self.at - self.block_start)
            self._end_block_if(full)
            self._go_on(1)
        else:
            self._end_block_if(False)
            self.waits = True
            self._go_on(1)

    def _step_greedy(self):
        place = self._candidate()
        length = self._search(place, 2) if place is not None else 0
        if length < 3:
            self._literal_here()
            return
        full = self.block.repetition(self.at - self.found, length, self.at - self.block_start)
        self._roll(length)
        if length <= self.lazy and (self.gnu or self.filled - self.at - length >= 3):
            for place in range(self.at + 1, self.at + length):
                self._enter(place)
        self.at += length
        self._end_block_if(full)

    def _step_run(self):
        length = 0
        if self.filled - self.at >= 3 and self.at > self.base:
            while length < min(MATCH_MAX, self.filled - self.at) and self.data[self.at + length] == self.data[self.at - 1]:
                length += 1
        if length < 3:
            self._literal_here()
            return
        full = self.block.repetition(1, length, self.at - self.block_start)
        self._go_on(length)
        self._end_block_if(full)

    def _literal_here(self):
        full = self.block.literal(self.data[self.at], self.at - self.block_start)
        self._go_on(1)
        self._end_block_if(full)

    def _go_on(self, count):
        self._roll(count)
        self.at += count

    def _roll(self, count):
        if self.rolling:
            self.rolling.roll(self.data, self.at, count)

    def _end_block_if(self, full):
        if self.rolling and self.rolling.is_due(self.at):
            self._end_block(False)
            if self.block.bits.odd:
                self.block.bits.stored(b"", False)
        elif full:
            self._end_block(False)

    def _end_block(self, last):
        plain = self.data[self.block_start:self.at]
        self.block.end(plain, self.block_start >= self.base, last)
        self.block_start = self.at


class Rolling:
    """The sum of the last 4,096 bytes (`--rsyncable`)."""

    def __init__(self):
        self.sum, self.place = 0, None

    def roll(self, data, at, count):
        for place in range(at, at + count):
            self.sum += data[place]
            if place >= 4_096:
                self.sum -= data[place - 4_096]
                if self.place is None and self.sum % 4_096 == 0:
                    self.place = place

    def is_due(self, at):
        due = self.place is not None and at > self.place
        if due:
            self.place = None
        return due
