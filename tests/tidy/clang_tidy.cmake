# Looks for bugs, as .clang-tidy says, in what has no gRPC in it (Debian's gRPC headers take clang-tidy many seconds a file).
# Runs PARALLEL processes; every file must be clean.
file(GLOB sources core/*.cpp node/*.cpp gateway/*.cpp disk/*.cpp loop/*.cpp h2/*.cpp sim/*.cpp sim/virtual/*.cpp)
list(JOIN sources "\n" sources)
file(WRITE ${WORK_FILE} "${sources}\n")
execute_process(COMMAND xargs -P ${PARALLEL} -n 6 sh -c "\"$0\" --quiet \"$@\" -- -std=c++20 -I. -DBSN_VERSION=__FILE__ -DBSN_BUILD=__FILE__ 2>/dev/null" ${CLANG_TIDY}
                INPUT_FILE ${WORK_FILE} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "clang-tidy found something")
endif()
