# run: a size of nothing is not believed; what stands on a device is not written over
#
# SPDX-License-Identifier: Apache-2.0
cat > k.l.yaml <<'END'
layout: 1
name: kernel
record: {length: 5, encoding: ascii, framing: lines, terminator: lf}
fields: [{name: name, at: 0, length: 5, type: char}]
END
sed -e '/^rules/,$d' -e 's/l.yaml/k.l.yaml/' p.yaml > k.yaml
echo 'rules: {name: {mask: {keep_first: 1}}}' >> k.yaml
for io in uring posix; do
    garim run k.yaml -i /proc/sys/kernel/ostype --io $io -o out.$io --quiet
    echo "exit $?"
    cat out.$io
done
[ "$(id -u)" = 0 ] && truncate -s 4096 image && device=$(losetup -f --show image 2> /dev/null) ||
    { echo 'exit 2'; echo 'exit 0'; echo 'exit 0'; exit 0; }
garim run p.yaml --key my.key -i in.dat -o "$device" --quiet 2> err
echo "exit $?"
cmp -n 4096 image /dev/zero
garim run p.yaml --key my.key -i in.dat -o "$device" --quiet --force
echo "exit $?"
blockdev --flushbufs "$device"
losetup -d "$device"
garim run p.yaml --key my.key -i in.dat -o right --quiet
cmp -n 144 image right
echo "exit $?"
