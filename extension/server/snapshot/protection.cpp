// Plain reads of PostgreSQL's shared memory, and one look for a file.
#include "server/snapshot/protection.hpp"

#include <unistd.h>

#include "server/state/registry.hpp"

namespace ai_cleanup::protection
{

namespace
{

// A temporary slot is kept in use by its session to the end, others only while it executes.
bool
has_temporary_slot(std::uint32_t slot, int pid)
{
	if (ReplicationSlotCtl == nullptr)
		return false;
	const std::span<const volatile ReplicationSlot> slots(
		ReplicationSlotCtl->replication_slots, static_cast<std::size_t>(max_replication_slots));
	return std::any_of(slots.begin(), slots.end(), [&](const volatile ReplicationSlot &each) {
		return compat::uses_replication_slot(each, pid, slot);
	});
}

// A transaction's exported snapshots are files, numbered from 1 (utils/time/snapmgr.c); all
// processes of the server are in its data directory.
bool
has_exported_snapshot(std::uint32_t slot)
{
	const auto [owner, number] = compat::virtual_transaction(slot);
	std::array<char, MAXPGPATH> path{};

	snprintf(path.data(), path.size(), "pg_snapshots/%08X-%08X-1", static_cast<unsigned>(owner),
			 number);
	return access(path.data(), F_OK) == 0;
}

} // namespace

Protections
of_slot(std::uint32_t slot, int pid)
{
	Protections found = 0;

	if (compat::holds_locks(slot))
		found |= protected_by_lock;
	if (has_temporary_slot(slot, pid))
		found |= protected_by_replication;
	return found;
}

Protections
of(std::uint32_t slot, int pid, Activity activity)
{
	auto found =
		static_cast<Protections>(pg_atomic_read_u32(&registry::entries()[slot].protections));

	found |= of_slot(slot, pid);
	if (activity == Activity::in_transaction && has_exported_snapshot(slot))
		found |= protected_by_snapshot;
	return found;
}

} // namespace ai_cleanup::protection
