# run: an input that changes during the run is exit 3 and never published; a
# link, its name and its rights are not the input
#
# SPDX-License-Identifier: Apache-2.0
garim synth l.yaml -n 100000 -o whole --quiet
shrink() { truncate -s -4800 in; }
empty() { : > in; }
grow() { head -c 48 whole >> in; }
overwrite() { head -c 48 whole | dd of=in conv=notrunc 2> /dev/null; }
sneak() {
    touch -r in time
    printf 9 | dd of=in bs=1 seek=47999 conv=notrunc 2> /dev/null
    touch -r time in
}
replace() { cp whole new && mv new in; }
link() { ln in other; }
away() { mv in other; }
rights() { chmod 640 in; }
atime() { touch -a in; }
for io in uring posix; do
    for change in shrink empty grow overwrite sneak replace link away rights atime; do
        cp whole in
        # Half a second and more, once there is a part.
        garim run p.yaml --key my.key -i in -o out --rate 8m --window 64k \
            --io $io --quiet 2> err &
        while [ ! -e out.part ]; do sleep 0.01; done
        $change
        wait $!
        echo "$io $change: exit $?," "$(grep -c 'during the run' err) message"
        find . -name 'out*'
        rm -f out other time
    done
done
