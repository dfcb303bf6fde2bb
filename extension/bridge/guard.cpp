// The part of the guard that needs no template.
#include "guard.hpp"

namespace ai_cleanup
{

void
Failure::note(int code, const char *text) noexcept
{
	sqlstate = code;
	strlcpy(message.data(), text, message.size());
}

void
Failure::raise() const
{
	ereport(ERROR, (errcode(sqlstate), errmsg("ai_cleanup: %s", message.data())));
	pg_unreachable();
}

} // namespace ai_cleanup
