// A few fingerprints in shared memory, the oldest overwritten first.
#include "server/state/failed_logins.hpp"

#include "core/time.hpp"
#include "server/state/registry.hpp"

namespace ai_cleanup::failed_logins
{

namespace
{

constexpr Duration remembered_for = 60 * second;

std::uint64_t fingerprint = 0;
bool room_was_made = false;
bool is_at_risk = false;

std::span<FailedLogin>
all()
{
	return registry::shared().admission.failed_logins;
}

void
add(const char *text)
{
	if (text != nullptr)
		fingerprint = hash_combine64(
			fingerprint, hash_bytes_extended(reinterpret_cast<const unsigned char *>(text),
											 static_cast<int>(strlen(text)), 0));
}

} // namespace

void
recognise(const Port &port)
{
	fingerprint = 0;
	add(port.user_name);
	add(port.database_name);
	add(port.cmdline_options);
	for (int i = 0; i < list_length(port.guc_options); i++)
		add(static_cast<const char *>(list_nth(port.guc_options, i)));
}

bool
failed_lately()
{
	const Timestamp now = GetCurrentTimestamp();
	const std::span<FailedLogin> failed = all();

	return std::any_of(failed.begin(), failed.end(), [&](FailedLogin &login) {
		return pg_atomic_read_u64(&login.fingerprint) == fingerprint &&
			   read_timestamp(login.until) > now &&
			   read_timestamp(login.until) <= after(now, remembered_for);
	});
}

void
note_room()
{
	room_was_made = true;
}

void
let_in()
{
	is_at_risk = room_was_made;
}

void
got_in()
{
	is_at_risk = false;
}

void
note_end()
{
	if (!is_at_risk)
		return;
	const std::uint32_t next =
		pg_atomic_fetch_add_u32(&registry::shared().admission.next_failed, 1);
	FailedLogin &login = all()[next % failed_login_count];
	pg_atomic_write_u64(&login.fingerprint, fingerprint);
	write_timestamp(login.until, after(GetCurrentTimestamp(), remembered_for));
}

} // namespace ai_cleanup::failed_logins
