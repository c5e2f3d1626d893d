# generate.py - random layouts, policies and files, all from one number
#
# SPDX-License-Identifier: Apache-2.0
"""make_case(rng) is one case: a valid layout and policy and an input file.

The same generator state gives the same case.
"""

import math
import os
import random
import sys
import unicodedata

import yamltext
from values import Values, random_text

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "reference"))

import garim_reference as garim  # noqa: E402
from codepages import encoding  # noqa: E402

ASCII_LIKE = """
    iso-8859-1 iso-8859-2 iso-8859-5 iso-8859-7 iso-8859-9 iso-8859-15 cp1250
    cp1251 cp1252 cp1253 cp1254 cp1256 cp1257 koi8-r koi8-u cp437 cp850 cp852
    cp866 tis-620 macintosh""".split()
EBCDIC = """
    cp037 cp273 cp424 cp500 cp875 cp1026 cp1047 cp1140 cp1141 cp1148""".split()

TYPES = ("char", "digits", "bytes")
FORMS = {"char": ("text", "number", "exact", "phone", "phone-kr", "email",
                  "upper"),
         "digits": ("number", "exact", "phone", "phone-kr"),
         "bytes": ("exact",)}
TOKENS = {"char": ("hex", "base32", "base64url", "digits"),
          "digits": ("digits",),
          "bytes": ("hex", "base32", "base64url", "digits", "raw")}
BITS_PER_CHARACTER = {"hex": 4, "base32": 5, "base64url": 6, "raw": 8}
LENGTHS = (1, 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17, 20, 22, 24, 26,
           30, 32, 38, 40, 43, 52, 64, 65)
RECORD_LENGTHS = (4095, 4096, 4097, 4099, 1024, 2047, 512)


class Case:
    """layout, policy, master_key, data, rejects_choice, framing_broken."""

    def write(self, folder, rng):
        """The three files of a case; returns (layout, policy, key) paths."""
        paths = [os.path.join(folder, name)
                 for name in ("case.layout.yaml", "case.yaml", "case.key")]
        self.layout_text = yamltext.document(self.layout, rng)
        self.policy_text = yamltext.document(self.policy, rng)
        texts = (self.layout_text, self.policy_text,
                 self.master_key.hex() + "\n")
        for path, text in zip(paths, texts):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        os.chmod(paths[2], 0o600)
        return paths

    def compile(self):
        return garim.compile_policy(self.layout, self.policy, self.master_key)


def chance(rng, probability):
    return rng.random() < probability


# ---- layouts ----------------------------------------------------------------

def make_layout(rng):
    lines = chance(rng, 0.4)
    record = {"encoding": pick_encoding(rng, lines)}
    if lines:
        record |= {"framing": "lines",
                   "terminator": rng.choice(("lf", "crlf"))}
    elif chance(rng, 0.5):
        record["framing"] = "fixed"
    for edge in ("header", "trailer"):
        if chance(rng, 0.2):
            record[edge] = rng.choice((0, 1, 7, 80, 511, 600))
    fields, length = make_fields(rng, record["encoding"], lines)
    record["length"] = length
    if record["encoding"] == "ascii" and chance(rng, 0.5):
        del record["encoding"]
    if chance(rng, 0.3):
        rng.shuffle(fields)
    record = dict(sorted(record.items(), key=lambda _item: rng.random()))
    return {"layout": 1, "name": make_name(rng), "record": record,
            "fields": fields}


def pick_encoding(rng, ascii_only):
    kind = rng.random()
    if kind < 0.35:
        return "utf-8"
    if kind < 0.55:
        return "ascii"
    return rng.choice(ASCII_LIKE if ascii_only or kind < 0.75 else EBCDIC)


def make_fields(rng, record_encoding, lines):
    count = rng.choice((1, 1, 2, 3, 4, 5, 6, 8, 12))
    gaps = chance(rng, 0.4)
    names = set()
    while len(names) < count:
        names.add(make_name(rng))
    fields, at = [], 0
    for name in sorted(names):
        at += rng.choice((0, 0, 1, 3, 20)) if gaps else 0
        length = (rng.choice(LENGTHS) if chance(rng, 0.9)
                  else rng.randint(1, 100))
        fields.append(make_field(rng, name, at, length, record_encoding,
                                 lines))
        at += length
    if gaps and chance(rng, 0.5):
        at += rng.randint(1, 40)
    if chance(rng, 0.03):
        at = max(at, rng.choice(RECORD_LENGTHS))
    return fields, at


def make_name(rng):
    alphabet = "abcxyzABC0123456789-_.가나다é:#'\"{}[],&*!|>%@`/"
    letters = rng.choice((alphabet, "abcdefghijklmnop_"))
    name = "".join(rng.choice(letters) for _ in range(rng.randint(1, 12)))
    if chance(rng, 0.02):
        name = "가" * 20 + rng.choice("abc") + "xyz"
    return name


