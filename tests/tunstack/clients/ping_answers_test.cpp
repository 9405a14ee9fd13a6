// ping: what answers may be like, and what they carry.
#include <nlohmann/json.hpp>

#include "tests/support/host.hpp"
#include "tests/tunstack/clients/at_door.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::test::ping_answers_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

using Packets = std::vector<Packet>;

Packet reply_to(const Packet& request, const Packet& data, std::string_view source = "192.0.2.2") {
  return ipv4({.source = source, .destination = "192.0.2.1"}, icmpv4(0, 0, be32(request, 24), data));
}
Packet data_of(const Packet& request) { return from(request, 28); }

/// A door behind which a test answers.
class Answers : public testing::Test {
 protected:
  /// What `make` makes of a request arrives in its place.
  void answer(std::function<std::vector<Packet>(const Packet&)> make) {
    door.on_way_out = [make = std::move(make)](Packet& packet, std::vector<Packet>& to_client) {
      to_client = make(packet);
      return false;
    };
  }
  AtDoor door{chain_at_door(1)};
};

TEST_F(Answers, PING_005_the_data_has_the_time_and_a_pattern) {
  door.run("ping -c 1 -s 24 -p ff00 192.0.2.2");
  const Packet data = data_of(door.sent[0]);
  EXPECT_EQ(part(data, 0, 16), hex("00 00 00 00 00 00 00 2a  00 00 00 00 00 00 00 00")) << "42 seconds";
  EXPECT_EQ(from(data, 16), hex("ff 00 ff 00 ff 00 ff 00"));
  EXPECT_THAT(door.text, testing::StartsWith("PATTERN: 0xff00\nPING "));
  door.run("ping -c 1 -s 20 192.0.2.2");
  EXPECT_EQ(from(data_of(door.sent[1]), 16), hex("10 11 12 13"));
  EXPECT_THROW(door.run("ping -c 1 -p xy 192.0.2.2"), UsageFault);
}

TEST_F(Answers, PING_005_a_wrong_octet_is_shown_with_its_place) {
  answer([](const Packet& request) {
    Packet data = data_of(request);
    data[20] ^= 0xff;
    return Packets{reply_to(request, data)};
  });
  door.run("ping -c 1 192.0.2.2");
  EXPECT_THAT(door.text, HasSubstr(" time=0.000 ms\nwrong data byte #20 should be 0x14 but was 0xeb\n"
                                   "#16\t10 11 12 13 eb 15 16 17 18 19 1a 1b 1c 1d 1e 1f 20 21 22 23 24 25 26 27 28 29 "
                                   "2a 2b 2c 2d 2e 2f \n#48\t30 31 32 33 34 35 36 37 \n"));
}

TEST_F(Answers, PING_005_a_time_that_was_changed_is_not_data) {
  answer([](const Packet& request) {
    Packet data = data_of(request);
    data[15] ^= 1;
    return Packets{reply_to(request, data)};
  });
  door.run("ping -c 1 192.0.2.2");
  EXPECT_THAT(door.text, Not(HasSubstr("wrong data")));
}

TEST_F(Answers, PING_005_without_room_for_the_time_there_is_none) {
  door.run("ping -c 1 -s 15 192.0.2.2");
  EXPECT_THAT(door.text, AllOf(HasSubstr("ttl=64\n"), Not(HasSubstr("rtt"))));
  door.run("ping -c 1 -s 16 192.0.2.2");
  EXPECT_THAT(door.text, AllOf(HasSubstr("ttl=64 time=0.000 ms\n"), HasSubstr("\nrtt ")));
}

TEST_F(Answers, PING_005_an_answer_that_is_cut_is_shown_as_such) {
  answer([](const Packet& request) { return Packets{reply_to(request, part(data_of(request), 0, 30))}; });
  EXPECT_EQ(door.run("ping -c 1 192.0.2.2").received, 1U);
  EXPECT_THAT(door.text, HasSubstr("\n38 bytes from 192.0.2.2: icmp_seq=1 ttl=64 (truncated)\n\n---"));
}

TEST_F(Answers, PING_006_duplicates_are_marked_and_not_counted_as_received) {
  answer([](const Packet& request) {
    return Packets{reply_to(request, data_of(request)), reply_to(request, data_of(request))};
  });
  const ClientResult result = door.run("ping -c 2 192.0.2.2");
  EXPECT_EQ(result.received, 2U);
  EXPECT_EQ(result.duplicates, 1U) << "that of the last one comes when all is over";
  EXPECT_THAT(door.text, HasSubstr("icmp_seq=1 ttl=64 time=0.000 ms (DUP!)\n"));
  EXPECT_THAT(door.text, HasSubstr("2 packets transmitted, 2 received, +1 duplicates, 0% packet loss"));
}

