// Limits on errors and replies, on virtual time.
#include <algorithm>
#include <set>

#include "tests/support/host.hpp"

namespace tunstack::test::icmp_rate_limit_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

Packet unknown4(Ipv4Fields ip = {}) {
  ip.protocol = 99;
  return ipv4(ip, counting(16));
}

Packet unknown6(Ipv6Fields ip = {}) {
  ip.next_header = 200;
  return ipv6(ip, counting(16));
}

/// One more source for each number: 10.x.y.z, and one of the prefix 2001:db8:x:y::/64.
Packet from_source4(std::uint32_t number) {
  Packet packet = unknown4({.source = "10.0.0.0"});
  set_be32(packet, 12, 10U << 24 | number);
  mend_header_checksum(packet);
  return packet;
}

Packet from_source6(std::uint32_t number) {
  Packet packet = unknown6({.source = "2001:db8::1:1"});
  set_be32(packet, 8 + 4, number);
  return packet;
}

/// How many of `probes` sendings of a packet are answered.
std::size_t answered(Host& host, const Packet& packet, int probes) {
  std::size_t count = 0;
  for (int i = 0; i < probes; ++i) count += host.send(packet).size();
  return count;
}

/// How many errors go out if `sources` different sources ask at once.
template <class FromSource>
std::size_t errors_at_once(Host& host, std::uint32_t sources, const FromSource& from_source) {
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < sources; ++i) count += host.send(from_source(i)).size();
  return count;
}

Host host_with_seed(std::uint64_t seed) {
  NodeConfig config = host_config();
  config.seed = seed;
  return Host(config);
}

// ---- errors to one destination ----

// ICMP4-RATE-001, ICMP6-RATE-001
TEST(IcmpRateLimit, ICMP4_RATE_001_a_burst_of_10_and_10_more_each_second) {
  Host host;
  for (const Packet& probe : {udp4(), udp6()}) {
    EXPECT_EQ(answered(host, probe, 100), 10U) << "at once";
    host.wait(99ms);
    EXPECT_EQ(answered(host, probe, 100), 0U) << "a tenth of a second is not over";
    host.wait(1ms);
    EXPECT_EQ(answered(host, probe, 100), 1U);
    host.wait(1s);
    EXPECT_EQ(answered(host, probe, 100), 10U);
    host.wait(1h);
    EXPECT_EQ(answered(host, probe, 100), 10U) << "a bucket holds no more than its burst";
  }
  EXPECT_EQ(host.count(Reason::icmp4_error_rate_of_destination), 90U + 100 + 99 + 90 + 90);
  EXPECT_EQ(host.count(Reason::icmp6_error_rate_of_destination), 90U + 100 + 99 + 90 + 90);
}

TEST(IcmpRateLimit, ICMP6_RATE_001_all_kinds_of_errors_share_the_bucket_of_a_destination) {
  Host host;
  EXPECT_EQ(answered(host, udp4(), 6) + answered(host, unknown4(), 6), 10U);
  EXPECT_EQ(answered(host, udp6(), 6) + answered(host, unknown6(), 6), 10U);
  EXPECT_THAT(host.send(echo4()), SizeIs(1)) << "replies are no errors";
  EXPECT_THAT(host.send(echo6()), SizeIs(1)) << "replies are no errors";
}

// Each of five sources has its own ten: fifty would empty the node's bucket, which is not asked here.
TEST(IcmpRateLimit, ICMP4_RATE_001_each_destination_has_its_own_bucket) {
  Host host({"icmp4.error_rate_node=0", "icmp6.error_rate_node=0"});
  for (std::uint32_t source = 1; source <= 5; ++source) {
    EXPECT_EQ(answered(host, from_source4(source), 100), 10U) << source;
    EXPECT_EQ(answered(host, from_source6(source), 100), 10U) << source;
  }
  for (std::uint32_t source = 1; source <= 5; ++source) {
    EXPECT_EQ(answered(host, from_source4(source), 100), 0U) << source << " is still remembered";
    EXPECT_EQ(answered(host, from_source6(source), 100), 0U) << source << " is still remembered";
  }
}

