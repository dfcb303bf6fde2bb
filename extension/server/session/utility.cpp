// The commands that must be known of: some change what protects a session, a transaction that
// begins may be left open, and a CONNECTION LIMIT concerns newcomers.
#include "server/session/utility.hpp"

#include "bridge/prelude.hpp"
#include "server/session/own_protection.hpp"
#include "server/session/tell_worker.hpp"
#include "server/state/seats.hpp"

namespace ai_cleanup::utility
{

namespace
{

ProcessUtility_hook_type next_process_utility = nullptr;

bool
begins_transaction(Node *statement)
{
	if (!IsA(statement, TransactionStmt))
		return false;
	const TransactionStmtKind kind = castNode(TransactionStmt, statement)->kind;
	return kind == TRANS_STMT_BEGIN || kind == TRANS_STMT_START;
}

// CREATE or ALTER ROLE or DATABASE ... CONNECTION LIMIT.
bool
sets_connection_limit(Node *statement)
{
	List *options = NIL;

	if (IsA(statement, CreateRoleStmt))
		options = castNode(CreateRoleStmt, statement)->options;
	else if (IsA(statement, AlterRoleStmt))
		options = castNode(AlterRoleStmt, statement)->options;
	else if (IsA(statement, CreatedbStmt))
		options = castNode(CreatedbStmt, statement)->options;
	else if (IsA(statement, AlterDatabaseStmt))
		options = castNode(AlterDatabaseStmt, statement)->options;
	for (int i = 0; i < list_length(options); i++)
	{
		const char *name = static_cast<const DefElem *>(list_nth(options, i))->defname;
		// The first of roles, the second of databases (parser/gram.y).
		if (strcmp(name, "connectionlimit") == 0 || strcmp(name, "connection_limit") == 0)
			return true;
	}
	return false;
}

void
process_utility(PlannedStmt *planned, const char *query, bool read_only_tree,
				ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
				DestReceiver *dest, QueryCompletion *completion)
{
	Node *statement = planned->utilityStmt;
	const bool sets = IsA(statement, VariableSetStmt);

	if (begins_transaction(statement))
		tell_worker::of_transaction();
	else if (sets_connection_limit(statement))
		seats::note_limit();
	own_protection::command_begins(statement);

	if (next_process_utility != nullptr)
		next_process_utility(planned, query, read_only_tree, context, params, environment, dest,
							 completion);
	else
		standard_ProcessUtility(planned, query, read_only_tree, context, params, environment, dest,
								completion);
	if (sets)
		own_protection::publish_again();
}

} // namespace

void
install_hook()
{
	next_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
}

} // namespace ai_cleanup::utility
