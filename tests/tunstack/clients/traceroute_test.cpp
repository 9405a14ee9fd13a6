// traceroute: which probes leave when, how its lines come about, and where it ends.
#include <nlohmann/json.hpp>

#include "tests/support/host.hpp"
#include "tests/tunstack/clients/at_door.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::test::traceroute_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;
using testing::StartsWith;

unsigned port(const Packet& packet) { return be16(packet, 22); }

TEST(Traceroute, TRACE_001_three_probes_a_hop_of_sixty_octets_up_to_thirty_hops) {
  AtDoor door(chain_at_door(3));
  door.delay = 1ms;
  door.run("traceroute -n " + server4);
  EXPECT_EQ(door.text,
            "traceroute to 203.0.113.3 (203.0.113.3), 30 hops max, 60 byte packets\n"
            " 1  192.0.2.2  2.000 ms  2.000 ms  2.000 ms\n"
            " 2  198.51.100.3  2.000 ms  2.000 ms  2.000 ms\n"
            " 3  198.51.100.5  2.000 ms  2.000 ms  2.000 ms\n"
            " 4  203.0.113.3  2.000 ms  2.000 ms  2.000 ms\n");
  for (std::size_t i = 0; i < door.sent.size(); ++i) {
    EXPECT_THAT(door.sent[i], SizeIs(60));
    EXPECT_EQ(door.sent[i][8], i / 3 + 1) << "TTL";
    EXPECT_EQ(door.sent[i][9], 17);
  }
}

TEST(Traceroute, TRACE_001_no_paris_raises_the_port_for_each_probe) {
  AtDoor door(chain_at_door(3));
  EXPECT_TRUE(door.run("traceroute -n --no-paris -N 1 " + server4).is_reached);
  ASSERT_THAT(door.sent, SizeIs(12));
  for (unsigned i = 0; i < 12; ++i) EXPECT_EQ(port(door.sent[i]), 33434 + i);
}

TEST(Traceroute, TRACE_001_in_IPv6_probes_have_eighty_octets) {
  AtDoor door(chain_at_door(3));
  EXPECT_EQ(door.run("traceroute -n " + server6).hops, 4U);
  EXPECT_THAT(door.sent, Each(SizeIs(80)));
  EXPECT_THAT(door.lines(), ElementsAre("traceroute to 2001:db8:2::3 (2001:db8:2::3), 30 hops max, 80 byte packets",
                                        StartsWith(" 1  2001:db8::2  "), StartsWith(" 2  2001:db8:1:1::3  "),
                                        StartsWith(" 3  2001:db8:1:2::3  "), StartsWith(" 4  2001:db8:2::3  ")));
}

TEST(Traceroute, TRACE_001_without_an_answer_it_ends_after_thirty_hops) {
  AtDoor door(chain_at_door(1));
  door.on_way_out = [](Packet&, std::vector<Packet>&) { return false; };
  const ClientResult result = door.run("traceroute -n " + server4);
  EXPECT_THAT(door.sent, SizeIs(90));
  EXPECT_THAT(door.lines(), SizeIs(31));
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_EQ(result.hops, 0U);
}

TEST(Traceroute, TRACE_002_a_silent_router_is_three_stars) {
  AtDoor door(chain_at_door(3));
  door.on_way_out = [](Packet& packet, std::vector<Packet>&) { return packet[8] != 2; };
  EXPECT_EQ(door.run("traceroute -n " + server4).hops, 4U);
  EXPECT_EQ(door.lines().at(2), " 2  * * *");
}

