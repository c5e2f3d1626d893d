# completion knows every command and every option of its help
#
# SPDX-License-Identifier: Apache-2.0
[ -f "$GARIM_BUILD/garim.bash" ] || exit 77
command -v bash > /dev/null || exit 77
cat > complete.bash <<'END'
source "$GARIM_BUILD/garim.bash"
try() {
    COMP_WORDS=(garim "$@")
    COMP_CWORD=$#
    _garim
    echo "$* -> ${COMPREPLY[*]}"
}
for command in run check keygen show synth; do
    COMP_WORDS=(garim "$command" --) COMP_CWORD=2
    _garim
    printf '%s\n' "${COMPREPLY[@]}" | sort > known
    garim help "$command" | grep -o '^ *\(-., \)\?--[a-z-]*' |
        grep -o -e '--.*' | sort | diff - known
done
try ""
try sh
try help s
try run --ke
try run p.yaml --io ""
try run p.yaml --io = po
try run p.y
try run p.yaml -i in
try run p.yaml --threads ""
END
bash complete.bash
! command -v zsh > /dev/null || zsh -n "$GARIM_BUILD/_garim"
