// The stack follows the state of its link: the kernel's, set up and down by whoever may.
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/system/left_behind.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::link_state_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class FollowedLink : public SystemTest {
 protected:
  /// `tunstack up --host none`, once it waits for its link.
  std::unique_ptr<Process> waiting(Command arguments) const {
    arguments.insert(arguments.begin(), {"up", "--host", "none"});
    auto process = start_tunstack(arguments);
    EXPECT_TRUE(says(*process, "tun0 is down")) << process->err();
    return process;
  }
  void ip(const std::string& commands) const {
    const Outcome done = network.shell("set -e; " + commands);
    ASSERT_EQ(done.status, 0) << done;
  }
  static bool says(const Process& process, const std::string& text) {
    return eventually([&] { return process.err().contains(text); });
  }
  nlohmann::json state() const {
    const auto report = nlohmann::json::parse(tunstack({"state", "--json"}).out, nullptr, false);
    return report.is_object() ? report : nlohmann::json{{"interfaces", {{{"link", "unknown"}}}}};
  }
  std::string link_in_state() const { return state().at("interfaces").at(0).at("link"); }
  bool has_address(const std::string& address) const {
    return eventually([&] { return network.link() && network.link()->addresses.contains(address); });
  }
  /// More often than a queue of notifications holds.
  void change_often(const std::string& link) const {
    const std::string change = "echo link set " + link + " down; echo link set " + link + " up; ";
    std::string changes;
    for (int i = 0; i < 150; ++i) changes += change;
    ip("{ " + changes + "} | ip -batch -");
  }
  /// What the kernel could not put into the queues of those that watch links.
  int lost_notifications() const {
    std::istringstream table(network.shell("cat /proc/net/netlink").out);
    int lost = 0;
    for (std::string line; std::getline(table, line);) {
      std::istringstream columns(line);
      std::string sk, protocol, pid, groups, rmem, wmem, dump, locks;
      int drops = 0;
      columns >> sk >> protocol >> pid >> groups >> rmem >> wmem >> dump >> locks >> drops;
      if (protocol == "0" && groups == "00000001") lost += drops;
    }
    return lost;
  }
};

// ---- up after the start ----

TEST_F(FollowedLink, TUN_005_DAD_002_ND_RS_001_MLD_001_with_host_none_it_waits_and_then_begins) {
  const auto stack = waiting({"--tap", "--explain"});
  EXPECT_THAT(stack->err(), AllOf(HasSubstr("try: ip link set tun0 up"), Not(HasSubstr("tun0 is up"))));
  EXPECT_EQ(link_in_state(), "down");
  for (const auto& address : state().at("addresses")) EXPECT_EQ(address.at("state"), "tentative");
  EXPECT_EQ(state().at("counters").at("packets_out"), 0);
  ip("ip address add 192.0.2.50/24 dev tun0; ip link set tun0 up");
  EXPECT_TRUE(says(*stack, "tun0 is up: the stack has 192.0.2.2/24"));
  EXPECT_EQ(link_in_state(), "up");
  for (const char* reason : {"link_came_up", "address_probed", "router_solicitation_sent", "mld_report_sent"})
    EXPECT_TRUE(says(*stack, reason)) << reason;
  EXPECT_TRUE(says(*stack, "address_in_use"));
  EXPECT_TRUE(answers("192.0.2.2"));
}

TEST_F(FollowedLink, TUN_005_so_on_tun) {
  const auto stack = waiting({"--autoconf", "--explain"});
  ip("ip address add 192.0.2.50/24 dev tun0; ip address add 2001:db8::50/64 dev tun0 nodad; ip link set tun0 up");
  EXPECT_TRUE(says(*stack, "router_solicitation_sent"));
  EXPECT_TRUE(says(*stack, "mld_report_sent"));
  EXPECT_TRUE(answers("192.0.2.2"));
}

TEST_F(FollowedLink, DAD_006_the_kernel_may_have_the_address) {
  const auto stack = waiting({"--tap", "--explain", "2001:db8::2/64"});
  ip("ip address add 2001:db8::2/64 dev tun0 nodad; ip link set tun0 up; ip address replace 2001:db8::2/64 dev tun0 "
     "nodad");
  EXPECT_TRUE(says(*stack, "address_duplicate")) << stack->err();
  EXPECT_THAT(stack->err(), Not(testing::ContainsRegex(R"(\* 2001:db8::2 +own +address_in_use)")));
}

TEST_F(FollowedLink, a_link_that_is_up_already_is_not_waited_for) {
  ip("ip tuntap add tun0 mode tun; ip link set tun0 up");
  const auto stack = up({"--host", "none"});
  EXPECT_THAT(stack->err(), Not(HasSubstr("is down")));
}

// ---- down and up ----

TEST_F(FollowedLink, TUN_005_down_and_up_are_told_each_time) {
  const auto stack = up({"--explain"});
  ip("ip link set tun0 down");
  EXPECT_TRUE(says(*stack, "tun0 is down")) << stack->err();
  EXPECT_TRUE(says(*stack, "link_went_down"));
  EXPECT_EQ(link_in_state(), "down");
  ip("ip link set tun0 up");
  EXPECT_TRUE(says(*stack, "tun0 is up again")) << stack->err();
  EXPECT_EQ(link_in_state(), "up");
  ip("ip link set tun0 down");
  EXPECT_TRUE(eventually([&] { return link_in_state() == "down"; }));
  stack->signal(SIGTERM);
  const Outcome ended = stack->wait();
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.err, HasSubstr("at the end tun0 was down"));
}

