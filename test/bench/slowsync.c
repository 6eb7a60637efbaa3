/* Lets no sync of the disk take less than SLOWSYNC_US microseconds: LD_PRELOAD=slowsync.so */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int slow(const char *name, int fd) {
  struct timespec from, to, rest = {0, 0};
  const char *wanted = getenv("SLOWSYNC_US");
  long left_ns;
  clock_gettime(CLOCK_MONOTONIC, &from);
  int result = ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
  clock_gettime(CLOCK_MONOTONIC, &to);
  left_ns = (wanted ? atol(wanted) : 0) * 1000 - (to.tv_sec - from.tv_sec) * 1000000000 - (to.tv_nsec - from.tv_nsec);
  rest.tv_nsec = left_ns;
  if (left_ns > 0) nanosleep(&rest, NULL);
  return result;
}

int fsync(int fd) { return slow("fsync", fd); }
int fdatasync(int fd) { return slow("fdatasync", fd); }
