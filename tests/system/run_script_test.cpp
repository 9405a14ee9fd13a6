// scripts/run, in a project of the test's own that builds in no time.
#include <filesystem>
#include <fstream>

#include "tests/system/left_behind.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::run_script_test {
namespace {

using testing::HasSubstr;

class RunScript : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    std::filesystem::create_directories(left.directory() + "/scripts");
    for (const char* file : {"/scripts/run", "/scripts/build", "/CMakePresets.json"})
      std::filesystem::copy(SOURCE_DIRECTORY + std::string(file), left.directory() + file);
    write("/scripts/setup", "#!/bin/sh\n");
    std::filesystem::permissions(left.directory() + "/scripts/setup", std::filesystem::perms::owner_all);
    write("/CMakeLists.txt",
          "cmake_minimum_required(VERSION 3.25)\nproject(small NONE)\n"
          "add_custom_command(OUTPUT tunstack COMMAND cp " +
              program +
              " tunstack\n"
              "  DEPENDS ${CMAKE_SOURCE_DIR}/source)\nadd_custom_target(program DEPENDS tunstack)\n");
    write("/source", "1");
  }

  void write(const std::string& file, const std::string& text) const { std::ofstream(left.directory() + file) << text; }

  Outcome run() const {
    const Outcome outcome = network.run({left.directory() + "/scripts/run", "echo", "the command has run"});
    EXPECT_EQ(outcome.status, 0) << outcome;
    EXPECT_EQ(outcome.out, "the command has run\n");
    return outcome;
  }

  LeftBehind left;  // whose directory ends with it
};

TEST_F(RunScript, says_nothing_of_building_when_there_is_nothing_to_build) {
  EXPECT_THAT(run().err, HasSubstr("building"));
  EXPECT_EQ(run().err, "");
  write("/source", "2");
  EXPECT_THAT(run().err, HasSubstr("building"));
  EXPECT_EQ(run().err, "");
}

}  // namespace
}  // namespace tunstack::test::run_script_test