TEST_F(FollowedLink, what_else_changes_is_no_news) {
  const auto stack = up();
  ip("ip link set tun0 mtu 1400; ip link set tun0 alias lab; ip tuntap add other mode tun; ip link set other up; "
     "ip link delete other");
  EXPECT_EQ(link_in_state(), "up");
  const auto counted = state().at("counters").at("reasons");
  EXPECT_FALSE(counted.contains("link_went_down"));
}

TEST_F(FollowedLink, nor_is_what_changes_while_it_is_down) {
  const auto stack = waiting({});
  const std::string said = stack->err();
  ip("ip link set tun0 mtu 1400; ip link set tun0 mtu 1300; ip link set tun0 up");
  EXPECT_TRUE(says(*stack, "tun0 is up: "));
  EXPECT_THAT(stack->err(), testing::StartsWith(said + "tunstack: tun0 is up: "));
}

TEST_F(FollowedLink, the_kernel_gets_its_addresses_and_routes_back) {
  const auto stack = up({"192.0.2.2/24", "2001:db8::2/64", "198.51.100.2/32", "2001:db8:5::2/128", "--host",
                         "192.0.2.1/24", "--host", "2001:db8::1/64"});
  const auto addresses = network.link()->addresses;
  const auto routes = network.routes();
  EXPECT_THAT(routes, testing::IsSupersetOf({"198.51.100.2", "2001:db8:5::2"}));
  for (int times = 0; times < 3; ++times) {
    ip("ip link set tun0 down");
    EXPECT_THAT(network.link()->addresses, testing::ElementsAre("192.0.2.1/24")) << "what the kernel drops";
    ip("ip link set tun0 up");
    EXPECT_TRUE(eventually([&] { return network.link()->addresses == addresses && network.routes() == routes; }));
    EXPECT_TRUE(answers("2001:db8::2"));
    EXPECT_TRUE(answers("198.51.100.2"));
  }
}

TEST_F(FollowedLink, what_others_set_is_theirs_and_all_that_was_given_back_is_taken_away_in_the_end) {
  const LeftBehind left;
  ip("ip tuntap add tun0 mode tun; ip link set tun0 up; ip address add 2001:db8:7::1/64 dev tun0 nodad");
  const auto stack = up();
  ip("ip link set tun0 down; ip link set tun0 up");
  EXPECT_TRUE(has_address("2001:db8::1/64"));
  EXPECT_THAT(network.link()->addresses, Not(testing::Contains("2001:db8:7::1/64")));
  stack->signal(SIGKILL);
  stack->wait();
  ASSERT_TRUE(left.all_processes_end());
  EXPECT_THAT(network.link()->addresses, IsEmpty());
  EXPECT_TRUE(network.link()->up) << "as it was";
}

TEST_F(FollowedLink, the_command_of_exec_may_set_it_down_and_up) {
  const Outcome outcome = exec({"sh", "-c",
                                "ip link set tun0 down; ip link set tun0 up; for i in $(seq 100); do "
                                "ping -c 1 -W 1 2001:db8::2 && break; sleep 0.05; done"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("1 received"));
}

TEST_F(FollowedLink, the_command_of_exec_may_be_the_first_to_set_it_up) {
  const Outcome outcome = tunstack({"exec", "--tap", "--host", "none", "--", "sh", "-c",
                                    "ip address add 192.0.2.1/24 dev tun0; ip link set tun0 up; ping -c 1 192.0.2.2"});
  EXPECT_EQ(outcome.status, 0) << outcome;
}

// ---- what is lost ----

/// More changes than the queue holds, while the stack does not read.
TEST_F(FollowedLink, the_last_state_is_found_out_when_notifications_were_lost) {
  const auto stack = up();
  for (const bool is_up_at_last : {false, true, false}) {
    stack->signal(SIGSTOP);
    const int lost_before = lost_notifications();
    change_often("tun0");
    if (!is_up_at_last) ip("ip link set tun0 down");
    EXPECT_GT(lost_notifications(), lost_before) << "the queue was long enough for all";
    stack->signal(SIGCONT);
    EXPECT_TRUE(eventually([&] { return link_in_state() == (is_up_at_last ? "up" : "down"); })) << is_up_at_last;
  }
  ip("ip link set tun0 up");
  EXPECT_TRUE(says(*stack, "tun0 is up again"));
  EXPECT_TRUE(has_address("2001:db8::1/64"));
  EXPECT_TRUE(answers("192.0.2.2"));
  EXPECT_TRUE(answers("2001:db8::2"));
}

TEST_F(FollowedLink, other_links_fill_no_queue) {
  ip("ip tuntap add other mode tun");
  const auto stack = up();
  stack->signal(SIGSTOP);
  change_often("other");
  EXPECT_EQ(lost_notifications(), 0);
  stack->signal(SIGCONT);
  EXPECT_TRUE(answers("192.0.2.2"));
}

TEST_F(FollowedLink, in_another_namespace_it_counts_as_up) {
  const auto stack = waiting({});
  const auto elsewhere = start({"unshare", "--net", "sh", "-c", "echo ready; sleep 1000"});
  ASSERT_TRUE(eventually([&] { return elsewhere->out() == "ready\n"; })) << elsewhere->err();
  const std::string pid = std::to_string(elsewhere->pid());
  ip("ip link set tun0 netns " + pid);
  EXPECT_TRUE(says(*stack, "tun0 is in another network namespace")) << stack->err();
  const Outcome pinged = network.shell("nsenter -t " + pid +
                                       " -n sh -c 'ip address add 192.0.2.1/24 dev tun0; ip link set tun0 up; "
                                       "ping -c 1 192.0.2.2'");
  EXPECT_EQ(pinged.status, 0) << pinged;
}

}  // namespace
}  // namespace tunstack::test::link_state_test
