/* A disk that fails as it is told, under one database: LD_PRELOAD=disk.so, Linux with glibc.
 *
 * DISK_FILE      path of the database; its -wal, -shm and -journal are watched with it (files 0, 1, 2, 3)
 * DISK_CONTROL   file of 16 int32, shared with the test, which changes them while the gateway runs; see enum
 * DISK_LOG       where every write, truncation, removal and sync of the files is written down in its order; left out: nowhere
 *
 * A record of the log: four int32 (kind, file, result, number of the sync), three int64 (offset, length, CLOCK_MONOTONIC in ns), and of a
 * write its bytes. A sync stands there twice: when it begins, and when it has returned; what was written before it began is on the
 * disk when it returned well. The log is written before the caller goes on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Masks have bit 1 << file. Counts tell the test what happened. */
enum { WRITE_MASK, WRITE_ERRNO, WRITES_LEFT, SYNC_MASK, SYNC_ERRNO, SLOW_MASK, SLOW_MS, READ_MASK, WRITES_REFUSED, SYNCS_REFUSED, READS_REFUSED, SYNCS, SYNCING };
enum { WRITTEN = 1, TRUNCATED, REMOVED, SYNC, SYNCED };
enum { files = 4, fds = 65536 };

static const char *const ends[files] = {"", "-wal", "-shm", "-journal"};
static unsigned char watched[fds];
static const char *database;
static volatile int32_t *control;
static int log_fd = -1;
static int32_t syncs;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_pread)(int, void *, size_t, off64_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_unlink)(const char *);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void begin(void) {
  const char *place = getenv("DISK_CONTROL"), *log = getenv("DISK_LOG");
  real_open = dlsym(RTLD_NEXT, "open64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_pread = dlsym(RTLD_NEXT, "pread64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  if (!place) return;
  int fd = real_open(place, O_RDWR | O_CLOEXEC);
  void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared == MAP_FAILED) abort();
  real_close(fd);
  control = shared;
  if (log && (log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0) abort();
  database = getenv("DISK_FILE");
}

/* @returns the number of a watched file and one; 0 for any other */
static int numbered(const char *path) {
  size_t length = database ? strlen(database) : 0;
  if (!length || strncmp(path, database, length) != 0) return 0;
  for (int file = 0; file < files; file++) if (strcmp(path + length, ends[file]) == 0) return file + 1;
  return 0;
}

static int file_of(int fd) { return fd >= 0 && fd < fds && control ? watched[fd] - 1 : -1; }
static int in(int mask, int file) { return (control[mask] >> file) & 1; }

static int64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* Under the lock. What cannot be written down ends the process: a test must not believe half a log. */
static void note(int kind, int file, int result, int number, int64_t offset, int64_t length, const void *bytes) {
  struct { int32_t what[4]; int64_t where[3]; } head = {{kind, file, result, number}, {offset, length, now()}};
  struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, bytes ? (size_t)length : 0}};
  if (log_fd >= 0 && writev(log_fd, parts, 2) != (ssize_t)(sizeof head + parts[1].iov_len)) abort();
}

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < fds) watched[fd] = (unsigned char)numbered(path);
  return fd;
}

#define MODE(flags, mode) int mode = 0; if ((flags) & O_CREAT) { va_list more; va_start(more, flags); mode = va_arg(more, int); va_end(more); }
int open(const char *path, int flags, ...) { MODE(flags, mode) return opened(real_open(path, flags, mode), path); }
int open64(const char *path, int flags, ...) { MODE(flags, mode) return opened(real_open(path, flags, mode), path); }

int close(int fd) {
  if (fd >= 0 && fd < fds) watched[fd] = 0;
  return real_close(fd);
}

/* @returns whether a write to the file fails now; so many still go well as are left */
static int refused(int file) {
  if (!in(WRITE_MASK, file)) return 0;
  if (control[WRITES_LEFT] > 0) { control[WRITES_LEFT]--; return 0; }
  control[WRITES_REFUSED]++;
  errno = control[WRITE_ERRNO];
  return 1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  int file = file_of(fd);
  if (file < 0) return real_pwrite(fd, bytes, length, offset);
  pthread_mutex_lock(&order);
  ssize_t result = refused(file) ? -1 : real_pwrite(fd, bytes, length, offset);
  int error = errno;
  if (result > 0) note(WRITTEN, file, 0, 0, offset, result, bytes);
  pthread_mutex_unlock(&order);
  errno = error;
  return result;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

ssize_t pread64(int fd, void *bytes, size_t length, off64_t offset) {
  int file = file_of(fd);
  if (file < 0 || !in(READ_MASK, file)) return real_pread(fd, bytes, length, offset);
  control[READS_REFUSED]++;
  errno = EIO;
  return -1;
}
ssize_t pread(int fd, void *bytes, size_t length, off_t offset) { return pread64(fd, bytes, length, offset); }

int ftruncate64(int fd, off64_t length) {
  int file = file_of(fd);
  if (file < 0) return real_ftruncate(fd, length);
  pthread_mutex_lock(&order);
  int result = refused(file) ? -1 : real_ftruncate(fd, length), error = errno;
  if (result == 0) note(TRUNCATED, file, 0, 0, length, 0, NULL);
  pthread_mutex_unlock(&order);
  errno = error;
  return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int unlink(const char *path) {
  int file = control ? numbered(path) - 1 : -1;
  if (file < 0) return real_unlink(path);
  pthread_mutex_lock(&order);
  int result = real_unlink(path), error = errno;
  if (result == 0) note(REMOVED, file, 0, 0, 0, 0, NULL);
  pthread_mutex_unlock(&order);
  errno = error;
  return result;
}

/* As long as it is told, and no longer than it is told so. */
static void rest(int file) {
  const struct timespec moment = {0, 5000000};
  int64_t begun = now();
  while (in(SLOW_MASK, file) && now() - begun < (int64_t)control[SLOW_MS] * 1000000) nanosleep(&moment, NULL);
}

static int synced(int fd, int (*real)(int)) {
  int file = file_of(fd);
  if (file < 0) return real(fd);
  pthread_mutex_lock(&order);
  int number = ++syncs;
  note(SYNC, file, 0, number, 0, 0, NULL);
  control[SYNCING]++;
  pthread_mutex_unlock(&order);
  rest(file);
  int result = in(SYNC_MASK, file) ? -1 : real(fd), error = in(SYNC_MASK, file) ? control[SYNC_ERRNO] : errno;
  pthread_mutex_lock(&order);
  control[SYNCING]--;
  control[result == 0 ? SYNCS : SYNCS_REFUSED]++;
  note(SYNCED, file, result, number, 0, 0, NULL);
  pthread_mutex_unlock(&order);
  errno = error;
  return result;
}
int fsync(int fd) { return synced(fd, real_fsync); }
int fdatasync(int fd) { return synced(fd, real_fdatasync); }
