# -DREDISERVE_PACKAGE=ON: how a daemon is built that strangers install, the same bytes wherever it is built.
if(REDISERVE_PACKAGE)
  # What Debian's dpkg-buildflags(1) asks for; position-independent programs are the compilers' default there.
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_link_options(LINKER:-z,relro,-z,now,--as-needed)
  add_compile_options(-ffile-prefix-map=${CMAKE_BINARY_DIR}=build -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
endif()
