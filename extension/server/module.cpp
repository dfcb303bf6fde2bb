// What happens when the library is loaded: _PG_init, as a list.
#include "bridge/prelude.hpp"
#include "server/attendant/attendant.hpp"
#include "server/requesters/admission.hpp"
#include "server/requesters/worker.hpp"
#include "server/session/client_socket.hpp"
#include "server/session/lifecycle.hpp"
#include "server/session/own_protection.hpp"
#include "server/session/utility.hpp"
#include "server/setting_definitions.hpp"
#include "server/state/hand_over.hpp"
#include "server/state/journal.hpp"
#include "server/state/registry.hpp"
#include "server/state/saved_state.hpp"
#include "server/state/wait_events.hpp"

extern "C"
{
	PG_MODULE_MAGIC;

	PGDLLEXPORT void _PG_init(void);
}

namespace ai_cleanup::module
{

namespace
{

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
		lifecycle::enter();
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

} // namespace ai_cleanup::module

void
_PG_init(void)
{
	using namespace ai_cleanup;

	if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
		return;

	settings::define();
	own_protection::prepare();
	client_socket::make_dead_end();
	hand_over::make_queue();
	module::install_hooks();
	worker::register_worker();
	attendant::register_attendant();
}