TEST_F(Answers, PING_006_late_answers_count) {
  AtDoor slow(chain_at_door(1));
  slow.delay = 1200ms;
  EXPECT_EQ(slow.run("ping -c 3 -W 9 192.0.2.2").received, 3U);
  EXPECT_THAT(slow.text, AllOf(HasSubstr("icmp_seq=1 ttl=64 time=2400 ms"), HasSubstr("pipe 3")));
}

TEST_F(Answers, PING_006_an_answer_from_another_address_is_shown_with_it) {
  answer([](const Packet& request) { return Packets{reply_to(request, data_of(request), "192.0.2.77")}; });
  door.run("ping -c 1 192.0.2.2");
  EXPECT_THAT(door.text, HasSubstr("64 bytes from 192.0.2.77: icmp_seq=1 ttl=64 time=0.000 ms (DIFFERENT ADDRESS!)\n"));
}

TEST_F(Answers, PING_006_what_is_for_others_is_no_answer) {
  answer([](const Packet& request) {
    Packet of_another = request;
    of_another[24] ^= 1;
    Packet to_another = reply_to(request, data_of(request));
    to_another[19] = 9;
    mend_header_checksum(to_another);
    Packet request_itself = ipv4({.source = "192.0.2.2", .destination = "192.0.2.1"}, from(request, 20));
    return Packets{reply_to(of_another, data_of(request)), to_another, request_itself, hex("45"), hex("")};
  });
  const ClientResult result = door.run("ping -c 1 192.0.2.2");
  EXPECT_EQ(result.received + result.duplicates + result.errors, 0U);
  EXPECT_THAT(door.text, Not(HasSubstr("icmp_seq")));
}

TEST_F(Answers, PING_006_a_wrong_checksum_is_corruption) {
  answer([](const Packet& request) {
    Packet reply = reply_to(request, data_of(request));
    reply[22] ^= 0xff;
    return Packets{reply};
  });
  EXPECT_EQ(door.run("ping -c 1 192.0.2.2").received, 0U);
  EXPECT_THAT(door.text, AllOf(HasSubstr("(BAD CHECKSUM!)"), HasSubstr(" 0 received, +1 corrupted, 100% packet loss")));
}

TEST_F(Answers, PING_007_the_statistics_are_those_of_all_round_trips) {
  unsigned request = 0;
  door.on_way_out = [&](Packet&, std::vector<Packet>&) {
    door.delay = ++request * 10ms;  // from here on, both ways
    return request != 3;
  };
  const ClientResult result = door.run("ping -c 5 -W 1 192.0.2.2");
  EXPECT_EQ(result.received, 4U);
  EXPECT_THAT(door.text, HasSubstr("5 packets transmitted, 4 received, 20% packet loss, time 4000ms\n"
                                   "rtt min/avg/max/mdev = 20.000/60.000/100.000/31.622 ms\n"));
  EXPECT_DOUBLE_EQ(result.least, 20);
  EXPECT_DOUBLE_EQ(result.mean, 60);
  EXPECT_DOUBLE_EQ(result.most, 100);
}

TEST_F(Answers, PING_007_times_have_as_many_digits_as_they_are_worth) {
  const auto shown = [](Duration there) {
    AtDoor slow(chain_at_door(1));
    slow.delay = there;
    slow.run("ping -c 1 192.0.2.2");
    const auto at = slow.text.find("time=");
    return slow.text.substr(at, slow.text.find(" ms", at) - at);
  };
  EXPECT_EQ(shown(42us), "time=0.084");
  EXPECT_EQ(shown(617us), "time=1.23");
  EXPECT_EQ(shown(6172us), "time=12.3");
  EXPECT_EQ(shown(61728us), "time=123");
}

TEST_F(Answers, PING_009_R_records_the_route_out_and_back) {
  AtDoor routers(chain_at_door(3));
  routers.run("ping -c 2 -R 203.0.113.3");
  EXPECT_EQ(part(routers.sent[0], 20, 3), hex("07 27 04"));
  EXPECT_THAT(routers.text,
              HasSubstr(" time=0.000 ms\nRR: \t198.51.100.2\n\t198.51.100.4\n\t203.0.113.2\n\t203.0.113.3\n"
                        "\t198.51.100.5\n\t198.51.100.3\n\t192.0.2.2\n\n64 bytes from"));
  EXPECT_THAT(routers.text, HasSubstr("icmp_seq=2 ttl=61 time=0.000 ms\t(same route)\n"));
}

