/* cage_run.c: see cage.h: the parent's side: starts the child, feeds it the file, takes what comes, ends it when it is
 * slow. */
#include "base/cage.h"

#include "base/world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/* 0 when it cannot be started. */
static pid_t start(const char *command, int file, int out) {
    char *const arguments[] = {"kabinet", (char *)(uintptr_t)command, NULL}, *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    if (posix_spawn_file_actions_init(&actions) != 0) return 0;
    bool good = posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO) == 0 &&
                posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) == 0 &&
                posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
                posix_spawn_file_actions_addclosefrom_np(&actions, 3) == 0 &&
                posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environment) == 0;
    posix_spawn_file_actions_destroy(&actions);
    return good ? child : 0;
}

struct listening {
    int in;
    moment end;
    size_t most;
    struct buffer *said;
    enum caged outcome;
};

static void listen_to(void *data) {
    struct listening *listening = data;
    char piece[16384];
    size_t taken = 0;
    listening->outcome = CAGED_SLOW;
    for (;;) {
        int64_t left_ms = (listening->end - world_wall_clock()) / 1000;
        struct pollfd ready = {.fd = listening->in, .events = POLLIN};
        if (left_ms <= 0 || (poll(&ready, 1, (int)left_ms) < 0 && errno != EINTR)) return;
        if (ready.revents == 0) continue;
        ssize_t got = read(listening->in, piece, sizeof piece);
        if (got < 0 && errno != EINTR) return;
        if (got == 0) {
            listening->outcome = CAGED_ENDED;
            return;
        }
        if (got < 0) continue;
        taken += (size_t)got;
        if (taken > listening->most) {
            listening->outcome = CAGED_LARGE;
            return;
        }
        buffer_add(listening->said, piece, (size_t)got);
    }
}

/* The child's memory may be more than the arena has: then it is ended before the request is. */
static enum caged wait_for(pid_t child, struct listening *listening, int *status) {
    bool room = arena_guard(listening->said->arena, listen_to, listening);
    enum caged outcome = room ? listening->outcome : CAGED_LARGE;
    if (outcome != CAGED_ENDED) kill(child, SIGKILL);
    int ended = 0;
    while (waitpid(child, &ended, 0) < 0 && errno == EINTR) continue;
    if (outcome != CAGED_ENDED) return outcome;
    if (!WIFEXITED(ended)) return CAGED_DIED;
    *status = WEXITSTATUS(ended);
    return CAGED_ENDED;
}

enum caged cage_run(const char *command, int file, int64_t patience_us, size_t most, struct buffer *said, int *status) {
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0) return CAGED_FAILED;
    pid_t child = start(command, file, pipes[1]);
    close(pipes[1]);
    struct listening listening = {.in = pipes[0], .end = world_wall_clock() + patience_us, .most = most, .said = said};
    enum caged outcome = child != 0 ? wait_for(child, &listening, status) : CAGED_FAILED;
    close(pipes[0]);
    return outcome;
}
