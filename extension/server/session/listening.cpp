// Whether a session listens is known to commands/async.c alone: pg_listening_channels() tells.
#include "server/session/listening.hpp"

#include "bridge/prelude.hpp"

namespace ai_cleanup::listening
{

namespace
{

bool changes = false;
bool listens = false;

// Reads pg_listening_channels() to its end: from 19 on it holds a scan of a hash table that
// the next commit would call leaked.
bool
has_channel()
{
	LOCAL_FCINFO(fcinfo, 0);
	FmgrInfo function;
	ReturnSetInfo result{};
	bool found = false;

	fmgr_info(F_PG_LISTENING_CHANNELS, &function);
	result.type = T_ReturnSetInfo;
	result.econtext = CreateStandaloneExprContext();
	result.allowedModes = SFRM_ValuePerCall;
	result.returnMode = SFRM_ValuePerCall;
	for (;;)
	{
		result.isDone = ExprSingleResult;
		InitFunctionCallInfoData(*fcinfo, &function, 0, InvalidOid, nullptr,
								 reinterpret_cast<Node *>(&result));
		FunctionCallInvoke(fcinfo);
		if (result.isDone != ExprMultipleResult)
			break;
		found = true;
	}
	FreeExprContext(result.econtext, true);
	return found;
}

} // namespace

void
may_change()
{
	changes = true;
}

bool
is_listening()
{
	if (!changes)
		return listens;
	changes = false;

	MemoryContext work =
		AllocSetContextCreate(TopMemoryContext, "ai_cleanup listening", ALLOCSET_SMALL_SIZES);
	MemoryContext before = MemoryContextSwitchTo(work);
	listens = has_channel();
	MemoryContextSwitchTo(before);
	MemoryContextDelete(work);
	return listens;
}

} // namespace ai_cleanup::listening
