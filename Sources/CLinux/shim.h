// What the toolchain's Glibc module does not show.
#pragma once
#include <sys/eventfd.h>
// <pthread.h> hides it without _GNU_SOURCE, which a module cannot define for another.
int pthread_setname_np(unsigned long thread, const char *name);
