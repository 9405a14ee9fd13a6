# Lab files: what they say, what is wrong with them, and the networks that they make.
tunstack_test(lab
  tunstack/clients/at_door.cpp
  tunstack/lab/built_in_labs_test.cpp
  tunstack/lab/closed_expectations_test.cpp
  tunstack/lab/closed_world_test.cpp
  tunstack/lab/comparison_test.cpp
  tunstack/lab/expansion_test.cpp
  tunstack/lab/frozen_hashes_test.cpp
  tunstack/lab/lab_docs_test.cpp
  tunstack/lab/lab_plan_test.cpp
  tunstack/lab/lab_report_test.cpp
  tunstack/lab/large_lab_test.cpp
  tunstack/lab/lockstep_test.cpp
  tunstack/lab/play_test.cpp
  tunstack/lab/printed_result_test.cpp
  tunstack/lab/reading_test.cpp
  tunstack/lab/run_json_test.cpp
  tunstack/lab/shown_labs_test.cpp
  tunstack/lab/transit_filter_test.cpp
  tunstack/lab/wrong_files_test.cpp)
target_link_libraries(lab PRIVATE tunstack_lab)
target_compile_definitions(lab PRIVATE TUNSTACK_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
add_test(NAME labs_match_their_schema
  COMMAND ${CMAKE_SOURCE_DIR}/tests/tunstack/lab/validate-labs $<TARGET_FILE:tunstack>
          ${CMAKE_SOURCE_DIR}/tunstack/lab/built_in)
add_test(NAME experiments_are_as_shown
  COMMAND ${CMAKE_SOURCE_DIR}/tests/experiments $<TARGET_FILE:tunstack> ${CMAKE_SOURCE_DIR}/docs/experiments
          ${CMAKE_SOURCE_DIR}/docs/ci.md)
add_test(NAME built_in_labs_come_about
  COMMAND tunstack lab run --quiet ${CMAKE_SOURCE_DIR}/tunstack/lab/built_in)
add_test(NAME trippy_labs_come_about
  COMMAND tunstack lab run --quiet ${CMAKE_SOURCE_DIR}/tests/labs/trippy)
