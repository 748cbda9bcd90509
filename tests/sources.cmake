# Tests of the sources and the package rather than of the built programs: the same whatever the build's options, so a sanitizer build, whose
# libraries link only with the sanitizer's own flags, leaves them out.
if(XTGRAD_SANITIZE OR NOT XTGRAD_INSTALL)
  return()
endif()

set(XTGRAD_TEST_PREFIX "${PROJECT_BINARY_DIR}/tests/prefix")
set(same_tools "-G${CMAKE_GENERATOR};-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}")

# The package, and a stranger's project built against it and against the source tree.
add_test(NAME install COMMAND "${CMAKE_COMMAND}" "-DBUILD=${PROJECT_BINARY_DIR}" "-DPREFIX=${XTGRAD_TEST_PREFIX}"
  "-DFORBIDDEN=${PROJECT_SOURCE_DIR};${PROJECT_BINARY_DIR}" -P "${CMAKE_CURRENT_SOURCE_DIR}/downstream/install.cmake")
set_tests_properties(install PROPERTIES FIXTURES_SETUP installed_package COST 1000)

add_test(NAME find_package COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/downstream"
  "-DBINARY=${PROJECT_BINARY_DIR}/tests/find_package" "-DPROGRAMS=consumer;consumer_native"
  "-DOPTIONS=${same_tools};-DCMAKE_PREFIX_PATH=${XTGRAD_TEST_PREFIX}" -P "${CMAKE_CURRENT_SOURCE_DIR}/downstream/build_and_run.cmake")
set_tests_properties(find_package PROPERTIES FIXTURES_REQUIRED installed_package)

add_test(NAME add_subdirectory COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/downstream"
  "-DBINARY=${PROJECT_BINARY_DIR}/tests/add_subdirectory" "-DPROGRAMS=consumer"
  "-DOPTIONS=${same_tools};-DCONSUMER_XTGRAD_SOURCE=${PROJECT_SOURCE_DIR}" -P "${CMAKE_CURRENT_SOURCE_DIR}/downstream/build_and_run.cmake")
set_tests_properties(add_subdirectory PROPERTIES COST 900)

# Every header that is installed compiles by itself, without a warning, against what else is installed.
foreach(part IN LISTS XTGRAD_PARTS)
  if(NOT TARGET xtgrad_${part})
    continue()
  endif()
  add_test(NAME headers.${part} COMMAND "${CMAKE_COMMAND}" "-DCOMPILER=${CMAKE_CXX_COMPILER}"
    "-DINCLUDE=${XTGRAD_TEST_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}" -DPART=${part} "-DBINARY=${PROJECT_BINARY_DIR}/tests/headers/${part}"
    -P "${CMAKE_CURRENT_SOURCE_DIR}/downstream/headers.cmake")
  set_tests_properties(headers.${part} PROPERTIES FIXTURES_REQUIRED installed_package COST 500)
endforeach()

# It has as many headers as all others together.
set_tests_properties(headers.autograd PROPERTIES COST 850)

# What configure refuses, and what it says: libraries that are missing, a BLAS that computes wrongly.
function(xtgrad_refused name expect)
  add_test(NAME configure.${name} COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DBINARY=${PROJECT_BINARY_DIR}/tests/configure/${name}"
    "-DOPTIONS=${same_tools};${ARGN}" "-DEXPECT=${expect}" -P "${CMAKE_CURRENT_SOURCE_DIR}/downstream/refused.cmake")
endfunction()
xtgrad_refused(missing_libraries "apt-get install libxtensor-dev libfmt-dev "
  -DCMAKE_DISABLE_FIND_PACKAGE_xtensor=ON -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON)
add_library(xtgrad_wrong_blas SHARED downstream/wrong_blas.cpp)
xtgrad_refused(wrong_blas "exit status 1; 1 is a wrong result" "-DBLAS_LIBRARIES=$<TARGET_FILE:xtgrad_wrong_blas>")

# What must not compile: each tests/compile_fail/NAME.cpp says in itself what and with which message.
file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/*.cpp")
foreach(source IN LISTS sources)
  cmake_path(GET source STEM name)
  add_test(NAME compile_fail.${name} COMMAND "${CMAKE_COMMAND}" "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DSOURCE=${source}"
    "-DINCLUDES=$<TARGET_PROPERTY:xtgrad,INTERFACE_INCLUDE_DIRECTORIES>" -P "${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/check.cmake")
endforeach()
