// The router between two kernels: what their clients print, what they learn of the path, and that octets arrive.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/system/between_networks.hpp"

namespace tunstack::test::forwarding_test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

/// Who is where, in one family.
struct Ends {
  std::string far, router;
  int headers;  // octets of an echo request in front of its data
};
const Ends four{"198.51.100.1", "192.0.2.2", 28}, six{"2001:db8:1::1", "2001:db8::2", 48};

class Forwarding : public BetweenNetworks {
 protected:
  /// Nobody's limit on errors stands in the way of many probes.
  void SetUp() override {
    BetweenNetworks::SetUp();
    configure(far_network, "echo 0 > /proc/sys/net/ipv4/icmp_ratelimit; echo 0 > /proc/sys/net/ipv6/icmp/ratelimit");
  }
  std::unique_ptr<Process> unlimited_router(const std::string& far = far_door, const Command& more = {}) const {
    return router(far, with({"--set", "icmp4.error_rate=0", "--set", "icmp6.error_rate=0"}, more));
  }
  /// A router whose far link takes datagrams of so many octets, which nobody but itself knows.
  std::unique_ptr<Process> narrow_router(int mtu) const { return router(fmt::format("{},mtu={}", far_door, mtu)); }
  std::string printed(const Command& command) const {
    const Outcome outcome = network.run(command);
    return outcome.out + outcome.err;
  }
  std::string ping(const Command& options, const std::string& address) const {
    return printed(with(with({"ping", "-n", "-c", "1", "-W", "2"}, options), {address}));
  }
  std::string traceroute(const Command& options, const std::string& address) const {
    return printed(with(with({"traceroute", "-n", "-q", "1", "-w", "5,0,0"}, options), {address}));
  }
  std::string route_to(const std::string& address) const { return printed({"ip", "route", "get", address}); }
  std::uint64_t count(const std::string& reason) const {
    const auto state = nlohmann::json::parse(tunstack({"state", "--json"}).out, nullptr, false);
    return state.is_object() ? state.at("counters").at("reasons").value(reason, std::uint64_t{0}) : 0;
  }
};

// ---- ping ----

TEST_F(Forwarding, V4_OPT_010_ping_records_the_router_there_and_back) {
  const auto running = router();
  EXPECT_THAT(ping({"-R"}, four.far), HasSubstr("RR: \t192.0.2.1\n\t198.51.100.2\n\t198.51.100.1\n\t198.51.100.1\n"
                                                "\t192.0.2.2\n\t192.0.2.1\n"));
}

TEST_F(Forwarding, V4_OPT_012_V4_OPT_013_V4_OPT_015_ping_with_the_times_of_the_router) {
  const auto running = router();
  EXPECT_THAT(ping({"-T", "tsandaddr"}, four.far),
              ContainsRegex("TS: \t192.0.2.1\t[0-9]+ absolute\n\t198.51.100.2\t-?[0-9]+\n\t198.51.100.1\t-?[0-9]+\n"
                            "\t198.51.100.1\t-?[0-9]+\nUnrecorded hops: 2\n"));
  EXPECT_THAT(ping({"-T", "tsonly"}, four.far), ContainsRegex("TS: \t[0-9]+ absolute\n(\t-?[0-9]+\n)+"));
  EXPECT_THAT(printed({"ping", "-n", "-c", "1", "-W", "2", "-T", "tsprespec", "198.51.100.2", four.far, four.far}),
              ContainsRegex("TS: \t198.51.100.2\t[0-9]+ absolute\n\t198.51.100.1\t-?[0-9]+\n"));
}

TEST_F(Forwarding, ICMP4_TE_001_ICMP6_ERR_017_ping_with_one_hop_ends_at_the_router) {
  const auto running = router();
  EXPECT_THAT(ping({"-t", "1"}, four.far), HasSubstr("From 192.0.2.2 icmp_seq=1 Time to live exceeded"));
  EXPECT_THAT(ping({"-t", "1"}, six.far), HasSubstr("From 2001:db8::2 icmp_seq=1 Time exceeded: Hop limit"));
  for (const Ends& ends : {four, six}) EXPECT_THAT(ping({"-t", "2"}, ends.far), HasSubstr("1 received"));
}

