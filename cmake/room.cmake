# rediserve_room(NAME redis DEPENDS telemetry base SOURCES a.cpp … [LIBRARIES …])
#
# One room of the architecture: the target rediserve_<name>, its alias rediserve::<name>, and a row of
# rooms.txt that the `rooms` test compares with every #include.
file(WRITE ${CMAKE_BINARY_DIR}/rooms.txt "")

function(rediserve_room)
  cmake_parse_arguments(room "" "NAME" "DEPENDS;SOURCES;LIBRARIES" ${ARGN})
  add_library(rediserve_${room_NAME} STATIC ${room_SOURCES})
  add_library(rediserve::${room_NAME} ALIAS rediserve_${room_NAME})
  target_include_directories(rediserve_${room_NAME}
    PUBLIC ${CMAKE_SOURCE_DIR}/include
    PRIVATE ${CMAKE_SOURCE_DIR}/src)
  set(rooms ${room_DEPENDS})
  list(TRANSFORM rooms PREPEND rediserve::)
  target_link_libraries(rediserve_${room_NAME}
    PUBLIC rediserve_flags Boost::headers ${rooms} PRIVATE ${room_LIBRARIES})
  list(JOIN room_DEPENDS " " depends)
  file(APPEND ${CMAKE_BINARY_DIR}/rooms.txt "${room_NAME}: ${depends}\n")
endfunction()
