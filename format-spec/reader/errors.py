"""Why something is not read. All three are refusals; two of them people need to tell apart from the rest."""


class Refused(Exception):
    """The bytes are not what the pages allow."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class Damaged(Refused):
    """A hash that needs no key, or that the key has nothing to do with, does not match: the bytes have changed."""


class WrongPassword(Refused):
    """The key slot is whole, and the password does not open it."""


def refuse_if(condition, reason):
    """Returns only if `condition` does not hold."""
    if condition:
        raise Refused(reason)
