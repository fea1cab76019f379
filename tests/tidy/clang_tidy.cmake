# Looks for bugs, as .clang-tidy says, in what has no gRPC in it (Debian's gRPC headers take clang-tidy many seconds a file).
# Runs PARALLEL processes; every file must be clean.
#
# Nearly all of the time goes into headers, so some eight files of a folder are looked at as one source. Where two of them
# give one name to different things, or something is found, they are looked at one by one, and what that says counts.
# Neighbours in the alphabet go to different groups: they are the likeliest to share names.
set(groups)
foreach(folder core node gateway disk loop h2 relay sim sim/swarm sim/virtual)
  file(GLOB sources ${folder}/*.cpp)
  list(LENGTH sources count)
  math(EXPR stride "(${count} + 7) / 8")
  math(EXPR last "${count} - 1")
  string(REPLACE "/" "_" flat ${folder})
  foreach(at RANGE ${last})
    list(GET sources ${at} source)
    math(EXPR number "${at} % ${stride}")
    string(APPEND group_${flat}_${number} "#include \"${source}\"  // NOLINT\n")
  endforeach()
  math(EXPR last "${stride} - 1")
  foreach(number RANGE ${last})
    file(WRITE ${WORK_DIR}/${flat}_${number}.cpp "${group_${flat}_${number}}")
    list(APPEND groups ${WORK_DIR}/${flat}_${number}.cpp)
  endforeach()
endforeach()
list(JOIN groups "\n" groups)
file(WRITE ${WORK_DIR}/groups.txt "${groups}\n")
file(WRITE ${WORK_DIR}/look.sh [=[
flags="-std=c++20 -I. -DBSN_VERSION=__FILE__ -DBSN_BUILD=__FILE__"
"$1" --quiet --config-file=.clang-tidy "$2" -- $flags > "$2.log" 2>&1 && exit
sed 's/^#include "//; s/".*//' "$2" | xargs -I{} "$1" --quiet {} -- $flags 2> "$2.log"
]=])
execute_process(COMMAND xargs -P ${PARALLEL} -n 1 sh ${WORK_DIR}/look.sh ${CLANG_TIDY}
                INPUT_FILE ${WORK_DIR}/groups.txt RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "clang-tidy found something")
endif()
