// The file: a header, the counters, the journal, and a checksum over all of it. It is written
// under another name first, so that only a whole one ever has its own.
#include "server/state/saved_state.hpp"

#include <cerrno>

#include <unistd.h>

#include "server/state/journal.hpp"
#include "server/state/settings.hpp"
#include "server/state/statistics.hpp"

namespace ai_cleanup::saved_state
{

namespace
{

constexpr const char *kept = PGSTAT_STAT_PERMANENT_DIRECTORY "/ai_cleanup.stat";
constexpr const char *draft = PGSTAT_STAT_PERMANENT_DIRECTORY "/ai_cleanup.stat.tmp";

// "aiclean" and a number that changes with whatever is in the file.
constexpr std::uint64_t format = 0x6169636c65616e02;
constexpr std::uint64_t format_of_1_1 = 0x6169636c65616e01;

struct Header
{
	std::uint64_t format;
	std::uint64_t ending_size;
	std::uint64_t ending_count;
};

// As up to 1.1: the first counters, and no longest wait.
struct TotalsOf1_1
{
	Timestamp since;
	std::array<std::uint64_t, 8> counters;
	std::array<std::uint64_t, wait_bucket_count> waits;
};

struct File
{
	FILE *stream;
	pg_crc32c checksum;
};

bool
put(File &file, const void *data, std::size_t size)
{
	COMP_CRC32C(file.checksum, data, size);
	return fwrite(data, 1, size, file.stream) == size;
}

bool
get(File &file, void *data, std::size_t size)
{
	if (fread(data, 1, size, file.stream) != size)
		return false;
	COMP_CRC32C(file.checksum, data, size);
	return true;
}

bool
write_all(File &file, std::span<const journal::Ending> endings)
{
	const Header header{
		.format = format, .ending_size = sizeof(journal::Ending), .ending_count = endings.size()};
	const statistics::Totals totals = statistics::totals();

	if (!put(file, &header, sizeof(header)) || !put(file, &totals, sizeof(totals)) ||
		!put(file, endings.data(), endings.size_bytes()))
		return false;
	FIN_CRC32C(file.checksum);
	return fwrite(&file.checksum, 1, sizeof(file.checksum), file.stream) == sizeof(file.checksum);
}

bool
read_totals(File &file, std::uint64_t written_as, statistics::Totals &totals)
{
	TotalsOf1_1 old{};

	if (written_as == format)
		return get(file, &totals, sizeof(totals));
	if (written_as != format_of_1_1 || !get(file, &old, sizeof(old)))
		return false;
	totals = {.since = old.since, .counters = {}, .waits = old.waits, .longest_wait = 0};
	std::copy(old.counters.begin(), old.counters.end(), totals.counters.begin());
	return true;
}

// Checks the whole file before anything of it counts. `endings` are palloc'd.
bool
read_all(File &file, statistics::Totals &totals, std::span<journal::Ending> &endings)
{
	Header header{};
	pg_crc32c checksum = 0;

	if (!get(file, &header, sizeof(header)) || !read_totals(file, header.format, totals) ||
		header.ending_size != sizeof(journal::Ending) ||
		header.ending_count > static_cast<std::uint64_t>(settings::max_journal_size))
		return false;
	const std::size_t size = header.ending_count * sizeof(journal::Ending);
	endings = {static_cast<journal::Ending *>(MemoryContextAllocHuge(CurrentMemoryContext, size)),
			   header.ending_count};
	if (!get(file, endings.data(), size))
		return false;
	FIN_CRC32C(file.checksum);
	return fread(&checksum, 1, sizeof(checksum), file.stream) == sizeof(checksum) &&
		   EQ_CRC32C(checksum, file.checksum) && fgetc(file.stream) == EOF;
}

File
open(const char *name, const char *mode)
{
	File file{.stream = AllocateFile(name, mode), .checksum = 0};

	INIT_CRC32C(file.checksum);
	return file;
}

void
save(int code, Datum)
{
	if (code != 0)
		return;
	const std::size_t room = journal::capacity() * sizeof(journal::Ending);
	auto *endings =
		static_cast<journal::Ending *>(MemoryContextAllocHuge(CurrentMemoryContext, room));
	const std::size_t count = journal::read({endings, journal::capacity()});
	File file = open(draft, PG_BINARY_W);

	const bool written = file.stream != nullptr && write_all(file, {endings, count});
	const int write_errno = errno;
	const bool closed = file.stream != nullptr && FreeFile(file.stream) == 0;
	pfree(endings);
	if (written && closed)
	{
		(void) durable_rename(draft, kept, LOG);
		return;
	}
	errno = written ? errno : write_errno;
	ereport(LOG, (errcode_for_file_access(), errmsg("could not write file \"%s\": %m", draft)));
	unlink(draft);
}

} // namespace

void
load()
{
	File file = open(kept, PG_BINARY_R);
	statistics::Totals totals{};
	std::span<journal::Ending> endings;

	if (file.stream == nullptr)
	{
		if (errno != ENOENT)
			ereport(LOG,
					(errcode_for_file_access(), errmsg("could not read file \"%s\": %m", kept)));
		return;
	}
	const bool whole = read_all(file, totals, endings);
	FreeFile(file.stream);
	unlink(kept);
	if (!whole)
		ereport(LOG, (errcode(ERRCODE_DATA_CORRUPTED),
					  errmsg("ignoring file \"%s\": it is damaged, or of another version of "
							 "ai_cleanup",
							 kept)));
	else
	{
		statistics::restore(totals);
		for (const journal::Ending &ending : endings)
			journal::note(ending);
	}
	if (endings.data() != nullptr)
		pfree(endings.data());
}

void
save_at_exit()
{
	on_shmem_exit(save, 0);
}

} // namespace ai_cleanup::saved_state
