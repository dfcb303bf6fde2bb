// Takes places for callbacks at exit, of which PostgreSQL has 20 of each kind (MAX_ON_EXITS in
// storage/ipc/ipc.c), from every login of one role. Driven by tests/t/150_login_cut_short.pl.
#include "bridge/prelude.hpp"

extern "C"
{
	PGDLLEXPORT void _PG_init();
}

namespace ai_cleanup::exit_slots
{

namespace
{

ClientAuthentication_hook_type next_hook = nullptr;
int taken_at_proc_exit = 0;
int taken_at_shmem_exit = 0;

void
do_nothing(int, Datum)
{
}

void
take(Port *port, int status)
{
	if (status == STATUS_OK && strcmp(port->user_name, "crowded") == 0)
	{
		for (int i = 0; i < taken_at_proc_exit; i++)
			on_proc_exit(do_nothing, 0);
		for (int i = 0; i < taken_at_shmem_exit; i++)
			on_shmem_exit(do_nothing, 0);
	}
	if (next_hook != nullptr)
		next_hook(port, status);
}

void
define(const char *name, int *value)
{
	DefineCustomIntVariable(name, "So many places are taken.", nullptr, value, 0, 0, 100,
							PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
}

} // namespace

} // namespace ai_cleanup::exit_slots

void
_PG_init()
{
	using namespace ai_cleanup::exit_slots;

	define("exit_slots.proc_exit", &taken_at_proc_exit);
	define("exit_slots.shmem_exit", &taken_at_shmem_exit);
	next_hook = ClientAuthentication_hook;
	ClientAuthentication_hook = take;
}
