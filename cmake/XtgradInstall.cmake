# cmake --install: headers as in the build tree, static libraries, and a package for find_package(xtgrad).

include(CMakePackageConfigHelpers)

set(XTGRAD_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/xtgrad")

set(targets xtgrad)
foreach(part IN LISTS XTGRAD_PARTS)
  if(NOT TARGET xtgrad_${part})
    continue()
  endif()
  list(APPEND targets xtgrad_${part})
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${part}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xtgrad/${part}" FILES_MATCHING PATTERN "*.hpp")
  install(FILES "${XTGRAD_INCLUDE_DIR}/xtgrad/${part}.hpp" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xtgrad" OPTIONAL)
endforeach()

install(TARGETS ${targets} EXPORT xtgradTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT xtgradTargets NAMESPACE xtgrad:: DESTINATION "${XTGRAD_PACKAGE_DIR}")

list(JOIN XTGRAD_FOUND_LIBRARIES " " XTGRAD_FOUND_LIBRARIES)
configure_package_config_file(cmake/xtgradConfig.cmake.in "${PROJECT_BINARY_DIR}/xtgradConfig.cmake" INSTALL_DESTINATION "${XTGRAD_PACKAGE_DIR}")
# Until 1.0 a minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/xtgradConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/xtgradConfig.cmake" "${PROJECT_BINARY_DIR}/xtgradConfigVersion.cmake" DESTINATION "${XTGRAD_PACKAGE_DIR}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
