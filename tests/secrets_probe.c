/* secrets_probe.c - looks for pieces of secrets in a process that it stops
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 *   garim-secrets-probe process PID < NEEDLES   stop, look, let it go on
 *   garim-secrets-probe file PATH < NEEDLES     look in a core file
 *   garim-secrets-probe deny COMMAND ...        run it without memfd_secret(2)
 *
 * NEEDLES are lines `NAME HEX`; every 8 bytes that stand side by side in one
 * are looked for at every byte.  Locked pages that no dump holds are where
 * secrets belong, and are left out.  Each line of the answer is one name and
 * place with how often it was found; the last one counts all.
 */
#include <ctype.h>
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PIECE = 8,
    NAMES_MAX = 64,
    NAME_BYTES = 32,
    SLOTS = 1 << 14,
    CHUNK = 1 << 20,
    THREADS_MAX = 1024,
};

struct slot {
    uint64_t piece;
    unsigned name; /* from 1; 0: free */
};

static char names[NAMES_MAX][NAME_BYTES];
static unsigned name_count;
static struct slot slots[SLOTS];
static size_t piece_count;
static uint8_t beginnings[1 << 16]; /* the first two bytes of a piece */

static uint64_t scanned, found, hidden;

static void die(const char *what)
{
    (void)fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
    exit(2);
}

/* ---- needles ------------------------------------------------------------- */

static struct slot *slot_of(uint64_t piece)
{
    size_t at = (size_t)(piece * UINT64_C(0x9E3779B97F4A7C15) >> 50);
    while (slots[at].name != 0 && slots[at].piece != piece)
        at = (at + 1) % SLOTS;
    return &slots[at];
}

static void add_pieces(const uint8_t *bytes, size_t count, unsigned name)
{
    for (size_t i = 0; i + PIECE <= count; i++) {
        uint64_t piece;
        memcpy(&piece, bytes + i, PIECE);
        struct slot *slot = slot_of(piece);
        if (slot->name != 0) continue;
        *slot = (struct slot){piece, name};
        beginnings[piece & 0xFFFF] = 1;
        if (++piece_count > SLOTS / 2) die("too many needles");
    }
}

static unsigned number_of(const char name[NAME_BYTES])
{
    for (unsigned i = 1; i <= name_count; i++)
        if (strcmp(names[i], name) == 0) return i;
    if (name_count + 1 >= NAMES_MAX) die("too many names");
    memcpy(names[++name_count], name, NAME_BYTES);
    return name_count;
}

static void read_needles(void)
{
    char name[NAME_BYTES], digits[513];
    while (scanf("%31s %512s", name, digits) == 2) {
        uint8_t bytes[256];
        const size_t count = strlen(digits) / 2;
        for (size_t i = 0; i < count; i++)
            if (sscanf(digits + 2 * i, "%2hhx", &bytes[i]) != 1) die("needle");
        add_pieces(bytes, count, number_of(name));
    }
    if (piece_count == 0) die("no needles");
}

/* ---- looking ------------------------------------------------------------- */

static void look(const uint8_t *bytes, size_t count, const char *where)
{
    uint64_t hits[NAMES_MAX] = {0};
    scanned += count;
    for (size_t i = 0; i + PIECE <= count; i++) {
        uint64_t piece;
        memcpy(&piece, bytes + i, PIECE);
        if (!beginnings[piece & 0xFFFF]) continue;
        hits[slot_of(piece)->name]++;
    }
    for (unsigned name = 1; name <= name_count; name++) {
        if (hits[name] == 0) continue;
        found += hits[name];
        (void)printf("%s: %" PRIu64 " in %s\n", names[name], hits[name], where);
    }
}

/* Chunks overlap by a piece less a byte, so that none is missed or seen twice.
 * False where nothing could be read. */
static bool look_in_file(int file, uint64_t from, uint64_t to,
                         const char *where)
{
    static uint8_t buffer[CHUNK + PIECE];
    size_t kept = 0;
    while (from < to) {
        size_t some = to - from < CHUNK ? (size_t)(to - from) : CHUNK;
        ssize_t got = pread(file, buffer + kept, some, (off_t)from);
        if (got <= 0) return false;
        look(buffer, kept + (size_t)got, where);
        from += (uint64_t)got;
        const size_t all = kept + (size_t)got;
        kept = all < PIECE - 1 ? all : PIECE - 1;
        memmove(buffer, buffer + all - kept, kept);
    }
    return true;
}

