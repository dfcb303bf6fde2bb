// What protects this session, and how it tells the others what only it can see.
#pragma once

#include "bridge/prelude.hpp"
#include "core/protection.hpp"

namespace ai_cleanup::own_protection
{

// Looks up what PostgreSQL does not say by name later. For _PG_init.
void prepare();

// At this moment, exactly. Async-signal-safe.
Protections now();

// When a transaction ends: tells the others, once it is over.
void on_transaction_event(XactEvent event);

// Within a transaction, when what protects it may have changed. Async-signal-safe.
void publish_again();

// A command is about to run.
void command_begins(Node *statement);

} // namespace ai_cleanup::own_protection
