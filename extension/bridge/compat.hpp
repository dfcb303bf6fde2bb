// Every difference between PostgreSQL versions, and the only PG_VERSION_NUM of the project.
// Included through prelude.hpp.
#pragma once

#if PG_VERSION_NUM < 150000
#error "ai_cleanup needs PostgreSQL 15 or newer: older ones are past their end of life"
#endif

namespace ai_cleanup::compat
{

// This process's index in ProcGlobal->allProcs (storage/lmgr/proc.c).
inline int
my_proc_index()
{
#if PG_VERSION_NUM >= 170000
	return MyProcNumber;
#else
	return MyProc->pgprocno;
#endif
}

// This process's index in the status array (utils/activity/backend_status.c).
inline int
my_status_index()
{
#if PG_VERSION_NUM >= 170000
	return MyProcNumber;
#else
	return MyBackendId - 1;
#endif
}

// The status array itself: not exported, but every process knows its own entry in it.
// NULL in a process that has none.
inline const volatile PgBackendStatus *
status_array()
{
	return MyBEEntry == nullptr ? nullptr : MyBEEntry - my_status_index();
}

// Has the session in this process slot a transaction? Read without a lock.
inline bool
has_transaction(std::uint32_t proc_index)
{
	const volatile PGPROC *proc = GetPGProcByNumber(proc_index);
#if PG_VERSION_NUM >= 170000
	return proc->vxid.lxid != InvalidLocalTransactionId;
#else
	return proc->lxid != InvalidLocalTransactionId;
#endif
}

// Memory for a setting's `extra`, freed by guc.c. NULL when there is none left.
inline void *
setting_extra(std::size_t size)
{
#if PG_VERSION_NUM >= 160000
	return guc_malloc(LOG, size);
#else
	return malloc(size);
#endif
}

// A wait event with a name of its own, where the server can show one. Safe to call again.
inline uint32
wait_event([[maybe_unused]] const char *name)
{
#if PG_VERSION_NUM >= 170000
	return WaitEventExtensionNew(name);
#else
	return PG_WAIT_EXTENSION;
#endif
}

} // namespace ai_cleanup::compat
