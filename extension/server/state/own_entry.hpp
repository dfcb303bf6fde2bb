// This process's own entry in the registry, if it is a session, and what it publishes there.
// session/lifecycle.cpp says when each of the steps is due.
#pragma once

#include "server/state/registry.hpp"

namespace ai_cleanup::own_entry
{

// Mine, from claim() until close(); NULL in every other process. Async-signal-safe.
RegistryEntry *get();

// Takes the entry of this process's slot, for a newcomer. Does not raise.
void claim();
// Opens it for retirement.
void open();
// It counts no more and is not mine any more. Waits for processes that are about to send it a
// signal.
void close();
// The process slot is free, and may have a new occupant already.
void release();

// From open() to close(). Only then do PostgreSQL's status entry, the database, the role and the
// settings of this session hold. Async-signal-safe.
bool is_open();

// While I log in: the role and the database I shall have, if nothing goes wrong.
void announce_login(Oid role, Oid database);

// From the settings' assign hooks, in whatever process: my own value, or `inherited` if the
// configuration file's counts.
void publish(OwnSetting which, int value);
// What I have published, if a setting is my own; otherwise `inherited`.
int published(OwnSetting which);

// What protects me that only I can see. Both are async-signal-safe.
void publish_protections(Protections protections);
Protections published_protections();

} // namespace ai_cleanup::own_entry
