// A bad link in front of the stack: what pings of the kernel make of it.
#include <csignal>

#include "tests/system/network.hpp"

namespace tunstack::test::impaired_system_test {
namespace {

using testing::HasSubstr;

class BadLink : public SystemTest {
 protected:
  Outcome exec_with(Command options, const Command& command) const {
    options.insert(options.begin(), "exec");
    options.emplace_back("--");
    options.insert(options.end(), command.begin(), command.end());
    return tunstack(options);
  }
  /// The numbers of the pings that were answered, each as often as it was. No other packet disturbs the count.
  std::vector<std::string> answered(Command options) const {
    EXPECT_EQ(network.shell("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6").status, 0);
    options.insert(options.begin(), "192.0.2.2/24");
    const auto stack = up(options);
    const Outcome pings = network.run({"ping", "-c", "40", "-i", "0.01", "-W", "1", "192.0.2.2"});
    stack->signal(SIGINT);
    EXPECT_THAT(stack->wait().err, HasSubstr("impaired: ")) << pings;
    std::vector<std::string> numbers;
    for (const std::string& line : lines_of(pings.out))
      if (const std::size_t at = line.find("icmp_seq="); at != std::string::npos)
        numbers.push_back(line.substr(at, line.find(' ', at) - at));
    return numbers;
  }
};

TEST_F(BadLink, of_all_that_is_lost_nothing_is_answered) {
  const Outcome ping = exec_with({"--loss", "100%"}, {"ping", "-c", "2", "-i", "0.1", "-W", "1", "192.0.2.2"});
  EXPECT_EQ(ping.status, 1) << ping;
  EXPECT_THAT(ping.out, HasSubstr("100% packet loss"));
  EXPECT_THAT(ping.err, HasSubstr(" lost"));
}

TEST_F(BadLink, a_delay_is_in_both_directions) {
  const Outcome ping = exec_with({"--delay", "20ms"}, {"ping", "-c", "3", "-i", "0.1", "192.0.2.2"});
  ASSERT_EQ(ping.status, 0) << ping;
  const std::size_t at = ping.out.find("mdev = ");
  ASSERT_NE(at, std::string::npos) << ping;
  EXPECT_GE(std::stod(ping.out.substr(at + 7)), 40.0) << ping;
}

TEST_F(BadLink, the_same_seed_loses_the_same) {
  const Command options = {"--seed", "5", "--loss", "20%", "--duplicate", "0.1"};
  const auto first = answered(options);
  EXPECT_GT(first.size(), 10U);
  EXPECT_LT(std::set<std::string>(first.begin(), first.end()).size(), 40U);
  EXPECT_EQ(answered(options), first);
}

TEST_F(BadLink, what_is_no_share_or_delay_is_refused) {
  for (const Command& wrong : {Command{"--loss", "10"},
                               {"--loss", "-1%"},
                               {"--corrupt", "101%"},
                               {"--delay", "20"},
                               {"--delay", "2min"},
                               {"--reorder", "nan"},
                               {"--duplicate", "x"}})
    EXPECT_FAULT(exec_with(wrong, {"true"}), 2);
}

}  // namespace
}  // namespace tunstack::test::impaired_system_test
