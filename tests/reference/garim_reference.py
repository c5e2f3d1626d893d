# garim_reference.py - the layout and policy language, written a second time
#
# SPDX-License-Identifier: Apache-2.0
"""What POLICY.md says, in its order and its words, as plainly as Python can.

A layout and a policy are dicts with the keys of their YAML files (numbers may
be int or text).  They are taken to be valid: this page transforms, it does not
lint.

    plan = compile_policy(layout, policy, master_key)
    result = run(plan, input_bytes, max_rejects=0)

Nothing here was taken from the engine's source: the two are compared.
"""

import base64
import hashlib
import hmac

from codepages import encoding

DONE, DATA, INPUT = 0, 1, 3  # exit codes


# ---- keys of tokens ---------------------------------------------------------

def hmac_sha256(key, message):
    return hmac.digest(key, message, "sha256")


def hkdf_sha256(ikm, salt, info, length):
    """RFC 5869."""
    key = hmac_sha256(salt, ikm)
    block, output, counter = b"", b"", 1
    while len(output) < length:
        block = hmac_sha256(key, block + info + bytes([counter]))
        output, counter = output + block, counter + 1
    return output[:length]


def lp(text):
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def token_key(master_key, release, domain):
    info = b"".join(map(lp, ("token", release["recipient"],
                             release["purpose"], domain, release["epoch"])))
    return hkdf_sha256(master_key, b"garim/v1", info, 32)


def key_id(master_key):
    return hkdf_sha256(master_key, b"garim/v1", lp("key id"), 8).hex()


# ---- layout -----------------------------------------------------------------

class Field:
    """One field of a layout, with every default filled in."""

    def __init__(self, entry, record_encoding):
        self.name = entry["name"]
        self.type = entry["type"]
        self.encoding = encoding(entry.get("encoding", record_encoding))
        if "cols" in entry:  # counted from 1, both ends included
            first, _, last = str(entry["cols"]).partition("-")
            self.at = int(first) - 1
            self.length = int(last or first) - self.at
        else:
            self.at, self.length = int(entry["at"]), int(entry["length"])
        self.end = self.at + self.length
        pad = {"char": "blank", "digits": "zero", "bytes": "nul"}[self.type]
        self.pad = self.named_byte(entry.get("pad", pad))
        justify = "right" if self.type == "digits" else "left"
        self.justify = entry.get("justify", justify)
        nulls = [] if self.type == "bytes" else ["blank", "nul"]
        nulls = entry.get("null", nulls)
        nulls = [nulls] if isinstance(nulls, str) else nulls
        self.nulls = b"".join(map(self.named_byte, nulls))
        self.digits = self.encoding.encode("0123456789")
        self.expect = Expect(self, entry["expect"]) if "expect" in entry else (
            None)

    def named_byte(self, word):
        named = {"blank": bytes([self.encoding.blank]),
                 "zero": bytes([self.encoding.zero]),
                 "nul": b"\x00", "high": b"\xff"}
        return named[word] if word in named else self.encoding.encode(word)

    def padding(self, count=None):
        return self.pad * (self.length if count is None else count)

    def is_null(self, raw):
        """Every byte is one of the null bytes; they may mix."""
        return bool(self.nulls) and not raw.strip(self.nulls)

    def trim(self, raw):
        """The padding before the value, the value, the padding after it."""
        pads = self.pad + (b"\x00" if self.type == "char" else b"")
        if self.justify == "left":
            value = raw.rstrip(pads)
            return b"", value, raw[len(value):]
        value = raw.lstrip(pads)
        return raw[:len(raw) - len(value)], value, b""

    def put(self, text):
        """A text in the field's encoding, justified and padded."""
        data = text if isinstance(text, bytes) else self.encoding.encode(text)
        free = self.padding(self.length - len(data))
        return data + free if self.justify == "left" else free + data


