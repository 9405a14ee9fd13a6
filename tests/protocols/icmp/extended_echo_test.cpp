// Extended echo decided without a node: the rules in their order, and the reply as it is written.
#include "protocols/icmp/extended_echo.hpp"

#include <gtest/gtest.h>

#include "tests/conformance/probe/extended_echo_messages.hpp"

namespace tunstack::test::extended_echo_test {
namespace {

using icmp::ExtendedEchoPolicy;
using icmp::ExtendedEchoRequest;
using icmp::ProbeLocality;

const std::vector<InterfaceConfig> interfaces = {
    {"tun0", {*parse_prefix("192.0.2.2/24"), *parse_prefix("2001:db8::2/64")}, 1500, true},
    {"tun1", {*parse_prefix("198.51.100.2/24")}, 1500, false}};

ExtendedEchoPolicy enabled() {
  ExtendedEchoPolicy policy;
  policy.enabled = true;
  return policy;
}

ExtendedEchoPolicy without_body() {
  ExtendedEchoPolicy policy = enabled();
  policy.reply_body = icmp::ProbeBody::none;
  return policy;
}

/// The ICMP message of a request; `rest` with identifier and sequence number.
Packet message(const Packet& body, std::uint32_t rest = 0x1234ff01) { return icmpv4(42, 0, rest, body); }

ExtendedEchoRequest request(const Packet& message) {
  return {Family::ipv4, message, parse_address("192.0.2.1").value(), AddressKind::unicast, AddressKind::own};
}

const icmp::KnownInterfaces known{interfaces.size(),
                                  [](std::size_t i) -> const InterfaceConfig& { return interfaces[i]; }};

std::string_view reason(const ExtendedEchoRequest& request, const ExtendedEchoPolicy& policy = enabled()) {
  return info(reason_of(icmp::answer_extended_echo(request, known, policy))).name;
}

Packet reply(const ExtendedEchoRequest& request, const ExtendedEchoPolicy& policy = enabled()) {
  const Verdict verdict = icmp::answer_extended_echo(request, known, policy);
  const auto& message = std::get<ExtendedEchoReply>(std::get<Reply>(verdict).message);
  Packet written(message.size());
  message.write(written);
  return written;
}

TEST(ExtendedEcho, PROBE_003_the_reply_of_each_family) {
  const Packet query = message(good_query());
  ExtendedEchoRequest asked = request(query);
  EXPECT_EQ(reply(asked), hex("2b00 0000 1234 ff 07") + good_query());
  asked.family = Family::ipv6;
  EXPECT_EQ(reply(asked), hex("a100 0000 1234 ff 07") + good_query());
  EXPECT_EQ(reply(asked, without_body()), hex("a100 0000 1234 ff 07"));
}

TEST(ExtendedEcho, PROBE_010_an_interface_that_is_down_has_no_flags) {
  const Packet query = message(structure(by_index(2)));
  EXPECT_EQ(reply(request(query), without_body()), hex("2b00 0000 1234 ff 00"));
}

// The first rule that is broken is the reason.
TEST(ExtendedEcho, PROBE_016_order_of_the_rules) {
  const Packet query = message(good_query());
  ExtendedEchoRequest asked = request(query);
  asked.destination_kind = AddressKind::joined_group;
  ExtendedEchoPolicy policy;
  policy.sources = {*parse_prefix("203.0.113.0/24")};
  policy.locality = ProbeLocality::remote;
  policy.kinds = icmp::probe_kind::address;
  EXPECT_EQ(reason(asked, policy), "extended_echo_off");
  policy.enabled = true;
  EXPECT_EQ(reason(asked, policy), "extended_echo_to_group");
  asked.destination_kind = AddressKind::own_elsewhere;
  EXPECT_EQ(reason(asked, policy), "extended_echo_source_not_allowed");
  policy.sources.push_back(*parse_prefix("192.0.2.1/32"));
  EXPECT_EQ(reason(asked, policy), "extended_echo_locality_not_allowed");
  policy.locality = ProbeLocality::local;
  EXPECT_EQ(reason(asked, policy), "extended_echo_kind_not_allowed");
  policy.kinds |= icmp::probe_kind::name;
  EXPECT_EQ(reason(asked, policy), "extended_echo_request_for_us");
}

TEST(ExtendedEcho, PROBE_015_only_from_a_single_host_to_an_own_address) {
  const Packet query = message(good_query());
  for (const AddressKind kind :
       {AddressKind::unicast, AddressKind::own, AddressKind::own_elsewhere, AddressKind::subnet_router,
        AddressKind::own_anycast, AddressKind::anycast_elsewhere, AddressKind::proxied, AddressKind::unspecified,
        AddressKind::this_network, AddressKind::loopback, AddressKind::reserved, AddressKind::limited_broadcast,
        AddressKind::directed_broadcast, AddressKind::zero_broadcast, AddressKind::broadcast_elsewhere,
        AddressKind::joined_group, AddressKind::multicast}) {
    ExtendedEchoRequest from_it = request(query);
    from_it.source_kind = kind;
    EXPECT_EQ(reason(from_it) == "extended_echo_request_for_us", kind == AddressKind::unicast);
    ExtendedEchoRequest to_it = request(query);
    to_it.destination_kind = kind;
    EXPECT_EQ(reason(to_it) == "extended_echo_request_for_us",
              kind == AddressKind::own || kind == AddressKind::own_elsewhere);
  }
}

// Sources of both families; an IPv4 address is never in an IPv6 prefix.
TEST(ExtendedEcho, PROBE_016_prefixes_of_sources) {
  const Packet query = message(good_query());
  struct Case {
    std::string_view prefix, source;
    bool allowed;
  };
  for (const Case& c : {Case{"192.0.2.0/24", "192.0.2.1", true}, Case{"192.0.2.0/32", "192.0.2.1", false},
                        Case{"0.0.0.0/0", "192.0.2.1", true}, Case{"::/0", "192.0.2.1", false},
                        Case{"2001:db8::/64", "2001:db8::1", true}, Case{"2001:db8::/64", "2001:db8:0:1::1", false},
                        Case{"0.0.0.0/0", "2001:db8::1", false}, Case{"fe80::/10", "fe80::1", true}}) {
    ExtendedEchoRequest asked = request(query);
    asked.source = parse_address(c.source).value();
    ExtendedEchoPolicy policy = enabled();
    policy.sources = {*parse_prefix(c.prefix)};
    EXPECT_EQ(reason(asked, policy) == "extended_echo_request_for_us", c.allowed) << c.prefix << " " << c.source;
  }
}

// PROBE-006: whatever is cut off, or flipped, the answer is one of the five codes and reads nothing beyond the end.
TEST(ExtendedEcho, PROBE_006_queries_cut_and_flipped_anywhere) {
  for (const Packet& object : {by_name("tun0"), by_index(1), by_address(1, own4), by_address(2, own6)}) {
    const Packet whole = structure(object);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Packet query = message({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
      EXPECT_EQ(reply(request(query)).at(1), 1) << size << " octets: malformed";
    }
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      Packet flipped = whole;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
      const Packet query = message(flipped);
      EXPECT_EQ(reply(request(query)).at(1), 1) << "bit " << bit << ": the checksum or the form is wrong";
    }
  }
}

// PROBE-006, with checksum 0: nothing but the form protects.
TEST(ExtendedEcho, PROBE_006_any_octet_of_a_query_without_a_checksum) {
  for (const Packet& object : {by_name("tun0"), by_index(1), by_address(1, own4), by_address(2, own6)}) {
    Packet whole = structure(object);
    set_be16(whole, 2, 0);
    for (std::size_t at = 4; at < whole.size(); ++at)
      for (unsigned value = 0; value < 256; ++value) {
        Packet changed = whole;
        changed[at] = static_cast<std::uint8_t>(value);
        const Packet query = message(changed);
        const Packet answer = reply(request(query));
        EXPECT_LE(answer.at(1), 2) << at;
        EXPECT_TRUE(answer.at(1) == 0 || answer.at(7) == 0) << "no flags with an error";
      }
  }
}

// PROBE-016: an asker that may not ask this way is not answered at all.
TEST(ExtendedEcho, PROBE_016_a_kind_that_is_not_allowed_elsewhere) {
  ExtendedEchoPolicy policy = enabled();
  policy.kinds = icmp::probe_kind::name;
  const Packet query = message(structure(by_address(1, own4)), 0x1234ff00);
  EXPECT_EQ(reason(request(query), policy), "extended_echo_kind_not_allowed");
}

}  // namespace
}  // namespace tunstack::test::extended_echo_test
