// What the session has to tell itself it publishes when a transaction is over, with all that its
// end changes: settings, cursors, LISTEN. No callback of a transaction's end is that late, but its
// memory goes after it (AtCommit_Memory and AtCleanup_Memory in access/transam/xact.c).
#include "protection.hpp"

#include <unistd.h>

#include "held_cursors.hpp"
#include "listening.hpp"
#include "own_session.hpp"
#include "temporary_objects.hpp"

namespace ai_cleanup::protection
{

namespace
{

const config_generic *transaction_limit = nullptr;

// By its connection options or by SET: as pg_dump does, and other tools that know they may idle.
bool
has_switched_limit_off()
{
	return IdleInTransactionSessionTimeout == 0 && transaction_limit != nullptr &&
		   transaction_limit->source >= PGC_S_CLIENT;
}

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

// What can be read at any time within the session.
constexpr Protections all_readable =
	protected_by_backup | protected_by_replication | protected_by_timeout_off;

Protections
readable()
{
	Protections found = 0;

	if (get_backup_status() != SESSION_BACKUP_NONE)
		found |= protected_by_backup;
	if (compat::has_replication_origin())
		found |= protected_by_replication;
	if (has_switched_limit_off())
		found |= protected_by_timeout_off;
	return found;
}

void
publish()
{
	Protections found = readable();

	if (held_cursors::any())
		found |= protected_by_cursor;
	if (listening::is_listening())
		found |= protected_by_listen;
	if (temporary_objects::any())
		found |= protected_by_temp_table;
	own_session::publish_protections(found);
}

void
transaction_is_over(void *)
{
	publish();
	own_session::tell_worker_of_lock();
}

} // namespace

void
prepare()
{
	transaction_limit = compat::find_setting("idle_in_transaction_session_timeout");
}

Protections
of(std::uint32_t slot, int pid, Activity activity)
{
	auto found =
		static_cast<Protections>(pg_atomic_read_u32(&registry::entries()[slot].protections));

	if (compat::holds_locks(slot))
		found |= protected_by_lock;
	if (has_temporary_slot(slot, pid))
		found |= protected_by_replication;
	if (activity == Activity::in_transaction && has_exported_snapshot(slot))
		found |= protected_by_snapshot;
	return found;
}

Protections
of_mine()
{
	const auto slot = static_cast<std::uint32_t>(compat::my_proc_index());
	Protections found = own_session::published_protections();

	found = static_cast<Protections>((found & ~all_readable) | readable());

	if (compat::holds_locks(slot))
		found |= protected_by_lock;
	if (has_temporary_slot(slot, MyProcPid))
		found |= protected_by_replication;
	if (XactHasExportedSnapshots())
		found |= protected_by_snapshot;
	return found;
}

void
on_transaction_event(XactEvent event)
{
	static MemoryContextCallback callback{transaction_is_over, nullptr, nullptr};

	temporary_objects::on_transaction_event(event);
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		MemoryContextRegisterResetCallback(TopTransactionContext, &callback);
}

void
publish_again()
{
	const auto others =
		static_cast<Protections>(own_session::published_protections() & ~all_readable);

	own_session::publish_protections(others | readable());
}

void
command_begins(Node *statement)
{
	// DISCARD ALL ends listening, too.
	if (IsA(statement, ListenStmt) || IsA(statement, UnlistenStmt) || IsA(statement, DiscardStmt))
		listening::may_change();
	if (IsA(statement, DeclareCursorStmt))
	{
		const DeclareCursorStmt *cursor = castNode(DeclareCursorStmt, statement);
		if ((cursor->options & CURSOR_OPT_HOLD) != 0)
			held_cursors::declare(cursor->portalname);
	}
	if (IsA(statement, DiscardStmt) || GetCommandLogLevel(statement) == LOGSTMT_DDL)
		temporary_objects::may_change();
}

} // namespace ai_cleanup::protection
