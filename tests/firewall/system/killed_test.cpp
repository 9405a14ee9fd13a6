// The tester killed with SIGKILL at moments that nobody chose: nothing is left on the host.
#include <csignal>
#include <filesystem>
#include <random>

#include "tests/firewall/system/tested_rulesets.hpp"
#include "tests/system/left_behind.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::killed_test {
namespace {

using std::chrono::microseconds;

constexpr int moments = 50;

class TesterKilled : public SystemTest {
 protected:
  static Command arguments() {
    Command arguments = test_of(tested_ruleset("careful-host"));
    arguments.insert(arguments.end(), {"--only", "tcp"});
    return arguments;
  }

  /// Of a run that nobody disturbs.
  microseconds time_of_run() const {
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(tunstack(arguments()).status, 0);
    return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - before);
  }

  /// What the network has of links, addresses, routes and rules.
  std::string state() const { return network.shell("ip address; ip route; ip -6 route; nft list ruleset").out; }

  static std::set<std::string> files_in(const std::filesystem::path& directory) {
    std::set<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
      if (!entry.path().filename().string().starts_with("left_behind.")) paths.insert(entry.path());
    return paths;
  }

  const LeftBehind left;
};

TEST_F(TesterKilled, leaves_no_process_link_rule_mount_or_file) {
  const microseconds whole = time_of_run();
  ASSERT_TRUE(left.all_processes_end());
  const std::string before = state();
  const auto in_run = files_in("/run");
  std::minstd_rand random(1);
  std::uniform_int_distribution<microseconds::rep> moment(0, whole.count());
  int too_late = 0;
  for (int i = 0; i < moments; ++i) {
    const microseconds when(moment(random));
    const testing::ScopedTrace trace(__FILE__, __LINE__, "after " + std::to_string(when.count()) + " us");
    const auto process = start_tunstack(arguments());
    std::this_thread::sleep_for(when);
    process->signal(SIGKILL);
    too_late += process->wait().status == 128 + SIGKILL ? 0 : 1;
    ASSERT_TRUE(left.all_processes_end());
    ASSERT_THAT(left.files(), testing::IsEmpty());
  }
  EXPECT_LT(too_late, moments) << "never early enough to be on its way";
  EXPECT_EQ(state(), before);
  EXPECT_EQ(files_in("/run"), in_run);
  EXPECT_TRUE(left.mounts_are_the_same());
}

}  // namespace
}  // namespace tunstack::test::killed_test
