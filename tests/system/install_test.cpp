// `cmake --install` into a directory of the test's own, and what lies there then.
#include <filesystem>
#include <fstream>

#include "tests/system/left_behind.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::install_test {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

class Installed : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (IsSkipped()) return;
    const Outcome install = network.run({CMAKE_PROGRAM, "--install", BUILD_DIRECTORY, "--prefix", prefix()});
    ASSERT_EQ(install.status, 0) << install;
  }

  std::string prefix() const { return left.directory() + "/prefix"; }

  /// Paths below the prefix.
  std::vector<std::string> files() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(prefix()))
      if (entry.is_regular_file()) all.push_back(std::filesystem::relative(entry.path(), prefix()));
    return all;
  }

  LeftBehind left;  // whose directory ends with it
};

TEST_F(Installed, all_that_belongs_to_it_lies_where_it_is_looked_for) {
  std::vector<std::string> wanted = {"bin/tunstack",
                                     "share/bash-completion/completions/tunstack",
                                     "share/zsh/site-functions/_tunstack",
                                     "share/tunstack/schemas/event.schema.json",
                                     "share/tunstack/apparmor/tunstack",
                                     "share/tunstack/wireshark/tunstack.lua",
                                     "share/tunstack/wireshark/profile/colorfilters",
                                     "share/tunstack/wireshark/profile/preferences",
                                     "share/doc/tunstack/README.md",
                                     "share/doc/tunstack/LICENSE",
                                     "share/doc/tunstack/docs/options.md",
                                     "share/doc/tunstack/firewall/careful-host.nft",
                                     "share/doc/tunstack/firewall/careful-router.nft",
                                     "share/doc/tunstack/firewall/ufw.ip6tables",
                                     "share/doc/tunstack/docs/spec/requirements.csv"};
  for (const std::string& page : lines_of(tunstack({"manual"}).out))
    wanted.push_back("share/man/man" + page.substr(page.size() - 1) + "/" + page);
  ASSERT_GT(wanted.size(), 25U);
  EXPECT_THAT(files(), IsSupersetOf(wanted));
  for (const std::string& file : files()) EXPECT_TRUE(file == "bin/tunstack" || file.starts_with("share/")) << file;
}

TEST_F(Installed, the_program_runs) {
  const Outcome ping = network.run({prefix() + "/bin/tunstack", "exec", "ping", "-c", "1", "192.0.2.2"});
  EXPECT_EQ(ping.status, 0) << ping;
  EXPECT_THAT(ping.out, HasSubstr("1 received"));
}

TEST_F(Installed, man_and_the_shells_find_their_files) {
  const Outcome page = network.shell("MANPATH=" + prefix() + "/share/man man tunstack-up");
  EXPECT_EQ(page.status, 0) << page;
  EXPECT_THAT(page.out, HasSubstr("Attach to a TUN device"));
  EXPECT_EQ(network.shell("bash -n " + prefix() + "/share/bash-completion/completions/tunstack").status, 0);
  const Outcome zsh = network.run(
      {"zsh", "-f", "-c",
       "fpath=(" + prefix() +
           "/share/zsh/site-functions $fpath); autoload -Uz compinit; compinit -D -u; print $_comps[tunstack]"});
  EXPECT_EQ(zsh.out, "_tunstack\n") << zsh;
}

TEST_F(Installed, no_path_of_the_build_is_in_it) {
  for (const std::string& file : files()) {
    if (file == "bin/tunstack") continue;  // where assertions name their files
    std::ifstream stream(prefix() + "/" + file);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    EXPECT_EQ(text.find(BUILD_DIRECTORY), std::string::npos) << file;
  }
}

}  // namespace
}  // namespace tunstack::test::install_test
