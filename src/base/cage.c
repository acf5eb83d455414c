/* cage.c: see cage.h: the child's side. Resource limits and seccomp. */
#include "base/cage.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static void limit(__rlimit_resource_t what, rlim_t most) {
    const struct rlimit value = {most, most};
    (void)setrlimit(what, &value);
}

void cage_limits(void) {
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_CPU, 8);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NPROC, 0);
    limit(RLIMIT_NOFILE, 3);
#ifndef SANITIZED /* which map terabytes of shadow */
    limit(RLIMIT_AS, (rlim_t)1 << 30);
#endif
}

#ifdef SANITIZED
/* The sanitizers' run-time makes calls of its own; limits alone hold it. */
bool cage_close(enum cage_rule rule) {
    (void)rule;
    return true;
}
#else
static bool deny_files(scmp_filter_ctx filter) {
    static const int looks[] = {
        SCMP_SYS(open),   SCMP_SYS(openat),   SCMP_SYS(openat2),    SCMP_SYS(access), SCMP_SYS(faccessat),
        SCMP_SYS(stat),   SCMP_SYS(lstat),    SCMP_SYS(newfstatat), SCMP_SYS(statx),  SCMP_SYS(readlink),
        SCMP_SYS(getcwd), SCMP_SYS(readlinkat), SCMP_SYS(faccessat2),
    };
    bool good = true;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        good = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), looks[i], 0) == 0 && good;
    return good;
}

bool cage_close(enum cage_rule rule) {
    static const int allowed[] = {
        SCMP_SYS(read),   SCMP_SYS(write),        SCMP_SYS(brk),           SCMP_SYS(munmap),
        SCMP_SYS(mremap), SCMP_SYS(madvise),      SCMP_SYS(futex),         SCMP_SYS(rt_sigreturn),
        SCMP_SYS(exit),   SCMP_SYS(exit_group),   SCMP_SYS(clock_gettime), SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(fstat),  SCMP_SYS(getrandom),
    };
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) return false;
    bool good = rule == CAGE_DENIES ? deny_files(filter)
                                    : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 0) == 0;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0 && good;
    /* glibc's qsort asks how much memory there is, and goes on without knowing. */
    good = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(sysinfo), 0) == 0 && good;
    /* Memory, but none that could be run. */
    const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code) == 0 && good;
    good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code) == 0 && good;
    good = good && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return good;
}
#endif

bool cage_say(const void *data, size_t size) {
    const char *bytes = data;
    while (size > 0) {
        ssize_t done = write(STDOUT_FILENO, bytes, size);
        if (done <= 0) return false;
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}
