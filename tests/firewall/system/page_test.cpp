// docs/firewall-testing.md, typed: every command of it, in the order of the page, prints what the page says.
#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/firewall/shipped_rulesets.hpp"
#include "tests/system/network.hpp"
#include "tests/system/typed_page.hpp"

namespace tunstack::test::page_test {
namespace {

class Page : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    char name[] = "/tmp/tunstack-page.XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
    for (const char* directory : {"/bin", "/out"}) std::filesystem::create_directory(directory_ + directory);
    std::filesystem::create_symlink(program, directory_ + "/bin/tunstack");
    std::filesystem::create_symlink(TUNSTACK_SOURCE_DIR "/tests", directory_ + "/tests");
  }
  ~Page() override {
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  /// One shell types all.
  std::string script_of(const std::vector<TypedStep>& steps) const {
    std::string script = "cd " + directory_ + "; PATH=$PWD/bin:$PATH\n";
    for (std::size_t i = 0; i < steps.size(); ++i)
      script += "{ " + steps[i].typed + "\n} >out/" + std::to_string(i) + " 2>&1\n";
    return script;
  }

  std::string directory_;
};

TEST_F(Page, every_command_prints_what_it_says) {
  const std::vector<TypedStep> steps = typed_steps_of(TUNSTACK_SOURCE_DIR "/docs/firewall-testing.md");
  ASSERT_GT(steps.size(), 10U);
  network.run({"bash", "-c", script_of(steps)}, 6 * patience);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string printed = text_of_file(directory_ + "/out/" + std::to_string(i));
    for (const std::string& line : steps[i].printed)
      EXPECT_TRUE(is_printed(line, printed)) << steps[i].typed << "\nshould print: " << line << "\nand prints:\n"
                                             << printed;
  }
}

TEST_F(Page, names_no_option_that_does_not_exist) {
  const std::string page = text_of_file(TUNSTACK_SOURCE_DIR "/docs/firewall-testing.md");
  const std::string help = tunstack({"firewall", "test", "--help"}).out;
  const std::regex option("[ `](--[a-z]+(-[a-z]+)*)");
  std::set<std::string> named;
  for (std::sregex_iterator at(page.begin(), page.end(), option), end; at != end; ++at) named.insert(at->str(1));
  for (const std::string& name : named)
    EXPECT_THAT(help, testing::ContainsRegex("(^|[ ,\n])" + name + "[^a-z-]")) << name;
  EXPECT_GT(named.size(), 20U);
}

}  // namespace
}  // namespace tunstack::test::page_test
