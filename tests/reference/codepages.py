# codepages.py - what each byte of an encoding means, asked of iconv
#
# SPDX-License-Identifier: Apache-2.0
"""An Encoding turns bytes into characters and back.

ascii and utf-8 are Python's own.  The 256 bytes of any other code page are
asked of the `iconv` program, once a process.
"""

import functools
import subprocess

SEPARATOR = "!"


def iconv(source, target, data):
    """`data` translated; what `source` does not define is left out."""
    command = ["iconv", "-c", "-f", source, "-t", target]
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout


def byte_table(name):
    """256 characters, "" for each byte that the code page does not define."""
    mark = iconv("utf-8", name, SEPARATOR.encode())
    if len(mark) != 1:
        raise ValueError(f"{name} is no single-byte code page")
    others = [bytes([byte]) for byte in range(256) if bytes([byte]) != mark]
    text = iconv(name, "utf-8", mark + mark.join(others) + mark)
    characters = text.decode("utf-8").split(SEPARATOR)[1:-1]
    if len(characters) != len(others):
        raise ValueError(f"{name} is no single-byte code page")
    table = dict(zip(others, characters)) | {mark: SEPARATOR}
    return [table[bytes([byte])] for byte in range(256)]


class Encoding:
    """decode() and encode() raise ValueError (UnicodeError is one)."""

    def __init__(self, name):
        self.name = name
        self.table = None
        if name not in ("ascii", "utf-8"):
            self.table = byte_table(name)
            self.bytes = {character: byte
                          for byte, character in enumerate(self.table)
                          if character}
        self.blank = self.encode(" ")[0]
        self.zero = self.encode("0")[0]

    def decode(self, data):
        """Python's utf-8 is RFC 3629: no overlong forms, no surrogates."""
        if self.table is None:
            return data.decode(self.name)
        characters = [self.table[byte] for byte in data]
        if "" in characters:
            raise ValueError("a byte that the code page does not define")
        return "".join(characters)

    def encode(self, text):
        if self.table is None:
            return text.encode(self.name)
        try:
            return bytes(self.bytes[character] for character in text)
        except KeyError as missing:
            raise ValueError("not in the code page") from missing

    def width(self, character):
        """Bytes of one character."""
        return len(character.encode()) if self.name == "utf-8" else 1

    def is_ascii_below_128(self):
        return (self.table is None or
                self.table[:128] == [chr(byte) for byte in range(128)])


@functools.lru_cache(maxsize=None)
def encoding(name):
    return Encoding(name)
