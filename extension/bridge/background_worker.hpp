// What every background worker of ours does alike: it is connected to no database, sleeps until
// something happens, and reloads the configuration when it is told to.
#pragma once

#include "core/time.hpp"
#include "prelude.hpp"

namespace ai_cleanup::background_worker
{

// For _PG_init. `main` is a function that the library exports.
void declare(const char *name, const char *main);

// The first step of `main`.
void begin(const char *name);

// Until the latch is set, or then, or until there is something to read on `descriptor`, if that is
// not -1.
void wait_until(Timestamp then, int descriptor, std::uint32_t wait_event);

// Reads the configuration files anew, if a reload was asked for. True if it did.
bool reload_if_asked();

} // namespace ai_cleanup::background_worker
