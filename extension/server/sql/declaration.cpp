// Function declarations, checked.
#include "server/sql/declaration.hpp"

namespace ai_cleanup::declaration
{

namespace
{

[[noreturn]] void
other_version()
{
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("the loaded ai_cleanup library and the extension in this database are "
						   "of different versions"),
					errhint("Restart the server if it was not restarted since ai_cleanup was "
							"installed, then run ALTER EXTENSION ai_cleanup UPDATE.")));
	pg_unreachable();
}

} // namespace

void
require_arguments(FunctionCallInfo fcinfo, int count)
{
	if (PG_NARGS() != count)
		other_version();
}

void
require_columns(TupleDesc descriptor, int count)
{
	if (descriptor->natts != count)
		other_version();
}

TupleDesc
result_row(FunctionCallInfo fcinfo, int columns)
{
	TupleDesc descriptor = nullptr;

	if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
		other_version();
	require_columns(descriptor, columns);
	return descriptor;
}

} // namespace ai_cleanup::declaration
