// The life of `tunstack up`: how it ends, and what it goes through meanwhile.
#include <csignal>

#include "tests/system/network.hpp"

namespace tunstack::test::up_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Up : public SystemTest {
 protected:
  void expect_clean_end_by(int signal) const {
    const auto process = up();
    EXPECT_TRUE(answers("192.0.2.2"));
    process->signal(signal);
    const Outcome ended = process->wait(Milliseconds(1000));
    EXPECT_EQ(ended.status, 0) << ended;
    EXPECT_THAT(ended.err, HasSubstr("icmp4_echo_request_for_us")) << "the summary";
    EXPECT_EQ(ended.out, "");
    EXPECT_FALSE(network.link());
  }
};

TEST_F(Up, says_how_to_try_it) {
  const auto process = up();
  EXPECT_THAT(process->err(), HasSubstr("192.0.2.2/24"));
  EXPECT_THAT(process->err(), HasSubstr("this host has 192.0.2.1/24, 2001:db8::1/64"));
  EXPECT_THAT(process->err(), HasSubstr("try: ping 192.0.2.2"));
}

TEST_F(Up, a_second_stack_on_one_prefix_is_told_that_nobody_reaches_it) {
  const auto first = up({"192.0.2.2/24"});
  EXPECT_THAT(first->err(), Not(HasSubstr("do not come to the stack")));
  const auto second = up({"192.0.2.3/24", "2001:db8::3/64", "--dev", "tun1"});
  const std::vector<std::string> lines = lines_of(second->err());
  ASSERT_EQ(lines.size(), 5U) << second->err();
  EXPECT_EQ(lines[1], "  try: ping 2001:db8::3    (Ctrl-C ends)") << "what works";
  EXPECT_EQ(lines[2], "tunstack: packets of this host to 192.0.2.3 do not come to the stack");
  EXPECT_THAT(lines[3], HasSubstr("ip route get says: 192.0.2.3 dev tun0 src 192.0.2.1"));
  EXPECT_THAT(lines[4], StartsWith("  try: "));
  EXPECT_FALSE(answers("192.0.2.3")) << "it is true";
  EXPECT_TRUE(answers("2001:db8::3"));
}

TEST_F(Up, a_route_of_its_own_mends_that) {
  const auto first = up({"192.0.2.2/24"});
  const auto second = up({"192.0.2.3/24", "--dev", "tun1", "--route", "192.0.2.3"});
  EXPECT_THAT(second->err(), HasSubstr("try: ping 192.0.2.3"));
  EXPECT_TRUE(answers("192.0.2.3"));
}

TEST_F(Up, says_at_the_end_why_nothing_came) {
  for (const Command& arguments : {Command{"--explain"}, Command{"--explain", "--tap"}}) {
    const auto process = up(arguments);
    ASSERT_TRUE(eventually([&] { return process->err().contains("  drop   "); })) << "what the kernel sends by itself";
    process->signal(SIGTERM);
    const Outcome ended = process->wait();
    EXPECT_THAT(ended.err, HasSubstr("tunstack: no packet for the stack came"));
    EXPECT_THAT(ended.err, HasSubstr("192.0.2.2 dev tun0 src 192.0.2.1; 2001:db8::2 dev tun0 src 2001:db8::1"));
  }
}

TEST_F(Up, says_at_the_end_where_it_all_went) {
  const auto first = up({"192.0.2.2/24"});
  const auto second = up({"192.0.2.3/24", "--dev", "tun1"});
  EXPECT_FALSE(answers("192.0.2.3"));
  second->signal(SIGTERM);
  EXPECT_THAT(second->wait().err, testing::ContainsRegex("no packet for the stack came.*\n"
                                                         "  ip route get says: 192.0.2.3 dev tun0 src 192.0.2.1\n"
                                                         "  try: a prefix that no other link has"));
}

