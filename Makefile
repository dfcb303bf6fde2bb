# For what looks for a Makefile: PGXN's client, Debian's pg_buildext, and people. It is PGXS's;
# CMake builds elsewhere (cmake -B build).
include Makefile.pgxs
