# cmake -DSOURCE=… -DBINARY=… -DOPTIONS=… -DEXPECT=… -P refused.cmake: configuring SOURCE with OPTIONS fails, and says EXPECT.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND "${CMAKE_COMMAND}" --fresh -S "${SOURCE}" -B "${BINARY}" ${OPTIONS} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
# CMake breaks lines where it likes.
string(REGEX REPLACE "[ \n]+" " " text "${output}")
string(FIND "${text}" "${EXPECT}" place)
if(status EQUAL 0 OR place EQUAL -1)
  message(FATAL_ERROR "exit status ${status}; expected a failure that says `${EXPECT}`:\n${output}")
endif()
