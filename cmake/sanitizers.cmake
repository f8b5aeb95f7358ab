# -DREDISERVE_SANITIZE=address (with undefined behaviour) or thread; REDISERVE_FUZZ implies address.
if(REDISERVE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "REDISERVE_FUZZ needs clang's libFuzzer: cmake --preset fuzz")
  endif()
  set(REDISERVE_SANITIZE address)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(REDISERVE_SANITIZE STREQUAL "address")
  # The null/alignment family doubles the time to compile Asio and finds what address finds.
  set(checks -fsanitize=address,undefined -fno-sanitize=null,vptr,alignment,object-size -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    list(APPEND checks -fno-sanitize=function)   # Clang 14 cannot emit coroutines with it
  else()
    list(APPEND checks -Wno-maybe-uninitialized) # false alarms of GCC 12 inside result<void>
  endif()
elseif(REDISERVE_SANITIZE STREQUAL "thread")
  set(checks -fsanitize=thread)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # GCC warns at every fence of Asio, which TSan does not model.
    list(APPEND checks -Wno-tsan -Wno-maybe-uninitialized)
  endif()
elseif(REDISERVE_SANITIZE)
  message(FATAL_ERROR "REDISERVE_SANITIZE is address, thread or empty, not '${REDISERVE_SANITIZE}'")
endif()
if(REDISERVE_SANITIZE)
  add_compile_options(${checks} -fno-omit-frame-pointer)
  add_link_options(${checks})
endif()
