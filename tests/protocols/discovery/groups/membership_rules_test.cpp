// Which messages of MLD and IGMP count, rule by rule.
#include "protocols/discovery/groups/membership_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::membership_rules_test {
namespace {

using discovery::IgmpInput;
using discovery::MldInput;

Ipv6Address ip6(std::string_view text) { return parse_address(text)->ipv6(); }

// ---- MLD ----

const Packet any_group = Packet(16);
const Packet some_group = hex("ff020000000000000000000000000123");

Packet mld_v1(unsigned type, const Packet& group) {
  return Packet{static_cast<std::uint8_t>(type)} + hex("00 0000 03e8 0000") + group;
}
Packet mld_v2_query(const Packet& group, unsigned announced = 0, const Packet& sources = {}) {
  Packet tail = hex("02 7d 0000");
  set_be16(tail, 2, announced);
  return mld_v1(130, group) + tail + sources;
}

struct MldCase {
  const char* what;
  Packet message;
  std::string_view broken = "";
  std::string_view source = "fe80::1";
  std::uint8_t hop_limit = 1;
  bool router_alert = true;
  MldInput input() const { return {message, ip6(source), hop_limit, router_alert}; }
};

template <class Accepted>
std::string_view broken_by(const Accepted& accepted) {
  return accepted ? "" : info(accepted.error()).name;
}

TEST(MldRules, MLD_006_who_may_query) {
  const Packet query = mld_v2_query(any_group);
  for (const MldCase& c : {
           MldCase{"right", query},
           MldCase{"global source", query, "mld_source_not_link_local", "2001:db8::1"},
           MldCase{"unspecified source", query, "mld_source_not_link_local", "::"},
           MldCase{"beyond link-local", query, "mld_source_not_link_local", "fec0::1"},
           MldCase{"end of link-local", query, "", "febf::1"},
           MldCase{"hop limit 2", query, "mld_hop_limit_not_1", "fe80::1", 2},
           MldCase{"hop limit 0", query, "mld_hop_limit_not_1", "fe80::1", 0},
           MldCase{"hop limit 255", query, "mld_hop_limit_not_1", "fe80::1", 255},
           MldCase{"no router alert", query, "mld_without_router_alert", "fe80::1", 1, false},
       })
    EXPECT_EQ(broken_by(discovery::accept_mld_query(c.input())), c.broken) << c.what;
}

TEST(MldRules, MLD_008_length_of_a_query) {
  for (std::size_t size = 0; size <= 60; ++size) {
    Packet query(size);
    const bool right = size == 24 || size >= 28;
    EXPECT_EQ(broken_by(discovery::accept_mld_query({query, ip6("fe80::1"), 1, true})),
              right ? "" : "mld_query_length_wrong")
        << size;
  }
}

TEST(MldRules, MLD_012_form_of_a_query) {
  const Packet source(16, 0x20);
  for (const MldCase& c : {
           MldCase{"group", mld_v2_query(some_group)},
           MldCase{"source", mld_v2_query(some_group, 1, source)},
           MldCase{"source and more", mld_v2_query(some_group, 1, source + counting(9))},
           MldCase{"source cut short", mld_v2_query(some_group, 1, Packet(15)), "mld_query_sources_past_end"},
           MldCase{"no room for any", mld_v2_query(some_group, 1), "mld_query_sources_past_end"},
           MldCase{"one of two", mld_v2_query(some_group, 2, source), "mld_query_sources_past_end"},
           MldCase{"most sources", mld_v2_query(some_group, 0xffff, source), "mld_query_sources_past_end"},
           MldCase{"source without group", mld_v2_query(any_group, 1, source), "mld_query_sources_without_group"},
           MldCase{"a unicast address", mld_v2_query(source), "mld_query_group_not_multicast"},
           MldCase{"a unicast address, version 1", mld_v1(130, source), "mld_query_group_not_multicast"},
       })
    EXPECT_EQ(broken_by(discovery::accept_mld_query(c.input())), c.broken) << c.what;
}

TEST(MldRules, MLD_004_the_query_is_handed_on) {
  const Packet message = mld_v2_query(some_group, 1, Packet(16, 0x20));
  const auto query = discovery::accept_mld_query({message, ip6("fe80::1"), 1, true});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->version, GroupVersion::current);
  EXPECT_EQ(query->group, ip6("ff02::123"));
  EXPECT_EQ(query->maximum_response, std::chrono::seconds(1));
  EXPECT_EQ(query->source_count(), 1U);
}

