/*
 * Loaded before a server's own libraries (LD_PRELOAD) by a test that needs what cannot be had
 * otherwise, as long as there is a file for it in the folder $AI_CLEANUP_PRELOAD:
 *
 *   clock   the server's clock goes wrong by so many seconds
 *   stop    whoever is about to send SIGUSR2 is stopped (SIGSTOP) before it does
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/types.h>

static FILE *
open_order(const char *name)
{
	const char *folder = getenv("AI_CLEANUP_PRELOAD");
	char path[4096];

	if (folder == NULL)
		return NULL;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return fopen(path, "r");
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	static int (*real)(struct timeval *, void *);
	FILE *order = open_order("clock");
	long seconds = 0;

	if (real == NULL)
		real = (int (*)(struct timeval *, void *)) dlsym(RTLD_NEXT, "gettimeofday");
	if (order != NULL)
	{
		if (fscanf(order, "%ld", &seconds) != 1)
			seconds = 0;
		fclose(order);
	}
	if (real(now, zone) != 0)
		return -1;
	now->tv_sec += seconds;
	return 0;
}

int
kill(pid_t pid, int signal)
{
	static int (*real)(pid_t, int);
	FILE *order = signal == SIGUSR2 ? open_order("stop") : NULL;

	if (real == NULL)
		real = (int (*)(pid_t, int)) dlsym(RTLD_NEXT, "kill");
	if (order != NULL)
	{
		fclose(order);
		raise(SIGSTOP);
	}
	return real(pid, signal);
}
