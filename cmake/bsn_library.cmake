# bsn_library and friends: one way to declare what stands in the house, so that the laws of its layers can be checked.
#
#   bsn_library(NAME bsn_core LAYER 0 USES ... EXTERNAL ...)     (SOURCES: every *.cpp of the folder unless listed)
#   bsn_executable(NAME bsn-node SOURCES ... USES ... EXTERNAL ...)
#   bsn_test(NAME node_tests LABEL unit SOURCES ... USES ... EXTERNAL ...)
#   bsn_bench(NAME machine_cost_bench SOURCES ... USES ... EXTERNAL ...)      (with Google Benchmark)
#   bsn_use_jemalloc(bsn-gateway)
#   bsn_proto_library(NAME bsn_proto STUBS bsn_stubs LAYER 0 PROTOS a.proto ...)   (messages; gRPC's stubs)

# The pairs of one layer that may touch, each with its reason; everything else of one layer is strangers.
set(BSN_SIDEWAYS_ALLOWED
    "bsn_gateway_serve>bsn_edge"  # the gateway's shell opens its HTTP edge, which knows only methods and loops
    "bsn_rpc>bsn_codec"      # gRPC status details carry an encoded Reply
    "bsn_grpc>bsn_rpc"       # gRPC's clients and servers, for whoever is not in the path of calls
    "bsn_grpc>bsn_codec"     # likewise
    "bsn_rpc>bsn_h2"         # what every server of ours has beside its methods: health, reflection, refusals
    "bsn_h2>bsn_loop"        # its loops run machines too
)

function(bsn_check_layers name layer)
  foreach(used IN LISTS ARGN)
    if(NOT TARGET ${used})
      message(FATAL_ERROR "${name} uses ${used}, which does not exist (yet): declare it first")
    endif()
    get_target_property(used_layer ${used} BSN_LAYER)
    if(used_layer GREATER layer)
      message(FATAL_ERROR "${name} (layer ${layer}) uses ${used} (layer ${used_layer}): dependencies run downward only")
    endif()
    if(used_layer EQUAL layer AND NOT "${name}>${used}" IN_LIST BSN_SIDEWAYS_ALLOWED)
      message(FATAL_ERROR "${name} uses its neighbour ${used} (both layer ${layer}): meet in a lower layer instead")
    endif()
  endforeach()
endfunction()

# The standard headers that most files need.
set(BSN_STD_PCH <algorithm> <functional> <map> <memory> <optional> <string> <variant> <vector>)

# Precompiles these headers and the standard ones for a target, if it has enough sources to gain by it. A room names what
# nearly all of its files need (gRPC, Asio, protobuf's messages: proto/codec.h brings them all): those that don't pay for
# it, as the compiler instantiates each time what such headers left open.
function(bsn_precompile name sources)
  list(LENGTH sources count)
  if(count GREATER 4)
    target_precompile_headers(${name} PRIVATE ${ARGN} ${BSN_STD_PCH})
  endif()
endfunction()

# Writes down what stands where, for the include scan of tests/tidy and the link tests: one line per target,
# "kind name layer folder | sources | uses".
function(bsn_record kind name layer)
  cmake_parse_arguments(PARSE_ARGV 3 ARG "" "" "SOURCES;USES")
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(sources)
  foreach(source IN LISTS ARG_SOURCES)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    file(RELATIVE_PATH source ${PROJECT_SOURCE_DIR} ${source})
    list(APPEND sources ${source})
  endforeach()
  string(REPLACE ";" " " sources "${sources}")
  string(REPLACE ";" " " uses "${ARG_USES}")
  set_property(GLOBAL APPEND PROPERTY BSN_HOUSE "${kind} ${name} ${layer} ${folder} | ${sources} | ${uses}")
endfunction()

