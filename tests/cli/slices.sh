# run --records: slices that follow each other are the whole, numbers are those
# of the whole input
#
# SPDX-License-Identifier: Apache-2.0
compare() {
    garim run "$1" $3 -i "$2" -o whole --force --quiet
    for slice in :1 1:2 2:; do
        garim run "$1" $3 -i "$2" --records $slice --quiet 2>>said
    done >pieces
    cmp whole pieces && echo "$2: the same"
}
printf %s "$(cat lines.dat)" >open.dat
compare lines.p.yaml lines.dat "--key my.key"
compare lines.p.yaml open.dat "--key my.key"
for header in keep drop blank; do
    for trailer in keep drop blank; do
        sed "s/^header:.*/header: $header/; s/^trailer:.*/trailer: $trailer/" \
            edge.p.yaml >e.p.yaml
        compare e.p.yaml edge.dat
    done
done
sort said | uniq -c | sed 's/^ *//'

garim run lines.p.yaml --key my.key -i lines.dat --records 1:2 -o one --report one.json --quiet
grep -E '"(in|out)"' one.json
garim run lines.p.yaml --key my.key -i lines.dat --records 1: --quiet | wc -l
printf 'ACC0000000000017OPEN\nZq7ACC      \n   shut\n%20s\n' >broken.dat
garim run lines.p.yaml --key my.key -i broken.dat --records 1: -o x --quiet
echo "exit $?"
printf 'HEADER0001AB120042Zq77000xZq770001TOTAL2' >faulty.dat
sed 's/amount:.*/amount: {mask: {keep_last: 1, with: "0"}}/' edge.p.yaml >f.p.yaml
garim run f.p.yaml -i faulty.dat --records 1:2 -o x --quiet
echo "exit $?"
garim run f.p.yaml -i faulty.dat --records 2: --quiet | od -An -c
