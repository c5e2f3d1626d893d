# coverage.py - which cells of the language the random cases reached
#
# SPDX-License-Identifier: Apache-2.0
"""Called as a program it runs generator and reference alone and tells."""

import argparse
import collections
import sys

import generate
from generate import garim


def wanted_cells():
    """Every cell that 10,000 cases have to reach."""
    for type_ in generate.TYPES:
        yield f"keep {type_}: written"
        for rule in ("blank", "constant"):
            for null in ("", " null: apply"):
                yield f"{rule}{null} {type_}: written"
            yield f"{rule} {type_}: null"
        for written in generate.TOKENS[type_]:
            yield f"as {written} {type_}: written"
            yield f"as {written} {type_}: null"
        for form in generate.FORMS[type_]:
            yield from wanted_outcomes(f"token {form} {type_}",
                                       form != "exact", form != "exact")
        for justify in ("left", "right"):
            yield f"justify {justify} {type_}"
        for pad in ("default", "blank", "zero", "nul", "high", "character"):
            yield f"pad {pad} {type_}"
        for kind in ("blank", "digits", "is", "in", "begins", "bytes"):
            yield f"expect {kind} {type_}: met"
            yield f"expect {kind} {type_}: broken"
        yield f"expect {type_}: a null passes"
        yield f"expect {type_}: a null does not"
    yield "keep digits: broken"
    yield "keep unchecked digits: written"
    for rule, type_ in (("mask", "char"), ("mask", "digits"),
                        ("mask whole_field", "char"),
                        ("mask whole_field", "digits"),
                        ("mask email", "char")):
        yield from wanted_outcomes(f"{rule} {type_}", True, False)
    for code in ["ascii", "utf-8"] + generate.ASCII_LIKE + generate.EBCDIC:
        yield f"encoding {code}"
    for framing in ("fixed", "lf", "crlf"):
        yield f"framing {framing}"
        yield f"framing {framing}: refused"
        for edge in ("header", "trailer"):
            for action in ("keep", "keep begins", "drop", "blank"):
                yield f"{edge} {action} {framing}"
    for terminator in ("lf", "crlf"):
        yield f"no last {terminator}"
        yield f"no last {terminator} before a trailer: refused"
    for count in ("0", "1", "odd", "even"):
        yield f"records {count}"
    for rejects in ("none", "allowed", "too many"):
        yield f"rejects {rejects}"


def wanted_outcomes(name, may_break, may_be_empty):
    for null in ("", " null: apply"):
        yield f"{name}{null}: written"
        if may_break:
            yield f"{name}{null}: broken"
        if may_be_empty:
            yield f"{name}{null}: empty"
    yield f"{name}: null"


def reached_cells(case, plan, result):
    record = case.layout["record"]
    framing = record.get("terminator", "fixed")
    yield f"framing {framing}"
    for edge in ("header", "trailer"):
        if edge in case.policy:
            action = case.policy[edge]
            begins = isinstance(action, dict)
            yield f"{edge} {'keep begins' if begins else action} {framing}"
    for entry, field in zip(case.layout["fields"], plan.fields):
        yield f"encoding {field.encoding.name}"
        yield f"justify {field.justify} {field.type}"
        pad = entry.get("pad", "default")
        yield f"pad {pad if len(pad) > 1 else 'character'} {field.type}"
    if result.status == garim.INPUT:
        yield f"framing {framing}: refused"
        size = len(case.data) - plan.header - plan.trailer
        if plan.trailer and size % plan.stride == plan.length:
            yield f"no last {framing} before a trailer: refused"
        return
    yield from reached_outcomes(case, plan, result)
    yield from reached_expectations(case, plan, result)
    yield f"records {'odd' if result.records % 2 else 'even'}"
    yield f"records {result.records}"
    size = len(case.data) - plan.header - plan.trailer
    if size % plan.stride:
        yield f"no last {framing}"
    yield "rejects " + ("none" if not result.rejects else
                        "allowed" if result.output is not None else "too many")


def reached_outcomes(case, plan, result):
    broken = collections.Counter(name for _record, names in result.rejects
                                 for name in names)
    for field, rule in zip(plan.fields, plan.rules):
        names = rule_names(case.policy["rules"][field.name], field, rule)
        outcomes = {"null": result.nulls[field.name],
                    "empty": result.empties[field.name],
                    "broken": broken[field.name]}
        outcomes["written"] = result.records - sum(outcomes.values())
        for name in names:
            for outcome, count in outcomes.items():
                if count:
                    yield f"{name}: {outcome}"


def reached_expectations(case, plan, result):
    for field in plan.fields:
        for record in range(result.records if field.expect else 0):
            start = plan.header + record * plan.stride
            raw = case.data[start + field.at:start + field.end]
            met = field.expect.met(field, raw)
            if field.is_null(raw):
                yield (f"expect {field.type}: a null " +
                       ("passes" if met else "does not"))
            else:
                yield (f"expect {field.expect.kind} {field.type}: " +
                       ("met" if met else "broken"))


def rule_names(text, field, rule):
    null = " null: apply" if rule.null_apply else ""
    options = text[rule.name] if isinstance(text, dict) else None
    if rule.name == "token":
        form = options.get("canonical", garim.DEFAULT_FORM[field.type])
        return (f"token {form} {field.type}{null}",
                f"as {options['as']} {field.type}")
    name = rule.name
    if rule.unchecked:
        name = "keep unchecked"
    if options == "email":
        name = "mask email"
    elif name == "mask" and options.get("whole_field") == "true":
        name = "mask whole_field"
    return (f"{name} {field.type}{null}" if name.startswith("mask")
            else f"{name}{null} {field.type}",)


class Coverage:
    """Counts the cells; missing() is what was never reached."""

    def __init__(self):
        self.counts = collections.Counter()

    def add(self, case, plan, result):
        self.counts.update(reached_cells(case, plan, result))

    def missing(self):
        return [cell for cell in wanted_cells() if not self.counts[cell]]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    generate.parse_seed(parser)
    parser.add_argument("--counts", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    coverage = Coverage()
    for number in range(options.cases):
        case = generate.make_case(generate.case_rng(options.seed, number))
        plan = case.compile()
        rejected = len(garim.run(plan, case.data, 10**9).rejects)
        limit = generate.max_rejects(case, rejected)
        result = garim.run(plan, case.data, limit)
        coverage.add(case, plan, result)
    if options.counts:
        for cell in wanted_cells():
            print(f"{coverage.counts[cell]:9,}  {cell}")
    missing = coverage.missing()
    for cell in missing:
        print(f"never reached: {cell}")
    cells = len(set(wanted_cells()))
    print(f"{cells - len(missing)} cells reached, {len(missing)} not")
    return 1 if missing and options.cases >= 10000 else 0


if __name__ == "__main__":
    sys.exit(main())
