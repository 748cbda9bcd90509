# cmake -DSOURCE=… -DBINARY=… -DPROGRAMS=… [-DOPTIONS=…] -P build_and_run.cmake: configures afresh, builds and runs a project. What was compiled
# before and has not changed is used again.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "exit status ${status}")
  endif()
endfunction()

run("${CMAKE_COMMAND}" --fresh -S "${SOURCE}" -B "${BINARY}" ${OPTIONS})
run("${CMAKE_COMMAND}" --build "${BINARY}" --target ${PROGRAMS})
foreach(program IN LISTS PROGRAMS)
  run("${BINARY}/${program}")
endforeach()
