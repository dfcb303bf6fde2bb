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

// On some platforms (macOS, before PostgreSQL 18) uint64 is another type than std::uint64_t.
inline bool
compare_exchange(pg_atomic_uint64 &value, std::uint64_t &expected, std::uint64_t desired)
{
	uint64 found = expected;
	const bool done = pg_atomic_compare_exchange_u64(&value, &found, desired);

	expected = found;
	return done;
}

// The transaction of the session in this process slot; its number is InvalidLocalTransactionId
// without one. Read without a lock.
struct VirtualTransaction
{
	int owner;
	LocalTransactionId number;
};

inline VirtualTransaction
virtual_transaction(std::uint32_t proc_index)
{
	const volatile PGPROC *proc = GetPGProcByNumber(proc_index);
#if PG_VERSION_NUM >= 170000
	return {proc->vxid.procNumber, proc->vxid.lxid};
#else
	return {proc->backendId, proc->lxid};
#endif
}

inline bool
has_transaction(std::uint32_t proc_index)
{
	return virtual_transaction(proc_index).number != InvalidLocalTransactionId;
}

// Does the process in this slot hold a heavyweight lock (storage/lmgr/lock.c)? Read without a
// lock: of an idle session these are session-level locks, which come and go with its own work.
inline bool
holds_locks(std::uint32_t proc_index)
{
	const PGPROC *proc = GetPGProcByNumber(proc_index);
	const auto holds = [](const auto &locks) {
#if PG_VERSION_NUM >= 160000
		return !dlist_is_empty(&locks);
#else
		return locks.next != &locks;
#endif
	};
	return std::any_of(std::begin(proc->myProcLocks), std::end(proc->myProcLocks), holds);
}

// Does this process, which is in this process slot, use the replication slot? Read without a lock.
inline bool
uses_replication_slot(const volatile ReplicationSlot &slot, [[maybe_unused]] int pid,
					  [[maybe_unused]] std::uint32_t proc_index)
{
#if PG_VERSION_NUM >= 190000
	return slot.in_use && slot.active_proc == static_cast<ProcNumber>(proc_index);
#else
	return slot.in_use && slot.active_pid == pid;
#endif
}

// Has this process been given a replication origin (pg_replication_origin_session_setup)?
inline bool
has_replication_origin()
{
#if PG_VERSION_NUM >= 190000
	return replorigin_xact_state.origin != InvalidReplOriginId;
#else
	return replorigin_session_origin != InvalidRepOriginId;
#endif
}

// One of PostgreSQL's own settings, as guc.c keeps it for this process.
inline const config_generic *
find_setting(const char *name)
{
#if PG_VERSION_NUM >= 160000
	return find_option(name, false, true, WARNING);
#else
	const std::span<config_generic *const> all(get_guc_variables(),
											   static_cast<std::size_t>(GetNumConfigOptions()));
	const auto found = std::find_if(all.begin(), all.end(), [name](const config_generic *setting) {
		return strcmp(setting->name, name) == 0;
	});
	return found == all.end() ? nullptr : *found;
#endif
}

// Are so many of the sessions' slots free? Few, for the list of free ones is walked under a
// spinlock (storage/lmgr/proc.c).
inline bool
has_free_slots(int count)
{
#if PG_VERSION_NUM >= 160000
	int found = 0;
	return HaveNFreeProcs(count, &found);
#else
	return HaveNFreeProcs(count);
#endif
}

// The slots that InitPostgres keeps from a role without any privilege (utils/init/postinit.c).
inline int
reserved_slots()
{
#if PG_VERSION_NUM >= 160000
	return SuperuserReservedConnections + ReservedConnections;
#else
	return ReservedBackends;
#endif
}

// And from this one, which is no superuser. See forget_memberships().
inline int
reserved_slots([[maybe_unused]] Oid role)
{
#if PG_VERSION_NUM >= 160000
	if (ReservedConnections > 0 && has_privs_of_role(role, ROLE_PG_USE_RESERVED_CONNECTIONS))
		return SuperuserReservedConnections;
#endif
	return reserved_slots();
}

// utils/adt/acl.c remembers the memberships of the role it was last asked about. Before
// MyDatabaseId is set they lack pg_database_owner, and until later in InitPostgres nobody
// tells it of changes: so after questions in a login it must be made to forget them, which
// it does when it is asked about another role.
inline void
forget_memberships()
{
	(void) has_privs_of_role(ROLE_PG_MONITOR, ROLE_PG_SIGNAL_BACKEND);
}

// Takes InitPostgres's check for reserved slots as passed, in this process, until
// restore_reserve(): to be used only right after the same check has been made and passed.
struct Reserve
{
	int superusers = 0;
	int others = 0;
};

inline Reserve
pass_reserve()
{
#if PG_VERSION_NUM >= 160000
	const Reserve saved{SuperuserReservedConnections, ReservedConnections};
	SuperuserReservedConnections = 0;
	ReservedConnections = 0;
#else
	const Reserve saved{ReservedBackends, 0};
	ReservedBackends = 0;
#endif
	return saved;
}

inline void
restore_reserve(Reserve saved)
{
#if PG_VERSION_NUM >= 160000
	SuperuserReservedConnections = saved.superusers;
	ReservedConnections = saved.others;
#else
	ReservedBackends = saved.superusers;
#endif
}

// May the role connect to the database?
inline bool
may_connect(Oid database, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(DatabaseRelationId, database, role, ACL_CONNECT) == ACLCHECK_OK;
#else
	return pg_database_aclcheck(database, role, ACL_CONNECT) == ACLCHECK_OK;
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

// Will PostgreSQL end this session for a limit on its transaction (miscadmin.h)?
inline bool
transaction_timeout_pending()
{
#if PG_VERSION_NUM >= 170000
	return IdleInTransactionSessionTimeoutPending || TransactionTimeoutPending;
#else
	return IdleInTransactionSessionTimeoutPending;
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
