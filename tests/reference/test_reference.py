# test_reference.py - the reference against vectors and POLICY.md's examples
#
# SPDX-License-Identifier: Apache-2.0

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import codepages
import garim_reference as garim

MASTER = bytes(range(32))
RELEASE = {"recipient": "partner-a", "purpose": "nsf-scoring",
           "basis": "contract-2026-014", "epoch": "2026-11",
           "expires": "2027-03-31"}
ACCOUNT = b"ACC0000000000017"


def one(field, rule, raw, framing="fixed", encoding="ascii", **record):
    """One record of one field under one rule: the output, or the Result."""
    layout = {"record": {"length": len(raw), "encoding": encoding,
                         "framing": framing} | record,
              "fields": [{"name": "f", "at": 0, "length": len(raw)} | field]}
    policy = {"release": RELEASE, "rules": {"f": rule}}
    plan = garim.compile_policy(layout, policy, MASTER)
    return garim.run(plan, raw)


class Vectors(unittest.TestCase):

    def test_hmac_rfc_4231(self):
        self.assertEqual(
            garim.hmac_sha256(b"\x0b" * 20, b"Hi There").hex(),
            "b0344c61d8db38535ca8afceaf0bf12b"
            "881dc200c9833da726e9376c2e32cff7")
        self.assertEqual(
            garim.hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c7"
            "5a003f089d2739839dec58b964ec3843")
        self.assertEqual(
            garim.hmac_sha256(
                b"\xaa" * 131,
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            ).hex(),
            "60e431591ee0b67f0d8a26aacbf5b77f"
            "8e0bc6213728c5140546040f0ee37f54")

    def test_hkdf_rfc_5869(self):
        self.assertEqual(
            garim.hkdf_sha256(b"\x0b" * 22, bytes(range(13)),
                              bytes(range(0xf0, 0xfa)), 42).hex(),
            "3cb25f25faacd57a90434f64d0362f2a"
            "2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
            "34007208d5b887185865")

    def test_worked_example(self):
        self.assertEqual(garim.key_id(MASTER), "a2e9e14f8223c1f6")
        key = garim.token_key(MASTER, RELEASE, "account")
        self.assertEqual(key.hex(), "49d8f5e0f2b1114298a4b7909dd10cdc"
                                    "0ef52f3e80d31251abbfffafd07e195c")
        self.assertEqual(garim.hmac_sha256(key, ACCOUNT).hex(),
                         "5acf42e4b8bf66c1ab32c77055e9552c"
                         "806426bb292848035570a0ba2df2dbc4")

    def test_worked_tokens(self):
        for options, token in (
                ({"as": "hex", "bits": 80}, "5acf42e4b8bf66c1ab32"),
                ({"as": "base32", "bits": 80}, "LLHUFZFYX5TMDKZS"),
                ({"as": "base64url", "bits": 88}, "Ws9C5Li_ZsGrMsc")):
            rule = {"token": {"domain": "account"} | options}
            output = one({"type": "char"}, rule, ACCOUNT.ljust(32)).output
            self.assertEqual(output.decode(), token.ljust(32))
        rule = {"token": {"domain": "account", "as": "digits"}}
        output = one({"type": "char"}, rule, ACCOUNT).output
        self.assertEqual(output, b"8287374081807660")

    def test_an_ebcdic_file_gives_the_same_tokens(self):
        rule = {"token": {"domain": "account", "as": "hex", "bits": 80}}
        raw = ACCOUNT.ljust(32).decode().encode("cp037")
        output = one({"type": "char"}, rule, raw, encoding="cp037").output
        self.assertEqual(output.decode("cp037").strip(),
                         "5acf42e4b8bf66c1ab32")


class Canonical(unittest.TestCase):

    def form(self, form, raw, type_="char", **entry):
        entry = {"name": "f", "type": type_, "at": 0,
                 "length": len(raw)} | entry
        field = garim.Field(entry, entry.pop("record", "utf-8"))
        return garim.canonical_value(field, raw, form)

    def test_forms(self):
        for form, raw, expected in (
                ("text", "홍길동  ".encode(), "홍길동".encode()),
                ("text", b" a \0 \0", b" a"),
                ("exact", b"a  ", b"a  "),
                ("number", b"-007 ", b"-7"), ("number", b"+0", b"0"),
                ("number", b"-000", b"0"), ("number", b"12", b"12"),
                ("number", b"   ", b""),
                ("phone", b"010-1234-5678", b"01012345678"),
                ("phone", b"N/A", b""),
                ("phone-kr", b"+82 10-1234", b"0101234"),
                ("phone-kr", b"0082-2-555", b"02555"),
                ("phone-kr", b"010 8200", b"0108200"),
                ("email", "Á.Bc@X.KR ".encode(), "Á.bc@x.kr".encode()),
                ("upper", "straße1 ".encode(), "STRAßE1".encode())):
            self.assertEqual(self.form(form, raw), expected, (form, raw))

    def test_digits(self):
        for form, raw, entry, expected in (
                ("number", b"0012", {}, b"12"), ("number", b"0000", {}, b"0"),
                ("number", b"  12", {"pad": "blank"}, b"12"),
                ("number", b"0010  ",
                 {"pad": "blank", "justify": "left"}, b"10"),
                ("number", b"    ", {"pad": "blank"}, b""),
                ("phone", b"00820255", {}, b"00820255"),
                ("phone-kr", b"00820255", {}, b"00255"),
                ("phone", b"  0255", {"pad": "blank"}, b"0255"),
                ("exact", b"x  9", {}, b"x  9"),
                ("number", b"\xf0\xf1", {"record": "cp037"}, b"1")):
            self.assertEqual(self.form(form, raw, "digits", **entry),
                             expected, (form, raw))

    def test_broken(self):
        for form, raw, type_ in (
                ("text", b"a\xc0\x80", "char"),
                ("text", b"\xed\xa0\x80", "char"),
                ("text", b"\xf4\x90\x80\x80", "char"),
                ("email", b"\xff", "char"), ("number", b"-", "char"),
                ("number", b"1-", "char"), ("number", b"1 2", "char"),
                ("number", b"12a", "digits"), ("phone", b"1 2", "digits")):
            with self.assertRaises(garim.Broken, msg=(form, raw)):
                self.form(form, raw, type_)


