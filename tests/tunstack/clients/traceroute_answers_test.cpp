// traceroute: what the answers of routers add to its lines.
#include "protocols/wire/icmp_extensions.hpp"
#include "tests/support/host.hpp"
#include "tests/tunstack/clients/at_door.hpp"

namespace tunstack::test::traceroute_answers_test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

using Make = std::function<Packet(const Packet& probe)>;

Packet error4(const Packet& probe, unsigned type, unsigned code, std::uint32_t rest = 0,
              std::string_view source = "198.51.100.7") {
  return ipv4({.source = source, .destination = "192.0.2.1"}, icmpv4(type, code, rest, part(probe, 0, 28)));
}
Packet error6(const Packet& probe, unsigned type, unsigned code, std::uint32_t rest = 0) {
  const Ipv6Fields ip{.source = "2001:db8:9::7", .destination = "2001:db8::1"};
  return ipv6(ip, icmpv6(ip, type, code, rest, probe));
}

std::vector<std::string> lines(const std::string& words, const Make& make) {
  AtDoor door(chain_at_door(1));
  door.on_way_out = [&](Packet& packet, std::vector<Packet>& to_client) {
    to_client.push_back(make(packet));
    return false;
  };
  door.run(words);
  return door.lines();
}
/// What stands behind the time where each probe is answered so; the trace ends there.
std::string mark4(unsigned type, unsigned code, std::uint32_t rest = 0) {
  const auto all =
      lines("traceroute -n -q 1 203.0.113.9", [&](const Packet& p) { return error4(p, type, code, rest); });
  EXPECT_THAT(all, SizeIs(2)) << type << "/" << code;
  return all.at(1).substr(std::string(" 1  198.51.100.7  0.000 ms").size());
}
std::string mark6(unsigned type, unsigned code, std::uint32_t rest = 0) {
  const auto all =
      lines("traceroute -n -q 1 2001:db8:2::9", [&](const Packet& p) { return error6(p, type, code, rest); });
  EXPECT_THAT(all, SizeIs(2)) << type << "/" << code;
  return all.at(1).substr(std::string(" 1  2001:db8:9::7  0.000 ms").size());
}

TEST(TracerouteAnswers, TRACE_005_each_error_of_icmpv4_has_its_mark_and_ends_the_trace) {
  const std::vector<std::string> unreachable = {" !N", " !H", " !P", "",    " !F-1300", " !S", " !N", " !H",   " !N",
                                                " !X", " !X", " !N", " !H", " !X",      " !V", " !C", " !<16>"};
  for (unsigned code = 0; code < unreachable.size(); ++code) EXPECT_EQ(mark4(3, code, 1300), unreachable[code]) << code;
  EXPECT_EQ(mark4(11, 1), " !<11-1>");
  EXPECT_EQ(mark4(12, 0), " !<12-0>");
}

TEST(TracerouteAnswers, TRACE_005_each_error_of_icmpv6_has_its_mark) {
  const std::vector<std::string> unreachable = {" !N", " !X", " !H", " !A", "", " !<5>"};
  for (unsigned code = 0; code < unreachable.size(); ++code) EXPECT_EQ(mark6(1, code), unreachable[code]) << code;
  EXPECT_EQ(mark6(2, 0, 1300), " !F-1300");
  EXPECT_EQ(mark6(3, 1), " !<3-1>");
}

TEST(TracerouteAnswers, TRACE_005_a_rule_that_prohibits_shows_as_X) {
  AtDoor door(chain_at_door(3));
  door.on_way_out = [](Packet& packet, std::vector<Packet>& to_client) {
    if (packet[8] < 3) return true;
    to_client.push_back(error4(packet, 3, 13, 0, "198.51.100.5"));
    return false;
  };
  EXPECT_EQ(door.run("traceroute -n -q 2 " + server4).exit_status, 1);
  EXPECT_EQ(door.lines().back(), " 3  198.51.100.5  0.000 ms !X  0.000 ms !X");
  EXPECT_THAT(door.lines(), SizeIs(4));
}

TEST(TracerouteAnswers, TRACE_005_F_shows_where_a_packet_is_too_large) {
  AtDoor door(chain_at_door(3, 1300));
  door.run("traceroute -n -q 1 -F " + server4 + " 1400");
  EXPECT_EQ(door.lines().back(), " 4  198.51.100.5  0.000 ms !F-1300");
}

/// Routers answer before hop 3; from there `late` answers, and only for hop limits from 6 on.
std::vector<std::string> late_lines(const std::string& words, const Make& late) {
  AtDoor door(chain_at_door(3));
  door.on_way_out = [&](Packet& packet, std::vector<Packet>& to_client) {
    if (packet[8] < 3) return true;
    if (packet[8] >= 6) to_client.push_back(late(packet));
    return false;
  };
  door.run("traceroute -n -m 9 -w 1 " + words + " 203.0.113.3");
  return door.lines();
}

