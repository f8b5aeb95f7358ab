# hiredis >= 1.1 with TLS: the system's, or the one scripts/setup put into build/hiredis.
find_package(PkgConfig REQUIRED)
set(ENV{PKG_CONFIG_PATH} "${CMAKE_SOURCE_DIR}/build/hiredis/lib/pkgconfig:$ENV{PKG_CONFIG_PATH}")
pkg_check_modules(hiredis IMPORTED_TARGET GLOBAL hiredis>=1.1 hiredis_ssl>=1.1)
if(NOT hiredis_FOUND)
  message(FATAL_ERROR "hiredis >= 1.1 with hiredis_ssl was not found. Run ./scripts/setup, which gets it.")
endif()
