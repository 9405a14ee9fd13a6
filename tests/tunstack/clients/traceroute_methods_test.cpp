// traceroute: what each method sends, and how its answers are told apart.
#include "tests/support/host.hpp"
#include "tests/tunstack/clients/at_door.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::test::traceroute_methods_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

const std::vector<std::string> methods = {"", "-I ", "-T ", "-U ", "-P 253 "};
bool is_udp(const std::string& method) { return method.empty() || method == "-U "; }

TEST(TracerouteMethods, TRACE_006_each_sends_its_protocol) {
  const auto probe = [](const std::string& options, const std::string& target) {
    AtDoor door(chain_at_door(1));
    door.run("traceroute -n -q 1 -m 1 " + options + target);
    return door.sent.at(0);
  };
  EXPECT_EQ(probe("-I ", server4)[9], 1);
  EXPECT_EQ(icmp4_type(probe("-I ", server4)), 8U);
  EXPECT_EQ(icmp6_type(probe("-I ", server6)), 128U);
  EXPECT_EQ(probe("-T ", server4)[9], 6);
  EXPECT_EQ(probe("-T ", server4)[33], 2) << "SYN";
  EXPECT_EQ(probe("-T ", server6)[6], 6);
  EXPECT_EQ(probe("-P 253 ", server4)[9], 253);
  EXPECT_EQ(probe("-P 89 ", server6)[6], 89);
  EXPECT_EQ(probe("-M icmp ", server4)[9], 1);
  EXPECT_EQ(probe("-M raw ", server4)[9], 253);
}

TEST(TracerouteMethods, TRACE_006_quotes_of_eight_octets_are_enough) {
  for (const std::string paris : {"--paris ", "--no-paris ", "--dublin "}) {
    for (const std::string& method : methods) {
      if (paris == "--dublin " && !is_udp(method)) continue;
      AtDoor door(chain_at_door(3, {}, {"icmp4.quote=8"}));
      EXPECT_EQ(door.run("traceroute -n " + paris + method + server4).hops, 4U) << paris << method;
      for (std::size_t hop = 1; hop <= 4; ++hop)
        EXPECT_THAT(door.lines().at(hop), testing::Not(HasSubstr("*"))) << method;
    }
  }
}

TEST(TracerouteMethods, TRACE_006_answers_that_come_in_another_order_belong_to_their_probes) {
  for (const std::string paris : {"--paris ", "--no-paris ", "--dublin "}) {
    for (const std::string& method : methods) {
      if (paris == "--dublin " && !is_udp(method)) continue;
      for (const std::string& target : {server4, server6}) {
        AtDoor door(chain_at_door(3));
        std::size_t probe = 0;
        door.on_way_out = [&](Packet&, std::vector<Packet>&) {
          door.delay = (30 - static_cast<int>(++probe)) * 1ms;  // the first ones take longest
          return true;
        };
        door.run("traceroute -n -w 5,0,0 -q 1 -N 4 " + paris + method + target);
        EXPECT_THAT(door.lines().at(1), HasSubstr(target == server4 ? " 192.0.2.2 " : " 2001:db8::2 ")) << method;
        EXPECT_THAT(door.lines().at(4), HasSubstr(" " + target + " ")) << method;
      }
    }
  }
}

TEST(TracerouteMethods, TRACE_006_errors_about_packets_of_others_are_not_taken) {
  for (const std::string& method : methods) {
    AtDoor door(chain_at_door(3));
    door.on_way_out = [&](Packet& packet, std::vector<Packet>& to_client) {
      for (const std::size_t at :
           std::vector<std::size_t>{9, 12, 16, 20}) {   // protocol, source, destination, what the transport begins with
        if (method == "-P 253 " && at == 20) continue;  // that tells the probe
        Packet other = packet;
        other[at] ^= 4;
        to_client.push_back(
            ipv4({.source = "198.51.100.7", .destination = "192.0.2.1"}, icmpv4(11, 0, 0, part(other, 0, 28))));
      }
      return false;
    };
    EXPECT_EQ(door.run("traceroute -n -q 1 -m 1 -w 0.1 " + method + server4).received, 0U) << method;
  }
}

