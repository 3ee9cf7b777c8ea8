"""A cursor over bytes, so that code reads like the tables on the pages."""

from .errors import Refused, refuse_if


class Fields:
    """Takes fields from the front of `data`; `what` names the object in refusals."""

    def __init__(self, data, what):
        self.data = data
        self.what = what
        self.at = 0

    @property
    def left(self):
        return len(self.data) - self.at

    def take(self, count):
        if count > self.left:
            raise Refused(f"{self.what}: ends in the middle of a field")
        self.at += count
        return bytes(self.data[self.at - count:self.at])

    def uint(self, count):
        return int.from_bytes(self.take(count), "little")

    def magic(self, magic):
        refuse_if(self.take(8) != magic, f"{self.what}: another magic")

    def version(self):
        version = self.uint(2)
        refuse_if(version != 1, f"{self.what}: version {version} is not known")

    def zeros(self, count):
        refuse_if(any(self.take(count)), f"{self.what}: reserved bytes are not zero")

    def end(self):
        refuse_if(self.left, f"{self.what}: {self.left} bytes after the end")