class Expect:
    """What a field must hold, whatever its rule."""

    def __init__(self, field, expect):
        if isinstance(expect, str):
            expect = {expect: "true"}
        self.null_passes = expect.get("null") != "no"
        self.kind = next(key for key in expect if key != "null")
        options = expect[self.kind]
        if self.kind == "blank":
            self.bytes = bytes([field.encoding.blank])
        elif self.kind == "digits":
            self.bytes = field.digits
        elif self.kind == "bytes":
            self.bytes = field.encoding.encode(spelled_out(options))
        else:
            texts = options if self.kind == "in" else [options]
            self.texts = [bytes.fromhex(text) if field.type == "bytes"
                          else field.encoding.encode(text) for text in texts]

    def met(self, field, raw):
        if self.null_passes and field.is_null(raw):
            return True
        if self.kind in ("blank", "digits", "bytes"):  # over the whole field
            return all(byte in self.bytes for byte in raw)
        _before, value, _after = field.trim(raw)
        if self.kind == "begins":
            return value.startswith(self.texts[0])
        return value in self.texts


def spelled_out(text):
    """'0-3x' is 0123x: a hyphen between two characters is a range."""
    output = ""
    while text:
        if len(text) >= 3 and text[1] == "-":
            output += "".join(map(chr, range(ord(text[0]), ord(text[2]) + 1)))
            text = text[3:]
        else:
            output, text = output + text[0], text[1:]
    return output


class Broken(Exception):
    """The field breaks its layout."""


class EmptyCanonical(Exception):
    """A value that is not null has an empty canonical value."""


def characters(field, value):
    """The value as text; Broken unless every character is valid."""
    if field.type == "digits" and value.strip(field.digits):
        raise Broken("is not a digit")
    try:
        return field.encoding.decode(value)
    except ValueError as error:
        raise Broken("is no valid text") from error


# ---- rules ------------------------------------------------------------------
# Each takes a field and its bytes and returns the new bytes.

def blank_rule(_options):
    return lambda field, _raw: field.padding()


def constant_rule(text):
    def write(field, _raw):
        return field.put(bytes.fromhex(text) if field.type == "bytes"
                         else text)
    return write


def mask_rule(options):
    if options == "email":
        return mask_email
    keep_first = int(options.get("keep_first", 0))
    keep_last = int(options.get("keep_last", 0))
    hide_min = int(options.get("hide_min", 1))
    whole_field = options.get("whole_field", "false") in (True, "true")

    def write(field, raw):
        mask = field.encoding.encode(options.get("with", "*"))
        before, value, after = field.trim(raw)
        text = characters(field, value)
        first, last = keep_first, keep_last
        if len(text) - first - last < hide_min:
            first, last = 0, 0
        hidden = range(first, len(text) - last)
        if whole_field:
            before, after = mask * len(before), mask * len(after)
        return before + hide(field, value, text, hidden, mask) + after
    return write


def mask_email(field, raw):
    before, value, after = field.trim(raw)
    text = characters(field, value)
    local = text.rfind("@")  # the length of the local part, -1 without @
    hidden = range(1, local) if local >= 2 else range(len(text))
    mask = field.encoding.encode("*")
    return before + hide(field, value, text, hidden, mask) + after


def hide(field, value, text, hidden, mask):
    """A hidden character becomes as many mask bytes as it had bytes."""
    output, at = b"", 0
    for index, character in enumerate(text):
        width = field.encoding.width(character)
        output += (mask * width if index in hidden
                   else value[at:at + width])
        at += width
    return output


def token_rule(options, key, form):
    size = int(options.get("bits", 0)) // 8

    def write(field, raw):
        value = canonical_value(field, raw, form or DEFAULT_FORM[field.type])
        if not value:
            raise EmptyCanonical
        digest = hmac_sha256(key, value)
        token = TOKEN_AS[options["as"]](field, digest, size)
        if isinstance(token, str):
            token = field.encoding.encode(token)
        return token + field.padding(field.length - len(token))
    return write


def digits_token(field, digest, _size):
    number = int.from_bytes(digest[:16], "big") % 10 ** field.length
    return str(number).zfill(field.length)


TOKEN_AS = {
    "hex": lambda _field, digest, size: digest[:size].hex(),
    "base32": lambda _field, digest, size:
        base64.b32encode(digest[:size]).decode().rstrip("="),
    "base64url": lambda _field, digest, size:
        base64.urlsafe_b64encode(digest[:size]).decode().rstrip("="),
    "raw": lambda _field, digest, size: digest[:size],
    "digits": digits_token,
}