TEST(MldRules, MLD_009_reports_of_version_1) {
  const Packet report = mld_v1(131, some_group);
  for (const MldCase& c : {
           MldCase{"right", report},
           MldCase{"more than 24 octets (RFC 2710 3.7)", report + counting(9)},
           MldCase{"cut short", Packet(report.begin(), report.end() - 1), "mld_report_too_short"},
           MldCase{"global source", report, "mld_source_not_link_local", "2001:db8::1"},
           MldCase{"hop limit 64", report, "mld_hop_limit_not_1", "fe80::1", 64},
           MldCase{"no router alert", report, "mld_without_router_alert", "fe80::1", 1, false},
       }) {
    const auto group = discovery::accept_mld_v1_report(c.input());
    EXPECT_EQ(broken_by(group), c.broken) << c.what;
    EXPECT_EQ(group.value_or(ip6("ff02::123")), ip6("ff02::123"));
  }
}

TEST(MldRules, MLD_012_reports_of_version_2_are_for_routers) {
  const Packet report = hex("8f 00 0000 0000 0001 04 00 0000") + some_group;
  Packet thousand(100);
  set_be16(thousand, 6, 1000);
  for (const MldCase& c : {
           MldCase{"right", report},
           MldCase{"1000 records in 100 octets", thousand, "mld_report_records_past_end"},
           MldCase{"global source", thousand, "mld_source_not_link_local", "2001:db8::1"},
       }) {
    const MaybeReason refused = discovery::refuses_mld_v2_report(c.input());
    EXPECT_EQ(refused ? info(*refused).name : "", c.broken) << c.what;
  }
}

// ---- IGMP ----

constexpr Ipv4Address all_systems{0xe0000001};
constexpr Ipv4Address ours{0xc0000202};
constexpr Ipv4Address another_group{0xef010101};

Packet with_checksum(Packet message) {
  set_be16(message, 2, 0);
  set_be16(message, 2, plain_checksum(message));
  return message;
}
Packet igmp(std::string_view text) { return with_checksum(hex(text)); }

std::string_view igmp_fault(const Packet& message) {
  const auto broken = first_broken<discovery::igmp_rules>(IgmpInput{message, all_systems, true});
  return broken ? info(*broken).name : "";
}

TEST(IgmpRules, IGMP_003_at_least_8_octets) {
  for (std::size_t size = 0; size < 8; ++size) {
    Packet message(size);
    if (size > 0) message[0] = 0x11;
    if (size >= 4) message = with_checksum(message);
    EXPECT_EQ(igmp_fault(message), "igmp_too_short") << size;
  }
  EXPECT_EQ(igmp_fault(igmp("11 00 0000 00000000")), "");
}

TEST(IgmpRules, IGMP_003_checksum) {
  Packet message = igmp("11 64 0000 ef010101 02 7d 0001 c0000201");
  EXPECT_EQ(igmp_fault(message), "");
  for (std::size_t at = 0; at < message.size(); ++at) {
    message[at] ^= 1;
    EXPECT_EQ(igmp_fault(message), "igmp_checksum_wrong") << at;
    message[at] ^= 1;
  }
}

TEST(IgmpRules, IGMP_003_types) {
  for (unsigned type = 0; type < 256; ++type) {
    Packet message(8);
    message[0] = static_cast<std::uint8_t>(type);
    const bool known = type == 0x11 || type == 0x12 || type == 0x16 || type == 0x17 || type == 0x22;
    EXPECT_EQ(igmp_fault(with_checksum(message)), known ? "" : "igmp_type_unknown") << type;
  }
}