TEST_F(Answers, PING_009_R_shows_a_route_that_is_another_one_of_the_same_length) {
  answer([hop = 1](const Packet& request) mutable {
    Packet option = hex("07 07 08 c0 00 02 02 00");
    option[6] = static_cast<std::uint8_t>(++hop);
    return Packets{ipv4({.source = "192.0.2.2", .destination = "192.0.2.1", .options = option},
                        icmpv4(0, 0, be32(request, 64), from(request, 68)))};
  });
  door.run("ping -c 2 -R 192.0.2.2");
  EXPECT_THAT(door.text, AllOf(HasSubstr("\nRR: \t192.0.2.2\n"), HasSubstr("\nRR: \t192.0.2.3\n")));
}

TEST_F(Answers, PING_009_T_prints_times_with_and_without_addresses) {
  AtDoor routers(chain_at_door(3));
  routers.run("ping -c 1 -T tsonly 203.0.113.3");
  EXPECT_EQ(part(routers.sent[0], 20, 4), hex("44 28 05 00"));
  EXPECT_THAT(routers.text, MatchesRegex(".*\nTS: \t[0-9]+ absolute\n(\t0\n){6}\n\n---.*")) << routers.text;
  routers.text.clear();
  routers.run("ping -c 1 -T tsandaddr 203.0.113.3");
  EXPECT_EQ(part(routers.sent[1], 20, 4), hex("44 24 05 01"));
  EXPECT_THAT(routers.text, MatchesRegex(".*\nTS: \t198.51.100.2\t[0-9]+ absolute\n\t198.51.100.4\t0\n"
                                         "\t203.0.113.2\t0\n\t203.0.113.3\t0\nUnrecorded hops: 3\n\n\n---.*"))
      << routers.text;
}

TEST_F(Answers, PING_009_T_tsprespec_names_its_hops) {
  door.run("ping -c 1 -T tsprespec 192.0.2.2 198.51.100.1 203.0.113.9");
  EXPECT_EQ(part(door.sent[0], 20, 20), hex("44 14 05 03  c0 00 02 02 00 00 00 00  c6 33 64 01 00 00 00 00"));
  EXPECT_EQ(destination_of(door.sent[0]), "203.0.113.9");
  EXPECT_THROW(door.run("ping -c 1 -T tsprespec 203.0.113.9"), UsageFault);
  EXPECT_THROW(door.run("ping -c 1 -T tsonly -R 203.0.113.9"), UsageFault);
  EXPECT_THROW(door.run("ping -c 1 192.0.2.2 203.0.113.9"), UsageFault);
  EXPECT_THROW(door.run("ping -c 1 -R 2001:db8::2"), UsageFault);
}

TEST_F(Answers, PING_010_a_group_and_a_broadcast_address_show_who_answers) {
  answer([](const Packet& request) {
    return Packets{reply_to(request, data_of(request), "192.0.2.2"), reply_to(request, data_of(request), "192.0.2.3")};
  });
  for (const std::string target : {"-b 255.255.255.255", "224.0.0.1"}) {
    door.text.clear();
    door.run("ping -c 2 " + target);
    EXPECT_THAT(door.text, AllOf(HasSubstr("from 192.0.2.2: icmp_seq=1"), HasSubstr("from 192.0.2.3: icmp_seq=1"),
                                 Not(HasSubstr("DUP!")), Not(HasSubstr("DIFFERENT"))));
  }
  EXPECT_THAT(door.run("ping -c 1 -b 255.255.255.255").received, 1U);
  EXPECT_THAT(door.text, HasSubstr("WARNING: pinging broadcast address\n"));
  EXPECT_THROW(door.run("ping -c 1 255.255.255.255"), UsageFault);
}

// ---- extended echo ----

TEST_F(Answers, PING_012_PROBE_020_interfaces_are_asked_about_by_name_index_and_address) {
  AtDoor probed(chain_at_door(1, {}, {"probe.enable=on"}));
  for (const std::string way : {"--probe-name tun0", "--probe-index 1", "--probe-addr 192.0.2.2"}) {
    probed.text.clear();
    EXPECT_EQ(probed.run("ping -c 1 " + way + " 192.0.2.2").received, 1U) << way;
    EXPECT_THAT(probed.text, HasSubstr("active, ipv4, ipv6\n")) << way;
    EXPECT_EQ(probed.run("ping -c 1 " + way + " 2001:db8::2").received, 1U) << way;
  }
  EXPECT_EQ(icmp4_type(probed.sent[0]), 42U);
  EXPECT_EQ(icmp6_type(probed.sent[1]), 160U);
}

