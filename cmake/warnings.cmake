# What every target of ours is compiled with.
add_library(rediserve_flags INTERFACE)
target_compile_features(rediserve_flags INTERFACE cxx_std_20)
target_compile_options(rediserve_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(rediserve_flags INTERFACE -Wno-restrict)   # false alarms on "literal" + std::string (GCC 105651)
endif()
if(REDISERVE_WERROR)
  target_compile_options(rediserve_flags INTERFACE -Werror)
endif()
target_compile_definitions(rediserve_flags INTERFACE
  REDISERVE_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