TEST(TracerouteAnswers, TRACE_005_an_error_for_later_probes_alone_stands_where_the_way_ends) {
  const std::string router = "198.51.100.3";  // hop 2
  const auto unreachable = [](std::string_view source, unsigned ttl) {
    return [=](const Packet& probe) {
      return ipv4({.source = source, .destination = "192.0.2.1", .ttl = ttl}, icmpv4(3, 1, 0, part(probe, 0, 28)));
    };
  };
  EXPECT_EQ(late_lines("-q 1", unreachable(router, 50)).at(3), " 3  198.51.100.3  0.000 ms !H") << "it answered before";
  EXPECT_EQ(late_lines("-q 3", unreachable(router, 64)).at(3),
            " 3  198.51.100.3  0.000 ms !H  0.000 ms !H  0.000 ms !H");
  EXPECT_THAT(late_lines("-q 1", unreachable(router, 64)), SizeIs(4));
  EXPECT_EQ(late_lines("-q 1", unreachable("198.51.100.99", 62)).at(3), " 3  198.51.100.99  0.000 ms !H")
      << "as far as hop 3";
  const auto farther = late_lines("-q 1", unreachable("198.51.100.99", 61));
  EXPECT_EQ(farther.at(3), " 3  *");
  EXPECT_EQ(farther.at(4), " 4  198.51.100.99  0.000 ms !H") << "as far as hop 4";
  const auto port = late_lines("-q 1", [](const Packet& probe) { return error4(probe, 3, 3, 0, "198.51.100.3"); });
  EXPECT_EQ(port.at(3), " 3  *");
  EXPECT_EQ(port.back(), " 6  198.51.100.3  0.000 ms") << "answers of closed ports come in order";
}

TEST(TracerouteAnswers, TRACE_005_an_error_for_a_later_probe_of_the_hop_makes_it_the_last_one) {
  AtDoor door(chain_at_door(3));
  door.on_way_out = [probe = 0](Packet& packet, std::vector<Packet>& to_client) mutable {
    if (packet[8] < 3) return true;
    if (probe++ == 1)
      to_client.push_back(ipv4({.source = "198.51.100.99", .destination = "192.0.2.1", .ttl = 50},
                               icmpv4(3, 1, 0, part(packet, 0, 28))));
    return false;
  };
  door.run("traceroute -n -w 1 203.0.113.3");
  EXPECT_EQ(door.lines().back(), " 3  198.51.100.99  0.000 ms !H * *") << "however far it seems to be";
}

TEST(TracerouteAnswers, TRACE_004_a_change_of_the_sender_within_a_line_is_shown) {
  unsigned probe = 0;
  const auto all = lines("traceroute -n -m 1 -q 4 203.0.113.9", [&](const Packet& packet) {
    const std::vector<std::string_view> senders = {"198.51.100.1", "198.51.100.1", "198.51.100.2", "198.51.100.1"};
    return error4(packet, 11, 0, 0, senders.at(probe++));
  });
  EXPECT_EQ(all.at(1), " 1  198.51.100.1  0.000 ms  0.000 ms 198.51.100.2  0.000 ms 198.51.100.1  0.000 ms");
}

TEST(TracerouteAnswers, TRACE_012_labels_and_interfaces_are_shown) {
  const auto with_extensions = [](const Packet& probe) {
    IcmpExtensionWriter writer;
    const MplsEntry stack[] = {{.label = 24005, .traffic_class = 3, .bottom = false, .ttl = 1},
                               {.label = 16, .traffic_class = 0, .bottom = true, .ttl = 2}};
    writer.add_mpls(stack);
    writer.add({.role = InterfaceRole::arriving,
                .index = 7,
                .address = *parse_address("198.51.100.7"),
                .name = "eth0",
                .mtu = 1500});
    const Bytes structure = writer.finish();
    Packet quote = probe;
    quote.resize(128);
    return ipv4({.source = "198.51.100.7", .destination = "192.0.2.1"},
                icmpv4(11, 0, 32U << 16, quote + Packet(structure.begin(), structure.end())));
  };
  EXPECT_EQ(lines("traceroute -n -e -m 1 -q 2 203.0.113.9", with_extensions).at(1),
            " 1  198.51.100.7 <MPLS:L=24005,E=3,S=0,T=1/L=16,E=0,S=1,T=2;"
            "INF:arriving,index=7,address=198.51.100.7,name=eth0,mtu=1500>  0.000 ms  0.000 ms");
  EXPECT_EQ(lines("traceroute -n -m 1 -q 1 203.0.113.9", with_extensions).at(1), " 1  198.51.100.7  0.000 ms");
}

TEST(TracerouteAnswers, TRACE_012_other_objects_are_shown_as_numbers) {
  const auto with_extensions = [](const Packet& probe) {
    Packet quote = probe;
    quote.resize(128);
    Packet structure = hex("20 00 00 00  00 0c fa 02 01 02 03 04 0a 0b 0c 0d");
    set_be16(structure, 2, plain_checksum(structure));
    return ipv4({.source = "198.51.100.7", .destination = "192.0.2.1"}, icmpv4(11, 0, 32U << 16, quote + structure));
  };
  EXPECT_EQ(lines("traceroute -n -e -m 1 -q 1 203.0.113.9", with_extensions).at(1),
            " 1  198.51.100.7 <250/2:01020304,0a0b0c0d>  0.000 ms");
}

TEST(TracerouteAnswers, TRACE_012_our_routers_tell_their_interfaces) {
  AtDoor door(chain_at_door(3, {}, {"icmp.extensions=on"}));
  door.run("traceroute -n -e -q 1 " + server4);
  EXPECT_THAT(door.lines().at(1), HasSubstr(" 1  192.0.2.2 <INF:arriving,")) << door.text;
}

}  // namespace
}  // namespace tunstack::test::traceroute_answers_test
