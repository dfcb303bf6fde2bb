// The owner's side of the registry: everything but requests is written here.
#include "server/state/own_entry.hpp"

#include "core/session.hpp"

namespace ai_cleanup::own_entry
{

namespace
{

// Read by the signal handler, hence volatile; set last, cleared first.
RegistryEntry *volatile my_entry = nullptr;
std::uint64_t my_id = 0;
volatile sig_atomic_t opened = false;
// Also in processes that are no session, and before there is one.
std::array<int, own_setting_count> published_settings{inherited, inherited, inherited, inherited,
													  inherited};

// Sessions have the first max_connections process slots (InitProcGlobal in storage/lmgr/proc.c).
// Known even when the process has given its slot back.
int my_slot = -1;

void
store(pg_atomic_uint32 &field, int value)
{
	pg_atomic_write_u32(&field, static_cast<std::uint32_t>(value));
}

void
set_names(RegistryEntry &entry)
{
	namestrcpy(&entry.database_name, MyProcPort->database_name);
	namestrcpy(&entry.role_name, MyProcPort->user_name);
}

// Until every process that found me live has sent its signal, which takes some microseconds. But
// one that is stopped just then may not hold up my exit for as long.
void
wait_for_signallers(RegistryEntry &entry)
{
	constexpr int longest = 1000; // milliseconds

	for (int i = 0; pg_atomic_read_u32(&entry.signallers) != 0 && i < longest; i++)
		pg_usleep(1000);
}

} // namespace

RegistryEntry *
get()
{
	return my_entry;
}

void
claim()
{
	my_slot = compat::my_proc_index();
	Assert(my_slot >= 0 && my_slot < MaxConnections);
	RegistryEntry &entry = registry::entries()[my_slot];

	my_id = pg_atomic_add_fetch_u64(&registry::shared().last_id, 1);
	entry.pid = MyProcPid;
	entry.role = InvalidOid;
	entry.database = InvalidOid;
	for (std::size_t i = 0; i < own_setting_count; i++)
		store(entry.own_settings[i], published_settings[i]);
	store(entry.protections, 0);
	write_timestamp(entry.idle_since, never);
	write_timestamp(entry.ahead, never);
	request_state::reset(entry.request_state);
	pg_atomic_write_u32(&entry.declines, 0);
	pg_atomic_write_u32(&entry.has_seat, 0);
	request_state::reset_termination(entry.termination_phase);
	write_timestamp(entry.declined_at, long_ago);
	entry.retirable = false;
	// Last: who sees the new phase sees nothing that the process before has left.
	registry::occupy(entry, my_id);
	my_entry = &entry;
}

void
open()
{
	RegistryEntry &entry = *my_entry;

	entry.status_index = compat::my_status_index();
	entry.role = MyProc->roleId;
	entry.database = MyDatabaseId;
	entry.opened_at = GetCurrentTimestamp();
	set_names(entry);
	registry::set_database(my_slot, MyDatabaseId);
	registry::move(entry, {my_id, Phase::login}, Phase::open);
	opened = true;
}

void
close()
{
	RegistryEntry *entry = my_entry;

	opened = false;
	if (entry == nullptr)
		return; // it never came to be one
	my_entry = nullptr;
	registry::move(*entry, registry::occupant(*entry), Phase::exiting);
	wait_for_signallers(*entry);
	registry::set_database(my_slot, InvalidOid);
}

void
release()
{
	if (my_slot >= 0)
		registry::move(registry::entries()[my_slot], {my_id, Phase::exiting}, Phase::gone);
}

bool
is_open()
{
	return opened;
}

void
announce_login(Oid role, Oid database)
{
	my_entry->role = role;
	my_entry->database = database;
	set_names(*my_entry);
}

void
publish(OwnSetting which, int value)
{
	published_settings[static_cast<std::size_t>(which)] = value;
	if (my_entry == nullptr)
		return;
	store(my_entry->own_settings[static_cast<std::size_t>(which)], value);
	pg_memory_barrier();
}

int
published(OwnSetting which)
{
	return published_settings[static_cast<std::size_t>(which)];
}

void
publish_protections(Protections protections)
{
	if (my_entry != nullptr)
		store(my_entry->protections, protections);
}

Protections
published_protections()
{
	return my_entry == nullptr
			   ? Protections{0}
			   : static_cast<Protections>(pg_atomic_read_u32(&my_entry->protections));
}

} // namespace ai_cleanup::own_entry
