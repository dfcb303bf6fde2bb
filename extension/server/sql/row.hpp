// A row of a set-returning function, filled in column by column.
#pragma once

#include "bridge/prelude.hpp"
#include "core/time.hpp"
#include "server/sql/declaration.hpp"
#include "server/state/client_address.hpp"

namespace ai_cleanup
{

// Plain data, for what adds to it can raise.
template <std::size_t columns> struct Row
{
	std::array<Datum, columns> values{};
	std::array<bool, columns> nulls{};
	std::size_t next = 0;

	void
	add(Datum value, bool is_null = false)
	{
		Assert(next < columns);
		values[next] = value;
		nulls[next++] = is_null;
	}

	void
	add_null()
	{
		add(Datum{0}, true);
	}

	// NULL in what is left, but for so many columns.
	void
	fill_with_nulls(std::size_t but = 0)
	{
		while (next < columns - but)
			add_null();
	}

	void
	add_text(std::string_view text)
	{
		add(PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size()))));
	}

	void
	add_name(const NameData &name)
	{
		add(NameGetDatum(&name));
	}

	// NULL where it says no moment.
	void
	add_moment(Timestamp moment)
	{
		add(TimestampTzGetDatum(moment), moment == never);
	}

	// NULL where it is negative.
	void
	add_interval(Duration length)
	{
		auto *interval = static_cast<Interval *>(palloc0(sizeof(Interval)));
		interval->time = length;
		add(IntervalPGetDatum(interval), length < 0);
	}

	// Two columns: an inet, NULL for a unix socket, and the port.
	void
	add_client(const ClientAddress &client)
	{
		if (client.host.front() == '\0')
			add_null();
		else
			add(DirectFunctionCall1(inet_in, CStringGetDatum(client.host.data())));
		add(Int32GetDatum(client.port));
	}

	// Begins a result of such rows. Raises if the function was declared with others.
	static void
	begin(FunctionCallInfo fcinfo)
	{
		InitMaterializedSRF(fcinfo, 0);
		const auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
		declaration::require_columns(result->setDesc, columns);
	}

	// As a value, for a function that returns one row.
	Datum
	datum(TupleDesc descriptor)
	{
		Assert(next == columns);
		return HeapTupleGetDatum(heap_form_tuple(descriptor, values.data(), nulls.data()));
	}

	void
	put(FunctionCallInfo fcinfo)
	{
		const auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
		Assert(next == columns);
		tuplestore_putvalues(result->setResult, result->setDesc, values.data(), nulls.data());
	}
};

} // namespace ai_cleanup