def make_field(rng, name, at, length, record_encoding, lines):
    entry = {"name": name}
    if chance(rng, 0.7):
        entry |= {"at": at, "length": length}
    elif length == 1 and chance(rng, 0.5):
        entry["cols"] = at + 1
    else:
        entry["cols"] = f"{at + 1}-{at + length}"
    entry["type"] = rng.choices(TYPES, (6, 3, 2))[0]
    code = record_encoding
    if chance(rng, 0.12):
        code = entry["encoding"] = pick_encoding(rng, lines)
    if chance(rng, 0.4):
        entry["pad"] = make_pad(rng, encoding(code), lines)
    if chance(rng, 0.4):
        entry["justify"] = rng.choice(("left", "right"))
    field = garim.Field(entry, record_encoding)
    if field.type == "digits" and field.pad in field.digits[1:]:
        entry["pad"] = "zero"
        field = garim.Field(entry, record_encoding)
    if field.type == "digits" and field.pad in field.digits:
        entry.pop("justify", None)
        field.justify = "right"
    if chance(rng, 0.4):
        words = ["blank", "nul", "zero", "high"]
        chosen = rng.sample(words, rng.randint(0, 4))
        entry["null"] = (chosen[0] if len(chosen) == 1 and chance(rng, 0.7)
                         else chosen)
    if chance(rng, 0.1):
        entry["justify"] = field.justify
    if chance(rng, 0.3):
        expect = make_expect(rng, garim.Field(entry, record_encoding), lines)
        if expect is not None:
            entry["expect"] = expect
    return entry


SETS = ("0-9", " 0-9A-Z", "A-Za-z", "0-9A-Fa-f", "-", "0-9-", "-+.", "x",
        " ", "A-IX", "!-~", "*--", "acegikmoqsuwy")


def make_expect(rng, field, lines):
    """What the field must hold, or None where that is not easily said."""
    kind = rng.choice(("blank", "digits", "is", "in", "begins", "bytes"))
    if kind in ("blank", "digits"):
        value = "true"
    elif kind == "bytes":
        value = rng.choice(SETS)
        if chance(rng, 0.3):
            value += one_byte_character(rng, field.encoding, lines)
        try:
            for character in garim.spelled_out(value):
                if len(field.encoding.encode(character)) != 1:
                    return None
        except ValueError:
            return None
    else:
        value = [make_expected_text(rng, field, kind == "begins")
                 for _ in range(rng.choice((1, 2, 2, 5)) if kind == "in"
                                else 1)]
        if None in value:
            return None
        value = value if kind == "in" else value[0]
    if chance(rng, 0.3):
        pair = [(kind, value), ("null", "no")]
        rng.shuffle(pair)
        return dict(pair)
    return kind if value == "true" and chance(rng, 0.7) else {kind: value}


def make_expected_text(rng, field, prefix):
    """One that trimming leaves as it is."""
    for _ in range(5):
        size = rng.randint(1 if prefix else 0, min(field.length, 12))
        if field.type == "digits":
            text = "".join(rng.choices("0123456789", k=size))
            data = field.encoding.encode(text)
        elif field.type == "bytes":
            data = rng.randbytes(size).replace(b"\n", b"\t")
            text = data.hex()
        else:
            text = random_text(rng, field.encoding, size, True,
                               plain=chance(rng, 0.7))
            text = "".join(filter(str.isprintable, text))
            data = field.encoding.encode(text)
        if (data or not prefix) and (
                field.trim(field.put(data))[1] == data):
            return text
    return None


def make_pad(rng, code, lines):
    word = rng.choice(("blank", "zero", "nul", "high", "", ""))
    return word or one_byte_character(rng, code, lines)


def one_byte_character(rng, code, lines):
    """A printable character of one byte."""
    while True:
        character = rng.choice("*#x.X0957-/ ~") if chance(rng, 0.5) else (
            random_text(rng, code, 1, lines))
        if not character or not character.isprintable():
            continue
        try:
            if len(code.encode(character)) == 1:
                return character
        except ValueError:
            pass


# ---- policies ---------------------------------------------------------------

