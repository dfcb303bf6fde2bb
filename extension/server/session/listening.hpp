// Does this session listen for notifications? Asked by protection.cpp at each transaction's end.
#pragma once

namespace ai_cleanup::listening
{

// From utility.cpp, in a transaction that may begin or end listening.
void may_change();

// Once the transaction is over. Asks PostgreSQL only if there was such a command.
bool is_listening();

} // namespace ai_cleanup::listening