TEST(Traceroute, TRACE_004_the_result_says_of_each_hop_who_answered_and_when) {
  AtDoor door(chain_at_door(2));
  door.delay = 1ms;
  unsigned probe = 0;
  door.on_way_out = [&](Packet&, std::vector<Packet>&) {
    door.delay = ++probe * 1ms;
    return probe < 4;
  };
  const ClientResult result = door.run("traceroute -n -m 2 -w 1 " + server4);
  ASSERT_THAT(result.each_hop, SizeIs(2));
  const clients::HopResult& first = result.each_hop[0];
  EXPECT_EQ(first.sent, 3U);
  EXPECT_EQ(first.received, 3U);
  EXPECT_THAT(first.from, ElementsAre(*parse_address("192.0.2.2")));
  EXPECT_LT(first.least, first.mean);
  EXPECT_LT(first.mean, first.most);
  EXPECT_EQ(result.each_hop[1].sent, 3U);
  EXPECT_EQ(result.each_hop[1].received, 0U);
  EXPECT_THAT(result.each_hop[1].from, SizeIs(0));
  AtDoor later(chain_at_door(2));
  const ClientResult from_second = later.run("traceroute -n -f 2 " + server4);
  ASSERT_THAT(from_second.each_hop, SizeIs(3));
  EXPECT_EQ(from_second.each_hop[0].sent, 0U) << "a hop before the first one";
  EXPECT_EQ(from_second.each_hop[1].received, 3U);
}

TEST(Traceroute, TRACE_002_a_probe_is_waited_for_five_seconds_where_nothing_says_how_long_answers_take) {
  AtDoor door(chain_at_door(3));
  door.on_way_out = [](Packet&, std::vector<Packet>&) { return false; };
  door.run("traceroute -n -m 2 -q 1 -N 1 " + server4);
  EXPECT_THAT(door.sent_at, ElementsAre(0s, 5s));
}

TEST(Traceroute, TRACE_002_one_that_is_lost_is_a_star_among_times) {
  AtDoor door(chain_at_door(3));
  unsigned probe = 0;
  door.on_way_out = [&](Packet&, std::vector<Packet>&) { return ++probe != 5; };
  door.run("traceroute -n " + server4);
  EXPECT_EQ(door.lines().at(2), " 2  198.51.100.3  0.000 ms *  0.000 ms");
  AtDoor first(chain_at_door(3));
  probe = 0;
  first.on_way_out = [&](Packet&, std::vector<Packet>&) { return ++probe != 4; };
  first.run("traceroute -n " + server4);
  EXPECT_EQ(first.lines().at(2), " 2  * 198.51.100.3  0.000 ms  0.000 ms");
}

TEST(Traceroute, TRACE_002_w_says_how_long_at_most_and_by_others) {
  const auto second_probe_at = [](const std::string& wait) {
    AtDoor door(chain_at_door(3));
    door.delay = 10ms;
    unsigned probe = 0;
    door.on_way_out = [&](Packet&, std::vector<Packet>&) { return ++probe == 1; };
    door.run("traceroute -n -m 1 -q 3 -N 1 -w " + wait + " " + server4);
    return door.sent_at.at(2) - door.sent_at.at(1);
  };
  EXPECT_EQ(second_probe_at("5"), 75ms) << "three times an answer of the same hop, and 5 ms";
  EXPECT_EQ(second_probe_at("5,4,10"), 100ms);
  EXPECT_EQ(second_probe_at("0.05"), 50ms);
  EXPECT_EQ(second_probe_at("2,0,0"), 2s);
  AtDoor door(chain_at_door(1));
  for (const char* wait : {"x", "1,2,3,4", "1,,2", "-1", "1x"})
    EXPECT_THROW(door.run(std::string("traceroute -w ") + wait + " 192.0.2.2"), UsageFault) << wait;
}

TEST(Traceroute, TRACE_003_it_stops_where_the_target_answers) {
  for (const std::string method : {"", "-I ", "-T ", "-U ", "-P 253 "}) {
    for (const std::string& target : {server4, server6}) {
      AtDoor door(chain_at_door(3));
      const ClientResult result = door.run("traceroute -n " + method + target);
      EXPECT_TRUE(result.is_reached) << method << target << "\n" << door.text;
      EXPECT_EQ(result.hops, 4U) << method << target;
      EXPECT_THAT(door.lines(), SizeIs(5)) << method << target;
    }
  }
}