TEST_F(Answers, PING_012_PROBE_020_what_is_wrong_with_a_query_is_said) {
  AtDoor probed(chain_at_door(1, {}, {"probe.enable=on"}));
  probed.run("ping -c 1 --probe-name nosuch 192.0.2.2");
  EXPECT_THAT(probed.text, HasSubstr(": no such interface\n"));
  probed.run("ping -c 1 --probe-addr 198.51.100.99 --probe-remote 192.0.2.2");
  EXPECT_THAT(probed.text, HasSubstr(": no such table entry\n"));
  EXPECT_THROW(probed.run("ping --probe-name a --probe-index 1 192.0.2.2"), UsageFault);
}

TEST_F(Answers, PING_012_PROBE_020_the_state_of_a_neighbor_is_named) {
  answer([](const Packet& request) {
    return Packets{ipv4({.source = "192.0.2.2", .destination = "192.0.2.1"},
                        icmpv4(43, 0, (be32(request, 24) & 0xffffff00) | 2U << 5))};
  });
  door.run("ping -c 1 --probe-addr 192.0.2.9 --probe-remote 192.0.2.2");
  EXPECT_EQ(door.sent[0][27], 0) << "L";
  EXPECT_THAT(door.text, HasSubstr(": reachable\n"));
}

// ---- queries of ICMPv4 ----

TEST_F(Answers, PING_012_ICMP4_TS_008_a_timestamp_query_tells_how_clocks_differ) {
  door.delay = 10ms;
  door.run("ping -c 1 --tstamp 192.0.2.2");
  EXPECT_THAT(door.text,
              HasSubstr("PING 192.0.2.2 (192.0.2.2) 12(40) bytes of data.\n20 bytes from 192.0.2.2: icmp_seq=1 "
                        "ttl=64 time=20.0 ms: originate 42000 receive 42010 transmit 42010, clock differs by "
                        "+0 ms\n"));
}

TEST_F(Answers, PING_012_ICMP4_TS_008_midnight_and_times_that_are_not_standard) {
  std::uint32_t time = 0;
  answer([&](const Packet& request) {
    Packet times = data_of(request);
    set_be32(times, 4, time);
    set_be32(times, 8, time);
    return Packets{ipv4({.source = "192.0.2.2", .destination = "192.0.2.1"}, icmpv4(14, 0, be32(request, 24), times))};
  });
  time = 47'000;
  door.run("ping -c 1 --tstamp 192.0.2.2");
  EXPECT_THAT(door.text, HasSubstr(", clock differs by +5000 ms\n"));
  time = 86'400'000 - 8'000;
  door.run("ping -c 1 --tstamp 192.0.2.2");
  EXPECT_THAT(door.text, HasSubstr(", clock differs by -50000 ms\n"));
  time = 0x80000007;
  door.run("ping -c 1 --tstamp 192.0.2.2");
  EXPECT_THAT(door.text, HasSubstr(" receive 7 transmit 7, not standard\n"));
  EXPECT_THROW(door.run("ping --tstamp 2001:db8::2"), UsageFault);
  EXPECT_THROW(door.run("ping --tstamp --mask 192.0.2.2"), UsageFault);
}

TEST_F(Answers, PING_012_ICMP4_MASK_008_a_mask_query_shows_the_mask) {
  AtDoor agent(chain_at_door(1, {}, {"icmp4.mask_agent=on"}));
  EXPECT_EQ(agent.run("ping -c 1 --mask 192.0.2.2").received, 1U);
  EXPECT_THAT(agent.text,
              HasSubstr("12 bytes from 192.0.2.2: icmp_seq=1 ttl=64 time=0.000 ms: mask 255.255.255.0 (/24)"));
  answer([](const Packet& request) {
    return Packets{ipv4({.source = "192.0.2.2", .destination = "192.0.2.1"},
                        icmpv4(18, 0, be32(request, 24), hex("ff 00 ff 00")))};
  });
  door.run("ping -c 1 --mask 192.0.2.2");
  EXPECT_THAT(door.text, HasSubstr(": mask 255.0.255.0 (not a prefix)\n"));
}

TEST_F(Answers, PING_012_QUERY_005_a_query_that_is_not_answered_is_status_1) {
  AtDoor silent(chain_at_door(1, {}, {"icmp4.mask_agent=off"}));
  EXPECT_EQ(silent.run("ping -c 1 --mask 192.0.2.2").exit_status, 1);
}

}  // namespace
}  // namespace tunstack::test::ping_answers_test