function(bsn_library)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;LAYER" "SOURCES;USES;EXTERNAL;PCH")
  bsn_check_layers(${ARG_NAME} ${ARG_LAYER} ${ARG_USES})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS *.cpp)
  endif()
  add_library(${ARG_NAME} STATIC ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PUBLIC bsn_options ${ARG_USES} ${ARG_EXTERNAL})
  set_target_properties(${ARG_NAME} PROPERTIES BSN_LAYER ${ARG_LAYER})
  bsn_precompile(${ARG_NAME} "${ARG_SOURCES}" ${ARG_PCH})
  bsn_record(library ${ARG_NAME} ${ARG_LAYER} SOURCES ${ARG_SOURCES} USES ${ARG_USES})
endfunction()

function(bsn_executable)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SOURCES;USES;EXTERNAL;PCH")
  bsn_check_layers(${ARG_NAME} 3 ${ARG_USES})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS *.cpp)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE bsn_options ${ARG_USES} ${ARG_EXTERNAL})
  bsn_precompile(${ARG_NAME} "${ARG_SOURCES}" ${ARG_PCH})
  bsn_record(executable ${ARG_NAME} 3 SOURCES ${ARG_SOURCES} USES ${ARG_USES})
endfunction()

# For programs that make and drop very many small pieces of memory: a call is some twenty at the gateway, a transfer some
# hundreds in virtual time, and libc's allocator takes a sixth to a quarter of the time then. The sanitizers bring an
# allocator of their own.
function(bsn_use_jemalloc name)
  if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_link_libraries(${name} PRIVATE PkgConfig::jemalloc)
  endif()
endfunction()

function(bsn_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;LABEL;TIMEOUT" "SOURCES;USES;EXTERNAL;PCH")
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  bsn_executable(NAME ${ARG_NAME} SOURCES ${ARG_SOURCES} USES ${ARG_USES}
                 EXTERNAL ${ARG_EXTERNAL} GTest::gtest GTest::gtest_main GTest::gmock
                 PCH <gtest/gtest.h> ${ARG_PCH})
  set(processors 1)
  if(ARG_LABEL STREQUAL live)
    set(processors 2)  # real time: not beside others on a small machine
  endif()
  gtest_discover_tests(${ARG_NAME} DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} PROCESSORS ${processors})
endfunction()

function(bsn_bench)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SOURCES;USES;EXTERNAL")
  bsn_executable(NAME ${ARG_NAME} SOURCES ${ARG_SOURCES} USES ${ARG_USES} EXTERNAL ${ARG_EXTERNAL} benchmark::benchmark)
endfunction()

function(bsn_proto_library)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;STUBS;LAYER" "PROTOS")
  set(out ${PROJECT_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${out})
  set(messages)
  set(stubs)
  foreach(proto IN LISTS ARG_PROTOS)
    file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${proto})
    string(REGEX REPLACE "\\.proto$" "" stem ${path})
    set(files ${out}/${stem}.pb.cc ${out}/${stem}.pb.h ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
    add_custom_command(OUTPUT ${files}
      COMMAND protobuf::protoc -I ${PROJECT_SOURCE_DIR} --cpp_out=${out} --grpc_out=${out}
              --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> ${PROJECT_SOURCE_DIR}/${path}
      DEPENDS ${PROJECT_SOURCE_DIR}/${path} VERBATIM)
    list(APPEND messages ${out}/${stem}.pb.cc)
    list(APPEND stubs ${out}/${stem}.grpc.pb.cc)
  endforeach()
  add_library(${ARG_NAME} STATIC ${messages})
  target_link_libraries(${ARG_NAME} PUBLIC protobuf::libprotobuf)
  add_library(${ARG_STUBS} STATIC ${stubs})
  target_link_libraries(${ARG_STUBS} PUBLIC ${ARG_NAME} gRPC::grpc++)
  add_dependencies(${ARG_STUBS} ${ARG_NAME})
  foreach(made ${ARG_NAME} ${ARG_STUBS})
    target_include_directories(${made} SYSTEM PUBLIC ${out})
    target_compile_features(${made} PUBLIC cxx_std_20)
    set_target_properties(${made} PROPERTIES BSN_LAYER ${ARG_LAYER})
    bsn_record(generated ${made} ${ARG_LAYER})
  endforeach()
endfunction()