TEST_F(Forwarding, RTR4_003_RTR4_004_large_pings_go_through_a_narrow_link_in_fragments) {
  const auto running = narrow_router(1280);
  EXPECT_THAT(ping({"-M", "dont", "-s", "1400"}, four.far), HasSubstr("\n1408 bytes from"));
  EXPECT_THAT(ping({"-M", "dont", "-s", "20000"}, four.far), HasSubstr("\n20008 bytes from"));
}

// ---- path MTUs of the kernel ----

TEST_F(Forwarding, RTR4_004_RTR6_002_ICMP4_DU_005_ICMP6_ERR_014_the_kernel_learns_the_MTU_of_the_far_link) {
  for (const int mtu : {1280, 1400, 1499}) {
    const auto running = narrow_router(mtu);
    for (const Ends& ends : {four, six}) {
      SCOPED_TRACE(fmt::format("{} with {} octets", ends.far, mtu));
      const int largest = mtu - ends.headers;
      EXPECT_THAT(ping({"-M", "do", "-s", std::to_string(largest)}, ends.far), HasSubstr("1 received"));
      EXPECT_THAT(route_to(ends.far), testing::Not(HasSubstr(" mtu ")));
      EXPECT_THAT(ping({"-M", "do", "-s", std::to_string(largest + 1)}, ends.far),
                  ContainsRegex(fmt::format("From {} icmp_seq=1 .*mtu ?= ?{}", ends.router, mtu)));
      EXPECT_THAT(route_to(ends.far), HasSubstr(fmt::format(" mtu {} ", mtu)));
    }
  }
}

TEST_F(Forwarding, ICMP4_DU_005_ICMP6_ERR_014_tracepath_and_traceroute_find_the_MTU_of_the_path) {
  const auto running = unlimited_router(far_door + ",mtu=1400");
  for (const Ends& ends : {four, six}) {
    EXPECT_THAT(
        printed({"tracepath", "-n", ends.far}),
        AllOf(ContainsRegex(fmt::format("\n 1: +{} ", ends.router)),
              ContainsRegex(fmt::format("\n 2: +{} .*reached", ends.far)), HasSubstr("pmtu 1400 hops 2 back 2")));
    configure(network, "ip route flush cache; ip -6 route flush cache");
    EXPECT_THAT(traceroute({"-F", "--mtu"}, ends.far),
                AllOf(ContainsRegex(fmt::format(" 1  {} .* F=1500\n", ends.router)), HasSubstr(" F=1400\n"),
                      ContainsRegex(fmt::format("[23]  {} ", ends.far))));
  }
}

// ---- the way there ----

TEST_F(Forwarding, ICMP4_TE_001_ICMP6_ERR_017_traceroute_of_all_kinds_has_two_hops) {
  const auto running = unlimited_router();
  for (const Ends& ends : {four, six})
    for (const char* kind : {"-U", "-I", "-T"})
      EXPECT_THAT(traceroute({kind}, ends.far),
                  ContainsRegex(fmt::format("\n 1  {}  [0-9.]+ ms\n 2  {}  [0-9.]+ ms\n$", ends.router, ends.far)))
          << kind;
}

TEST_F(Forwarding, ICMP4_EXT_011_ICMP6_EXT_003_traceroute_shows_the_interface_of_the_router) {
  const auto running = unlimited_router(far_door, {"--set", "icmp.extensions=on"});
  const std::string name_and_mtu = "0874756e,30000000,000005dc;";  // tun0, 1500
  EXPECT_THAT(traceroute({"-e"}, four.far),
              ContainsRegex("\n 1  192.0.2.2 <2/15:[0-9a-f]{8},00010000,c0000202," + name_and_mtu));
  EXPECT_THAT(traceroute({"-e"}, six.far),
              ContainsRegex("\n 1  2001:db8::2 <2/15:[0-9a-f]{8},00020000,20010db8,00000000,00000000,00000002," +
                            name_and_mtu));
}

// The first hop's error quotes the router as destination: the kernel finds no socket for it.
TEST_F(Forwarding, V4_OPT_017_V4_OPT_020_traceroute_by_a_source_route) {
  for (const Network* end : {&network, &far_network})
    configure(*end, "for all in /proc/sys/net/ipv4/conf/*/accept_source_route; do echo 1 > $all; done");
  const auto running = unlimited_router();
  for (const char* kind : {"-I", "-T"})
    EXPECT_THAT(printed({"traceroute", "-n", "-q", "1", "-w", "0.3", kind, "-g", four.router, four.far}),
                ContainsRegex("\n 2  198.51.100.1  [0-9.]+ ms\n$"));
  EXPECT_GE(count("forward4_source_routed"), 4U) << "there and back";
}

