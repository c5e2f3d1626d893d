# check: the screen and the JSON, of a policy without tokens
#
# SPDX-License-Identifier: Apache-2.0
garim check edge.p.yaml
garim check edge.p.yaml --json
garim check p.yaml | grep -v -e '^  account  ' -e '^  amount  '
garim check p.yaml --json > a
python3 - <<'END'
import json
report = json.load(open("a"))
print([domain["name"] for domain in report["domains"]])
print([span["rule"] for span in report["spans"]])
before, after = report["sample"][0]["before"], report["sample"][0]["after"]
print(before != after, len(after))
END
