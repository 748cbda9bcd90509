# cmake -DCOMPILER=… -DINCLUDES=… -DSOURCE=… -P check.cmake: SOURCE compiles as it stands (the control), does not compile with XTGRAD_MUST_FAIL
# defined, and then the compiler's messages match each of its lines `// expect: REGEX` (CMake's regular expressions).
cmake_minimum_required(VERSION 3.25)

list(TRANSFORM INCLUDES PREPEND "-I")
function(compile)
  execute_process(COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${INCLUDES} ${ARGN} "${SOURCE}"
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(status "${status}" PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(STRINGS "${SOURCE}" expectations REGEX "^// expect: ")
list(TRANSFORM expectations REPLACE "^// expect: " "")
if(NOT expectations)
  message(FATAL_ERROR "${SOURCE} has no line `// expect: REGEX`")
endif()

compile()
if(NOT status EQUAL 0)
  message(FATAL_ERROR "The control does not compile:\n${output}")
endif()
compile(-DXTGRAD_MUST_FAIL)
if(status EQUAL 0)
  message(FATAL_ERROR "What must not compile does.")
endif()
foreach(expectation IN LISTS expectations)
  if(NOT output MATCHES "${expectation}")
    message(FATAL_ERROR "No message matches `${expectation}`:\n${output}")
  endif()
endforeach()
