// Keeps PostgreSQL out of core/: every core/*.cpp includes this last, so that a PostgreSQL
// header that slipped in, at whatever depth, stops the compilation.
#pragma once

#if defined(POSTGRES_H) || defined(C_H) || defined(PG_CONFIG_H)
#error "core/ must not include PostgreSQL headers: see CONTRIBUTING.md, \"The error regimes\""
#endif