# ---- canonical values -------------------------------------------------------

DEFAULT_FORM = {"char": "text", "digits": "number", "bytes": "exact"}
ASCII_DIGITS = "0123456789"
LOWER = "abcdefghijklmnopqrstuvwxyz"
UPPER = LOWER.upper()


def canonical_value(field, raw, form):
    """The bytes that are hashed."""
    if form == "exact":
        return raw  # untrimmed, untranslated, never validated
    before, value, after = field.trim(raw)
    text = characters(field, value)
    if field.type == "digits" and form in ("phone", "phone-kr"):
        # the whole field, its zeros included
        if field.pad in [bytes([digit]) for digit in field.digits]:
            text = field.encoding.decode(before + value + after)
    return CANONICAL[form](field, text).encode()


def number(field, text):
    sign, digits = "", text
    if field.type == "char" and text[:1] in ("+", "-"):
        sign, digits = text[0], text[1:]
        if not digits:
            raise Broken("is a sign without digits")
    if digits.strip(ASCII_DIGITS):
        raise Broken("is not a number")
    if not digits:
        # nothing but padding: zero, if the padding was zeros
        padded_with_zeros = (field.type == "digits" and
                             field.pad == bytes([field.encoding.zero]))
        return "0" if padded_with_zeros else ""
    digits = digits.lstrip("0") or "0"
    return "-" + digits if sign == "-" and digits != "0" else digits


def phone(_field, text):
    return "".join(c for c in text if c in ASCII_DIGITS)


def phone_kr(field, text):
    digits = phone(field, text)
    for country in ("0082", "82"):
        if digits.startswith(country):
            return "0" + digits[len(country):]
    return digits


CANONICAL = {
    "text": lambda _field, text: text,
    "number": number,
    "phone": phone,
    "phone-kr": phone_kr,
    "email": lambda _field, text: text.translate(str.maketrans(UPPER, LOWER)),
    "upper": lambda _field, text: text.translate(str.maketrans(LOWER, UPPER)),
}


# ---- plan -------------------------------------------------------------------

class Plan:
    """A policy compiled against its layout."""

    def __init__(self, layout, policy, master_key):
        record = layout["record"]
        name = record.get("encoding", "ascii")
        self.encoding = encoding(name)
        self.blank = bytes([self.encoding.blank])
        self.length = int(record["length"])
        self.lines = record.get("framing", "fixed") == "lines"
        self.terminator = {"lf": b"\n", "crlf": b"\r\n",
                           None: b""}[record.get("terminator")]
        self.stride = self.length + len(self.terminator)
        self.header = int(record.get("header", 0))
        self.trailer = int(record.get("trailer", 0))
        self.header_action = policy.get("header")
        self.trailer_action = policy.get("trailer")
        self.header_begins = self.begins(self.header_action)
        self.trailer_begins = self.begins(self.trailer_action)
        self.fields = [Field(entry, name) for entry in layout["fields"]]
        self.rules = []
        for field in self.fields:
            rule = policy["rules"][field.name]
            self.rules.append(Rule(rule, policy["release"], master_key))
        # what a rejected record and the uncovered bytes look like
        self.uncovered = bytearray(self.blank * self.length)
        self.rejected = bytearray(self.uncovered)
        for field in self.fields:
            self.rejected[field.at:field.end] = field.padding()

    def begins(self, action):
        """What an edge that is kept must begin with."""
        return (self.encoding.encode(action["keep"]["begins"])
                if isinstance(action, dict) else b"")


class Rule:
    """name, null_apply and write(field, raw)."""

    def __init__(self, rule, release, master_key):
        rule = {rule: {}} if isinstance(rule, str) else rule
        self.null_apply = rule.get("null") == "apply"
        self.name = next(key for key in rule if key != "null")
        options = rule[self.name]
        self.unchecked = options == "unchecked"
        if isinstance(options, dict):
            self.null_apply |= options.get("null") == "apply"
        if self.name == "token":
            key = token_key(master_key, release, options["domain"])
            self.write = token_rule(options, key, options.get("canonical"))
        elif self.name != "keep":
            self.write = {"blank": blank_rule, "constant": constant_rule,
                          "mask": mask_rule}[self.name](options)


