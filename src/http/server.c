/* server.c: starts and stops the I/O threads. */
#include "http/server.h"

#include "base/check.h"
#include "http/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG 1024
#define PEM_MAX ((size_t)256 * 1024)

/* ---- listening ---- */

static int listen_on(const struct addrinfo *address, bool shared) {
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, off = 0;
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (address->ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int port_of(int fd) {
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    char port[16];
    if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0) return 0;
    if (getnameinfo((struct sockaddr *)&bound, size, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0) return 0;
    int64_t number = 0;
    return text_to_int(text_from(port), &number) ? (int)number : 0;
}

/* -1 with *problem set. */
static int listen_at(struct server *server, int port, bool shared, struct text *problem) {
    const char *address = server->options.address != NULL ? server->options.address : "127.0.0.1";
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(address, service, &hints, &found) != 0) {
        *problem = text_format(server->arena, "%s: not an address to listen on", address);
        return -1;
    }
    int fd = listen_on(found, shared);
    if (fd < 0) *problem = text_format(server->arena, "%s:%d: %s", address, port, strerror(errno));
    freeaddrinfo(found);
    return fd;
}

/* A socket for each thread, all on one port: the kernel spreads connections over them. A port that is shared so would
 * also be shared with another server started by mistake, so it must be had alone first. */
static bool listen_all(struct server *server, struct text *problem) {
    bool shared = server->loop_count > 1;
    int alone = listen_at(server, server->options.port, false, problem);
    if (alone < 0) return false;
    server->port = port_of(alone);
    if (!shared) {
        server->loops[0].listen_fd = alone;
        return true;
    }
    close(alone);
    for (int i = 0; i < server->loop_count; i++) {
        server->loops[i].listen_fd = listen_at(server, server->port, true, problem);
        if (server->loops[i].listen_fd < 0) return false;
    }
    return true;
}

/* ---- certificate ---- */

static char *read_pem(struct arena *arena, const char *path, struct text *problem) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || (size_t)info.st_size > PEM_MAX) {
        *problem = text_format(arena, "%s: %s", path, fd < 0 ? strerror(errno) : "not a PEM file");
        if (fd >= 0) close(fd);
        return NULL;
    }
    size_t size = (size_t)info.st_size, got = 0;
    char *pem = arena_alloc(arena, size + 1);
    ssize_t part;
    while (got < size && (part = read(fd, pem + got, size - got)) > 0) got += (size_t)part;
    close(fd);
    if (got == size && strstr(pem, "-----BEGIN") != NULL) return pem;
    *problem = text_format(arena, "%s: not a PEM file", path);
    return NULL;
}

static bool read_certificate(struct server *server, struct text *problem) {
    const struct server_options *options = &server->options;
    if (options->certificate_file == NULL) return true;
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES || options->key_file == NULL) {
        *problem = TEXT("TLS needs a key file beside the certificate");
        return false;
    }
    server->certificate = read_pem(server->arena, options->certificate_file, problem);
    if (server->certificate == NULL) return false;
    server->key = read_pem(server->arena, options->key_file, problem);
    return server->key != NULL;
}

/* ---- start and stop ---- */

/* Debian's soft limit of 1024 descriptors is below what we are asked to serve; what the hard one allows is ours to
 * take. */
static void allow_connections(const struct server_options *options) {
    struct rlimit files;
    rlim_t wanted = (rlim_t)(options->connections_max > 0 ? options->connections_max : 4096) + 512;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted) return;
    files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &files);
}

static void stop_loops(struct server *server) {
    atomic_store(&server->stopping, true);
    for (int i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        if (loop->running) {
            atomic_store(&loop->asleep, true); /* so that it is woken in any case */
            loop_wake_up(loop);
        }
    }
    for (int i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        if (loop->running) pthread_join(loop->thread, NULL);
        else if (loop->daemon != NULL) MHD_stop_daemon(loop->daemon);
        else if (loop->listen_fd >= 0) close(loop->listen_fd);
        if (loop->wake_fd >= 0) close(loop->wake_fd);
        ready_shelf_free(loop->shelf);
    }
}

struct server *server_start(const struct server_options *options, struct arena *arena, struct text *problem) {
    struct server *server = arena_new_of(arena, struct server);
    server->options = *options;
    allow_connections(options);
    server->arena = arena;
    server->site = site_new(arena, &server->options);
    server->loop_count = options->threads > 0 ? options->threads : 1;
    server->loops = arena_array(arena, struct loop, (size_t)server->loop_count);
    for (int i = 0; i < server->loop_count; i++)
        server->loops[i].listen_fd = server->loops[i].wake_fd = -1;
    bool ready = read_certificate(server, problem) && listen_all(server, problem);
    if (ready) {
        server->pump = file_pump_start(arena);
        ready = server->pump != NULL;
        for (int i = 0; ready && i < server->loop_count; i++) ready = loop_start(&server->loops[i], server);
        if (!ready) *problem = TEXT("the HTTP server did not start: out of threads, descriptors, or a certificate that "
                                    "does not fit its key");
    }
    if (ready) return server;
    stop_loops(server);
    file_pump_stop(server->pump);
    return NULL;
}

int server_port(const struct server *server) {
    return server->port;
}

void server_stop(struct server *server, int64_t grace_us) {
    atomic_store(&server->grace_us, grace_us);
    stop_loops(server);
    file_pump_stop(server->pump);
}
