/* disk.h: a disk whose power may fail: SQLite's default VFS for a test, which remembers what has been synced. A crash
 * image holds every synced byte and, of what was written since, whatever luck keeps: all, nothing, some, torn at 512
 * bytes. Files really live where they are named; one database at a time; one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Before the first database is opened. */
void disk_install(void);

/* From now on the database at this path (and its WAL) is watched; what the file holds already counts as synced. */
void disk_watch(const char *path);
/* Forgets what is watched, and an image that was taken. */
void disk_forget(void);

/* Takes the image just before the calls-th next write, truncation or sync (0: now). luck decides what unsynced bytes
 * survive. taken(data) is called at that moment. */
void disk_crash(uint64_t calls, uint64_t luck, void (*taken)(void *data), void *data);
bool disk_crashed(void);
/* A crash that was ordered and has not come. */
void disk_spare(void);
/* From now on a sync keeps nothing, as on a disk that lies: a test must notice. */
void disk_lie(void);
/* Writes the image as a database at another path. */
bool disk_restore(const char *path);