def make_policy(rng, layout):
    record = layout["record"]
    release = {key: make_release_text(rng)
               for key in ("recipient", "purpose", "basis", "epoch")}
    release["expires"] = "9999-12-31"
    policy = {"policy": 1, "layout": "case.layout.yaml", "release": release,
              "subjects": 1, "rules": {}}
    fields = [garim.Field(entry, record.get("encoding", "ascii"))
              for entry in layout["fields"]]
    if sum(field.length for field in fields) < record["length"] or (
            chance(rng, 0.1)):
        policy["uncovered"] = "blank"
    for edge in ("header", "trailer"):
        if record.get(edge):
            policy[edge] = rng.choice(("keep", "drop", "blank"))
            if policy[edge] == "keep" and chance(rng, 0.4):
                text = random_text(rng, encoding(record.get(
                    "encoding", "ascii")), min(record[edge], 12), True)
                text = "".join(filter(str.isprintable, text))
                if text:
                    policy[edge] = {"keep": {"begins": text}}
    domains = {}
    for form in FORMS["char"] * 2:
        domains.setdefault(make_release_text(rng), form)
    for field in rng.sample(fields, len(fields)):
        policy["rules"][field.name] = make_rule(rng, field, domains,
                                                record.get("framing"))
    add_budget(rng, policy, fields)
    return policy


HIDDEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")  # refused in labels, as these are:
FILLERS = ("\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800\u180b\u180c\u180d\u180f"
           + "".join(map(chr, [*range(0xfe00, 0xfe10), *range(0xe0100, 0xe01f0)])))


def make_release_text(rng):
    if chance(rng, 0.03):
        return "가" * 85
    text = random_text(rng, encoding("utf-8"), rng.randint(4, 24), True,
                       plain=chance(rng, 0.7))
    text = "".join(c for c in text if c not in FILLERS and
                   unicodedata.category(c) not in HIDDEN)
    text = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    text = " ".join(word for word in text.split(" ") if word)
    while text and unicodedata.category(text[0]).startswith("M"):
        text = text[1:].lstrip(" ")
    return unicodedata.normalize("NFC", text) or "x"


def add_budget(rng, policy, fields):
    """Short digits tokens need one; the rest may have one."""
    lengths = [field.length for field in fields
               if "token" in policy["rules"][field.name]
               and policy["rules"][field.name]["token"]["as"] == "digits"]
    bits = min([length * math.log2(10) for length in lengths] + [80])
    if chance(rng, 0.2):
        policy["subjects"] = rng.choice((2, 1000, 40450000))
    pairs = policy["subjects"] ** 2 / 2 ** (bits + 1)
    if pairs > 0.0009:
        policy["budget"] = str(math.ceil(pairs) + rng.choice((0.5, 1, 2)))
    elif chance(rng, 0.1):
        policy["budget"] = rng.choice(("0.001", "1", "0.5", "12.25"))


def make_rule(rng, field, domains, framing):
    """Every rule that the field's type and length allow, at random."""
    makers = [make_keep, make_blank, make_constant, make_mask, make_email,
              make_token]
    while True:
        maker = rng.choices(makers, (2, 1, 1, 3, 2, 9))[0]
        rule = maker(rng, field, domains, framing)
        if rule is not None:
            return rule


def with_null_apply(rng, rule):
    """`null: apply` beside the rule's name or among its options."""
    if not chance(rng, 0.25):
        return rule
    (name, options), = rule.items()
    if isinstance(options, dict) and chance(rng, 0.5):
        return {name: options | {"null": "apply"}}
    pair = [(name, options), ("null", "apply")]
    rng.shuffle(pair)
    return dict(pair)


def make_keep(rng, field, _domains, _framing):
    if field.type == "digits" and chance(rng, 0.3):
        return {"keep": "unchecked"}
    return "keep" if chance(rng, 0.9) else {"keep": "true"}


def make_blank(rng, _field, _domains, _framing):
    return "blank" if chance(rng, 0.7) else rng.choice(
        ({"blank": "true", "null": "apply"},
         {"null": "apply", "blank": "true"}))


def make_constant(rng, field, _domains, framing):
    lines = framing == "lines"
    size = rng.choice((1, field.length, rng.randint(1, field.length)))
    if field.type == "digits":
        text = "".join(rng.choice("0123456789") for _ in range(size))
    elif field.type == "bytes":
        data = rng.randbytes(size)
        text = (data.replace(b"\n", b"\t") if lines else data).hex()
        text = text.upper() if chance(rng, 0.3) else text
    else:
        text = random_text(rng, field.encoding, size, True,
                           plain=chance(rng, 0.5))
        text = "".join(filter(str.isprintable, text))
    return with_null_apply(rng, {"constant": text}) if text else None


def make_mask(rng, field, _domains, framing):
    if field.type == "bytes":
        return None
    options = {}
    for key, numbers in (("keep_first", (0, 1, 2, 3, 6, 100)),
                         ("keep_last", (0, 1, 2, 4, 50)),
                         ("hide_min", (1, 1, 2, 3, 4, 10))):
        if chance(rng, 0.6):
            options[key] = rng.choice(numbers)
    if field.type == "digits":
        options["with"] = rng.choice("0123456789")
    elif chance(rng, 0.4):
        options["with"] = one_byte_character(rng, field.encoding,
                                             framing == "lines")
    if chance(rng, 0.3):
        options["whole_field"] = rng.choice(("true", "true", "false"))
    return with_null_apply(rng, {"mask": options})