def compile_policy(layout, policy, master_key):
    return Plan(layout, policy, master_key)


# ---- records ----------------------------------------------------------------

class Result:
    """What a run did; `output` is None where nothing may be published."""

    def __init__(self, plan):
        self.status = DONE
        self.output = None
        self.records = 0
        self.nulls = {field.name: 0 for field in plan.fields}
        self.empties = {field.name: 0 for field in plan.fields}
        self.rejects = []  # (record, names of all its broken fields)


def is_right(field, rule, raw):
    """What is looked at before any rule writes."""
    if field.expect and not field.expect.met(field, raw):
        return False
    if rule.name == "keep" and field.type == "digits" and not rule.unchecked:
        _before, value, _after = field.trim(raw)
        return field.is_null(raw) or all(byte in field.digits for byte in value)
    return True


def transform_record(plan, raw, record, result):
    output = bytearray(plan.uncovered)
    broken = []
    for field, rule in zip(plan.fields, plan.rules):
        data = raw[field.at:field.end]
        if not is_right(field, rule, data):
            broken.append(field.name)
        if rule.name != "keep":
            if field.is_null(data) and not rule.null_apply:
                result.nulls[field.name] += 1
            else:
                try:
                    data = rule.write(field, data)
                except EmptyCanonical:
                    result.empties[field.name] += 1
                    data = field.padding()
                except Broken:
                    if field.name not in broken:
                        broken.append(field.name)
                    continue
        output[field.at:field.end] = data
    if broken:
        result.rejects.append((record, broken))
        return bytes(plan.rejected)
    return bytes(output)


def transform(plan, records):
    """Records with their terminators, as a Result: the buffer interface."""
    result = Result(plan)
    count, rest = divmod(len(records), plan.stride)
    assert rest == 0
    output = []
    for index in range(count):
        line = records[index * plan.stride:(index + 1) * plan.stride]
        raw, terminator = line[:plan.length], line[plan.length:]
        if plan.lines and (terminator != plan.terminator or b"\n" in raw):
            result.status = INPUT
            return result
        output.append(transform_record(plan, raw, index, result) + terminator)
    result.records = count
    result.output = b"".join(output)
    if result.rejects:
        result.status = DATA
    return result


# ---- files ------------------------------------------------------------------

def edge(plan, action, data):
    """A header or trailer: keep, drop or blank (line ends inside stay)."""
    if action == "drop":
        return b""
    if action == "blank":  # only files of lines have line ends
        stay = b"\r\n" if plan.lines else b""
        return b"".join(bytes([byte]) if byte in stay else plan.blank
                        for byte in data)
    return data


def run(plan, data, max_rejects=0):
    """A whole file, as a Result."""
    refused = Result(plan)
    refused.status = INPUT
    if len(data) < plan.header + plan.trailer:
        return refused
    end = len(data) - plan.trailer
    body = data[plan.header:end]
    missing = b""  # the last terminator, if it is not there
    if (plan.terminator and not plan.trailer and
            len(body) % plan.stride == plan.length):
        missing = plan.terminator
    if (len(body) + len(missing)) % plan.stride:
        return refused
    if not data.startswith(plan.header_begins):
        return refused
    result = transform(plan, body + missing)
    if result.status == INPUT:
        return result
    result.status = DONE
    if len(result.rejects) > max_rejects:
        result.status, result.output = DATA, None
        return result
    if not data[end:].startswith(plan.trailer_begins):
        return refused
    records = result.output[:len(result.output) - len(missing)]
    result.output = (edge(plan, plan.header_action, data[:plan.header]) +
                     records + edge(plan, plan.trailer_action, data[end:]))
    return result


def policy_digest(policy_bytes, layout_bytes):
    return hashlib.sha256(policy_bytes + layout_bytes).hexdigest()
