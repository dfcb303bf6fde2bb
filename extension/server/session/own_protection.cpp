// What the session has to tell itself it publishes when a transaction is over, with all that its
// end changes: settings, cursors, LISTEN. No callback of a transaction's end is that late, but its
// memory goes after it (AtCommit_Memory and AtCleanup_Memory in access/transam/xact.c).
#include "server/session/own_protection.hpp"

#include "server/session/held_cursors.hpp"
#include "server/session/listening.hpp"
#include "server/session/tell_worker.hpp"
#include "server/session/temporary_objects.hpp"
#include "server/snapshot/protection.hpp"
#include "server/state/own_entry.hpp"

namespace ai_cleanup::own_protection
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
	own_entry::publish_protections(found);
}

void
transaction_is_over(void *)
{
	publish();
	tell_worker::of_lock();
}

} // namespace

void
prepare()
{
	transaction_limit = compat::find_setting("idle_in_transaction_session_timeout");
}

Protections
now()
{
	const auto slot = static_cast<std::uint32_t>(compat::my_proc_index());
	Protections found = own_entry::published_protections();

	found = static_cast<Protections>((found & ~all_readable) | readable());

	found |= protection::of_slot(slot, MyProcPid);
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
		static_cast<Protections>(own_entry::published_protections() & ~all_readable);

	own_entry::publish_protections(others | readable());
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

} // namespace ai_cleanup::own_protection