TEST(TracerouteMethods, TRACE_006_answers_with_another_identifier_of_echo_are_not_taken) {
  for (const unsigned type : {0U, 11U}) {
    AtDoor door(chain_at_door(3));
    door.on_way_out = [&](Packet& packet, std::vector<Packet>& to_client) {
      Packet other = packet;
      other[24] ^= 4;
      if (type == 11)
        to_client.push_back(
            ipv4({.source = "198.51.100.7", .destination = "192.0.2.1"}, icmpv4(11, 0, 0, part(other, 0, 28))));
      else
        to_client.push_back(
            ipv4({.source = server4, .destination = "192.0.2.1"}, icmpv4(0, 0, be32(other, 24), part(other, 28, 32))));
      return false;
    };
    EXPECT_EQ(door.run("traceroute -n -q 1 -m 1 -w 0.1 -I " + server4).received, 0U) << type;
  }
}

TEST(TracerouteMethods, TRACE_006_open_and_closed_ports_of_tcp_are_answers) {
  for (const unsigned flags : {0x12U, 0x14U}) {  // SYN ACK, RST ACK
    AtDoor door(chain_at_door(1));
    door.on_way_out = [&](Packet& packet, std::vector<Packet>& to_client) {
      const Ipv4Fields ip{.source = server4, .destination = "192.0.2.1", .protocol = 6};
      to_client.push_back(ipv4(ip, tcp(ip, {.source_port = 80,
                                            .destination_port = be16(packet, 20),
                                            .acknowledgment = be32(packet, 24) + 1,
                                            .flags = flags})));
      return false;
    };
    EXPECT_EQ(door.run("traceroute -n -T " + server4).hops, 1U);
  }
}

TEST(TracerouteMethods, TRACE_006_a_service_of_udp_that_answers_is_an_answer) {
  for (const std::string paris : {"", "--no-paris "}) {
    AtDoor door(chain_at_door(1));
    door.on_way_out = [&](Packet& packet, std::vector<Packet>& to_client) {
      const Ipv4Fields ip{.source = server4, .destination = "192.0.2.1", .protocol = 17};
      to_client.push_back(ipv4(ip, udp(ip, 53, be16(packet, 20), counting(12))));
      return false;
    };
    EXPECT_EQ(door.run("traceroute -n -U -N 1 " + paris + server4).hops, 1U) << paris;
  }
}

TEST(TracerouteMethods, TRACE_007_sport_is_the_port_of_the_source) {
  for (const std::string method : {"", "-U ", "-T ", "--no-paris ", "--dublin "}) {
    AtDoor door(chain_at_door(3));
    EXPECT_EQ(door.run("traceroute -n -q 1 -N 1 --sport 5000 " + method + server4).hops, 4U) << method;
    for (const Packet& packet : door.sent) EXPECT_EQ(be16(packet, 20), 5000U) << method;
  }
  for (const std::string method : {"-U ", "-T "}) {
    AtDoor door(chain_at_door(3));
    EXPECT_EQ(door.run("traceroute -n -q 1 -N 1 --no-paris --sport 65534 " + method + server6).hops, 4U) << method;
    ASSERT_THAT(door.sent, SizeIs(4));
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(be16(door.sent[i], 40), static_cast<std::uint16_t>(65534 + i)) << "raised for each probe";
  }
}

TEST(TracerouteMethods, TRACE_007_the_port_of_echo_is_the_first_sequence_number) {
  for (const auto& [given, first] :
       std::map<std::string, unsigned>{{"", 1}, {"-p 33434 ", 33434}, {"-p 65534 ", 65534}}) {
    AtDoor door(chain_at_door(3));
    EXPECT_EQ(door.run("traceroute -n -I -q 1 -N 1 " + given + server4).hops, 4U) << given;
    ASSERT_THAT(door.sent, SizeIs(4));
    for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(be16(door.sent[i], 26), static_cast<std::uint16_t>(first + i)) << given;
  }
}

