// Logins that failed although room had been made for them: with a startup option that PostgreSQL
// refuses, say, which it looks at too late for us to know. A client that tries the same again and
// again would cost a session each time; so no session makes way for the same login for a while.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::failed_logins
{

// From the authentication hook: what this process's login is recognised by.
void recognise(const Port &port);

// Has the same login failed lately?
bool failed_lately();

// This one's way: room is made for it, it is let in, and has then got in. If it ends before that
// last step, it has failed.
void note_room();
void let_in();
void got_in();
void note_end();

} // namespace ai_cleanup::failed_logins