// More destinations than are remembered: a new one is not charged for one that was forgotten.
TEST(IcmpRateLimit, ICMP4_RATE_001_a_new_destination_has_a_full_bucket) {
  Host host({"icmp4.error_rate_node=0", "icmp6.error_rate_node=0"});
  EXPECT_EQ(errors_at_once(host, 50'000, from_source4), 50'000U);
  EXPECT_EQ(errors_at_once(host, 50'000, from_source6), 50'000U);
}

// ICMP4-RATE-002, ICMP6-RATE-001
TEST(IcmpRateLimit, ICMP4_RATE_002_rate_0_is_no_limit) {
  Host host({"icmp4.error_rate=0", "icmp6.error_rate=0"});
  EXPECT_EQ(answered(host, udp4(), 100), 100U);
  EXPECT_EQ(answered(host, udp6(), 100), 100U);
  EXPECT_EQ(errors_at_once(host, 1000, from_source4), 1000U) << "nor one of the node";
  EXPECT_EQ(errors_at_once(host, 1000, from_source6), 1000U) << "nor one of the node";
}

// ICMP4-RATE-002, ICMP6-RATE-001
TEST(IcmpRateLimit, ICMP4_RATE_002_rate_and_burst_are_configurable_for_each_family) {
  Host host({"icmp4.error_rate=5", "icmp4.error_burst=3", "icmp6.error_rate=20", "icmp6.error_burst=1"});
  EXPECT_EQ(answered(host, udp4(), 100), 3U);
  EXPECT_EQ(answered(host, udp6(), 100), 1U);
  host.wait(400ms);
  EXPECT_EQ(answered(host, udp4(), 100), 2U);
  EXPECT_EQ(answered(host, udp6(), 100), 1U) << "eight are due, one fits the bucket";
  host.wait(50ms);
  EXPECT_EQ(answered(host, udp4(), 100), 0U);
  EXPECT_EQ(answered(host, udp6(), 100), 1U);
}

TEST(IcmpRateLimit, ICMP6_RATE_002_three_probes_within_a_millisecond) {
  Host host;
  for (int hop = 0; hop < 3; ++hop) {
    for (int probe = 0; probe < 3; ++probe) {
      EXPECT_THAT(host.send(udp6({}, 33434 + static_cast<unsigned>(probe))), SizeIs(1)) << probe;
      EXPECT_THAT(host.send(udp4({}, 33434 + static_cast<unsigned>(probe))), SizeIs(1)) << probe;
      host.wait(333us);
    }
    host.wait(300ms);
  }
}

// ---- errors of the node ----

// ICMP4-RATE-001, ICMP6-RATE-001: about the burst of 50, by chance more or less.
TEST(IcmpRateLimit, ICMP4_RATE_001_errors_of_the_node_at_once) {
  std::set<std::size_t> counts4, counts6;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    Host host = host_with_seed(seed);
    const std::size_t errors4 = errors_at_once(host, 1000, from_source4);
    const std::size_t errors6 = errors_at_once(host, 1000, from_source6);
    for (const std::size_t errors : {errors4, errors6}) {
      EXPECT_GT(errors, 25U) << "seed " << seed;
      EXPECT_LT(errors, 150U) << "seed " << seed;
    }
    EXPECT_EQ(host.count(Reason::icmp4_error_rate_of_node), 1000 - errors4);
    EXPECT_EQ(host.count(Reason::icmp6_error_rate_of_node), 1000 - errors6);
    counts4.insert(errors4);
    counts6.insert(errors6);
  }
  EXPECT_GT(counts4.size(), 1U) << "a constant number would be a side channel";
  EXPECT_GT(counts6.size(), 1U) << "a constant number would be a side channel";
}

// Without the destination's limit in the way: the steps of the bucket are random, their mean is not.
TEST(IcmpRateLimit, ICMP4_RATE_001_errors_of_the_node_in_the_long_run) {
  Host host;
  std::uint32_t source = 0;
  std::size_t errors4 = 0;
  std::size_t errors6 = 0;
  for (int millisecond = 0; millisecond < 10'000; ++millisecond) {
    for (int i = 0; i < 5; ++i) {
      errors4 += host.send(from_source4(++source)).size();
      errors6 += host.send(from_source6(source)).size();
    }
    host.wait(1ms);
  }
  EXPECT_NEAR(static_cast<double>(errors4), 10'000, 1500);
  EXPECT_NEAR(static_cast<double>(errors6), 10'000, 1500);
}

TEST(IcmpRateLimit, ICMP4_RATE_002_the_limit_of_the_node_is_configurable) {
  Host host({"icmp4.error_rate_node=100", "icmp4.error_burst_node=1", "icmp6.error_rate_node=0"});
  EXPECT_LT(errors_at_once(host, 1000, from_source4), 25U);
  EXPECT_EQ(errors_at_once(host, 1000, from_source6), 1000U) << "0 is no limit";
}

// ---- replies ----

// ICMP4-RATE-004, ICMP6-RATE-004
TEST(IcmpRateLimit, ICMP4_RATE_004_replies_limited_to_100_a_second) {
  Host host({"icmp4.reply_rate=100", "icmp6.reply_rate=100"});
  std::size_t replies4 = 0;
  std::size_t replies6 = 0;
  for (int i = 0; i < 5000; ++i) {
    replies4 += host.send(echo4()).size();
    replies6 += host.send(echo6()).size();
    host.wait(1ms);
  }
  EXPECT_NEAR(static_cast<double>(replies4), 500, 25);
  EXPECT_NEAR(static_cast<double>(replies6), 500, 25);
  EXPECT_EQ(host.count(Reason::icmp4_reply_rate_exceeded), 5000 - replies4);
  EXPECT_EQ(host.count(Reason::icmp6_reply_rate_exceeded), 5000 - replies6);
}

// ICMP4-RATE-004, ICMP6-RATE-004
TEST(IcmpRateLimit, ICMP4_RATE_004_replies_are_unlimited_by_default) {
  Host host;
  EXPECT_EQ(answered(host, echo4(), 5000), 5000U);
  EXPECT_EQ(answered(host, echo6(), 5000), 5000U);
}

// ICMP4-RATE-004: the limit is on ICMP: resets and errors pass it by.
TEST(IcmpRateLimit, ICMP4_RATE_004_the_limit_of_replies_is_no_limit_of_others) {
  Host host({"icmp4.reply_rate=1", "icmp6.reply_rate=1"});
  EXPECT_EQ(answered(host, echo4(), 10), 1U);
  EXPECT_EQ(answered(host, echo6(), 10), 1U);
  const Ipv4Fields ip4{.protocol = 6};
  const Ipv6Fields ip6{.next_header = 6};
  EXPECT_EQ(answered(host, ipv4(ip4, tcp(ip4, {})), 10), 10U);
  EXPECT_EQ(answered(host, ipv6(ip6, tcp(ip6, {})), 10), 10U);
  EXPECT_EQ(answered(host, udp4(), 5), 5U);
  EXPECT_EQ(answered(host, udp6(), 5), 5U);
}

// ---- under load ----

TEST(IcmpRateLimit, ICMP4_RATE_005_answers_again_within_a_second_after_a_flood) {
  Host host({"icmp4.reply_rate=100", "icmp6.reply_rate=100"});
  for (int millisecond = 0; millisecond < 10'000; ++millisecond) {
    const auto source = static_cast<std::uint32_t>(millisecond % 7);
    for (const Packet& packet : {from_source4(source), from_source6(source), echo4(), echo6()}) host.send(packet);
    host.wait(1ms);
  }
  host.wait(1s);
  for (std::uint32_t source = 0; source < 7; ++source) {
    EXPECT_THAT(host.send(from_source4(source)), SizeIs(1)) << "an error to flooder " << source;
    EXPECT_THAT(host.send(from_source6(source)), SizeIs(1)) << "an error to flooder " << source;
  }
  EXPECT_THAT(host.send(echo4()), SizeIs(1));
  EXPECT_THAT(host.send(echo6()), SizeIs(1));
}

// ---- amplification ----

/// One answer, no longer than the request and the headers of an error.
void expect_no_amplification(Host& host, const Packet& packet) {
  const Packet answer = host.answer(packet);
  const std::size_t headers = packet[0] >> 4 == 4 ? 28 : 48;
  EXPECT_LE(answer.size(), packet.size() + headers);
}

TEST(IcmpRateLimit, ROB_003_no_request_is_answered_by_more) {
  const Ipv4Fields tcp_4{.protocol = 6};
  const Ipv6Fields tcp_6{.next_header = 6};
  Host host({"icmp4.error_rate=0", "icmp6.error_rate=0", "icmp4.echo_broadcast=on"});
  for (std::size_t size = 0; size <= 1440; size += size < 64 ? 1 : 97) {
    const Packet data = counting(size);
    for (const Packet& packet :
         {echo4({}, data), echo6({}, data), udp4({}, 9, data), udp6({}, 9, data), ipv4({.protocol = 99}, data),
          ipv6({.next_header = 200}, data), ipv4(tcp_4, tcp(tcp_4, {}, data)), ipv6(tcp_6, tcp(tcp_6, {}, data)),
          echo4({.destination = "192.0.2.255"}, data), echo6({.destination = "ff02::1"}, data)})
      expect_no_amplification(host, packet);
  }
}

// Errors are what adds octets; the limits bound how many to one victim, however many are asked for.
TEST(IcmpRateLimit, ROB_003_errors_stay_within_their_limits) {
  Host host;
  std::size_t octets_in = 0;
  std::size_t octets_out = 0;
  for (int i = 0; i < 1000; ++i) {
    octets_in += unknown4().size();
    for (const Packet& error : host.send(unknown4())) octets_out += error.size();
    host.wait(1ms);
  }
  EXPECT_GT(octets_out, 0U);
  EXPECT_LT(octets_out, octets_in / 20);
}

}  // namespace
}  // namespace tunstack::test::icmp_rate_limit_test
