# Every source is formatted as .clang-format says; mend with scripts/format.sh.
file(GLOB_RECURSE sources core/*.h core/*.cpp proto/*.h proto/*.cpp disk/*.h disk/*.cpp rpc/*.h rpc/*.cpp loop/*.h loop/*.cpp node/*.h node/*.cpp
     gateway/*.h gateway/*.cpp sim/*.h sim/*.cpp bench/*.h bench/*.cpp tests/*.h tests/*.cpp)
execute_process(COMMAND ${CLANG_FORMAT} --dry-run -Werror ${sources} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "some files are not formatted: run scripts/format.sh")
endif()