TEST(TracerouteMethods, TRACE_007_data_has_the_pattern_behind_what_tells_the_probe) {
  const auto data = [](const std::string& method, std::size_t from) {
    AtDoor door(chain_at_door(1));
    door.run("traceroute -n -q 1 -m 1 --pattern ff00a " + method + server4);
    return part(door.sent.at(0), from, 6);
  };
  EXPECT_EQ(data("--no-paris ", 28), hex("ff 00 0a ff 00 0a"));
  EXPECT_EQ(data("--no-paris -I ", 28), hex("ff 00 0a ff 00 0a"));
  EXPECT_EQ(data("-I ", 30), hex("0a ff 00 0a ff 00"));
  EXPECT_EQ(data("", 30), hex("0a ff 00 0a ff 00"));
  EXPECT_EQ(data("-P 253 ", 22), hex("0a ff 00 0a ff 00"));
  AtDoor door(chain_at_door(1));
  for (const char* pattern : {"xy", "0123456789abcdef0123456789abcdef0"})
    EXPECT_THROW(door.run(std::string("traceroute --pattern ") + pattern + " 192.0.2.2"), UsageFault);
}

// ---- one flow ----

/// What routers choose among paths by: addresses, protocol and the first four octets behind the header.
Packet flow(const Packet& packet) {
  if (packet[0] >> 4 == 6) return part(packet, 0, 4) + part(packet, 6, 1) + part(packet, 8, 36);
  return part(packet, 9, 1) + part(packet, 12, 12);
}
std::size_t flows(const std::string& words) {
  AtDoor door(chain_at_door(3));
  door.run(words);
  std::set<Packet> seen;
  for (const Packet& packet : door.sent) seen.insert(flow(packet));
  return seen.size();
}

TEST(TracerouteMethods, TRACE_009_all_probes_are_of_one_flow) {
  for (const std::string method : {"", "-I ", "-T ", "-U "})
    for (const std::string& target : {server4, server6})
      EXPECT_EQ(flows("traceroute -n " + method + target), 1U) << method << target;
}

TEST(TracerouteMethods, TRACE_009_no_paris_gives_each_probe_a_flow) {
  EXPECT_EQ(flows("traceroute -n --no-paris -N 1 " + server4), 12U);
  EXPECT_EQ(flows("traceroute -n --no-paris -U -N 1 " + server6), 12U);
  EXPECT_EQ(flows("traceroute -n --no-paris -I -N 1 " + server4), 12U);
  EXPECT_EQ(flows("traceroute -n --no-paris -T -N 1 " + server6), 12U);
}

TEST(TracerouteMethods, TRACE_009_dublin_probes_differ_in_identification_or_length_alone) {
  AtDoor door4(chain_at_door(3));
  EXPECT_EQ(door4.run("traceroute -n -N 1 --dublin " + server4).hops, 4U) << door4.text;
  ASSERT_THAT(door4.sent, SizeIs(12));
  for (unsigned i = 0; i < 12; ++i) {
    EXPECT_EQ(be16(door4.sent[i], 4), static_cast<std::uint16_t>(be16(door4.sent[0], 4) + i)) << "identification";
    EXPECT_EQ(part(door4.sent[i], 20, 40), part(door4.sent[0], 20, 40)) << "ports, length, checksum, data";
  }
  AtDoor door6(chain_at_door(3));
  EXPECT_EQ(door6.run("traceroute -n -N 1 --dublin " + server6).hops, 4U) << door6.text;
  ASSERT_THAT(door6.sent, SizeIs(12));
  for (unsigned i = 0; i < 12; ++i) {
    EXPECT_THAT(door6.sent[i], SizeIs(80 + i));
    EXPECT_EQ(part(door6.sent[i], 40, 4), part(door6.sent[0], 40, 4)) << "ports";
  }
}

TEST(TracerouteMethods, TRACE_009_dublin_is_of_UDP_and_of_one_flow) {
  AtDoor door(chain_at_door(1));
  for (const char* other : {"-I ", "-T ", "-P 253 ", "--mtu ", "--no-paris "})
    EXPECT_THROW(door.run("traceroute --dublin " + (other + server4)), UsageFault) << other;
  EXPECT_EQ(door.run("traceroute -n --dublin -U " + server4).hops, 2U);
}

