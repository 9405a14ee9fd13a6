// docs/first-hour.md, typed: every command of it, in the order of the page, and what it says that is printed then.
#include <filesystem>
#include <fstream>

#include "tests/system/left_behind.hpp"
#include "tests/system/network.hpp"
#include "tests/system/typed_page.hpp"

namespace tunstack::test::first_hour_test {
namespace {

class FirstHour : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    // A checkout in which all is built, and a sudo that asks nobody.
    for (const char* directory : {"/scripts", "/build/release", "/bin", "/out"})
      std::filesystem::create_directories(left.directory() + directory);
    std::filesystem::copy(SOURCE_DIRECTORY "/scripts/run", left.directory() + "/scripts/run");
    std::filesystem::create_symlink(program, left.directory() + "/build/release/tunstack");
    write_program("/scripts/build", "true");
    write_program("/bin/sudo", "exec \"$@\"");
  }

  void write_program(const std::string& name, const std::string& text) const {
    std::ofstream(left.directory() + name) << "#!/bin/sh\n" << text << "\n";
    std::filesystem::permissions(left.directory() + name, std::filesystem::perms::owner_all);
  }

  /// One shell types all. What runs in a terminal of its own goes on until the end, and Ctrl-C.
  std::string script_of(const std::vector<TypedStep>& steps) const {
    std::string script = "cd " + left.directory() + "; PATH=$PWD/bin:$PATH\n";
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string out = "out/" + std::to_string(i);
      const std::string redirected = steps[i].typed + " >" + out + " 2>&1";
      if (steps[i].typed.starts_with("sudo tunstack up"))
        script +=
            redirected + " & terminal=$!\nuntil grep -q 'is up' " + out + "; do kill -0 $terminal || exit; done\n";
      else
        script += "{ " + steps[i].typed + "\n} >" + out + " 2>&1\n";
    }
    return script + "kill -INT $terminal; wait $terminal; echo \"Ctrl-C: $?\"";
  }

  std::string printed(std::size_t step) const {
    std::ifstream file(left.directory() + "/out/" + std::to_string(step));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  LeftBehind left;  // whose directory ends with it
};

TEST_F(FirstHour, every_command_of_the_page_does_what_it_says) {
  const std::vector<TypedStep> steps = typed_steps_of(SOURCE_DIRECTORY "/docs/first-hour.md");
  ASSERT_GT(steps.size(), 15U);
  const Outcome outcome = network.run({"bash", "-c", script_of(steps)}, Milliseconds(120'000));
  EXPECT_EQ(outcome.out, "Ctrl-C: 0\n") << outcome;
  for (std::size_t i = 0; i < steps.size(); ++i)
    for (const std::string& line : steps[i].printed)
      EXPECT_TRUE(is_printed(line, printed(i))) << steps[i].typed << "\nshould print: " << line << "\nand prints:\n"
                                                << printed(i);
  EXPECT_FALSE(network.link()) << "nothing is left behind";
}

}  // namespace
}  // namespace tunstack::test::first_hour_test
