# Finds the PostgreSQL server to build for, through its pg_config, and builds modules for it.
# Set PG_CONFIG to choose one: cmake -DPG_CONFIG=/usr/lib/postgresql/15/bin/pg_config
find_program(PG_CONFIG pg_config REQUIRED
             HINTS /usr/lib/postgresql/15/bin /opt/homebrew/opt/postgresql@15/bin)

function(ask_pg_config question variable)
  execute_process(COMMAND "${PG_CONFIG}" "--${question}" OUTPUT_VARIABLE answer
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} "${answer}" PARENT_SCOPE)
endfunction()

ask_pg_config(version PG_VERSION)
ask_pg_config(bindir PG_BINDIR)
ask_pg_config(pkglibdir PG_PKGLIBDIR)
ask_pg_config(sharedir PG_SHAREDIR)
ask_pg_config(includedir-server PG_INCLUDEDIR_SERVER)
if(NOT EXISTS "${PG_INCLUDEDIR_SERVER}/postgres.h")
  message(FATAL_ERROR "${PG_INCLUDEDIR_SERVER}/postgres.h is missing: install PostgreSQL's "
                      "server headers (Debian: postgresql-server-dev-15).")
endif()
message(STATUS "Building for ${PG_VERSION} (${PG_CONFIG})")

# A shared library that the server loads: no "lib" in front, its symbols found in the server.
function(add_postgresql_module name)
  add_library(${name} MODULE ${ARGN})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/extension")
  target_include_directories(${name} SYSTEM PRIVATE "${PG_INCLUDEDIR_SERVER}")
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  set_target_properties(${name} PROPERTIES PREFIX "")
  if(APPLE)
    target_link_options(${name} PRIVATE -bundle_loader "${PG_BINDIR}/postgres")
  endif()
endfunction()
