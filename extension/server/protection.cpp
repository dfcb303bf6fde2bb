// Locks and temporary tables show in PGPROC (storage/proc.h). Whether a session listens is known
// to commands/async.c alone: pg_listening_channels() tells the session itself, once the
// transaction that changed it has taken effect. No callback of a transaction's end is that late,
// but its memory goes after it: AtCommit_Memory and AtCleanup_Memory in access/transam/xact.c.
#include "protection.hpp"

#include "own_session.hpp"

namespace ai_cleanup::protection
{

namespace
{

bool is_pending = false;

// Asks pg_listening_channels() for its first row.
bool
has_listening_channel()
{
	LOCAL_FCINFO(fcinfo, 0);
	FmgrInfo function;
	ReturnSetInfo result{};

	fmgr_info(F_PG_LISTENING_CHANNELS, &function);
	result.type = T_ReturnSetInfo;
	result.econtext = CreateStandaloneExprContext();
	result.allowedModes = SFRM_ValuePerCall;
	result.returnMode = SFRM_ValuePerCall;
	InitFunctionCallInfoData(*fcinfo, &function, 0, InvalidOid, nullptr,
							 reinterpret_cast<Node *>(&result));
	FunctionCallInvoke(fcinfo);
	const bool found = result.isDone == ExprMultipleResult;
	FreeExprContext(result.econtext, true);
	return found;
}

void
check_listening(void *)
{
	MemoryContext work =
		AllocSetContextCreate(TopMemoryContext, "ai_cleanup listening", ALLOCSET_SMALL_SIZES);
	MemoryContext before = MemoryContextSwitchTo(work);

	is_pending = false;
	own_session::publish_listening(has_listening_channel());
	MemoryContextSwitchTo(before);
	MemoryContextDelete(work);
}

} // namespace

Protections
of(std::uint32_t slot)
{
	Protections protections = 0;

	if (pg_atomic_read_u32(&registry::entries()[slot].listens) != 0)
		protections |= protected_by_listen;
	if (compat::holds_locks(slot))
		protections |= protected_by_lock;
	// Set until the session ends, even if the tables are gone (catalog/namespace.c).
	if (OidIsValid(GetPGProcByNumber(slot)->tempNamespaceId))
		protections |= protected_by_temp_table;
	return protections;
}

void
recheck_listening()
{
	if (is_pending || own_session::entry() == nullptr)
		return;
	auto *callback = static_cast<MemoryContextCallback *>(
		MemoryContextAlloc(TopTransactionContext, sizeof(MemoryContextCallback)));
	callback->func = check_listening;
	callback->arg = nullptr;
	MemoryContextRegisterResetCallback(TopTransactionContext, callback);
	is_pending = true;
}

} // namespace ai_cleanup::protection
