// Classes 4, 5, 6 and 9 of the vulnerabilities of other stacks (docs/threat-model.md): options of IPv4, extension
// headers of IPv6, routes that the sender chooses, packets inside packets.
#include "tests/conformance/cve_classes/hostile.hpp"
#include "tests/support/ipv4_parts.hpp"

namespace tunstack::test::cve_headers_test {
namespace {

using namespace cve_classes;
using testing::IsEmpty;
using testing::SizeIs;

// ---- class 4: options of IPv4 that are copied or obeyed ----

Packet option(unsigned type, std::size_t length, const Packet& data) {
  return Packet{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(length)} + data;
}
/// As large as options can be: what stands behind the end of the list is of no meaning.
Packet full(Packet options) {
  options.resize(40);
  return options;
}

/// An answer has no more options than what it answers, and at most 40 octets of them.
void expect_options_within(const Packet& answer, const Packet& request) {
  EXPECT_LE(header_size(answer), header_size(request));
  EXPECT_GE(header_size(answer), 20U);
  EXPECT_EQ(be16(answer, 2), answer.size());
}

// Half of these errors would be about datagrams that were refused for their options.
TEST(CveClasses, class_04_ipv4_options_of_every_type_and_length_V4_OPT_002) {
  Target target({"ip4.source_route=drop", "udp.echo=on"});
  const std::string before = target.knowledge();
  for (unsigned type = 0; type <= 255; ++type)
    for (const std::size_t length : {0U, 1U, 2U, 3U, 4U, 5U, 7U, 8U, 11U, 12U, 36U, 39U, 40U, 41U, 128U, 255U})
      for (const unsigned pointer : {0U, 4U, 5U, 8U, 40U, 255U}) {
        SCOPED_TRACE(testing::Message() << "type " << type << ", length " << length << ", pointer " << pointer);
        const Packet data = Packet{static_cast<std::uint8_t>(pointer)} + octets_of("198.51.100.9") + Packet(33, 9);
        const Ipv4Fields ip{.options = full(option(type, length, data))};
        for (const Packet& packet : {echo4(ip), udp4(ip), udp4(ip, 7)})
          for (const Packet& sent : target.attack(packet)) expect_options_within(sent, packet);
      }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

/// A source route through `hops`, of which the host is the end, or which goes on.
Packet source_route(unsigned type, const std::vector<std::string_view>& hops, bool goes_on = false) {
  Packet route = option(type, 3 + 4 * hops.size(), {static_cast<std::uint8_t>(goes_on ? 4 : 4 + 4 * hops.size())});
  for (const std::string_view hop : hops) route = route + octets_of(hop);
  return route;
}
Packet words_of(Packet options) {
  options.resize((options.size() + 3) / 4 * 4);
  return options;
}

TEST(CveClasses, class_04_several_source_routes_overflow_no_error_V4_OPT_023) {
  const std::vector<std::string_view> hops[] = {{},
                                                {"198.51.100.1"},
                                                {"198.51.100.1", "198.51.100.2"},
                                                {"198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4"}};
  for (const std::string_view policy : {"ip4.source_route=process", "ip4.source_route=drop"}) {
    Target target({policy});
    for (const unsigned first : {131U, 137U})
      for (const unsigned second : {131U, 137U})
        for (const auto& some : hops)
          for (const auto& others : hops)
            for (const bool goes_on : {false, true}) {
              const Packet options = source_route(first, some, goes_on) + source_route(second, others, goes_on);
              if (options.size() > 40) continue;
              const Ipv4Fields ip{.options = words_of(options)};
              for (const Packet& packet : {echo4(ip), udp4(ip)})
                for (const Packet& sent : target.attack(packet)) {
                  expect_options_within(sent, packet);
                  EXPECT_EQ(header_size(sent), 20U) << "two routes are no way back";
                }
            }
    target.serve_another();
  }
}

// A reply goes where the options say only if source routes are taken, never to a group or back to the host, and then
// all of the route stands in it.
TEST(CveClasses, class_04_options_choose_no_destination_V4_OPT_017) {
  Target refusing({"ip4.source_route=drop"});
  Host taking;
  for (const unsigned type : {131U, 137U}) {
    const Packet good = echo4({.options = words_of(source_route(type, {"198.51.100.1", "198.51.100.2"}))});
    EXPECT_THAT(refusing.attack(good), IsEmpty());
    const Packet back = taking.answer(good);
    EXPECT_EQ(destination_of(back), "198.51.100.2") << "the way back";
    EXPECT_EQ(part(options_of(back), 3, 8), octets_of("198.51.100.1") + octets_of("192.0.2.1"));
    for (const std::string_view hop :
         {"224.0.0.1", "255.255.255.255", "192.0.2.255", "192.0.2.2", "127.0.0.1", "0.0.0.0", "240.0.0.1"})
      for (const Ipv4Fields& ip : {Ipv4Fields{.options = words_of(source_route(type, {hop}))},
                                   Ipv4Fields{.options = words_of(source_route(type, {"198.51.100.1", hop}))}}) {
        EXPECT_THAT(taking.send(echo4(ip)), IsEmpty()) << hop;
        EXPECT_THAT(taking.send(udp4(ip)), IsEmpty()) << hop;
      }
  }
}

// The options of a datagram are those of its first fragment, whatever others have.
TEST(CveClasses, class_04_options_that_differ_from_fragment_to_fragment_V4_FRAG_015) {
  const Packet request = icmpv4(8, 0, 1, counting(40));
  const Packet route = words_of(source_route(131, {"198.51.100.1", "198.51.100.2", "198.51.100.3"}));
  const auto piece = [&](unsigned id, std::size_t at, std::size_t end, const Packet& options) {
    const unsigned more = end < request.size() ? 0x2000 : 0;
    return ipv4({.identification = id, .flags_and_offset = static_cast<unsigned>(at / 8) | more, .options = options},
                part(request, at, end - at));
  };
  unsigned id = 0;
  for (const Packet& later : {route, hex("83 ff 04 00"), hex("07 27 04 00") + Packet(36), Packet(40, 1), Packet{}}) {
    Target target;
    const Packets plain = packets_of(target.receive({piece(++id, 0, 24, {}), piece(id, 24, 48, later)}));
    for (const Packet& sent : plain) {
      EXPECT_EQ(destination_of(sent), "192.0.2.1");
      EXPECT_EQ(header_size(sent), 20U) << "of the first fragment, which has none";
    }
    const Packets backwards = packets_of(target.receive({piece(++id, 24, 48, later), piece(id, 0, 24, {})}));
    EXPECT_EQ(plain.size(), backwards.size()) << "in any order";
    target.serve_another();
  }
}

// ---- class 5: extension headers ----

// The length octet of a header against what is there: an echo is found only where it really stands.
TEST(CveClasses, class_05_length_octet_of_every_extension_header_ROB_002) {
  Target target;
  const Packet echo = icmpv6({}, 128, 0, 1, Packet(40, 0xff));
  for (const unsigned kind : {hop_by_hop_number, routing_number, destination_number, 51U, 135U, 139U, 140U})
    for (std::size_t units = 1; units <= 8; ++units)
      for (unsigned length = 0; length <= 255; ++length) {
        Packet header(units * 8);
        header[0] = 58;
        header[1] = static_cast<std::uint8_t>(length);
        const Packets sent = target.attack(ipv6({.next_header = kind}, header + echo));
        const bool is_walked = kind == hop_by_hop_number || kind == routing_number || kind == destination_number;
        const bool is_found = std::ranges::any_of(sent, [](const Packet& one) { return icmp6_type(one) == 129; });
        EXPECT_EQ(is_found, is_walked && length + 1 == units) << kind << ", " << units << " units, length " << length;
      }
  target.serve_another();
}

// RFC 8200 4.2: what the two highest bits say, wherever the option ends in its header.
TEST(CveClasses, class_05_each_of_255_options_with_lengths_at_every_edge_V6_EXT_006_V6_EXT_007) {
  Target target;
  for (const unsigned kind : {hop_by_hop_number, destination_number})
    for (unsigned type = 1; type <= 255; ++type)
      for (const std::size_t length : {0U, 1U, 4U, 11U, 12U, 13U, 127U, 128U, 253U, 254U, 255U}) {
        SCOPED_TRACE(testing::Message() << "type " << type << " of length " << length << " in " << kind);
        constexpr std::size_t room = 12;  // of 14 octets of options
        const Packet options = option(type, length, Packet(std::min(length, room), 0));
        const Packets sent =
            target.attack(with_headers(echo6(), {options_header(kind, options + Packet(14 - options.size()))}));
        if (length > room) {
          ASSERT_THAT(sent, SizeIs(1)) << "reported, whatever it is";
          EXPECT_EQ(icmp6_type(sent[0]) * 256 + icmp6_code(sent[0]), 0x400U);
          continue;
        }
        const bool is_known = type == 1 || type == 4 || (type == 5 && kind == hop_by_hop_number && length == 2);
        if (is_known || type == 5 || type == 0xc2) continue;  // those have tests of their own
        ASSERT_THAT(sent, SizeIs(type >> 6 == 1 ? 0 : 1));
        if (sent.empty()) continue;
        EXPECT_EQ(icmp6_type(sent[0]) * 256 + icmp6_code(sent[0]), type >> 6 == 0 ? 0x8100U : 0x402U);
        if (type >> 6 == 0) continue;
        EXPECT_EQ(be32(sent[0], 44), 42U) << "the option";
      }
  target.serve_another();
}

// An offset of 8 bits would come round at 256, and report, or miss, an option where there is none.
TEST(CveClasses, class_05_sums_of_lengths_around_256_and_beyond_V6_EXT_006_ICMP6_ERR_018) {
  Target target({"ip6.ext.max_chain=1920"});
  for (std::size_t before = 2; before <= 1100; ++before) {
    Packet options;
    while (options.size() < before) {
      const std::size_t left = std::min<std::size_t>(before - options.size(), 257);
      options = options + (left == 1 ? Packet(1) : option(1, left - 2, Packet(left - 2)));
    }
    const Packet packet = with_headers(echo6(), {destination(options + hex("9e 00"))});
    const Packets sent = target.attack(packet);
    ASSERT_THAT(sent, SizeIs(1)) << before;
    EXPECT_EQ(icmp6_type(sent[0]), 4U);
    EXPECT_EQ(be32(sent[0], 44), 40 + 2 + before) << "where the option is";
  }
  target.serve_another();
}

// Loops and chains without an end: work ends at the limits, whatever stands behind them.
TEST(CveClasses, class_05_chains_of_any_length_V6_EXT_020_V6_EXT_021) {
  Target target;
  for (std::size_t count = 1; count <= 180; ++count)
    for (const Part& header : {destination_options(), routing(200, 0), atomic()}) {
      if (header.number == fragment_number && count > 1) continue;
      SCOPED_TRACE(count);
      const Packets sent = target.attack(with_headers(echo6(), Chain(count, header)));
      ASSERT_THAT(sent, SizeIs(count <= 40 ? 1 : 0)) << "behind 40 headers nobody looks, and an error it may be";
      if (!sent.empty()) {
        EXPECT_EQ(icmp6_type(sent[0]), count <= 8 ? 129U : 4U);
      }
    }
  target.serve_another();
}

// In a packet that was put together headers may be longer than any that arrives whole, up to 2^16 octets.
TEST(CveClasses, class_05_headers_of_65535_octets_together_V6_EXT_020_V6_FRAG_018) {
  Target target;
  Chain headers(31, destination(Packet(2046)));
  headers.push_back(destination(Packet(1998)));
  const Packet whole = with_headers(echo6({}, {}), headers);
  ASSERT_GT(whole.size(), 65500U);
  Packets sent;
  for (const Packet& fragment : fragments6(whole, 1400))
    for (const Packet& one : packets_of(target.receive({fragment}))) sent.push_back(one);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(icmp6_type(sent[0]), 4U);
  EXPECT_LE(sent[0].size(), 1280U);
  target.serve_another();
}

// ---- class 6: routing headers ----

// RFC 5095, RFC 8200 4.4: with segments left nothing is forwarded, whatever the type and however many there are.
TEST(CveClasses, class_06_routing_headers_of_every_type_are_never_followed_V6_EXT_013) {
  Target target;
  const std::string before = target.knowledge();
  const Packet hop = octets_of("2001:db8::99"), group = octets_of("ff02::1"), own = octets_of("2001:db8::2");
  for (unsigned type = 0; type <= 255; ++type)
    for (const unsigned segments : {0U, 1U, 2U, 3U, 127U, 128U, 255U})
      for (const Packet& data : {Packet(4), Packet(4) + hop, Packet(4) + hop + group, Packet(4) + own + own + hop}) {
        SCOPED_TRACE(testing::Message() << "type " << type << ", " << segments << " of " << data.size() / 16);
        const Packets sent = target.attack(with_headers(echo6(), {routing(type, segments, data)}));
        ASSERT_THAT(sent, SizeIs(1));
        if (segments == 0) {
          EXPECT_EQ(icmp6_type(sent[0]), 129U) << "ignored";
          continue;
        }
        EXPECT_EQ(icmp6_type(sent[0]) * 256 + icmp6_code(sent[0]), 0x400U);
        EXPECT_EQ(be32(sent[0], 44), 42U) << "the routing type";
      }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

TEST(CveClasses, class_06_routing_headers_in_fragments_and_behind_others_V6_EXT_013) {
  Target target;
  const Packet hop = Packet(4) + octets_of("2001:db8::99");
  for (const unsigned type : {0U, 2U, 3U, 4U})
    for (const Chain& chain :
         {Chain{routing(type, 1, hop), routing(type, 1, hop)}, Chain{destination_options(), routing(type, 1, hop)},
          Chain{atomic(), routing(type, 1, hop)}, Chain{routing(type, 0, hop), routing(type, 1, hop)},
          Chain{routing(type, 1, hop), fragment_header(0, true)}}) {
      const Packets sent = target.attack(with_headers(echo6(), chain));
      ASSERT_THAT(sent, SizeIs(1));
      EXPECT_EQ(icmp6_type(sent[0]) * 256 + icmp6_code(sent[0]), 0x400U);
    }
  target.serve_another();
}

// ---- class 9: packets inside packets ----

// RFC 2003, RFC 2473, RFC 4213: this host is the end of no tunnel. What is inside is quoted and never looked into.
TEST(CveClasses, class_09_tunnels_are_reported_and_never_opened_V4_RX_020_V6_RX_013) {
  Target target;
  const std::string before = target.knowledge();
  const Packet inside4 = echo4({.source = "198.51.100.9"}), inside6 = echo6({.source = "2001:db8:9::9"});
  const Packet gre4 = hex("0000 0800") + inside4, gre6 = hex("0000 86dd") + inside6;
  for (const unsigned protocol : {4U, 41U, 47U, 55U, 94U, 97U, 98U, 115U, 137U})
    for (const Packet& inside : {inside4, inside6, gre4, gre6, ipv4({.protocol = 4}, inside4),
                                 ipv6({.next_header = 41}, inside6), part(inside4, 0, 10), Packet{}}) {
      SCOPED_TRACE(protocol);
      const Packets sent4 = target.attack(ipv4({.protocol = protocol}, inside));
      ASSERT_THAT(sent4, SizeIs(1));
      EXPECT_EQ(icmp4_type(sent4[0]) * 256 + icmp4_code(sent4[0]), 0x302U) << "protocol unreachable";
      const Packets sent6 = target.attack(ipv6({.next_header = protocol}, inside));
      ASSERT_THAT(sent6, SizeIs(1));
      EXPECT_EQ(icmp6_type(sent6[0]) * 256 + icmp6_code(sent6[0]), 0x401U) << "unrecognized next header";
      EXPECT_EQ(be32(sent6[0], 44), 6U);
    }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

// CVE-2020-11900: the outer datagram comes in fragments, and so does the inner one.
TEST(CveClasses, class_09_tunnels_in_fragments_V4_FRAG_001_V6_FRAG_001) {
  Target target;
  const Packet request = icmpv4(8, 0, 1, counting(24));
  Packet inside;
  for (const unsigned at : {0U, 16U})
    inside = inside + ipv4({.identification = 7, .flags_and_offset = at == 0 ? 0x2000 : at / 8}, part(request, at, 16));
  const auto outer = [&](unsigned at, unsigned size, unsigned more) {
    return ipv4({.protocol = 4, .identification = 9, .flags_and_offset = at / 8 | more}, part(inside, at, size));
  };
  const Packets sent4 = packets_of(target.receive({outer(0, 40, 0x2000), outer(40, 32, 0)}));
  ASSERT_THAT(sent4, SizeIs(1));
  EXPECT_EQ(icmp4_type(sent4[0]) * 256 + icmp4_code(sent4[0]), 0x302U);
  EXPECT_EQ(from(quote_of(sent4[0]), 20), inside);
  const Packets sent6 = packets_of(target.receive(fragments6(ipv6({.next_header = 41}, echo6()), 56)));
  ASSERT_THAT(sent6, SizeIs(1));
  EXPECT_EQ(icmp6_type(sent6[0]) * 256 + icmp6_code(sent6[0]), 0x401U);
  target.serve_another();
}

// CVE-2020-10136 and what encapsulates by UDP: ports like any other.
TEST(CveClasses, class_09_ports_of_tunnels_are_closed_V4_RX_021_V6_RX_012) {
  Target target;
  for (const unsigned port : {3544U, 4754U, 4789U, 6080U, 6081U, 2152U, 4500U}) {
    for (const Packet& packet : {udp4({}, port, echo4()), udp6({}, port, echo6())}) {
      const Packets sent = target.attack(packet);
      ASSERT_THAT(sent, SizeIs(1));
      EXPECT_TRUE(is_icmp_error(sent[0]));
    }
  }
}

}  // namespace
}  // namespace tunstack::test::cve_headers_test