def make_email(rng, field, _domains, _framing):
    if field.type != "char":
        return None
    return with_null_apply(rng, {"mask": "email"})


def make_token(rng, field, domains, framing):
    form = rng.choice(FORMS[field.type])
    written = rng.choice(TOKENS[field.type])
    domain = rng.choice([name for name, its in domains.items()
                         if its == form] or [form])
    token = {"domain": domain, "as": written}
    if form != garim.DEFAULT_FORM[field.type] or chance(rng, 0.4):
        token["canonical"] = form
    if written == "digits":
        if field.length > 38:
            return None
    else:
        room = field.length * BITS_PER_CHARACTER[written] // 8 * 8
        if room < 80 or (written == "raw" and framing == "lines"):
            return None
        top = min(256, room)
        token["bits"] = rng.choice((80, top, rng.randint(10, top // 8) * 8))
        if written == "base64url":
            field.encoding.encode("-_")
    return with_null_apply(rng, {"token": token})


# ---- files ------------------------------------------------------------------

def make_data(rng, case, plan, scale):
    rate = rng.choice((0, 0, 0, 0.3 / len(plan.fields),
                       1.5 / len(plan.fields)))
    budget = rng.choice((600, 3000, 3000, 12000)) * scale
    counts = (0, 1, 1, 2, 3, 5, 7, 11, 17, 33, 65, 131)
    if scale > 1:
        counts += (257, 511, 1025)
    count = min(rng.choice(counts), max(1, budget // plan.stride))
    values = [Values(rng, field, rule_kind(case.policy["rules"][field.name]),
                     rate, plan.lines) for field in plan.fields]
    lines = [make_record(rng, plan, values) + plan.terminator
             for _ in range(count)]
    if plan.lines and chance(rng, 0.03) and lines:
        break_line(rng, plan, lines)
    data = b"".join(lines)
    missing = 0.05 if plan.trailer else 0.3  # not allowed before a trailer
    if plan.terminator and lines and chance(rng, missing):
        data = data[:-len(plan.terminator)]
    data = (make_edge(rng, plan.header, plan.header_begins) + data +
            make_edge(rng, plan.trailer, plan.trailer_begins))
    if chance(rng, 0.02):
        data = data[:rng.randint(0, len(data))]
    elif chance(rng, 0.01):
        data += rng.randbytes(rng.randint(1, 9))
    return data


def rule_kind(rule):
    """What the values of a field should look like."""
    if isinstance(rule, dict) and "token" in rule:
        return rule["token"].get("canonical", "text")
    if isinstance(rule, dict) and rule.get("mask") == "email":
        return "email"
    return "text"


def make_record(rng, plan, values):
    record = bytearray(rng.randbytes(plan.length))
    if plan.lines:
        record = record.replace(b"\n", b"\r")
    for field, maker in zip(plan.fields, values):
        record[field.at:field.end] = maker.make()
    return bytes(record)


def break_line(rng, plan, lines):
    number = rng.randrange(len(lines))
    line = bytearray(lines[number])
    where = rng.choice((0, plan.length - 1, plan.length, len(line) - 1))
    line[where] = 0x0A if where < plan.length else rng.choice(b"\r\0 x")
    lines[number] = bytes(line)


def make_edge(rng, length, begins):
    data = bytearray(rng.randbytes(length))
    if chance(rng, 0.9):
        data[:len(begins)] = begins
    for _ in range(rng.choice((0, 1, 3))):
        if length:
            at = rng.randrange(length)
            data[at:at + 2] = b"\r\n"[:length - at]
    return bytes(data)


def make_case(rng, scale=1):
    """`scale` makes the files longer."""
    case = Case()
    case.layout = make_layout(rng)
    case.policy = make_policy(rng, case.layout)
    case.master_key = rng.randbytes(32)
    case.rejects_choice = rng.choice(("none", "too few", "just", "plenty"))
    case.data = make_data(rng, case, case.compile(), scale)
    return case


def max_rejects(case, rejected):
    """The --max-rejects of a case in which so many records break."""
    return {"none": 0, "too few": max(0, rejected - 1), "just": rejected,
            "plenty": 1000}[case.rejects_choice]


def case_rng(seed, number):
    return random.Random(f"{seed}:{number}")


def parse_seed(parser, cases=10000):
    parser.add_argument("--seed", default=os.urandom(8).hex(),
                        help="any text; printed, so that a run can be redone")
    parser.add_argument("--cases", type=int, default=cases)
