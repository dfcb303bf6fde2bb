// What happens when the library is loaded: _PG_init, as a list.
#include "module.hpp"

#include "admission.hpp"
#include "attendant.hpp"
#include "bridge/prelude.hpp"
#include "client_socket.hpp"
#include "hand_over.hpp"
#include "journal.hpp"
#include "own_session.hpp"
#include "protection.hpp"
#include "registry.hpp"
#include "saved_state.hpp"
#include "settings.hpp"
#include "utility.hpp"
#include "wait_events.hpp"
#include "worker.hpp"

extern "C"
{
	PG_MODULE_MAGIC;

	PGDLLEXPORT void _PG_init(void);
}

namespace ai_cleanup::module
{

namespace
{

bool preloaded = false;
ClientAuthentication_hook_type next_client_authentication = nullptr;
shmem_request_hook_type next_shmem_request = nullptr;
shmem_startup_hook_type next_shmem_startup = nullptr;

void
shmem_request()
{
	if (next_shmem_request != nullptr)
		next_shmem_request();
	registry::request_memory();
	journal::request_memory();
}

void
shmem_startup()
{
	if (next_shmem_startup != nullptr)
		next_shmem_startup();
	registry::lay_out();
	const bool fresh = journal::lay_out();
	wait_events::define();
	// Elsewhere it is the postmaster's memory that is found.
	if (IsUnderPostmaster)
		return;
	if (fresh)
		saved_state::load();
	saved_state::save_at_exit();
}

// Called after failed logins too (libpq/auth.c).
void
client_authentication(Port *port, int status)
{
	if (next_client_authentication != nullptr)
		next_client_authentication(port, status);
	if (status == STATUS_OK && !am_walsender)
	{
		own_session::enter();
		admission::admit(*port);
	}
}

void
install_hooks()
{
	next_shmem_request = shmem_request_hook;
	shmem_request_hook = shmem_request;
	next_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = shmem_startup;
	next_client_authentication = ClientAuthentication_hook;
	ClientAuthentication_hook = client_authentication;
	utility::install_hook();
}

} // namespace

bool
is_preloaded()
{
	return preloaded;
}

void
require_preloaded()
{
	if (!is_preloaded())
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("ai_cleanup must be loaded by the server at its start"),
						errhint("Add shared_preload_libraries = 'ai_cleanup' to postgresql.conf "
								"and restart the server.")));
}

} // namespace ai_cleanup::module

void
_PG_init(void)
{
	using namespace ai_cleanup;

	if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
		return;

	settings::define();
	protection::prepare();
	client_socket::make_dead_end();
	hand_over::make_queue();
	module::install_hooks();
	worker::register_worker();
	attendant::register_attendant();
	module::preloaded = true;
}
