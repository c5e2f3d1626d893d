# yamltext.py - dicts written as YAML, in as many styles as the language allows
#
# SPDX-License-Identifier: Apache-2.0
"""Quotes and flow style never change a meaning: `rng` chooses them."""

import re

PLAIN = re.compile(r"[A-Za-z0-9가-힣][A-Za-z0-9가-힣._-]*\Z")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t"}


def escaped(character):
    if character in ESCAPES:
        return ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else (
        f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}")


def scalar(value, rng):
    text = str(value)
    if PLAIN.match(text) and rng.random() < 0.8:
        return text
    if text.isprintable() and rng.random() < 0.5:
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(escaped, text)) + '"'


def flow(value, rng):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key, rng)}: {flow(item, rng)}"
                               for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, rng) for item in value) + "]"
    return scalar(value, rng)


def block(value, rng, indent=0):
    """The lines of a dict or list, each with its indent."""
    margin = " " * indent
    for key in value:
        head, item = "-", key
        if isinstance(value, dict):
            head, item = scalar(key, rng) + ":", value[key]
        nested = isinstance(item, (dict, list)) and item
        if nested and indent < 8 and rng.random() < 0.3:
            yield margin + head
            yield from block(item, rng, indent + 2)
        else:
            yield f"{margin}{head} {flow(item, rng)}"


def document(value, rng):
    """A whole file: the top level is always a block."""
    lines = []
    for key, item in value.items():
        if isinstance(item, (dict, list)) and rng.random() < 0.7:
            lines.append(f"{key}:")
            lines += block(item, rng, 2)
        else:
            lines.append(f"{key}: {flow(item, rng)}")
        if rng.random() < 0.05:
            lines.append("# a comment")
    return "\n".join(lines) + "\n"
