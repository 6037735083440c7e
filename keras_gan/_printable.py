"""Names from outside and sizes, made fit to be shown."""

import unicodedata

__all__ = ["bytes_in_words", "printable"]

_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Controls, formats such as a change of direction, half characters, breaks."""

# Scripts and emoji are spelled with these two.
_JOINERS = "\u200c\u200d"

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def bytes_in_words(count: float) -> str:
    """Returns a count of bytes in the largest unit of which there is one.

    Args:
        count: How many bytes, not negative.

    Example:
        >>> bytes_in_words(2.5 * 2**30)
        '2.5 GiB'
    """
    power = 0
    while round(count, 1) >= 1024 and power < len(_UNITS) - 1:
        count, power = count / 1024, power + 1
    digits = 0 if power == 0 else 1
    return f"{count:.{digits}f} {_UNITS[power]}"


def printable(text: object) -> str:
    r"""Returns a text in one line, with what cannot be seen written out.

    The names of files, classes and runs may hold anything: a line break, the
    sequence that clears a terminal, a byte that is no character.

    Args:
        text: A string, or what is one as `str(text)`, such as a path.

    Returns:
        The text, each of these characters as its escape, such as `\x1b`.

    Example:
        >>> printable("a\nb")
        'a\\nb'
    """
    return "".join(map(_shown, str(text)))


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN:
        return character
    if character in _JOINERS:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        # Python's stand-in for a byte that is no character.
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
