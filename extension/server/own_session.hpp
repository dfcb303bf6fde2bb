// This process's own place in the registry, if it is a session: entered at the end of its
// authentication, opened for retirement at its first commit, left when it exits.
#pragma once

#include "registry.hpp"

namespace ai_cleanup::own_session
{

// From the authentication hook, after success, in anything but a walsender.
void enter();

// Mine, from enter() until the exit has begun; NULL in every other process.
RegistryEntry *entry();

// Has the first commit passed? Only then do PostgreSQL's status entry, the database, the
// role and the settings of this session hold. Async-signal-safe.
bool is_open();

// While I log in: the role and the database I shall have, if nothing goes wrong.
void announce_login(Oid role, Oid database);

// From the settings' assign hooks, in whatever process: my own value, or `inherited` if the
// configuration file's counts.
void publish(OwnSetting which, int value);
// What I have published, if a setting is my own; otherwise `inherited`.
int published(OwnSetting which);

// From server/protection.cpp: what protects me that only I can see. Both are async-signal-safe.
void publish_protections(Protections protections);
Protections published_protections();

// A transaction is over: if I still hold a lock, I may come to be in somebody's way.
void tell_worker_of_lock();

// A transaction block begins: the worker hears of it if a limit on it could pass before it
// looks again.
void transaction_begins();

} // namespace ai_cleanup::own_session
