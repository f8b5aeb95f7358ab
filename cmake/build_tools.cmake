# Tools that make building faster where they are installed, and the ways of building the whole.
find_program(REDISERVE_CCACHE ccache)
if(REDISERVE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${REDISERVE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${REDISERVE_CCACHE})
endif()

# mold links in a third of the time; link-time optimisation needs the compiler's own linker.
find_program(REDISERVE_MOLD mold)
if(REDISERVE_MOLD AND NOT REDISERVE_LTO)
  add_link_options(-fuse-ld=mold)
endif()

if(REDISERVE_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()

if(REDISERVE_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
