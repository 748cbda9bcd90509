# The flags every target of the project is built with, and the include directory through which headers are reached as <xtgrad/...>.

add_library(xtgrad_options INTERFACE)
target_compile_features(xtgrad_options INTERFACE cxx_std_20)
target_compile_options(xtgrad_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow
  # g++ 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${XTGRAD_WARNINGS_AS_ERRORS}>:-Werror>
  # Source lines in messages are relative to the repository.
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=
  # A product and a sum are rounded one by one, so that a formula has the same bits in each of its readings.
  -ffp-contract=off)
target_compile_definitions(xtgrad_options INTERFACE $<$<CONFIG:Debug>:XTENSOR_ENABLE_ASSERT>)
if(XTGRAD_SANITIZE)
  target_compile_options(xtgrad_options INTERFACE -fsanitize=${XTGRAD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(xtgrad_options INTERFACE -fsanitize=${XTGRAD_SANITIZE})
endif()

include(GNUInstallDirs)

# <xtgrad/array/array.hpp> is array/array.hpp; the umbrella headers <xtgrad/array.hpp>, ... include a whole part.
set(XTGRAD_PARTS array autograd nn optim datasets handwritten)
set(XTGRAD_INCLUDE_DIR "${PROJECT_BINARY_DIR}/include")
file(MAKE_DIRECTORY "${XTGRAD_INCLUDE_DIR}/xtgrad")
foreach(part IN LISTS XTGRAD_PARTS)
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${part}" "${XTGRAD_INCLUDE_DIR}/xtgrad/${part}" SYMBOLIC)
  file(GLOB umbrella CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${part}/${part}.hpp")
  if(umbrella)
    file(CONFIGURE OUTPUT "${XTGRAD_INCLUDE_DIR}/xtgrad/${part}.hpp" CONTENT "#pragma once\n#include <xtgrad/${part}/${part}.hpp>\n" @ONLY)
  endif()
endforeach()

# Without any optimisation xtensor is ten times slower.
add_library(xtgrad_library_options INTERFACE)
target_link_libraries(xtgrad_library_options INTERFACE xtgrad_options)
target_compile_options(xtgrad_library_options INTERFACE $<$<CONFIG:Debug>:-O1>)

# What is optimised is in the libraries; more of it in tests and examples would double their compile time and nothing else.
add_library(xtgrad_program_options INTERFACE)
target_link_libraries(xtgrad_program_options INTERFACE xtgrad_options)
target_compile_options(xtgrad_program_options INTERFACE $<$<CONFIG:Release>:-O1> $<$<CONFIG:Debug>:-Og>)

# xtgrad_library(name SOURCES ... DEPENDS ...): one part of xtgrad, as target xtgrad_<name> with alias xtgrad::<name>.
function(xtgrad_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS")
  add_library(xtgrad_${name} STATIC ${arg_SOURCES})
  add_library(xtgrad::${name} ALIAS xtgrad_${name})
  set_target_properties(xtgrad_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(xtgrad_${name} PUBLIC cxx_std_20)
  target_include_directories(xtgrad_${name} PUBLIC "$<BUILD_INTERFACE:${XTGRAD_INCLUDE_DIR}>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_link_libraries(xtgrad_${name} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS} "$<BUILD_INTERFACE:xtgrad_library_options>")
endfunction()

# xtgrad::xtgrad: every part that has been defined, for those who do not want to choose.
function(xtgrad_aggregate)
  add_library(xtgrad INTERFACE)
  add_library(xtgrad::xtgrad ALIAS xtgrad)
  foreach(part IN LISTS XTGRAD_PARTS)
    if(TARGET xtgrad_${part})
      target_link_libraries(xtgrad INTERFACE xtgrad_${part})
    endif()
  endforeach()
endfunction()