TEST(Traceroute, TRACE_004_names_are_shown_unless_n_is_given) {
  AtDoor door(chain_at_door(1));
  door.names = {{"r1", {"192.0.2.2"}}, {"server", {"203.0.113.3"}}};
  door.run("traceroute -q 1 server");
  EXPECT_THAT(door.lines().at(0), StartsWith("traceroute to server (203.0.113.3), 30 hops"));
  EXPECT_EQ(door.lines().at(1), " 1  r1 (192.0.2.2)  0.000 ms");
  AtDoor nameless(chain_at_door(1));
  nameless.run("traceroute -q 1 203.0.113.3");
  EXPECT_EQ(nameless.lines().at(1), " 1  192.0.2.2 (192.0.2.2)  0.000 ms");
}

TEST(Traceroute, TRACE_007_f_m_and_q_say_which_probes_there_are) {
  AtDoor door(chain_at_door(3));
  const ClientResult result = door.run("traceroute -n -q 1 -m 5 " + server4);
  EXPECT_LE(door.sent.size(), 5U);
  EXPECT_EQ(result.hops, 4U);
  AtDoor some(chain_at_door(3));
  EXPECT_EQ(some.run("traceroute -n -q 1 -f 2 -m 3 " + server4).exit_status, 1);
  EXPECT_THAT(some.lines(), ElementsAre("traceroute to 203.0.113.3 (203.0.113.3), 3 hops max, 60 byte packets",
                                        " 2  198.51.100.3  0.000 ms", " 3  198.51.100.5  0.000 ms"));
  EXPECT_THROW(some.run("traceroute -f 5 -m 4 " + server4), UsageFault);
}

TEST(Traceroute, TRACE_007_N_is_how_many_are_on_their_way) {
  const auto at_once = [](const std::string& options) {
    AtDoor door(chain_at_door(3));
    door.delay = 1ms;
    door.run("traceroute -n " + options + server4);
    return std::ranges::count(door.sent_at, Duration(0));
  };
  EXPECT_EQ(at_once(""), 16);
  EXPECT_EQ(at_once("-N 4 "), 4);
  EXPECT_EQ(at_once("-N 1 "), 1);
}

TEST(Traceroute, TRACE_007_z_is_a_pause_between_probes) {
  AtDoor door(chain_at_door(1));
  door.run("traceroute -n -q 1 -m 2 -z 0.5 " + server4);
  EXPECT_THAT(door.sent_at, ElementsAre(0s, 500ms));
  AtDoor in_milliseconds(chain_at_door(1));
  in_milliseconds.run("traceroute -n -q 1 -m 2 -z 20 " + server4);
  EXPECT_THAT(in_milliseconds.sent_at, ElementsAre(0s, 20ms));
}

TEST(Traceroute, TRACE_007_source_type_of_service_size_and_DF_are_in_the_packet) {
  AtDoor door(chain_at_door(1));
  door.run("traceroute -n -q 1 -m 1 -s 192.0.2.9 -t 16 -F -w 0.1 " + server4 + " 100");
  const Packet& probe = door.sent.at(0);
  EXPECT_EQ(source_of(probe), "192.0.2.9");
  EXPECT_EQ(probe[1], 16);
  EXPECT_EQ(be16(probe, 6), 0x4000);
  EXPECT_THAT(probe, SizeIs(100));
  EXPECT_THROW(door.run("traceroute -F " + server4 + " 1501"), UsageFault);
}

TEST(Traceroute, TRACE_007_p_is_the_port) {
  for (const auto& [options, expected] : std::vector<std::pair<std::string, unsigned>>{
           {"", 33434}, {"-p 5000 ", 5000}, {"-U ", 53}, {"-U -p 54 ", 54}, {"-T ", 80}, {"-T -p 443 ", 443}}) {
    AtDoor door(chain_at_door(1));
    door.run("traceroute -n " + options + server4);
    for (const Packet& packet : door.sent) EXPECT_EQ(port(packet), expected) << options;
  }
}

