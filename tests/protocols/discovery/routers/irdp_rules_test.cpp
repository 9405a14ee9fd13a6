// Each rule on router solicitations and advertisements of ICMPv4 broken in turn, and the limits that just hold.
#include "protocols/discovery/routers/irdp_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::irdp_rules_test {
namespace {

using namespace tunstack::discovery;

constexpr std::string_view none = "";
constexpr Ipv4Address neighbor{0xc0000209};
constexpr Ipv4Address stranger{0xcb007105};

std::string_view name_of(MaybeReason reason) { return reason ? info(*reason).name : none; }

TEST(IrdpRules, ICMP4_RD_008_solicitations) {
  struct Case {
    const char* what;
    Ipv4Address source;
    bool is_neighbor;
    Packet message;
    std::string_view broken;
  };
  const Packet plain = icmpv4(10, 0, 0);
  for (const Case& c : {
           Case{"from a neighbor", neighbor, true, plain, none},
           Case{"from nobody", {}, false, plain, none},
           Case{"reserved field", neighbor, true, icmpv4(10, 0, 0xffffffff), none},
           Case{"octets beyond", neighbor, true, icmpv4(10, 0, 0, Packet(5)), none},
           Case{"off the link", stranger, false, plain, "irdp_solicitation_source_off_link"},
           Case{"0.0.0.1", {1}, false, plain, "irdp_solicitation_source_off_link"},
           Case{"code 1", neighbor, true, icmpv4(10, 1, 0), "irdp_solicitation_code_not_0"},
           Case{"code 16", neighbor, true, icmpv4(10, 16, 0), "irdp_solicitation_code_not_0"},
           Case{"7 octets", neighbor, true, Packet(7), "icmp4_too_short"},
           Case{"nothing", neighbor, true, {}, "icmp4_too_short"},
       })
    EXPECT_EQ(name_of(first_broken<irdp_solicitation_rules>(IrdpInput{c.source, c.message, c.is_neighbor})), c.broken)
        << c.what;
}

TEST(IrdpRules, ICMP4_RD_014_advertisements) {
  struct Case {
    const char* what;
    Packet message;
    std::string_view broken;
  };
  for (const Case& c : {
           Case{"one entry", icmpv4(9, 0, 0x01020708, Packet(8)), none},
           Case{"code 16", icmpv4(9, 16, 0x01020708, Packet(8)), none},
           Case{"lifetime 0", icmpv4(9, 0, 0x01020000, Packet(8)), none},
           Case{"octets beyond", icmpv4(9, 0, 0x01020708, Packet(9)), none},
           Case{"large entries", icmpv4(9, 0, 0x02030708, Packet(24)), none},
           Case{"7 octets", Packet(7), "icmp4_too_short"},
           Case{"code 1", icmpv4(9, 1, 0x01020708, Packet(8)), "irdp_advertisement_code_unknown"},
           Case{"code 15", icmpv4(9, 15, 0x01020708, Packet(8)), "irdp_advertisement_code_unknown"},
           Case{"code 17", icmpv4(9, 17, 0x01020708, Packet(8)), "irdp_advertisement_code_unknown"},
           Case{"no address", icmpv4(9, 0, 0x00020708, Packet(8)), "irdp_advertisement_empty"},
           Case{"no address, code 16", icmpv4(9, 16, 0x00020708), "irdp_advertisement_empty"},
           Case{"entry size 1", icmpv4(9, 0, 0x01010708, Packet(8)), "irdp_advertisement_entries_too_small"},
           Case{"entry size 0", icmpv4(9, 0, 0xff000708, Packet(8)), "irdp_advertisement_entries_too_small"},
           Case{"count 3, one entry", icmpv4(9, 0, 0x03020708, Packet(8)), "irdp_advertisement_cut_short"},
           Case{"an octet less", icmpv4(9, 0, 0x01020708, Packet(7)), "irdp_advertisement_cut_short"},
           Case{"large entries, an octet less", icmpv4(9, 0, 0x02030708, Packet(23)), "irdp_advertisement_cut_short"},
       })
    EXPECT_EQ(name_of(first_broken<irdp_advertisement_rules>(IrdpInput{neighbor, c.message, true})), c.broken)
        << c.what;
}

TEST(IrdpRules, ICMP4_RD_016_advertisements_come_from_the_link) {
  struct Case {
    const char* what;
    bool is_neighbor, is_to_multicast;
    std::uint8_t ttl;
    std::string_view broken;
  };
  const Packet message = icmpv4(9, 0, 0x01020708, Packet(8));
  for (const Case& c : {
           Case{"to a group", true, true, 1, none},
           Case{"to one host", true, false, 50, none},
           Case{"to a group, through a router", true, true, 50, "irdp_advertisement_ttl_not_1"},
           Case{"to a group, TTL 2", true, true, 2, "irdp_advertisement_ttl_not_1"},
           Case{"to a group, TTL 255", true, true, 255, "irdp_advertisement_ttl_not_1"},
           Case{"from off the link", false, true, 1, "irdp_advertisement_source_off_link"},
           Case{"from off the link to one host", false, false, 1, "irdp_advertisement_source_off_link"},
       }) {
    const IrdpInput input{stranger, message, c.is_neighbor, c.is_to_multicast, c.ttl};
    EXPECT_EQ(name_of(first_broken<irdp_advertisement_rules>(input)), c.broken) << c.what;
  }
}

}  // namespace
}  // namespace tunstack::test::irdp_rules_test