TEST(IgmpRules, IGMP_003_length_of_a_query) {
  for (std::size_t size = 8; size <= 40; ++size) {
    const Packet query(size);
    EXPECT_EQ(broken_by(discovery::accept_igmp_query({query, all_systems, true})),
              size > 8 && size < 12 ? "igmp_query_length_wrong" : "")
        << size;
  }
}

struct IgmpCase {
  const char* what;
  Packet message;
  std::string_view broken = "";
  Ipv4Address destination = all_systems;
  bool router_alert = true;
  bool needs_router_alert = true;
};

const Packet v1_query = igmp("11 00 0000 00000000");
const Packet v2_query = igmp("11 64 0000 00000000");
const Packet v3_query = igmp("11 64 0000 00000000 02 7d 0000");
const Packet v3_group_query = igmp("11 64 0000 ef010101 02 7d 0000");

void expect_broken(const IgmpCase& c) {
  const IgmpInput in{c.message, c.destination, c.router_alert, {.query_needs_router_alert = c.needs_router_alert}};
  EXPECT_EQ(broken_by(discovery::accept_igmp_query(in)), c.broken) << c.what;
}

TEST(IgmpRules, IGMP_003_form_of_a_query) {
  for (const IgmpCase& c : {
           IgmpCase{"source", igmp("11 64 0000 ef010101 02 7d 0001 c0000201")},
           IgmpCase{"source cut short", igmp("11 64 0000 ef010101 02 7d 0001 c00002"), "igmp_query_sources_past_end"},
           IgmpCase{"no room for any", igmp("11 64 0000 ef010101 02 7d 0001"), "igmp_query_sources_past_end"},
           IgmpCase{"most sources", igmp("11 64 0000 ef010101 02 7d ffff c0000201"), "igmp_query_sources_past_end"},
           IgmpCase{"source without group", igmp("11 64 0000 00000000 02 7d 0001 c0000201"),
                    "igmp_query_sources_without_group"},
           IgmpCase{"a unicast address", igmp("11 64 0000 c0000201"), "igmp_query_group_not_multicast"},
           IgmpCase{"a unicast address, version 3", igmp("11 64 0000 c0000201 02 7d 0000"),
                    "igmp_query_group_not_multicast"},
       })
    expect_broken(c);
}

// RFC 3376 9.1: against queries that somebody elsewhere forged
TEST(IgmpRules, IGMP_002_router_alert_of_queries) {
  for (const IgmpCase& c : {
           IgmpCase{"version 1 has none", v1_query, "", all_systems, false},
           IgmpCase{"version 2", v2_query, "igmp_query_without_router_alert", all_systems, false},
           IgmpCase{"version 3", v3_query, "igmp_query_without_router_alert", all_systems, false},
           IgmpCase{"version 2, lenient", v2_query, "", all_systems, false, false},
           IgmpCase{"version 3, lenient", v3_query, "", all_systems, false, false},
       })
    expect_broken(c);
}

TEST(IgmpRules, IGMP_002_destination_of_queries) {
  for (const IgmpCase& c : {
           IgmpCase{"to us alone", v3_query, "", ours},
           IgmpCase{"to another group", v3_query, "igmp_query_to_another_group", another_group},
           IgmpCase{"version 1 to another group", v1_query, "igmp_query_to_another_group", another_group},
           IgmpCase{"for a group, to it", v3_group_query, "", another_group},
       })
    expect_broken(c);
}

TEST(IgmpRules, IGMP_002_reports_of_others) {
  const Packet report = igmp("16 00 0000 ef010101");
  EXPECT_EQ(discovery::reported_igmp_group({report, another_group, true}), another_group);
  const Packet records = igmp("22 00 0000 0000 0001 04 00 0000 ef010101");
  EXPECT_EQ(discovery::judge_igmp_v3_report({records, igmp_report_destination, true}),
            Reason::igmp_message_for_routers);
  const Packet past_end = igmp("22 00 0000 0000 0002 04 00 0000 ef010101");
  EXPECT_EQ(discovery::judge_igmp_v3_report({past_end, igmp_report_destination, true}),
            Reason::igmp_report_records_past_end);
}

}  // namespace
}  // namespace tunstack::test::membership_rules_test
