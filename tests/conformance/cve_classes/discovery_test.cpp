// Classes 10, 11, 12 and 14 of the vulnerabilities of other stacks (docs/threat-model.md): options of Neighbor
// Discovery, what router advertisements say, checks that are left out, queries about groups.
#include <fmt/format.h>

#include "tests/conformance/addresses/own_addresses.hpp"
#include "tests/conformance/cve_classes/hostile.hpp"
#include "tests/conformance/groups/group_wire.hpp"

namespace tunstack::test::cve_discovery_test {
namespace {

using namespace cve_classes;
using namespace router_messages;
using namespace std::chrono_literals;
using own_addresses::learning_host;
using testing::IsEmpty;
using testing::SizeIs;

const Packet router_mac = hex("02 00 00 00 00 0a");

/// A host that has a router and a neighbor, and is about to believe others. It says nothing of its own accord.
class Learner : public Wire {
 public:
  explicit Learner(std::initializer_list<std::string_view> settings = {})
      : Wire(with_options(learning_host({"slaac.iid=eui64"}), settings)) {
    run_for(20s);
    receive({framed(router_advertisement({.options = source_option(router_mac) + prefix_option()}), router_mac)});
    confirm("2001:db8::1", peer_mac);
    run_for(3s);
  }
  std::string knowledge() const { return knowledge_of(*this); }
  std::size_t routers() const { return node().state().interfaces[0].routers.routing.routers.routers().size(); }
  std::size_t prefixes() const { return node().state().interfaces[0].routers.routing.prefixes.prefixes().size(); }
};

// ---- class 10: options of every type and length in every message ----

/// Messages of Neighbor Discovery that are good but for their options.
struct Message {
  std::string_view name;
  Packet (*with)(const Packet& options);
};
const Message messages[] = {
    {"solicitation",
     [](const Packet& options) { return solicitation({.destination = "2001:db8::2", .options = options}); }},
    {"advertisement", [](const Packet& options) { return advertisement({.options = options}); }},
    {"router solicitation",
     [](const Packet& options) { return router_solicitation({.destination = "fe80::2", .options = options}); }},
    {"router advertisement", [](const Packet& options) { return router_advertisement({.options = options}); }},
    {"redirect", [](const Packet& options) { return redirect6({.options = options}); }},
};

Packet nd_option(unsigned type, unsigned units, std::size_t octets) {
  Packet option = counting(std::max<std::size_t>(octets, 2));
  option[0] = static_cast<std::uint8_t>(type);
  option[1] = static_cast<std::uint8_t>(units);
  option.resize(octets);
  return option;
}

// RFC 4861 6.1, 7.1, 8.1: a length of 0, or one beyond the message, and nothing of it counts.
TEST(CveClasses, class_10_options_of_length_0_and_beyond_the_message_ND_GEN_003) {
  for (const Message& message : messages) {
    SCOPED_TRACE(message.name);
    Learner host;
    const std::string before = host.knowledge();
    const Packet good = source_option(other_mac) + target_option(other_mac);
    for (unsigned type = 0; type <= 255; ++type)
      for (unsigned units = 0; units <= 255; ++units) {
        if (units == 1 || (units > 3 && units < 253 && type > 5 && type % 32 != 0)) continue;
        const std::size_t there = units == 0 ? 8 : std::min<std::size_t>(units * 8, 64) - 8;
        const Packet bad = nd_option(type, units, there);
        for (const Packet& options : {bad, good + bad})
          EXPECT_THAT(host.send(framed(message.with(options))), IsEmpty()) << type << " of " << units;
      }
    EXPECT_EQ(host.knowledge(), before);
    EXPECT_THAT(host.send(framed(echo6())), SizeIs(1));
  }
}

// A residue of 1 to 7 octets is an option that runs past the end, wherever it stands.
TEST(CveClasses, class_10_octets_behind_the_last_option_ND_GEN_003) {
  for (const Message& message : messages) {
    SCOPED_TRACE(message.name);
    Learner host;
    const std::string before = host.knowledge();
    for (std::size_t residue = 1; residue <= 7; ++residue)
      for (const int fill : {0, 1, 2, 14, 255})
        for (const Packet& options : {Packet{}, source_option(other_mac), target_option(other_mac)}) {
          const Packet packet = message.with(options + Packet(residue, static_cast<std::uint8_t>(fill)));
          EXPECT_THAT(host.send(framed(packet)), IsEmpty()) << residue << " octets of " << fill;
        }
    EXPECT_EQ(host.knowledge(), before);
  }
}

// Counters of 8 and offsets of 16 bits would come round: options that fit are stepped over, however large or many.
TEST(CveClasses, class_10_options_that_fit_of_every_type_and_length_ND_GEN_004) {
  Learner host;
  const auto is_answered = [&](const Packet& options) {
    const Packets sent = host.send(framed(solicitation({.destination = "2001:db8::2", .options = options})));
    return sent.size() == 1 && sent[0].size() == 14 + 40 + 32;
  };
  for (unsigned type = 3; type <= 255; ++type)
    for (const unsigned units : {1U, 2U, 31U, 32U, 33U, 127U, 128U, 129U, 255U})
      EXPECT_TRUE(is_answered(nd_option(type, units, units * 8) + source_option(peer_mac))) << type << " of " << units;
  Packet many;
  while (many.size() < 32768) many = many + nd_option(253, 1, 8);
  EXPECT_TRUE(is_answered(many + source_option(other_mac))) << "4096 options";
  EXPECT_EQ(host.mac_of("2001:db8::1"), to_text(mac_address(other_mac))) << "the one behind them counts";
  Packet large;
  while (large.size() < 65000 - 2040) large = large + nd_option(254, 255, 2040);
  EXPECT_TRUE(is_answered(large + source_option(peer_mac))) << "nearly 65535 octets";
  EXPECT_EQ(host.mac_of("2001:db8::1"), to_text(mac_address(peer_mac)));
}

// A link-layer address of another size is none (RFC 4861 4.6.1), nor are prefix and MTU.
TEST(CveClasses, class_10_known_options_of_wrong_size_ND_GEN_004) {
  Learner host;
  const std::string before = host.knowledge();
  for (const unsigned type : {1U, 2U})
    for (unsigned units = 2; units <= 255; ++units)
      host.send(framed(advertisement({.options = nd_option(type, units, units * 8)})));
  EXPECT_EQ(host.mac_of("2001:db8::1"), to_text(mac_address(peer_mac)));
  const std::size_t routers = host.routers(), prefixes = host.prefixes();
  for (const unsigned type : {3U, 5U, 24U, 25U, 31U, 38U})
    for (unsigned units = 1; units <= 60; ++units) {
      if ((type == 3 && units == 4) || (type == 5 && units == 1)) continue;
      Packet option = nd_option(type, units, units * 8);
      if (units >= 4) std::ranges::copy(from(prefix_option({.prefix = "2001:db8:5::"}), 2), option.begin() + 2);
      EXPECT_THAT(host.send(framed(router_advertisement({.options = option}), router_mac)), IsEmpty());
    }
  EXPECT_EQ(host.routers(), routers);
  EXPECT_EQ(host.prefixes(), prefixes);
  EXPECT_EQ(host.node().state().interfaces[0].mtu(Family::ipv6), 1500U);
}

// ---- class 11: what router advertisements say ----

// CVE-2010-0241 and others: all prefix lengths, flags and lifetimes, against the rules of RFC 4861 6.3.4 and RFC 4862
// 5.5.3 written down once more.
TEST(CveClasses, class_11_prefixes_of_every_length_flags_and_lifetime_ND_RA_017_ND_RA_022) {
  constexpr std::uint32_t lifetimes[] = {0, 1, 7200, 0x7fffffff, 0xffffffff};
  for (unsigned length = 0; length <= 255; ++length)
    for (const unsigned flags : {0x00U, 0x40U, 0x80U, 0xc0U, 0xffU})
      for (const std::uint32_t valid : lifetimes)
        for (const std::uint32_t preferred : lifetimes) {
          if (length > 64 && length % 16 != 0 && length != 129 && length != 255) continue;
          if (length < 64 && length % 8 != 0 && length != 63 && length != 47) continue;
          SCOPED_TRACE(testing::Message() << length << " flags " << flags << " " << valid << " " << preferred);
          Driver host(learning_host({"slaac.iid=eui64"}));
          host.tick();
          const auto& state = host.node().state();
          const auto count = [&] {
            std::size_t addresses = 0;
            state.addresses.for_each_address([&](InterfaceId, const IpPrefix&, ip::AddressUse) { ++addresses; });
            return std::pair(state.interfaces[0].routers.routing.prefixes.prefixes().size(), addresses);
          };
          const auto before = count();
          host.receive({framed(router_advertisement({.options = prefix_option({.prefix = "2001:db8:1::",
                                                                               .length = length,
                                                                               .flags = flags,
                                                                               .valid = valid,
                                                                               .preferred = preferred})}))});
          const bool is_sound = length <= 128 && preferred <= valid && valid != 0;
          const bool is_on_link = length <= 128 && valid != 0 && (flags & 0x80) != 0 && length >= 48;
          const bool makes_address = is_sound && (flags & 0x40) != 0 && length == 64;
          const auto after = count();
          EXPECT_EQ(after.first - before.first, is_on_link ? 1U : 0U) << "on the link";
          EXPECT_EQ(after.second - before.second, makes_address ? 1U : 0U) << "an address of its own";
        }
}

/// RFC 4191 2.3.
Packet route_option(unsigned units, unsigned length, std::uint32_t lifetime) {
  return Packet{24, static_cast<std::uint8_t>(units), static_cast<std::uint8_t>(length), 0} + be32_octets(lifetime) +
         Packet(units * 8 - 8, 0x20);
}
/// RFC 8106 5.1, also with a size that no whole number of addresses has.
Packet dns_option(unsigned units, std::uint32_t lifetime) {
  return Packet{25, static_cast<std::uint8_t>(units), 0, 0} + be32_octets(lifetime) + Packet(units * 8 - 8, 0x20);
}

// CVE-2020-16898, CVE-2026-74598: what a host does not use it does not look into; the rest of the message counts.
TEST(CveClasses, class_11_routes_and_dns_servers_of_every_length_ND_GEN_004) {
  for (unsigned units = 1; units <= 255; ++units) {
    Learner host;
    const std::string before = host.knowledge();
    for (const std::uint32_t lifetime : {0U, 1800U, 0xffffffffU})
      for (const unsigned length : {0U, 1U, 63U, 64U, 65U, 127U, 128U, 129U, 255U})
        for (const Packet& option : {route_option(units, length, lifetime), dns_option(units, lifetime)}) {
          const Packet options = option + source_option(router_mac) + prefix_option();
          EXPECT_THAT(host.send(framed(router_advertisement({.options = options}), router_mac)), IsEmpty());
        }
    EXPECT_EQ(host.routers(), 1U);
    host.send(framed(router_advertisement({.options = route_option(units, 64, 1) + mtu_option(1400)}), router_mac));
    EXPECT_EQ(host.node().state().interfaces[0].mtu(Family::ipv6), 1400U) << "of the option behind it";
  }
}

// CVE-2026-95824: no source, and something waits for a router.
TEST(CveClasses, class_11_advertisements_without_a_source_ND_RA_011) {
  for (const std::string_view source : {"::", "::1", "2001:db8::1", "ff02::1", "fe80::2"}) {
    SCOPED_TRACE(source);
    Learner host;
    host.add_station("2001:db8::1", peer_mac, false);
    host.send(framed(echo6({.source = "2001:db8:7::7"})));  // its answer waits for the router
    const std::size_t routers = host.routers(), prefixes = host.prefixes();
    const Packet packet = router_advertisement(
        {.source = source, .options = source_option(other_mac) + prefix_option({.prefix = "2001:db8:5::"})});
    for (int i = 0; i < 100; ++i) EXPECT_THAT(host.send(framed(packet)), IsEmpty());
    EXPECT_EQ(host.routers(), routers);
    EXPECT_EQ(host.prefixes(), prefixes);
    host.run_for(10s);
    EXPECT_THAT(host.send(framed(echo6())), SizeIs(testing::Ge(1U)));
  }
}

// CVE-2026-56116, CVE-2010-0239: what is told and taken back leaves nothing behind, however often.
TEST(CveClasses, class_11_lifetimes_of_0_leave_nothing_behind_ND_RA_012_ND_RA_017) {
  Learner host({"dad.transmits=0"});
  const std::string before = host.knowledge();
  for (unsigned i = 0; i < 3000; ++i) {
    const std::string source = fmt::format("fe80::bad:{:x}", i), prefix = fmt::format("2001:db8:bad:{:x}::", i);
    for (const std::uint32_t lifetime : {1800U, 0U}) {
      const Packet told = prefix_option({.prefix = prefix, .flags = 0x80, .valid = lifetime, .preferred = lifetime});
      host.send(framed(router_advertisement({.source = source, .lifetime = lifetime, .options = told}), other_mac));
    }
  }
  EXPECT_EQ(host.routers(), 1U);
  EXPECT_EQ(host.knowledge(), before);
}

// ---- class 12: each check alone ----

/// A message that is believed, and the ways in which it may be wrong: one at a time.
struct Checked {
  std::string_view name;
  Packet good;
  std::vector<Packet> bad;
};

Packet with_checksum_wrong(Packet packet) {
  packet.at(42) ^= 0x55;
  return packet;
}
/// Of the same message, its last octets gone and all lengths and checksums right.
Packet cut_short(const Packet& packet, std::size_t octets) {
  Packet cut = part(packet, 0, 40 + octets);
  set_be16(cut, 4, static_cast<unsigned>(octets));
  set_be16(cut, 42, 0);
  const Packet pseudo = part(cut, 8, 32) + Packet{0, 0, 0, static_cast<std::uint8_t>(octets), 0, 0, 0, 58};
  set_be16(cut, 42, plain_checksum(pseudo + from(cut, 40)));
  return cut;
}
const Packet no_length = hex("01 00 000000000000");

std::vector<Checked> checked_messages() {
  const Packet from_other = source_option(other_mac);
  const Packet solicited = solicitation({.source = "2001:db8::9", .destination = "2001:db8::2", .options = from_other});
  const Packet told = advertisement({.options = target_option(other_mac)});
  const Packet routed = router_advertisement({.source = "fe80::b", .options = from_other});
  return {
      {"solicitation",
       solicited,
       {solicitation({.source = "2001:db8::9", .options = from_other, .hop_limit = 254}),
        solicitation({.source = "2001:db8::9", .options = from_other, .code = 1}), with_checksum_wrong(solicited),
        cut_short(solicited, 23), solicitation({.source = "2001:db8::9", .target = "ff02::1", .options = from_other}),
        solicitation({.source = "2001:db8::9", .options = from_other + no_length}),
        solicitation({.source = "::", .options = from_other}),
        solicitation({.source = "::", .destination = "2001:db8::2", .options = {}}),
        solicitation({.source = "ff02::9", .options = from_other}), with_headers(solicited, {atomic()})}},
      {"advertisement",
       told,
       {advertisement({.options = target_option(other_mac), .hop_limit = 254}),
        advertisement({.options = target_option(other_mac), .code = 1}), with_checksum_wrong(told), cut_short(told, 23),
        advertisement({.target = "ff02::1", .options = target_option(other_mac)}),
        advertisement({.destination = "ff02::1", .options = target_option(other_mac)}),
        advertisement({.options = target_option(other_mac) + no_length}), with_headers(told, {atomic()})}},
      {"router advertisement",
       routed,
       {router_advertisement({.source = "fe80::b", .options = from_other, .ip_hop_limit = 254}),
        router_advertisement({.source = "fe80::b", .options = from_other, .code = 1}), with_checksum_wrong(routed),
        cut_short(routed, 15), router_advertisement({.source = "2001:db8::b", .options = from_other}),
        router_advertisement({.source = "fe80::b", .options = from_other + no_length}),
        with_headers(routed, {atomic()})}},
  };
}

// CVE-2026-7656: hop limit 255 and every other check skipped, for eight years.
TEST(CveClasses, class_12_each_validity_check_alone_rejects_ND_NS_001_ND_NA_005_ND_RA_011) {
  for (const Checked& message : checked_messages()) {
    SCOPED_TRACE(message.name);
    Learner host;
    const std::string before = host.knowledge();
    for (std::size_t i = 0; i < message.bad.size(); ++i) {
      EXPECT_THAT(host.send(framed(message.bad[i])), IsEmpty()) << i;
      EXPECT_EQ(host.knowledge(), before) << i;
    }
    host.send(framed(message.good));
    EXPECT_NE(host.knowledge(), before) << "believed where nothing is wrong";
  }
}

TEST(CveClasses, class_12_every_hop_limit_but_255_ND_GEN_001) {
  Learner host;
  const std::string before = host.knowledge();
  for (unsigned hops = 0; hops < 255; ++hops)
    for (const Packet& packet :
         {solicitation({.source = "2001:db8::9", .options = source_option(other_mac), .hop_limit = hops}),
          advertisement({.options = target_option(other_mac), .hop_limit = hops}),
          router_advertisement({.source = "fe80::b", .options = source_option(other_mac), .ip_hop_limit = hops}),
          router_solicitation({.options = source_option(other_mac), .hop_limit = hops}),
          redirect6({.options = target_option(other_mac), .hop_limit = hops})})
      EXPECT_THAT(host.send(framed(packet)), IsEmpty()) << hops;
  EXPECT_EQ(host.knowledge(), before);
}

// CVE-2016-1409: what comes from off the link costs no entry and no question.
TEST(CveClasses, class_12_discovery_from_off_the_link_leaves_no_trace_ND_GEN_001) {
  Learner host;
  const std::string before = host.knowledge();
  for (unsigned i = 0; i < 5000; ++i) {
    const std::string source = fmt::format("2001:db8::{:x}:{:x}", 1 + i / 100, i);
    EXPECT_THAT(host.send(framed(solicitation({.source = source, .hop_limit = 64}))), IsEmpty());
  }
  EXPECT_EQ(host.knowledge(), before);
}

// ---- class 14: MLD and IGMP ----

using group_wire::igmp_query, group_wire::igmp_older_query, group_wire::mld_query, group_wire::mld_v1_query;

/// Of a solicited-node group in IPv6, of the group of all routers in IPv4.
NodeConfig member() { return group_wire::telling(routers::router_config(), {"mld.enable=on", "igmp.enable=on"}); }

// CVE-2008-2464: the longest delay divides by nothing, is as long as the forms say, and every query is answered.
TEST(CveClasses, class_14_every_form_of_the_longest_delay_MLD_005_IGMP_002) {
  const auto expect_report = [](const Packet& query, Duration longest) {
    group_wire::Settled host(member());
    const auto told = host.told_after(query, longest + 1s);
    ASSERT_FALSE(told.empty()) << "no report";
    for (const auto& one : told) EXPECT_LE(one.at, longest);
  };
  for (const unsigned code :
       {0U, 1U, 2U, 0x7ffeU, 0x7fffU, 0x8000U, 0x8001U, 0x8fffU, 0x9000U, 0xf000U, 0xfffeU, 0xffffU}) {
    SCOPED_TRACE(code);
    const std::uint64_t ms = code < 0x8000 ? code : std::uint64_t{(code & 0xfff) | 0x1000} << ((code >> 12 & 7) + 3);
    expect_report(mld_query(code), std::chrono::milliseconds(ms));
    expect_report(mld_v1_query(code), std::chrono::milliseconds(code));
  }
  for (unsigned code = 0; code <= 255; code += code < 2 || code == 127 ? 1 : 25) {
    SCOPED_TRACE(code);
    const unsigned tenths = code < 0x80 ? code : ((code & 15) | 16) << ((code >> 4 & 7) + 3);
    expect_report(igmp_query(code), std::chrono::milliseconds(100 * std::max(tenths, 1U)));
    expect_report(igmp_older_query(code), std::chrono::milliseconds(100 * (code == 0 ? 100 : code)));
  }
}

// Queries in floods: what they ask is joined, so there are no more reports than times for them.
TEST(CveClasses, class_14_floods_of_queries_MLD_004_MLD_009_IGMP_002) {
  group_wire::Settled host(member());
  for (int i = 0; i < 20000; ++i)
    for (const Packet& query : {mld_query(1000), igmp_query(10)})
      EXPECT_THAT(host.send(framed(query)), SizeIs(testing::Le(1U)));
  const std::size_t answers = host.told_in(10s).size();
  EXPECT_GE(answers, 2U);
  EXPECT_LE(answers, 8U);
  EXPECT_THAT(host.send(framed(echo6())), SizeIs(testing::Ge(1U)));
}

// CVE-2019-12259, CVE-2012-0207: queries for groups with more sources than are there, of nobody, of version 3 after 1.
TEST(CveClasses, class_14_queries_that_lie_about_their_sources_MLD_012_IGMP_003) {
  group_wire::Settled host(member());
  const std::string before = knowledge_of(host);
  for (const unsigned count : {1U, 2U, 88U, 366U, 4095U, 4096U, 8192U, 16384U, 32768U, 65535U}) {
    EXPECT_THAT(host.texts_after(mld_query(0, {.group = "ff02::1:ff00:2", .count = count}), 20s), IsEmpty()) << count;
    EXPECT_THAT(host.texts_after(igmp_query(1, {.group = "224.0.0.251", .count = count}), 20s), IsEmpty()) << count;
  }
  EXPECT_EQ(knowledge_of(host), before);
  EXPECT_THAT(host.texts_after(mld_query(0), 1s), SizeIs(1));
}

}  // namespace
}  // namespace tunstack::test::cve_discovery_test