TEST(TracerouteMethods, TRACE_009_the_checksum_of_an_echo_does_not_change) {
  AtDoor door(chain_at_door(1));
  door.run("traceroute -n -I " + server4);
  for (const Packet& packet : door.sent) EXPECT_EQ(be16(packet, 22), be16(door.sent[0], 22));
}

TEST(TracerouteMethods, TRACE_009_without_data_ports_tell_probes_apart) {
  AtDoor door(chain_at_door(3));
  EXPECT_EQ(door.run("traceroute -n -q 1 -N 1 " + server4 + " 28").hops, 4U);
  EXPECT_EQ(be16(door.sent[3], 22), 33434 + 3);
}

/// r1 and r4 with r2 and r3 between them; behind r4 is door 1.
NetworkPlan two_paths() {
  Draft draft;
  for (const char* name : {"r1", "r2", "r3", "r4"}) draft.router(name);
  draft.link("left", {{"r1", {"192.0.2.2/24"}}, outside})
      .link("a", {{"r1", {"10.0.1.1/24"}}, {"r2", {"10.0.1.2/24"}}})
      .link("b", {{"r1", {"10.0.2.1/24"}}, {"r3", {"10.0.2.3/24"}}})
      .link("c", {{"r2", {"10.0.3.2/24"}}, {"r4", {"10.0.3.4/24"}}})
      .link("d", {{"r3", {"10.0.4.3/24"}}, {"r4", {"10.0.4.4/24"}}})
      .link("right", {{"r4", {"203.0.113.1/24"}}, outside});
  return draft.route("r1", "203.0.113.0/24", 1, "10.0.1.2").route("r1", "203.0.113.0/24", 2, "10.0.2.3").plan();
}

TEST(TracerouteMethods, TRACE_004_TRACE_009_of_two_paths_one_flow_sees_one_and_others_see_both) {
  AtDoor door(two_paths());
  door.run("traceroute -n -q 10 -m 2 203.0.113.9");
  const std::string one = door.lines().at(2);
  EXPECT_NE(one.contains("10.0.1.2"), one.contains("10.0.2.3")) << one;

  AtDoor both(two_paths());
  both.run("traceroute -n -q 10 -m 2 --no-paris 203.0.113.9");
  const std::string line = both.lines().at(2);
  EXPECT_TRUE(line.contains("10.0.1.2") && line.contains("10.0.2.3")) << line;
}

// ---- source routes ----

TEST(TracerouteMethods, TRACE_010_gateways_are_a_loose_source_route) {
  AtDoor door(chain_at_door(1));
  door.run("traceroute -n -q 1 -m 1 -w 0.1 -g 192.0.2.2,198.51.100.9 -g 198.51.100.17 203.0.113.9");
  const Packet& probe = door.sent.at(0);
  EXPECT_EQ(destination_of(probe), "192.0.2.2");
  EXPECT_EQ(part(probe, 20, 16), hex("01 83 0f 04  c6 33 64 09  c6 33 64 11  cb 00 71 09"));
  EXPECT_THAT(door.text, HasSubstr(" 1 hops max, 76 byte packets"));
  EXPECT_THROW(door.run("traceroute -g 2001:db8::2 2001:db8::3"), UsageFault);
  EXPECT_THROW(
      door.run("traceroute -g 1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5,1.1.1.6,1.1.1.7,1.1.1.8,1.1.1.9 1.2.3.4"),
      UsageFault);
}

TEST(TracerouteMethods, TRACE_010_answers_of_routers_on_a_source_route_are_taken) {
  AtDoor door(chain_at_door(3, {}, {"ip4.source_route=process"}));
  EXPECT_EQ(door.run("traceroute -n -g 198.51.100.3 " + server4).hops, 4U) << door.text;
}

}  // namespace
}  // namespace tunstack::test::traceroute_methods_test
