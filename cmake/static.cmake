# -DREDISERVE_STATIC=ON: everything but glibc is part of the program (scripts/package tarball). Debian has spdlog and fmt as shared
# libraries only; compiled into the one file that uses them they need none.
option(REDISERVE_STATIC "Link everything but glibc statically" OFF)
add_library(rediserve_spdlog INTERFACE)
if(REDISERVE_STATIC)
  set(OPENSSL_USE_STATIC_LIBS TRUE)
  add_link_options(-static-libstdc++ -static-libgcc)
  find_package(fmt REQUIRED)
  target_compile_definitions(rediserve_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
  target_link_libraries(rediserve_spdlog INTERFACE fmt::fmt-header-only)
else()
  target_link_libraries(rediserve_spdlog INTERFACE spdlog::spdlog)
endif()
