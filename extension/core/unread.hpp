// Judges what a client has sent and its session has not read yet, by PostgreSQL's
// frontend/backend protocol 3. Called by server/answer.cpp from a signal handler: no
// allocation, no exceptions.
#pragma once

#include <cstddef>
#include <span>

namespace ai_cleanup
{

// Do these bytes hold a complete request, one that the session can answer without waiting for
// more from its client: a whole simple query, function call, Sync or Terminate?
// `seen` is the beginning of what is unread, `total` its whole length in bytes. What lies
// beyond `seen` cannot be known; then the answer is yes: the benefit of the doubt goes to
// the client.
bool holds_complete_request(std::span<const unsigned char> seen, std::size_t total) noexcept;

} // namespace ai_cleanup
