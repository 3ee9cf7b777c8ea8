"""A repository in a directory: opens it, finds snapshots, and fetches chunks by id out of regions of packs."""

import os
import re
from collections import OrderedDict

from . import config, index, keeping, keyslot, loss, manifest, pack
from .conventions import Keys
from .errors import Refused, refuse_if

NAME = re.compile(r"[0-9a-f]{64}")
CACHE_BYTES_MAX = 128 << 20


class Repository:
    """`problems` gathers what was refused without being needed; `notes` what is odd and allowed."""

    def __init__(self, path, password=None, master=None):
        """Opens with a password, or with the master key of a recovery kit."""
        self.path = path
        self.problems = []
        self.notes = []
        self.config = config.decode_config(read_object(os.path.join(path, "config")))
        if master is None:
            slots = ((name, read_object(place)) for name, place in self.objects("keys"))
            master = keyslot.open_first(slots, self.config.repository, password).master
        self.keys = Keys(self.config.repository, master)
        self.parameters = config.open_parameters(self.config, self.keys)
        self.packs = dict(self.objects("packs"))
        self.indexed = {}
        self._places = {}
        self._headers = {}
        self._regions = OrderedDict()
        self._opening = []
        self._scanned = False
        self._read_indexes()

    def objects(self, folder):
        """Yields name and place of the objects in a folder; anything with another kind of name is ignored."""
        root = os.path.join(self.path, folder)
        folders = sorted(_list(root)) if folder in ("packs", "parity") else [""]
        for part in folders:
            for name in sorted(_list(os.path.join(root, part))):
                if NAME.fullmatch(name) and (not part or name[:2] == part):
                    yield bytes.fromhex(name), os.path.join(root, part, name)

    def manifests(self):
        """Returns pairs of name and manifest in order of sequence, without those that are forgotten; what is refused becomes a problem."""
        found, forgotten = [], self.forgotten()
        for name, place in self.objects("snapshots"):
            if name in forgotten:
                continue
            try:
                found.append((name, manifest.decode_manifest(self.keys, read_object(place), name)))
            except Refused as refusal:
                self.problems.append(f"snapshots/{name.hex()}: {refusal.reason}")
        return sorted(found, key=lambda pair: (pair[1].sequence, pair[1].started, pair[0]))

    def forgotten(self):
        """Returns the names of snapshots that are forgotten; records that are refused become problems."""
        names = set()
        for name, place in self.objects("forgotten"):
            try:
                record = keeping.decode_forgotten(self.keys, read_object(place), name)
                names.update(snapshot["id"] for snapshot in record.snapshots)
            except Refused as refusal:
                self.problems.append(f"forgotten/{name.hex()}: {refusal.reason}")
        return names

    def latest(self):
        """Returns name and manifest of the complete snapshot with the greatest sequence that has no loss; None if there is none."""
        damaged = self.damaged()
        complete = [pair for pair in self.manifests() if pair[1].status == "complete" and pair[0] not in damaged]
        return complete[-1] if complete else None

    def damaged(self):
        """Returns the names of the snapshots that are known to have lost something (loss.md)."""
        damaged = set()
        for name, place in self.objects("losses"):
            try:
                damaged.add(loss.decode_loss(self.keys, read_object(place), name).snapshot)
            except Refused as refusal:
                self.notes.append(f"losses/{name.hex()}: {refusal.reason}")
        return damaged

    def manifest(self, wanted):
        """Returns the manifest of `latest` or of the one snapshot whose name starts with `wanted`."""
        if wanted == "latest":
            found = [pair for pair in [self.latest()] if pair]
        else:
            found = [pair for pair in self.manifests() if pair[0].hex().startswith(wanted)]
        refuse_if(not found, f"snapshot {wanted}: not there")
        refuse_if(len(found) > 1, f"snapshot {wanted}: more than one")
        return found[0][1]

    def chunk(self, chunk, plain_bytes=None):
        """Returns the plaintext of a chunk from the first place that gives it."""
        reasons = []
        for place in self._find(chunk):
            try:
                plain, spans, _ = self._region(*place)
            except Refused as refusal:
                reasons.append(refusal)
                continue
            at, size = spans[chunk]
            refuse_if(plain_bytes not in (None, size), f"chunk {chunk.hex()}: another length than its record says")
            return plain[at:at + size]
        if reasons:
            raise reasons[0]
        raise Refused(f"chunk {chunk.hex()}: in no pack")

    def _find(self, chunk):
        if chunk not in self._places and not self._scanned:
            self._scan()
        places = self._places.get(chunk, ())
        return sorted(places, key=lambda place: self.indexed[place[0]].regions[place[1]].depth)

    def _read_indexes(self):
        for name, place in self.objects("index"):
            try:
                packs = index.decode_index(self.keys, read_object(place), name)
            except Refused as refusal:
                self.problems.append(f"index/{name.hex()}: {refusal.reason}")
                continue
            for indexed in packs:
                self._take_in(indexed, f"index/{name.hex()}")

    def _take_in(self, indexed, what):
        name = indexed.name
        if name not in self.packs:
            self.notes.append(f"{what}: names pack {name.hex()}, which is not there")
        elif os.path.getsize(self.packs[name]) != indexed.pack_bytes:
            self.problems.append(f"{what}: pack {name.hex()} has another length")
        elif name in self.indexed:
            if self.indexed[name].toc != indexed.toc:
                self.problems.append(f"{what}: another table of contents of pack {name.hex()}")
        else:
            self.indexed[name] = indexed
            for region in indexed.regions:
                for chunk, _ in region.chunks:
                    self._places.setdefault(chunk, set()).add((name, region.number))

    def _scan(self):
        """Reads the tables of contents of packs that no index object names."""
        self._scanned = True
        for name, place in self.packs.items():
            if name not in self.indexed:
                try:
                    self._take_in(self._read_toc(name, place), place)
                except Refused as refusal:
                    self.problems.append(f"packs/{name.hex()}: {refusal.reason}")

    def _read_toc(self, name, place):
        pack_bytes = os.path.getsize(place)
        pack.check_pack_bytes(pack_bytes)
        header = pack.decode_header(read_object(place, 0, pack.HEADER_BYTES))
        trailer = pack.decode_trailer(read_object(place, pack_bytes - pack.TRAILER_BYTES, pack.TRAILER_BYTES), pack_bytes)
        toc_at = pack_bytes - pack.TRAILER_BYTES - trailer.toc_bytes
        body = pack.open_toc(self.keys, header, trailer, read_object(place, toc_at, trailer.toc_bytes))
        return index.IndexedPack(name, pack_bytes, body, pack.decode_toc(body, toc_at - pack.HEADER_BYTES))

    def _region(self, name, number):
        """Returns a region's plaintext, where in it each of its chunks lies, and how many delta regions its longest chain has."""
        place = (name, number)
        if place in self._regions:
            self._regions.move_to_end(place)
            return self._regions[place]
        refuse_if(place in self._opening, "region: its bases lead back to it")
        refuse_if(len(self._opening) > pack.DEPTH_MAX, pack.CHAIN_TOO_LONG)
        region = self.indexed[name].regions[number]
        if name not in self._headers:
            self._headers[name] = pack.decode_header(read_object(self.packs[name], 0, pack.HEADER_BYTES))
        sealed = read_object(self.packs[name], region.offset, region.stored_bytes)
        self._opening.append(place)
        try:
            plain = pack.open_region(self.keys, self._headers[name], region, sealed, self.chunk)
            chain = self.chain(region)
        finally:
            self._opening.pop()
        spans, at = {}, 0
        for chunk, size in region.chunks:
            spans[chunk] = (at, size)
            at += size
        self._regions[place] = (plain, spans, chain)
        while sum(len(held) for held, _, _ in self._regions.values()) > CACHE_BYTES_MAX and len(self._regions) > 1:
            self._regions.popitem(last=False)
        return self._regions[place]

    def chain(self, region):
        """Returns how many delta regions are in the longest chain that ends with this one, whose bases were read."""
        chain = 0
        for base in region.bases:
            known = [self._regions[place][2] for place in self._find(base) if place in self._regions]
            chain = max(chain, 1 + min(known, default=0))
        refuse_if(chain > pack.DEPTH_MAX, pack.CHAIN_TOO_LONG)
        return chain


def _list(place):
    try:
        return os.listdir(place)
    except (FileNotFoundError, NotADirectoryError):
        return []


def read_object(place, at=0, count=-1):
    """Returns an object, or `count` bytes of it from offset `at`."""
    try:
        with open(place, "rb") as file:
            file.seek(at)
            return file.read(count)
    except OSError as error:
        raise Refused(f"{place}: {error.strerror}") from error