TEST(Traceroute, TRACE_008_mtu_is_found_where_it_drops) {
  for (const std::string& target : {server4, server6}) {
    AtDoor door(chain_at_door(3, 1300));
    const ClientResult result = door.run("traceroute -n --mtu " + target);
    EXPECT_EQ(result.path_mtu, 1300U);
    const auto lines = door.lines();
    ASSERT_THAT(lines, SizeIs(5)) << door.text;
    EXPECT_THAT(lines[0], HasSubstr(", 30 hops max, 65000 byte packets"));
    EXPECT_THAT(lines[1], MatchesRegex(" 1  [^ ]+  0.000 ms F=1500  0.000 ms  0.000 ms"));
    EXPECT_THAT(lines[4], MatchesRegex(" 4  [^ ]+  0.000 ms F=1300  0.000 ms  0.000 ms"));
  }
}

TEST(Traceroute, TRACE_008_an_mtu_that_does_not_shrink_is_not_believed) {
  AtDoor door(chain_at_door(1));
  door.on_way_out = [](Packet& packet, std::vector<Packet>& to_client) {
    for (const unsigned mtu : {1500U, 1600U, 67U, 0U})
      to_client.push_back(
          ipv4({.source = "192.0.2.2", .destination = "192.0.2.1"}, icmpv4(3, 4, mtu, part(packet, 0, 28))));
    return false;
  };
  EXPECT_EQ(door.run("traceroute -n --mtu -q 1 -m 1 " + server4).path_mtu, 1500U);
  EXPECT_THAT(door.sent, SizeIs(1));
}

TEST(Traceroute, TRACE_011_back_shows_another_number_of_hops) {
  AtDoor door(chain_at_door(3));
  door.on_way_back = [](Packet& packet) {
    if (source_of(packet) == "198.51.100.5") {
      packet[8] -= 4;
      mend_header_checksum(packet);
    }
    return true;
  };
  door.run("traceroute -n -q 1 --back " + server4);
  EXPECT_THAT(door.lines(), ElementsAre(testing::_, " 1  192.0.2.2  0.000 ms", " 2  198.51.100.3  0.000 ms",
                                        " 3  198.51.100.5 '-7'  0.000 ms", " 4  203.0.113.3  0.000 ms"));
}

TEST(Traceroute, TRACE_011_its_help_says_that_paths_change_and_answers_come_another_way) {
  EXPECT_THAT(clients::client_help("traceroute"),
              AllOf(HasSubstr("may change between probes"), HasSubstr("another way"), HasSubstr("--back")));
  EXPECT_THAT(clients::client_help("ping"), HasSubstr("--probe-name"));
}

TEST(Traceroute, TRACE_013_json_is_one_object_a_line) {
  AtDoor door(chain_at_door(3, 1300));
  door.delay = 5ms;
  unsigned probe = 0;
  door.on_way_out = [&](Packet&, std::vector<Packet>&) { return ++probe != 2; };
  const ClientResult result = door.run("traceroute --json -n -q 1 " + server4);
  EXPECT_EQ(result.exit_status, 0);
  std::vector<nlohmann::json> events;
  for (const std::string& line : door.lines()) events.push_back(nlohmann::json::parse(line));
  ASSERT_THAT(events, SizeIs(5));
  EXPECT_EQ(events[0]["event"], "reply");
  EXPECT_EQ(events[0]["hop"], 1);
  EXPECT_EQ(events[0]["from"], "192.0.2.2");
  EXPECT_EQ(events[0]["time_ms"], 10.0);
  EXPECT_EQ(events[1]["event"], "timeout");
  EXPECT_EQ(events[4]["event"], "summary");
  EXPECT_EQ(events[4]["reached"], true);
  EXPECT_EQ(events[4]["hops"], 4);
}

TEST(Traceroute, a_client_that_is_not_known_is_a_fault) {
  AtDoor door(chain_at_door(1));
  for (const char* words :
       {"", "mtr 192.0.2.2", "ping", "traceroute", "ping -Z 192.0.2.2", "traceroute -I -T 192.0.2.2",
        "ping -c x 192.0.2.2", "traceroute 192.0.2.2 60 61", "ping -s"})
    EXPECT_THROW(door.run(words), UsageFault) << words;
}

}  // namespace
}  // namespace tunstack::test::traceroute_test
