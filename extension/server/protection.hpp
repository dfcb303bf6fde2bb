// What protects a session that looks idle, because others rely on it or because it has what
// cannot be given back: found in shared memory from everywhere, and told by the session itself
// where PostgreSQL does not show it.
#pragma once

#include "bridge/prelude.hpp"
#include "core/session.hpp"

namespace ai_cleanup::protection
{

// Looks up what PostgreSQL does not say by name later. For _PG_init.
void prepare();

// Of the session in this slot, while it is idle, or idle in a transaction; then it also holds
// locks that the end of that will release.
Protections of(std::uint32_t slot, int pid, Activity activity);

// Of this session, exactly. Async-signal-safe.
Protections of_mine();

// From own_session.cpp, when a transaction ends: tells the others, once it is over.
void on_transaction_event(XactEvent event);

// Within a transaction, when what protects it may have changed. Async-signal-safe.
void publish_again();

// From utility.cpp: a command is about to run.
void command_begins(Node *statement);

} // namespace ai_cleanup::protection
