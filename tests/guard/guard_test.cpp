// A module that throws through bridge/guard.hpp on request, and, for contrast, does what the
// guard exists to prevent. Driven by tests/t/090_guard.pl.
#include "bridge/guard.hpp"

#include <optional>
#include <stdexcept>

#include <unistd.h>

extern "C"
{
	PG_MODULE_MAGIC;

	PG_FUNCTION_INFO_V1(throw_guarded);
	PG_FUNCTION_INFO_V1(answer_guarded);
	PG_FUNCTION_INFO_V1(raise_in_catch);
	PG_FUNCTION_INFO_V1(raise_over_locals);
	PG_FUNCTION_INFO_V1(locals_alive);
	PG_FUNCTION_INFO_V1(resident_bytes);

	PGDLLEXPORT Datum throw_guarded(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum answer_guarded(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum raise_in_catch(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum raise_over_locals(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum locals_alive(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum resident_bytes(PG_FUNCTION_ARGS);
}

namespace ai_cleanup::guard_test
{

namespace
{

// How many of them live now.
class Local
{
  public:
	Local()
	{
		alive++;
	}
	Local(const Local &) : Local() {}
	~Local()
	{
		alive--;
	}

	static inline int alive = 0;

  private:
	std::string text_ = std::string(500, 'l'); // more than a string holds in itself
};

class Foreign
{};

[[noreturn]] void
throw_over_locals()
{
	const std::vector<Local> many(100);
	const std::string text(10'000, 's');
	const Local one;

	throw std::runtime_error("thrown over " + std::to_string(many.size() + 1) + " locals and " +
							 std::to_string(text.size()) + " bytes");
}

// The guard inside a guard: the inner one's failure is passed on as an exception.
void
throw_inside_attempt()
{
	Failure failure;

	if (!attempt([] { throw std::runtime_error("the inner one"); }, failure))
		throw std::runtime_error(std::string("the outer one, after: ") + failure.message.data());
}

void
throw_while_handling()
{
	try
	{
		throw_over_locals();
	}
	catch (const std::exception &)
	{
		std::throw_with_nested(std::runtime_error("thrown in a catch block"));
	}
}

struct Kind
{
	const char *name;
	void (*work)();
};

constexpr Kind kinds[] = {
	{"bad_alloc", [] { throw std::bad_alloc(); }},
	// The allocator itself throws, before there is an exception of ours.
	{"no_memory", [] { throw std::runtime_error(std::string(std::string().max_size() - 1, 'x')); }},
	{"runtime_error", [] { throw std::runtime_error("went wrong"); }},
	{"percent", [] { throw std::runtime_error("100%s %n of it"); }},
	{"long_text", [] { throw std::runtime_error(std::string(10'000, 'x')); }},
	{"no_text", [] { throw std::runtime_error(""); }},
	{"integer", [] { throw 42; }},
	{"string", [] { throw std::string(500, 's'); }},
	{"foreign", [] { throw Foreign(); }},
	{"nested", throw_while_handling},
	{"inner", throw_inside_attempt},
	{"over_locals", throw_over_locals},
	{"nothing", [] {}},
};

const Kind *
find_kind(text *name)
{
	const char *wanted = text_to_cstring(name);

	for (const Kind &kind : kinds)
	{
		if (strcmp(kind.name, wanted) == 0)
			return &kind;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("no kind \"%s\"", wanted)));
	return nullptr;
}

} // namespace

} // namespace ai_cleanup::guard_test

// throw_guarded(kind text) RETURNS void: an ERROR, but for the kind "nothing".
Datum
throw_guarded(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	guarded(guard_test::find_kind(PG_GETARG_TEXT_PP(0))->work);
	PG_RETURN_VOID();
}

// answer_guarded(n int) RETURNS int: the sum of 1 to n, by way of the C++ heap.
Datum
answer_guarded(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;
	const int n = PG_GETARG_INT32(0);

	PG_RETURN_INT32(guarded([n] {
		std::vector<int> numbers;
		const guard_test::Local local;
		int sum = 0;
		for (int i = 1; i <= n; i++)
			numbers.push_back(i);
		for (const int number : numbers)
			sum += number;
		return sum;
	}));
}

// raise_in_catch() RETURNS void: what the guard must not do. longjmp leaves the catch block
// without its end, and the exception is never freed.
Datum
raise_in_catch(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	try
	{
		throw std::runtime_error(std::string(500, 'x'));
	}
	catch (const std::exception &error)
	{
		ereport(ERROR, (errmsg("%s", error.what())));
	}
	PG_RETURN_VOID();
}

// raise_over_locals() RETURNS void: what the guard's callers must not do. longjmp skips the
// destructor.
Datum
raise_over_locals(PG_FUNCTION_ARGS)
{
	const ai_cleanup::guard_test::Local local;

	(void) fcinfo;
	ereport(ERROR, (errmsg("raised over a local")));
	PG_RETURN_VOID();
}

// locals_alive() RETURNS int: how many destructors have not run.
Datum
locals_alive(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_INT32(ai_cleanup::guard_test::Local::alive);
}

// resident_bytes() RETURNS bigint: this process's memory; NULL where /proc does not tell it.
Datum
resident_bytes(PG_FUNCTION_ARGS)
{
	long long size = 0;
	long long resident = -1;
	FILE *file = fopen("/proc/self/statm", "r");

	if (file != nullptr)
	{
		if (fscanf(file, "%lld %lld", &size, &resident) != 2)
			resident = -1;
		fclose(file);
	}
	if (resident < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(resident * sysconf(_SC_PAGESIZE));
}
