// What the database itself tells of a unit: had the server begun it, was it committed? Owns the
// tables and sequences of the test.
#pragma once

#include <string>

#include "session.hpp"
#include "work.hpp"

namespace storm::evidence
{

// Makes a table and a sequence for each client, dropping those of an earlier run.
void prepare(Session &session, int clients);

// Waits until the backend is gone: before that, a statement that still runs would be misjudged.
// False when it does not go.
bool backend_gone(Session &session, int pid);

struct Traces
{
	long calls = 0; // of nextval by this client, ever
	long rows = 0;  // of this unit
};
Traces read_unit(Session &session, int client, long unit);

// What one client has left at the end of the run.
struct Remains
{
	long whole_units = 0;
	long half_units = 0; // some of their rows, not all
};
Remains read_client(Session &session, Kind kind, int client);

} // namespace storm::evidence