/* ---- a process ----------------------------------------------------------- */

static pid_t threads[THREADS_MAX];
static size_t thread_count;

static bool is_known(pid_t thread)
{
    for (size_t i = 0; i < thread_count; i++)
        if (threads[i] == thread) return true;
    return false;
}

/* Seize the threads not seized yet; how many there were. */
static size_t seize_new(pid_t process)
{
    char path[64];
    size_t fresh = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    DIR *folder = opendir(path);
    if (folder == NULL) die(path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const pid_t thread = (pid_t)atoi(entry->d_name);
        if (thread == 0 || is_known(thread)) continue;
        if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) != 0) {
            if (errno == ESRCH) continue;
            die("PTRACE_SEIZE");
        }
        if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) != 0)
            die("PTRACE_INTERRUPT");
        if (waitpid(thread, NULL, __WALL) != thread) die("waitpid");
        if (thread_count == THREADS_MAX) die("too many threads");
        threads[thread_count++] = thread;
        fresh++;
    }
    (void)closedir(folder);
    return fresh;
}

static void look_in_registers(void)
{
    static const int sets[] = {NT_PRSTATUS, NT_X86_XSTATE};
    static uint8_t registers[1 << 15];
    for (size_t i = 0; i < thread_count; i++)
        for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
            struct iovec room = {registers, sizeof registers};
            if (ptrace(PTRACE_GETREGSET, threads[i], sets[set], &room) == 0)
                look(registers, room.iov_len, "registers");
        }
}

struct mapping {
    uint64_t from, to;
    bool readable;
    char name[256];
};

static void look_in_mapping(int memory, const struct mapping *mapping,
                            const char *flags)
{
    if (mapping->to == 0 || !mapping->readable) return;
    if (strstr(flags, " lo") != NULL && strstr(flags, " dd") != NULL) {
        hidden++;
        return;
    }
    (void)look_in_file(memory, mapping->from, mapping->to, mapping->name);
}

static void look_in_memory(pid_t process)
{
    char path[64], line[1024];
    struct mapping mapping = {0};
    (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)process);
    const int memory = open(path, O_RDONLY | O_CLOEXEC);
    if (memory < 0) die(path);
    (void)snprintf(path, sizeof path, "/proc/%d/smaps", (int)process);
    FILE *maps = fopen(path, "re");
    if (maps == NULL) die(path);
    while (fgets(line, sizeof line, maps) != NULL) {
        struct mapping next = {.name = "memory without a name"};
        char mode[8];
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %255[^\n]",
                   &next.from, &next.to, mode, next.name) >= 3) {
            next.readable = mode[0] == 'r';
            mapping = next;
        } else if (strncmp(line, "VmFlags:", 8) == 0) {
            look_in_mapping(memory, &mapping, line);
        }
    }
    (void)fclose(maps);
    (void)close(memory);
}

static int probe_process(pid_t process)
{
    while (seize_new(process) > 0)
        continue;
    if (thread_count == 0) die("no threads");
    look_in_registers();
    look_in_memory(process);
    for (size_t i = 0; i < thread_count; i++)
        (void)ptrace(PTRACE_DETACH, threads[i], NULL, NULL);
    return 0;
}

static int probe_file(const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) die(path);
    const off_t end = lseek(file, 0, SEEK_END);
    if (end <= 0 || !look_in_file(file, 0, (uint64_t)end, path)) die(path);
    (void)close(file);
    return 0;
}

/* ---- a system without memfd_secret --------------------------------------- */

static int deny(char **command)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_secret, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        die("seccomp");
    (void)execvp(command[0], command);
    die(command[0]);
    return 2;
}

int main(int count, char **words)
{
    if (count >= 3 && strcmp(words[1], "deny") == 0) return deny(words + 2);
    if (count != 3) return 2;
    read_needles();
    if (strcmp(words[1], "process") == 0)
        (void)probe_process((pid_t)atoi(words[2]));
    else
        (void)probe_file(words[2]);
    (void)printf("pieces %" PRIu64 " threads %zu bytes %" PRIu64
                 " hidden %" PRIu64 "\n",
                 found, thread_count, scanned, hidden);
    return 0;
}
