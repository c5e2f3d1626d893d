# values.py - random values of a field, right and wrong ones
#
# SPDX-License-Identifier: Apache-2.0

UNICODE = ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
           " -.,@+/_'\"\\", "éüßÅñ¿ÿ", "가나다라힣홍길동", "漢字東京", "\u0301\u200d€",
           "😀🇰🇷𐍈\U0010ffff", "\t\x7f\x80\x9f\u2028\ufeff\ud7ff\ue000")
BROKEN_UTF8 = (b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf",
               b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf0\x80\x80\x80",
               b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80",
               b"\x80", b"\xbf", b"\xff", b"\xfe", b"\xea\xb0", b"\xea",
               b"\xf0\x9f\x98", b"\xf0", b"\xc3")
PHONES = ("010-1234-5678", "01012345678", "+82 10 1234 5678", "821012345678",
          "00821012345678", "(02) 555-0199", "0082-2-555", "82", "0082",
          "8200821", "N/A", "-", "+", "x", "002", "00820082")
EMAILS = ("hong@example.kr", "Hong.GilDong@Example.KR", "a@b", "@x", "x@",
          "ab", "a@b@c", "ab@c@", "홍길동@예시.kr", "É@X", "@", "@@", "aa@@",
          "😀😀@x", "Zoë.SMITH+tag@mail.example.org")
NUMBERS = ("0", "-0", "+0", "00012", "-00012", "+12", "-1", "1", "000")
BROKEN_NUMBERS = ("+", "-", "+-1", "1-", "1 2", "1.5", "x", "--", "1x", "٣")


def random_text(rng, code, size, lines, plain=False):
    """At most `size` bytes that the encoding has; no line feed in lines."""
    text, used = "", 0
    pools = UNICODE[:1] if plain else rng.sample(UNICODE, 3) + [UNICODE[0]]
    for _ in range(size):
        if code.table and not plain and rng.random() < 0.7:
            character = code.table[rng.randrange(256)]
        else:
            character = rng.choice(rng.choice(pools))
        if not character or (lines and character == "\n"):
            continue
        try:
            used += len(code.encode(character))
        except ValueError:
            continue
        if used > size:
            break
        text += character
    return text


class Values:
    """make() is one value of a field whose rule has a taste."""

    def __init__(self, rng, field, taste, broken_rate, lines):
        self.rng, self.field, self.taste = rng, field, taste
        self.broken_rate, self.lines = broken_rate, lines
        self.code = field.encoding
        self.undefined = self.undefined_bytes()
        self.last = None

    def undefined_bytes(self):
        if self.code.table:
            return [bytes([byte]) for byte in range(256)
                    if not self.code.table[byte]]
        return (BROKEN_UTF8 if self.code.name == "utf-8" else
                [bytes([byte]) for byte in range(128, 256)])

    def make(self):
        value = self.any_value()
        expect = self.field.expect
        if expect and not expect.met(self.field, value) and (
                self.rng.random() >= self.broken_rate):
            value = self.expected()
        if self.lines:
            value = value.replace(b"\n", b"\r")
        self.last = value
        return value

    def any_value(self):
        rng = self.rng
        kind = rng.random()
        if kind < self.broken_rate:
            return self.broken()
        kind = rng.random()
        if kind < 0.10:
            return self.special()
        if kind < 0.13 and self.last is not None:
            return self.last  # equal values have equal tokens
        return self.fit(self.valid())

    def expected(self):
        """What the layout expects; now and then all but a byte."""
        rng, field, expect = self.rng, self.field, self.field.expect
        if expect.kind in ("blank", "digits", "bytes"):
            value = bytes(rng.choices(expect.bytes, k=field.length))
        elif expect.kind == "begins":
            value = self.fit(expect.texts[0] + self.valid())
        else:
            value = field.put(rng.choice(expect.texts))
        if rng.random() < self.broken_rate:
            at = rng.randrange(field.length)
            value = value[:at] + rng.randbytes(1) + value[at + 1:]
        return value

    def special(self):
        """Nulls (bytes mixed), all padding, nearly null."""
        field, rng = self.field, self.rng
        kind = rng.randrange(8)
        if kind < 3 and field.nulls:
            return bytes(rng.choices(field.nulls, k=field.length))
        if kind == 3 or (kind == 7 and field.type == "digits"):
            return field.padding()
        if kind == 4:
            return bytes([self.code.zero]) * field.length
        if kind == 5 and field.type != "digits":
            return bytes([self.code.blank]) * field.length
        if kind == 6 and field.type == "char":
            pads = field.pad + b"\0"
            return bytes(rng.choices(pads, k=field.length))
        if kind == 7 and field.nulls and field.type == "bytes":
            value = bytearray(rng.choices(field.nulls, k=field.length))
            value[rng.randrange(field.length)] = rng.randrange(256)
            return bytes(value)
        return self.fit(self.valid())

    def valid(self):
        """Bytes, not yet padded."""
        rng, field = self.rng, self.field
        if field.type == "bytes":
            return rng.randbytes(field.length)
        if field.type == "digits":
            prefix = rng.choice(("", "", "82", "0082", "00"))
            return self.encode(prefix + "".join(
                rng.choices("0123456789", k=self.size())))
        tastes = {"phone": PHONES, "phone-kr": PHONES, "email": EMAILS}
        if self.taste == "number":
            return self.number()
        if self.taste in tastes and rng.random() < 0.8:
            return self.encode(rng.choice(tastes[self.taste]))
        if self.taste == "email":
            local, domain = (random_text(rng, self.code, self.size() // 2,
                                         self.lines) for _ in range(2))
            return self.encode(f"{local}@{domain}")
        return self.encode(random_text(rng, self.code, self.size(),
                                       self.lines, rng.random() < 0.3))

    def number(self):
        rng = self.rng
        if rng.random() < 0.4:
            return self.encode(rng.choice(NUMBERS))
        return self.encode(rng.choice(("", "-", "+")) + "".join(
            rng.choices("0123456789", k=max(1, self.size() - 1))))

    def size(self):
        longest = self.field.length
        return self.rng.choice((longest, self.rng.randint(1, longest),
                                self.rng.randint(1, longest), 1))

    def encode(self, text):
        """The characters that the encoding has, as many as there is room."""
        output = b""
        for character in text:
            try:
                data = self.code.encode(character)
            except ValueError:
                continue
            if len(output) + len(data) <= self.field.length:
                output += data
        return output

    def fit(self, data):
        field = self.field
        data = data[:field.length]
        free = field.padding(field.length - len(data))
        if field.type == "char" and self.rng.random() < 0.05:
            free = b"\0" * len(free)
        if field.justify == "left":
            return data + free
        return free + data

    def broken(self):
        """Something that most rules can not read."""
        rng, field = self.rng, self.field
        if rng.random() < 0.2:
            return rng.randbytes(field.length)
        if self.taste == "number" and field.type == "char" and (
                rng.random() < 0.7):
            return self.fit(self.encode(rng.choice(BROKEN_NUMBERS)))
        wrong = rng.choice(self.undefined) if self.undefined else b"\0"
        if field.type == "digits":
            wrong = bytes([rng.choice((self.code.blank, 0, 0x3A, 0x2F, 0xFA,
                                       0xEF, 0x41, 0xFF))])
        value = bytearray(self.fit(self.valid()))
        at = rng.randrange(field.length)
        value[at:at + len(wrong)] = wrong[:field.length - at]
        if rng.random() < 0.3:
            value[-len(wrong):] = wrong[:field.length]
        return bytes(value[:field.length])
