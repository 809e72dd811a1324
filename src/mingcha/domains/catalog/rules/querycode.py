"""The query code of an objector (查询码): how it is written, and how what a person typed is read."""

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 1 I L O, which are mistaken for each other
SIGN_COUNT, GROUP = 20, 4  # 20 of 31 signs: 99 bits, beyond guessing


def written(numbers: list[int]) -> str:
    """A code from random numbers below `len(SIGNS)`, one for each sign, in groups."""
    signs = "".join(SIGNS[number] for number in numbers)
    return "-".join(signs[at : at + GROUP] for at in range(0, len(signs), GROUP))


def numbers_from(secret: bytes) -> list[int]:
    """The numbers of a code from a digest: the same digest gives the same code. Needs 32 bytes."""
    rest, numbers = int.from_bytes(secret[:32]), []
    for _ in range(SIGN_COUNT):
        rest, number = divmod(rest, len(SIGNS))
        numbers.append(number)
    return numbers


def read(typed: str) -> str:
    """The bare signs of a code as typed, whatever its case, spaces and hyphens."""
    return "".join(sign for sign in typed.upper() if sign in SIGNS)
