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
  for (const std::string paris : {"--paris ", "--no-paris "}) {
    for (const std::string& method : methods) {
      AtDoor door(chain_at_door(3, {}, {"icmp4.quote=8"}));
      EXPECT_EQ(door.run("traceroute -n " + paris + method + server4).hops, 4U) << paris << method;
      for (std::size_t hop = 1; hop <= 4; ++hop)
        EXPECT_THAT(door.lines().at(hop), testing::Not(HasSubstr("*"))) << method;
    }
  }
}

TEST(TracerouteMethods, TRACE_006_answers_that_come_in_another_order_belong_to_their_probes) {
  for (const std::string paris : {"--paris ", "--no-paris "}) {
    for (const std::string& method : methods) {
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