TEST_F(Up, an_address_that_this_host_has_itself_is_told) {
  ASSERT_EQ(network.shell("ip link set lo up && ip address add 192.0.2.2/32 dev lo").status, 0);
  const auto process = up({"192.0.2.2/24"});
  EXPECT_THAT(process->err(), HasSubstr("local 192.0.2.2 dev lo"));
  EXPECT_THAT(process->err(), Not(HasSubstr("try: ping")));
}

TEST_F(Up, says_what_to_ping_only_where_it_works) {
  const auto link_local = up({"fe80::5/64"});
  EXPECT_THAT(link_local->err(), HasSubstr("try: ping fe80::5%tun0 "));
  EXPECT_TRUE(answers("fe80::5%tun0"));
  const auto by_hand = start_tunstack({"up", "192.0.2.2/24", "--host", "none", "--dev", "tun1"});
  ASSERT_TRUE(eventually([&] { return by_hand->err().contains("tun1 is down"); })) << by_hand->err();
  ASSERT_EQ(network.shell("ip link set tun1 up").status, 0);
  ASSERT_TRUE(eventually([&] { return by_hand->err().contains("tun1 is up"); })) << by_hand->err();
  EXPECT_THAT(by_hand->err(), Not(HasSubstr("try: ping")));
}

TEST_F(Up, an_address_without_a_length_gets_the_usual_one_and_is_told_so) {
  const auto process = up({"192.0.2.7", "2001:db8::7"});
  EXPECT_THAT(process->err(), HasSubstr("the stack has 192.0.2.7/24, 2001:db8::7/64"));
  EXPECT_TRUE(answers("192.0.2.7"));
}

TEST_F(Up, does_without_IPv6_on_a_host_that_has_none) {
  ASSERT_EQ(network.shell("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6").status, 0);
  const auto process = up();
  EXPECT_THAT(process->err(), HasSubstr("the stack has IPv4 alone"));
  EXPECT_TRUE(answers("192.0.2.2"));
}

TEST_F(Up, TUN_011_SIGTERM_ends_with_status_0_and_a_summary) { expect_clean_end_by(SIGTERM); }
TEST_F(Up, TUN_011_SIGINT_ends_with_status_0_and_a_summary) { expect_clean_end_by(SIGINT); }
TEST_F(Up, SIGHUP_ends_with_status_0_and_a_summary) { expect_clean_end_by(SIGHUP); }

TEST_F(Up, TUN_011_SIGTERM_ends_it_during_a_flood) {
  const auto process = up();
  const auto flood = start({"ping", "-q", "-f", "192.0.2.2"});
  ASSERT_TRUE(eventually([&] { return cpu_ticks(process->pid()) > 2; })) << "the flood does not reach it";
  process->signal(SIGTERM);
  EXPECT_EQ(process->wait(Milliseconds(1000)).status, 0);
}

TEST_F(Up, every_reason_is_counted_at_the_end_if_asked_for) {
  for (const char* option : {"-v", "--explain=drops"}) {
    const auto process = up({option});
    EXPECT_TRUE(answers("192.0.2.2"));
    process->signal(SIGTERM);
    EXPECT_THAT(process->wait().err, HasSubstr("icmp4_echo_request_for_us  RFC 1122 3.2.2.6\n")) << option;
  }
  const auto process = up();
  EXPECT_TRUE(answers("192.0.2.2"));
  process->signal(SIGTERM);
  EXPECT_THAT(process->wait().err,
              testing::ContainsRegex("  most often: .*1 icmp4_echo_request_for_us.*\\(-v lists all"));
}

TEST_F(Up, duration_ends_it) {
  const auto start = std::chrono::steady_clock::now();
  const Outcome ended = tunstack({"up", "--duration", "1"});
  EXPECT_GE(std::chrono::steady_clock::now() - start, Milliseconds(1000));
  EXPECT_EQ(ended.status, 0) << ended;
  EXPECT_FALSE(network.link());
}

