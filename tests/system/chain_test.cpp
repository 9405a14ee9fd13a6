// Routers in a row behind one device: what the kernel's clients make of hops, MTUs and bad links, and whom a running
// chain can be asked about.
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/system/network.hpp"

namespace tunstack::test::chain_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::MatchesRegex;
using testing::Not;

/// traceroute gives a probe up that takes a few times as long as another, which is next to nothing here.
const std::string patient = "traceroute -n -w 5,0,0";

class Chain : public SystemTest {
 protected:
  /// A shell script in a network behind which there is a chain.
  Outcome behind(const std::string& chain, const std::string& script, Command more = {}) const {
    Command command = {"exec", "--chain", chain};
    command.insert(command.end(), more.begin(), more.end());
    command.insert(command.end(), {"--", "sh", "-c", script});
    return tunstack(command, Milliseconds(20'000));
  }
};

TEST_F(Chain, TOPO_002_its_end_is_named_in_the_environment_and_answers) {
  const Outcome pings =
      behind("3", "echo $TUNSTACK_SERVER4 $TUNSTACK_SERVER6; ping -c 1 $TUNSTACK_SERVER4; ping -c 1 $TUNSTACK_SERVER6");
  EXPECT_EQ(pings.status, 0) << pings;
  EXPECT_THAT(pings.out, HasSubstr("203.0.113.3 2001:db8:2::3\n"));
  EXPECT_THAT(pings.out, HasSubstr("from 203.0.113.3: icmp_seq=1 ttl=61"));
  EXPECT_THAT(pings.out, HasSubstr("from 2001:db8:2::3: icmp_seq=1 ttl=61"));
}

TEST_F(Chain, TOPO_003_sixty_four_hops_show_in_traceroute) {
  const Outcome hops =
      behind("64", patient + " -m 80 -q 1 $TUNSTACK_SERVER4; " + patient + " -m 80 -q 1 $TUNSTACK_SERVER6");
  ASSERT_EQ(hops.status, 0) << hops;
  std::vector<std::string> seen;
  for (const std::string& line : lines_of(hops.out))
    if (std::isdigit(line[1]) != 0) seen.push_back(line.substr(4, line.find(' ', 4) - 4));
  ASSERT_EQ(seen.size(), 130U) << hops;
  for (std::size_t hop = 1; hop < 64; ++hop) {
    EXPECT_EQ(seen[hop], "198.51.100." + std::to_string(2 * hop + 1)) << hops;
    EXPECT_THAT(seen[65 + hop], MatchesRegex("2001:db8:1:.*::3"));
  }
  EXPECT_EQ(seen[0], "192.0.2.2");
  EXPECT_EQ(seen[64], "203.0.113.3");
  EXPECT_EQ(seen[129], "2001:db8:2::3");
}

TEST_F(Chain, ICMP4_RATE_003_no_probe_of_a_traceroute_finds_a_limit) {
  const Outcome hops = behind("29", patient + " $TUNSTACK_SERVER4; " + patient + " $TUNSTACK_SERVER6");
  EXPECT_EQ(hops.status, 0) << hops;
  EXPECT_THAT(hops.out, AllOf(HasSubstr("\n30  203.0.113.3 "), HasSubstr("\n30  2001:db8:2::3 "), Not(HasSubstr("*"))));
}

TEST_F(Chain, PMTU4_PMTU6_the_kernel_learns_the_mtu_of_the_last_link) {
  const Outcome learned = behind("3,mtu=1300",
                                 "ping -c 1 -s 1400 -M do $TUNSTACK_SERVER4; ping -c 1 -s 1400 -M do $TUNSTACK_SERVER6;"
                                 "ip route get $TUNSTACK_SERVER4; ip route get $TUNSTACK_SERVER6;"
                                 "tracepath -n $TUNSTACK_SERVER4; tracepath -n $TUNSTACK_SERVER6;"
                                 "ping -c 1 -s 3000 -M dont $TUNSTACK_SERVER4");
  EXPECT_EQ(learned.status, 0) << learned;
  EXPECT_THAT(learned.out, HasSubstr("From 198.51.100.5 icmp_seq=1 Frag needed and DF set (mtu = 1300)"));
  EXPECT_THAT(learned.out, HasSubstr("From 2001:db8:1:2::3 icmp_seq=1 Packet too big: mtu=1300"));
  EXPECT_THAT(learned.out, HasSubstr("pmtu 1300 hops 4 back 4"));
  EXPECT_THAT(learned.out, HasSubstr("3008 bytes from 203.0.113.3"));
  std::size_t told = 0;
  for (const std::string& line : lines_of(learned.out)) told += line.contains("expires") && line.contains("mtu 1300");
  EXPECT_EQ(told, 2U) << "the route caches of both families";
}

TEST_F(Chain, TOPO_006_a_delay_of_the_link_is_in_both_directions) {
  const Outcome ping = behind("2", "ping -c 3 -i 0.1 $TUNSTACK_SERVER4", {"--delay", "50ms"});
  ASSERT_EQ(ping.status, 0) << ping;
  const std::size_t at = ping.out.find("mdev = ");
  ASSERT_NE(at, std::string::npos) << ping;
  EXPECT_GE(std::stod(ping.out.substr(at + 7)), 100.0) << ping;
}

// Of IPv4 alone, and without MLD: what nodes and the kernel send of their own accord would draw, too.
TEST_F(Chain, TOPO_007_the_same_seed_loses_the_same) {
  ASSERT_EQ(network.shell("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6").status, 0);
  const auto answered = [&] {
    const auto chain = up({"192.0.2.2/24", "--chain", "2", "--seed", "5", "--loss", "20%", "--set", "mld.enable=off"});
    const Outcome pings = network.run({"ping", "-c", "40", "-i", "0.01", "-W", "1", "203.0.113.3"});
    chain->signal(SIGINT);
    EXPECT_THAT(chain->wait().err, HasSubstr("impaired: ")) << pings;
    std::vector<std::string> numbers;
    for (const std::string& line : lines_of(pings.out))
      if (const std::size_t at = line.find("icmp_seq="); at != std::string::npos)
        numbers.push_back(line.substr(at, line.find(' ', at) - at));
    return numbers;
  };
  const auto first = answered();
  EXPECT_GT(first.size(), 10U);
  EXPECT_LT(first.size(), 40U);
  EXPECT_EQ(answered(), first);
}

TEST_F(Chain, stories_name_every_node) {
  const Outcome ping =
      behind("2", "ping -c 1 $TUNSTACK_SERVER4; ping -c 1 -t 2 $TUNSTACK_SERVER4", {"--explain=story"});
  EXPECT_THAT(
      lines_of(ping.err),
      IsSupersetOf({MatchesRegex(".* ICMP echo request, id .*, seq 1, length 64, df: 192.0.2.1 -> r1 .ttl 63. -> "
                                 "r2 .ttl 62. -> server: reply icmp4_echo_request_for_us, back at once"),
                    MatchesRegex(".* ttl 2, df: 192.0.2.1 -> r1 .ttl 1. -> r2: error forward4_ttl_exceeded .*"
                                 ", back at once")}))
      << ping;
}

TEST_F(Chain, TOPO_009_each_node_can_be_asked_and_changed) {
  const auto chain = up({"--chain", "2"});
  const auto report = nlohmann::json::parse(tunstack({"state", "--node", "r2", "--json"}).out, nullptr, false);
  ASSERT_TRUE(report.is_object());
  EXPECT_EQ(report.at("node"), "r2");
  EXPECT_EQ(report.at("nodes"), nlohmann::json({"r1", "r2", "server"}));
  EXPECT_EQ(report.at("interfaces").at(0).at("name"), "left");
  EXPECT_TRUE(answers("198.51.100.3"));
  EXPECT_EQ(tunstack({"set", "--node", "r2", "icmp4.echo=off"}).status, 0);
  EXPECT_EQ(tunstack({"get", "--node", "r2", "icmp4.echo"}).out, "icmp4.echo=off\n");
  EXPECT_EQ(tunstack({"get", "icmp4.echo"}).out, "icmp4.echo=on\n");
  const auto watch = start_tunstack({"watch", "--node", "r2", "--drops", "icmp"});
  EXPECT_TRUE(eventually([&] {
    EXPECT_FALSE(answers("198.51.100.3"));
    return watch->out().contains("icmp4_echo_off");
  })) << watch->err();
  EXPECT_THAT(watch->out(), Not(HasSubstr("forward4_routed")));
  EXPECT_TRUE(answers("203.0.113.3"));
  EXPECT_FAULT(tunstack({"state", "--node", "r9"}), 2);
  const Outcome why = tunstack({"why", "--running", "192.0.2.1 > 203.0.113.3  ICMP echo request, ttl 2"});
  EXPECT_THAT(why.out, AllOf(HasSubstr("  r1 ..."), HasSubstr("\n  r2\n"), HasSubstr("forward4_ttl_exceeded"))) << why;
}

TEST_F(Chain, TOPO_003_a_loop_ends_by_time_exceeded) {
  const auto chain = up({"--chain", "3"});
  ASSERT_EQ(tunstack({"set", "--node", "r2", "route+=203.0.113.3/32 via 198.51.100.2"}).status, 0);
  const Outcome ping = network.run({"ping", "-c", "1", "203.0.113.3"});
  EXPECT_THAT(ping.out, HasSubstr("From 198.51.100.3 icmp_seq=1 Time to live exceeded")) << "64 hops end at r2";
  EXPECT_THAT(tunstack({"state", "--node", "r2"}).out, HasSubstr("203.0.113.3/32"));
  EXPECT_EQ(tunstack({"set", "--node", "r2", "route-=203.0.113.3/32"}).status, 0);
  EXPECT_TRUE(answers("203.0.113.3"));
}

TEST_F(Chain, why_says_which_router_decides) {
  const Outcome why = tunstack(
      {"why", "--chain", "3,mtu=1300", "192.0.2.1 > 203.0.113.3  ICMP echo request, length 1480, df", "--json"});
  const auto answer = nlohmann::json::parse(why.out, nullptr, false);
  ASSERT_TRUE(answer.is_object()) << why;
  EXPECT_EQ(answer.at("node"), "r3");
  EXPECT_EQ(answer.at("hops").size(), 2U);
  EXPECT_EQ(answer.at("decided").at("reason"), "forward4_too_big");
  EXPECT_EQ(answer.at("sent").size(), 1U) << "its own message, not what others do with it";
}

TEST_F(Chain, a_capture_of_its_door_is_replayed) {
  const std::string capture = testing::TempDir() + "chain_" + std::to_string(::getpid()) + ".pcapng";
  const Outcome pings =
      behind("3,mtu=1300",
             "ping -c 2 -i 0.01 -s 1400 -M dont $TUNSTACK_SERVER4; ping -c 1 -t 2 $TUNSTACK_SERVER4;" + program +
                 " set --node r2 icmp4.echo=off; ping -c 1 -W 1 198.51.100.3",
             {"--capture", capture});
  EXPECT_THAT(pings.out, HasSubstr("Time to live exceeded"));
  const Outcome replay = tunstack({"replay", capture, "--explain=off"});
  EXPECT_EQ(replay.status, 0) << replay;
  EXPECT_THAT(replay.err, Not(HasSubstr("another"))) << replay;
  EXPECT_THAT(replay.err, HasSubstr("the same")) << replay;
  std::filesystem::remove(capture);
}

TEST_F(Chain, what_cannot_be_one_is_refused) {
  for (const Command& wrong : {Command{"--chain", "0"},
                               {"--chain", "129"},
                               {"--chain", "x"},
                               {"--chain", "3,mtu"},
                               {"--chain", "3,mtu=67"},
                               {"--chain", "3,mtu=1000"},  // too little for IPv6
                               {"--chain", "3", "--role", "host"},
                               {"--chain", "3", "--address", "198.51.100.7/24"},
                               {"--chain", "3", "--door", "tun1=192.0.2.2/24"}}) {
    Command command = {"exec"};
    command.insert(command.end(), wrong.begin(), wrong.end());
    command.insert(command.end(), {"--", "true"});
    EXPECT_FAULT(tunstack(command), 2);
  }
}

}  // namespace
}  // namespace tunstack::test::chain_test
