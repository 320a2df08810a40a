/* Preloaded into the gate: makes fsync and fdatasync of files below FAULT_FOLDER slow or failing, and writes to them fail as on a full disk,
 * as the first line of the file FAULT_CONTROL says: "ok", "slow MILLISECONDS", "fail" or "full". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int concerned(int fd) {
  const char *folder = getenv("FAULT_FOLDER");
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (folder == NULL || length <= 0) return 0;
  path[length] = 0;
  return strncmp(path, folder, strlen(folder)) == 0;
}

static int fault(char *kind, int *milliseconds) {
  FILE *control = fopen(getenv("FAULT_CONTROL") ? getenv("FAULT_CONTROL") : "/nonexistent", "r");
  *milliseconds = 0;
  if (control == NULL) return 0;
  const int fields = fscanf(control, "%15s %d", kind, milliseconds);
  fclose(control);
  return fields >= 1;
}

static int sync_with(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  char kind[16] = "";
  int milliseconds = 0;
  if (concerned(fd) && fault(kind, &milliseconds)) {
    if (strcmp(kind, "slow") == 0) usleep((useconds_t)milliseconds * 1000);
    if (strcmp(kind, "fail") == 0) {
      errno = EIO;
      return -1;
    }
  }
  return real(fd);
}

int fsync(int fd) { return sync_with("fsync", fd); }
int fdatasync(int fd) { return sync_with("fdatasync", fd); }

ssize_t write(int fd, const void *data, size_t size) {
  ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  char kind[16] = "";
  int milliseconds = 0;
  if (concerned(fd) && fault(kind, &milliseconds) && strcmp(kind, "full") == 0) {
    errno = ENOSPC;
    return -1;
  }
  return real(fd, data, size);
}