TEST_F(Up, killing_it_leaves_no_device) {
  const auto process = up();
  ASSERT_TRUE(network.link());
  process->signal(SIGKILL);
  process->wait();
  EXPECT_FALSE(network.link());
}

TEST_F(Up, TUN_005_answers_again_after_the_link_was_down) {
  const auto process = up();
  EXPECT_TRUE(answers("192.0.2.2"));
  ASSERT_EQ(network.shell("ip link set tun0 down").status, 0);
  const long before = cpu_ticks(process->pid());
  std::this_thread::sleep_for(Milliseconds(1000));  // the measure is time
  EXPECT_LT(cpu_ticks(process->pid()) - before, 20) << "it spins while the link is down";
  EXPECT_FALSE(answers("192.0.2.2"));
  ASSERT_EQ(network.shell("ip link set tun0 up").status, 0);
  EXPECT_TRUE(answers("192.0.2.2"));
  EXPECT_TRUE(answers("fe80::2%tun0"));
}

TEST_F(Up, TUN_005_answers_again_after_the_link_was_down_many_times_in_a_flood) {
  const auto process = up();
  const auto flood = start({"ping", "-q", "-f", "192.0.2.2"});
  for (int i = 0; i < 20; ++i) ASSERT_EQ(network.shell("ip link set tun0 down && ip link set tun0 up").status, 0);
  EXPECT_TRUE(answers("192.0.2.2"));
}

TEST_F(Up, idle_takes_no_processor_time) {
  const auto process = up();
  const long before = cpu_ticks(process->pid());
  std::this_thread::sleep_for(Milliseconds(1000));  // the measure is time
  EXPECT_LT(cpu_ticks(process->pid()) - before, 20);
}

TEST_F(Up, a_deleted_device_is_a_fault) {
  const auto process = up();
  ASSERT_EQ(network.shell("ip link delete tun0").status, 0);
  const Outcome ended = process->wait();
  EXPECT_EQ(ended.status, 3) << ended;
  std::vector<std::string> lines = lines_of(ended.err);
  ASSERT_GE(lines.size(), 3U);
  EXPECT_THAT(lines[lines.size() - 3], testing::AllOf(StartsWith("tunstack: "), HasSubstr("tun0")));
  EXPECT_THAT(lines[lines.size() - 1], StartsWith("  try: "));
}

TEST_F(Up, a_device_in_use_is_a_fault) {
  const auto process = up();
  const Outcome second = tunstack({"up", "198.51.100.2/24"});
  EXPECT_FAULT(second, 3);
  EXPECT_THAT(second.err, HasSubstr("busy"));
  EXPECT_THAT(second.err, HasSubstr("--dev tun%d"));
  EXPECT_TRUE(answers("192.0.2.2")) << "the first one goes on";
}

TEST_F(Up, two_side_by_side) {
  const auto first = up({"192.0.2.2/24", "--dev", "lab%d"});
  const auto second = up({"198.51.100.2/24", "--dev", "lab%d"});
  EXPECT_TRUE(network.link("lab0"));
  EXPECT_TRUE(network.link("lab1"));
  EXPECT_THAT(second->err(), HasSubstr("lab1 is up"));
  EXPECT_TRUE(answers("192.0.2.2"));
  EXPECT_TRUE(answers("198.51.100.2"));
}

TEST_F(Up, explain_goes_to_stderr_while_it_runs) {
  const auto process = up({"--explain"});
  EXPECT_TRUE(answers("192.0.2.2"));
  EXPECT_TRUE(eventually([&] { return process->err().contains("icmp4_echo_request_for_us"); }));
}

TEST_F(Up, set_reaches_the_stack) {
  const auto process = up({"--set", "icmp4.echo=off", "--set", "ip6.hop_limit=33"});
  EXPECT_FALSE(answers("192.0.2.2"));
  EXPECT_THAT(network.run({"ping", "-c", "1", "2001:db8::2"}).out, HasSubstr("ttl=33"));
}

}  // namespace
}  // namespace tunstack::test::up_test