class Rules(unittest.TestCase):

    def check(self, rule, raw, expected, type_="char", **entry):
        output = one({"type": type_} | entry, rule, raw, encoding="utf-8")
        self.assertEqual(output.output, expected, (rule, raw))

    def test_mask(self):
        def mask(**options):
            return {"mask": options}
        self.check(mask(), b"abc  ", b"***  ")
        self.check(mask(keep_last=2), b"abcd  ", b"**cd  ")
        self.check(mask(keep_first=1, keep_last=2), b"abc", b"***")
        self.check(mask(keep_first=1, hide_min=3), b"abc", b"***")
        self.check(mask(keep_first=1), "홍길동 ".encode(),
                   "홍****** ".encode())
        self.check(mask(whole_field="true", keep_first=1), b"ab \0", b"a***")
        self.check(mask(keep_last=1), b"  ab", b"  *b", justify="right")
        self.check(mask(**{"with": "9"}), b"0012", b"0099", "digits")
        self.check(mask(), b" \0", b" \0")
        self.check(mask(null="apply", whole_field="true"), b" \0", b"**")

    def test_mask_email(self):
        for raw, expected in ((b"hong@x.kr ", b"h***@x.kr "),
                              (b"h@x.kr", b"******"), (b"nobody", b"******"),
                              (b"a@b@c", b"a**@c"), (b"@x", b"**")):
            self.check({"mask": "email"}, raw, expected)
        self.check({"mask": "email"}, "홍길@x".encode(), "홍***@x".encode())

    def test_blank_and_constant(self):
        self.check("blank", b"abc", b"   ")
        self.check("blank", b"\0 \0", b"\0 \0")
        self.check({"blank": {"null": "apply"}}, b"\0 \0", b"   ")
        self.check("blank", b"abc", b"xxx", pad="x")
        self.check({"constant": "홍"}, b"abcd", "홍 ".encode())
        self.check({"constant": "7"}, b"1234", b"0007", "digits")
        self.check({"constant": "cafe"}, b"abc", b"\xca\xfe\0", "bytes")

    def test_empty_is_blanked_and_counted(self):
        rule = {"token": {"domain": "d", "canonical": "phone", "bits": 80,
                          "as": "hex"}}
        result = one({"type": "char", "pad": "x"}, rule, b"N/A".ljust(20))
        self.assertEqual(result.output, b"x" * 20)
        self.assertEqual((result.empties, result.nulls), ({"f": 1}, {"f": 0}))

    def test_a_broken_record(self):
        result = one({"type": "digits"}, {"mask": {"with": "0"}}, b"12a4")
        self.assertEqual(result.status, garim.DATA)
        self.assertEqual(result.rejects, [(0, ["f"])])
        self.assertIsNone(result.output)


class Framing(unittest.TestCase):

    LAYOUT = {"record": {"length": 2, "framing": "lines",
                         "terminator": "crlf"},
              "fields": [{"name": "f", "at": 0, "length": 1,
                          "type": "char"}]}

    def run_file(self, data, policy=None, **record):
        layout = self.LAYOUT | {"record": self.LAYOUT["record"] | record}
        policy = {"release": RELEASE, "uncovered": "blank",
                  "rules": {"f": "keep"}} | (policy or {})
        return garim.run(garim.compile_policy(layout, policy, MASTER), data)

    def test_lines(self):
        for data, expected in ((b"", b""), (b"ab\r\n", b"a \r\n"),
                               (b"ab\r\ncd", b"a \r\nc "), (b"ab", b"a ")):
            self.assertEqual(self.run_file(data).output, expected)
        for data in (b"ab\n", b"ab\r\nc", b"ab\r", b"a\n\r\n", b"ab\n\r"):
            self.assertEqual(self.run_file(data).status, garim.INPUT, data)

    def test_header_and_trailer(self):
        data = b"H1\r\nab\r\nT\n9"
        for header, trailer, expected in (
                ("keep", "drop", b"H1\r\na \r\n"),
                ("blank", "blank", b"  \r\na \r\n \n "),
                ("drop", "keep", b"a \r\nT\n9")):
            result = self.run_file(
                data, {"header": header, "trailer": trailer},
                header=4, trailer=3)
            self.assertEqual(result.output, expected)
        short = self.run_file(b"H1", {"header": "keep"}, header=4)
        self.assertEqual(short.status, garim.INPUT)

    def test_a_trailer_needs_the_last_terminator(self):
        result = self.run_file(b"ab\r\ncdT", {"trailer": "keep"}, trailer=1)
        self.assertEqual(result.status, garim.INPUT)


class Codepages(unittest.TestCase):

    def test_iconv_and_python_agree(self):
        # not on cp273: there 0xBC is a macron for one, an overline for the
        # other, and garim follows iconv
        for name in ("cp037", "cp500", "cp1140", "iso-8859-1",
                     "iso-8859-7", "cp1252", "koi8-r", "cp437"):
            table = codepages.encoding(name).table
            for byte in range(256):
                try:
                    expected = bytes([byte]).decode(name)
                except UnicodeError:
                    expected = ""
                self.assertEqual(table[byte], expected, (name, byte))


if __name__ == "__main__":
    unittest.main()
