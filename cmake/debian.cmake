# The Debian package, by CPack: scripts/package deb. Configured with CMAKE_INSTALL_PREFIX=/usr, which decides what the files in it say.
if(NOT REDISERVE_PACKAGE OR NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  return()
endif()

set(REDISERVE_MAINTAINER "RediServe authors <maintainers@rediserve.invalid>" CACHE STRING "Who answers for the package")
set(REDISERVE_CODENAME "unstable" CACHE STRING "The release of Debian or Ubuntu it is built on and for")
set(REDISERVE_DEBIAN_VERSION "${PROJECT_VERSION}-1~${REDISERVE_CODENAME}")
string(TIMESTAMP REDISERVE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)   # of SOURCE_DATE_EPOCH

# Policy wants these compressed, without a name and a time within.
function(compress from to)
  add_custom_command(OUTPUT ${to} COMMAND sh -c "exec gzip -9n <\"$1\" >\"$2\"" sh ${from} ${to} DEPENDS ${from} VERBATIM)
endfunction()

configure_file(packaging/debian/changelog.in ${generated}/changelog.Debian @ONLY)
compress(${generated}/changelog.Debian ${generated}/changelog.Debian.gz)
compress(${CMAKE_SOURCE_DIR}/CHANGELOG.md ${generated}/changelog.gz)
compress(${CMAKE_SOURCE_DIR}/packaging/rediserve.8 ${generated}/rediserve.8.gz)
add_custom_target(debian_files
  DEPENDS ${generated}/changelog.Debian.gz ${generated}/changelog.gz ${generated}/rediserve.8.gz)
install(FILES ${generated}/changelog.Debian.gz ${generated}/changelog.gz packaging/debian/copyright
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT debian)
install(FILES ${generated}/rediserve.8.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man8 COMPONENT debian)

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)   # files go to /etc, too
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_CMAKE_PROJECTS
  "${CMAKE_BINARY_DIR};rediserve;runtime;/" "${CMAKE_BINARY_DIR};rediserve;debian;/")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME rediserve)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "HTTP API for Redis and Valkey")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"RediServe answers HTTP requests with what Redis or Valkey answers to
commands: values under /keys/, any command in the words of Upstash's REST
API, and streams of what is published as server-sent events. It is for
clients that cannot hold a connection to Redis (browsers, serverless
functions, anything that speaks HTTP), and serves thousands of them on a
handful of connections.

It follows single servers, Sentinel groups and clusters, knows tokens and
what each of them may do, speaks TLS, and comes with metrics for Prometheus.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "1~${REDISERVE_CODENAME}")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${REDISERVE_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "redis-server | valkey-server")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(control_files conffiles postinst prerm postrm)
list(TRANSFORM control_files PREPEND ${CMAKE_SOURCE_DIR}/packaging/debian/)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${control_files})
set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR}/out)
include(CPack)
