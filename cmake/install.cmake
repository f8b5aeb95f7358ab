# What `cmake --install` puts where (GNUInstallDirs). Components: runtime is what everybody wants; a package adds debian or tarball.
include(GNUInstallDirs)
# /etc where the prefix is /usr, which is what services read; "etc" below any other.
set(REDISERVE_SYSCONFDIR ${CMAKE_INSTALL_SYSCONFDIR})
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(REDISERVE_SYSCONFDIR ${CMAKE_INSTALL_FULL_SYSCONFDIR})
endif()

install(TARGETS rediserve COMPONENT runtime)

set(generated ${CMAKE_BINARY_DIR}/packaging)
configure_file(packaging/systemd/rediserve.service.in ${generated}/rediserve.service @ONLY)
# Read from /etc, the schema is not beside it.
file(READ config/rediserve.json example)
string(REPLACE "./rediserve.schema.json" "${CMAKE_INSTALL_FULL_DATADIR}/rediserve/rediserve.schema.json" example "${example}")
file(GENERATE OUTPUT ${generated}/rediserve.json CONTENT "${example}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS config/rediserve.json)

install(FILES ${generated}/rediserve.json
  DESTINATION ${REDISERVE_SYSCONFDIR}/rediserve COMPONENT runtime)
install(FILES packaging/rediserve.default
  DESTINATION ${REDISERVE_SYSCONFDIR}/default RENAME rediserve COMPONENT runtime)
install(FILES ${generated}/rediserve.service packaging/systemd/rediserve.socket
  DESTINATION lib/systemd/system COMPONENT runtime)
install(FILES config/rediserve.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/rediserve COMPONENT runtime)
install(FILES packaging/completions/rediserve.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME rediserve COMPONENT runtime)
install(FILES packaging/completions/_rediserve
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT runtime)
install(FILES packaging/completions/rediserve.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT runtime)
# As in the source tree, so that the pages find each other.
install(FILES README.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(DIRECTORY docs config DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)

install(FILES packaging/rediserve.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8 COMPONENT tarball)
install(FILES CHANGELOG.md LICENSE packaging/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tarball)
