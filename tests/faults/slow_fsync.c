/* Preloaded into the gate: makes fsync and fdatasync of files below FAULT_FOLDER slow or failing, and writes to them fail as on a full
 * disk, or writes and new files as on a file system that is read-only, as the first line of the file FAULT_CONTROL says: "ok", "slow MILLISECONDS",
 * "fail", "full" or "readonly". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
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
  if (concerned(fd) && fault(kind, &milliseconds) && (strcmp(kind, "full") == 0 || strcmp(kind, "readonly") == 0)) {
    errno = strcmp(kind, "full") == 0 ? ENOSPC : EROFS;
    return -1;
  }
  return real(fd, data, size);
}

static int open_with(const char *name, const char *path, int flags, mode_t mode) {
  int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);
  const char *folder = getenv("FAULT_FOLDER");
  char kind[16] = "";
  int milliseconds = 0;
  const int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0;
  if (writes && folder != NULL && strncmp(path, folder, strlen(folder)) == 0 && fault(kind, &milliseconds) && strcmp(kind, "readonly") == 0) {
    errno = EROFS;
    return -1;
  }
  return real(path, flags, mode);
}

static mode_t mode_in(int flags, va_list more) { return (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0; }

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return open_with("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return open_with("open64", path, flags, mode);
}
