/*
 * Writes down what a process does to its database, in the order in which it does it: loaded with LD_PRELOAD.
 *
 * Of each open, write, truncation, sync and unlink of a file whose path holds RECORD_PATH (but no -shm, which is
 * memory), an entry goes to RECORD_TO: its time, what it was, which file, where, and the bytes. A sync is written
 * down when it has returned: from then on what stood before it survives a power cut.
 *
 * While a file FAIL_ONCE is there, the next sync fails with EIO and removes that file. After that Linux takes what was
 * to be synced for written, whether it is or not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { OPEN = 1, WRITE, TRUNCATE, SYNC, UNLINK, SYNC_FAILED };

struct entry {
    uint64_t time_ns; /* CLOCK_MONOTONIC */
    uint32_t kind;
    int32_t file;
    uint64_t offset; /* of a write; the new length of a truncation */
    uint64_t length; /* of the bytes behind this entry */
};

#define FILES 65536
static char is_watched[FILES];
static int record_fd = -1;
static const char *watched_path;

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void)
{
    const char *to = getenv("RECORD_TO");
    watched_path = getenv("RECORD_PATH");
    if (to && watched_path)
        record_fd = REAL(open64)(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void note(enum kind kind, int file, uint64_t offset, const void *bytes, size_t length)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct entry entry = {
        .time_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
        .kind = kind,
        .file = file,
        .offset = offset,
        .length = length,
    };
    struct iovec parts[2] = {{&entry, sizeof entry}, {(void *)bytes, length}};
    int error = errno;
    if (writev(record_fd, parts, 2) != (ssize_t)(sizeof entry + length))
        abort(); /* half a record would prove nothing */
    errno = error;
}

static int is_database(const char *path)
{
    return record_fd >= 0 && strstr(path, watched_path) && !strstr(path, "-shm");
}

static int opened(const char *path, int file)
{
    if (file >= 0 && file < FILES && is_database(path)) {
        is_watched[file] = 1;
        note(OPEN, file, 0, path, strlen(path));
    }
    return file;
}

static int watched(int file) { return file >= 0 && file < FILES && is_watched[file]; }

#define OPENS(name)                                                                    \
    int name(const char *path, int flags, ...)                                         \
    {                                                                                  \
        va_list more;                                                                  \
        va_start(more, flags);                                                         \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;      \
        va_end(more);                                                                  \
        return opened(path, REAL(name)(path, flags, mode));                            \
    }
OPENS(open)
OPENS(open64)

int close(int file)
{
    if (watched(file))
        is_watched[file] = 0;
    return REAL(close)(file);
}

#define WRITES(name, offset_type)                                                      \
    ssize_t name(int file, const void *bytes, size_t length, offset_type offset)       \
    {                                                                                  \
        ssize_t written = REAL(name)(file, bytes, length, offset);                     \
        if (written > 0 && watched(file))                                              \
            note(WRITE, file, (uint64_t)offset, bytes, (size_t)written);               \
        return written;                                                                \
    }
WRITES(pwrite, off_t)
WRITES(pwrite64, off64_t)

static int must_fail(int file)
{
    const char *trigger = getenv("FAIL_ONCE");
    if (!trigger || !watched(file) || REAL(unlink)(trigger) != 0)
        return 0;
    note(SYNC_FAILED, file, 0, NULL, 0);
    errno = EIO;
    return 1;
}

#define SYNCS(name)                                                                    \
    int name(int file)                                                                 \
    {                                                                                  \
        int result = must_fail(file) ? -1 : REAL(name)(file);                          \
        if (result == 0 && watched(file))                                              \
            note(SYNC, file, 0, NULL, 0);                                              \
        return result;                                                                 \
    }
SYNCS(fsync)
SYNCS(fdatasync)

#define TRUNCATES(name, length_type)                                                   \
    int name(int file, length_type length)                                             \
    {                                                                                  \
        int result = REAL(name)(file, length);                                         \
        if (result == 0 && watched(file))                                              \
            note(TRUNCATE, file, (uint64_t)length, NULL, 0);                           \
        return result;                                                                 \
    }
TRUNCATES(ftruncate, off_t)
TRUNCATES(ftruncate64, off64_t)

int unlink(const char *path)
{
    int result = REAL(unlink)(path);
    if (result == 0 && is_database(path))
        note(UNLINK, -1, 0, path, strlen(path));
    return result;
}