TEST_F(Forwarding, ICMP4_TE_001_ICMP6_ERR_017_mtr_reports_the_router) {
  const auto running = unlimited_router();
  for (const Ends& ends : {four, six}) {
    const Outcome mtr = network.run({"mtr", "-n", "--json", "-c", "2", "-i", "0.1", "-G", "0.3", "-Z", "1", ends.far});
    const auto report = nlohmann::json::parse(mtr.out, nullptr, false);
    ASSERT_TRUE(report.is_object()) << mtr;
    const auto& hops = report.at("report").at("hubs");
    ASSERT_EQ(hops.size(), 2U) << mtr.out;
    EXPECT_EQ(hops.at(0).at("host"), ends.router);
    EXPECT_EQ(hops.at(1).at("host"), ends.far);
    for (const auto& hop : hops) EXPECT_EQ(hop.at("Loss%"), 0) << mtr.out;
  }
}

// ---- TCP ----

class Transfers : public Forwarding {
 protected:
  struct Transfer {
    std::string sent, taken;  // octets and their digest
    int path_mtu = 0;
  };
  /// So much from the near end to the far one.
  Transfer transfer(const std::string& to, int megabytes) const {
    Process taker({"python3", TCP_TRANSFER, "take", to, "5001"}, [this] { return far_network.enter(); });
    EXPECT_TRUE(eventually([&] { return taker.out().starts_with("ready\n"); })) << taker.err();
    const Outcome sender = network.run({"python3", TCP_TRANSFER, "send", to, "5001", std::to_string(megabytes)});
    std::istringstream words(sender.out);
    std::string octets, digest;
    Transfer done;
    words >> octets >> digest >> done.path_mtu;
    EXPECT_EQ(octets, std::to_string(megabytes) + "000000") << sender;
    done.sent = fmt::format("ready\n{} {}\n", octets, digest);
    done.taken = taker.wait().out;
    return done;
  }
  static std::uint64_t kernel_count(const Network& where, const std::string& name) {
    const auto all = nlohmann::json::parse(where.run({"nstat", "-a", "-s", "-j", "-z"}).out, nullptr, false);
    return all.is_object() ? all.at("kernel").at(name).get<std::uint64_t>() : 0;
  }
  /// Segments that the near kernel sent again, without those that the far one had already: a sender that waited for
  /// its processor sends again what was not lost (RFC 2883).
  std::uint64_t lost() const {
    return kernel_count(network, "TcpRetransSegs") - kernel_count(far_network, "TcpExtTCPDSACKOldSent");
  }
};

TEST_F(Transfers, RTR4_001_RTR6_001_no_segment_is_lost) {
  const auto running = narrow_router(1400);
  configure(far_network, "ip link set tun1 mtu 1400");  // whose kernel says so in its maximum segment size
  for (const Ends& ends : {four, six}) {
    const Transfer done = transfer(ends.far, 10);
    EXPECT_EQ(done.taken, done.sent);
  }
  EXPECT_TRUE(eventually([this] { return lost() == 0; })) << lost();
  EXPECT_EQ(count("forward4_too_big") + count("forward6_too_big"), 0U);
}

// Only what was sent before the first error came is lost; of a segment that was too large two become.
TEST_F(Transfers, ICMP4_DU_005_ICMP6_ERR_014_a_hundred_megabytes_go_through_a_link_that_is_narrower_than_both_ends) {
  const auto running = narrow_router(1400);
  for (const Ends& ends : {four, six}) {
    const Transfer done = transfer(ends.far, 100);
    EXPECT_EQ(done.taken, done.sent);
    EXPECT_EQ(done.path_mtu, 1400);
  }
  const std::uint64_t four_too_big = count("forward4_too_big"), six_too_big = count("forward6_too_big");
  EXPECT_GT(four_too_big, 0U);
  EXPECT_GT(six_too_big, 0U);
  EXPECT_TRUE(eventually([&] { return lost() <= 2 * (four_too_big + six_too_big); })) << lost();
}

}  // namespace
}  // namespace tunstack::test::forwarding_test
