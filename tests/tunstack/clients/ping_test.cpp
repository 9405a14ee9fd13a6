// ping: what it sends, when, and when it ends.
#include <nlohmann/json.hpp>

#include "tests/support/host.hpp"
#include "tests/tunstack/clients/at_door.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::test::ping_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

unsigned identifier(const Packet& packet) { return be16(packet, 24); }
unsigned sequence(const Packet& packet) { return be16(packet, 26); }

TEST(Ping, PING_001_requests_have_one_identifier_count_from_1_and_leave_once_a_second) {
  AtDoor door(chain_at_door(3));
  door.run("ping -c 3 " + server4);
  ASSERT_THAT(door.sent, SizeIs(3));
  EXPECT_THAT(door.sent_at, ElementsAre(0s, 1s, 2s));
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT_EQ(icmp4_type(door.sent[i]), 8U);
    EXPECT_EQ(identifier(door.sent[i]), identifier(door.sent[0]));
    EXPECT_EQ(sequence(door.sent[i]), i + 1);
  }
  EXPECT_THAT(door.text, HasSubstr("64 bytes from 203.0.113.3: icmp_seq=3 ttl=61 time="));
}

TEST(Ping, PING_001_the_identifier_is_another_with_another_seed) {
  AtDoor door(chain_at_door(1));
  ClientPlace place = door.place();
  clients::ToSend out;
  for (place.seed = 1; place.seed < 3; ++place.seed)
    clients::make_client(split("ping 192.0.2.2"), place)->tick(place.start, out);
  EXPECT_NE(identifier(out[0]), identifier(out[1]));
}

TEST(Ping, PING_001_the_sequence_wraps_at_sixteen_bits) {
  AtDoor door(chain_at_door(1));
  door.delay = 1ms;  // or the router's limit on answers would be met
  const ClientResult result = door.run("ping -q -f -c 65537 192.0.2.2");
  EXPECT_EQ(result.received, 65537U);
  EXPECT_EQ(result.duplicates, 0U);
  EXPECT_EQ(sequence(door.sent[65534]), 65535U);
  EXPECT_EQ(sequence(door.sent[65535]), 0U);
  EXPECT_EQ(sequence(door.sent[65536]), 1U);
}

TEST(Ping, PING_001_in_IPv6_too) {
  AtDoor door(chain_at_door(3));
  const ClientResult result = door.run("ping -c 2 " + server6);
  EXPECT_EQ(result.received, 2U);
  EXPECT_EQ(icmp6_type(door.sent[0]), 128U);
  EXPECT_THAT(door.text, HasSubstr("64 bytes from 2001:db8:2::3: icmp_seq=2 ttl=61 time="));
}

TEST(Ping, PING_002_the_exit_status_is_0_with_an_answer_and_1_without) {
  AtDoor door(chain_at_door(3));
  const ClientResult some = door.run("ping -c 5 " + server4);
  EXPECT_EQ(some.sent, 5U);
  EXPECT_EQ(some.exit_status, 0);
  EXPECT_TRUE(some.is_reached);
  const ClientResult none = door.run("ping -c 1 203.0.113.77");
  EXPECT_EQ(none.exit_status, 1);
  EXPECT_FALSE(none.is_reached);
}

TEST(Ping, PING_003_seconds_are_numbers_up_to_a_million) {
  AtDoor door(chain_at_door(1));
  for (const char* const option : {"-i", "-W", "-w"})
    for (const char* const wrong : {"nan", "inf", "-1", "1000001", "1e10", "x"})
      EXPECT_THROW(door.run(std::string("ping ") + option + " " + wrong + " -c 1 192.0.2.2"), UsageFault)
          << option << " " << wrong;
  EXPECT_EQ(door.run("ping -i 1000000 -W 1000000 -w 1000000 -c 1 192.0.2.2").received, 1U);
}

TEST(Ping, PING_002_a_name_that_nothing_has_is_a_fault_with_status_2) {
  AtDoor door(chain_at_door(1));
  try {
    door.run("ping nosuchname");
    FAIL() << "no fault";
  } catch (const UsageFault& fault) {
    EXPECT_EQ(fault.exit_status(), 2);
    EXPECT_THAT(fault.what(), HasSubstr("nosuchname: Name or service not known"));
  }
}

TEST(Ping, PING_003_i_is_the_interval) {
  AtDoor door(chain_at_door(1));
  door.run("ping -c 3 -i 5 192.0.2.2");
  EXPECT_THAT(door.sent_at, ElementsAre(0s, 5s, 10s));
  AtDoor fast(chain_at_door(1));
  fast.run("ping -c 3 -i 0.002 192.0.2.2");
  EXPECT_THAT(fast.sent_at, ElementsAre(0ms, 2ms, 4ms));
  EXPECT_THROW(fast.run("ping -c 3 -i 0.0019 192.0.2.2"), UsageFault);
}

TEST(Ping, PING_003_s_is_the_size_of_the_data) {
  AtDoor door(chain_at_door(1));
  door.run("ping -c 1 -s 100 192.0.2.2");
  EXPECT_THAT(door.sent[0], SizeIs(20 + 108));
  EXPECT_THAT(door.text, AllOf(HasSubstr(" 100(128) bytes of data."), HasSubstr("\n108 bytes from 192.0.2.2")));
}

TEST(Ping, PING_003_the_largest_datagrams_go_out_in_fragments_and_come_back) {
  AtDoor door(chain_at_door(1));
  EXPECT_EQ(door.run("ping -c 1 -s 65507 192.0.2.2").received, 1U);
  EXPECT_THAT(door.sent, SizeIs(45));
  EXPECT_EQ(door.run("ping -c 1 -s 65527 2001:db8::2").received, 1U);
  EXPECT_THROW(door.run("ping -c 1 -s 65508 192.0.2.2"), UsageFault);
  EXPECT_THROW(door.run("ping -c 1 -s 65528 2001:db8::2"), UsageFault);
}

TEST(Ping, PING_003_W_is_how_long_the_last_answer_is_waited_for) {
  const auto end_of = [](const std::string& words) {
    AtDoor door(chain_at_door(1));
    door.on_way_out = [](Packet&, std::vector<Packet>&) { return false; };
    const Instant start = door.network().now();
    door.run(words);
    return door.network().now() - start;
  };
  EXPECT_EQ(end_of("ping -c 1 192.0.2.2"), 2s);
  EXPECT_EQ(end_of("ping -c 1 -W 0.5 192.0.2.2"), 500ms);
  EXPECT_EQ(end_of("ping -c 3 -W 7 192.0.2.2"), 9s);
}

TEST(Ping, PING_003_who_answered_before_is_given_two_round_trips_or_an_interval) {
  AtDoor door(chain_at_door(1));
  door.delay = 2s;  // of each way
  unsigned requests = 0;
  door.on_way_out = [&](Packet&, std::vector<Packet>&) { return ++requests < 6; };
  const Instant start = door.network().now();
  const ClientResult result = door.run("ping -c 6 -W 99 192.0.2.2");
  EXPECT_EQ(result.received, 5U);
  EXPECT_EQ(door.network().now() - start, 5s + 8s);
}

TEST(Ping, PING_003_w_ends_all_and_wants_all) {
  AtDoor door(chain_at_door(1));
  const Instant start = door.network().now();
  const ClientResult result = door.run("ping -w 3.5 192.0.2.2");
  EXPECT_EQ(door.network().now() - start, 3500ms);
  EXPECT_EQ(result.received, 4U);
  EXPECT_EQ(result.exit_status, 0);

  unsigned requests = 0;
  door.on_way_out = [&](Packet&, std::vector<Packet>&) { return ++requests > 1; };
  EXPECT_EQ(door.run("ping -c 3 -w 2.5 192.0.2.2").exit_status, 1) << "two of three came";
}

TEST(Ping, PING_004_0_and_localhost_are_the_place_itself) {
  for (const std::string target : {"0", "0.0.0.0", "localhost"}) {
    AtDoor door(chain_at_door(1));
    door.on_way_out = [](Packet& packet, std::vector<Packet>& to_client) {
      EXPECT_EQ(source_of(packet), "192.0.2.1");
      EXPECT_EQ(destination_of(packet), "192.0.2.1");
      Packet answer = from(packet, 20);
      to_client.push_back(
          ipv4({.source = "192.0.2.1", .destination = "192.0.2.1"}, icmpv4(0, 0, be32(answer, 4), from(answer, 8))));
      return false;
    };
    EXPECT_EQ(door.run("ping -c 1 -s 100 " + target).received, 1U) << target;
    EXPECT_THAT(door.text, StartsWith("PING " + target + " (192.0.2.1) 100(128) bytes of data.\n"));
  }
  AtDoor door(chain_at_door(1));
  EXPECT_EQ(door.run("ping -c 1 ::").sent, 1U);
  EXPECT_EQ(destination_of(door.sent[0]), "2001:db8::1");
}

TEST(Ping, PING_011_each_option_is_in_the_packet) {
  const auto sent = [](const std::string& options) {
    AtDoor door(chain_at_door(1));
    door.run("ping -c 1 " + options);
    return door.sent.at(0);
  };
  EXPECT_EQ(sent("-t 7 192.0.2.2")[8], 7);
  EXPECT_EQ(sent("192.0.2.2")[8], 64);
  EXPECT_EQ(sent("-t 7 2001:db8::2")[7], 7);
  EXPECT_EQ(sent("-Q 0x10 192.0.2.2")[1], 0x10);
  EXPECT_EQ(sent("-Q 184 2001:db8::2")[0] << 8 | sent("-Q 184 2001:db8::2")[1], 0x6b80);
  EXPECT_EQ(sent("-F 0x12345 2001:db8::2")[3], 0x45);
  EXPECT_EQ(source_of(sent("-I 192.0.2.9 192.0.2.2")), "192.0.2.9");
  EXPECT_EQ(source_of(sent("-S 192.0.2.9 192.0.2.2")), "192.0.2.9");
  EXPECT_EQ(be16(sent("-M do 192.0.2.2"), 6), 0x4000);
  EXPECT_EQ(be16(sent("-M want 192.0.2.2"), 6), 0x4000);
  EXPECT_EQ(be16(sent("192.0.2.2"), 6), 0x4000);
  EXPECT_EQ(be16(sent("-M dont 192.0.2.2"), 6), 0);
}

TEST(Ping, PING_011_4_and_6_choose_among_the_addresses_of_a_name) {
  AtDoor door(chain_at_door(3));
  door.names = {{"server", {server4, server6}}};
  door.run("ping -c 1 server");
  door.run("ping -c 1 -4 server");
  door.run("ping -c 1 -6 server");
  EXPECT_EQ(destination_of(door.sent[0]), server4);
  EXPECT_EQ(destination_of(door.sent[1]), server4);
  EXPECT_EQ(destination_of(door.sent[2]), server6);
  EXPECT_THAT(door.text, AllOf(HasSubstr("PING server (203.0.113.3) 56(84) bytes of data.\n64 bytes from server "
                                         "(203.0.113.3): icmp_seq=1 "),
                               HasSubstr("PING server(server (2001:db8:2::3)) 56 data bytes\n"),
                               HasSubstr("--- server ping statistics ---")));
  EXPECT_THROW(door.run("ping -c 1 -6 192.0.2.2"), UsageFault);
}

TEST(Ping, PING_011_n_prints_no_names) {
  AtDoor door(chain_at_door(3));
  door.names = {{"server", {server4, server6}}};
  door.run("ping -c 1 -n server");
  EXPECT_THAT(door.text, HasSubstr("\n64 bytes from 203.0.113.3: icmp_seq=1 "));
}

TEST(Ping, PING_011_l_sends_some_at_once) {
  AtDoor door(chain_at_door(1));
  door.run("ping -c 5 -l 3 192.0.2.2");
  EXPECT_THAT(door.sent_at, ElementsAre(0s, 0s, 0s, 1s, 2s));
  EXPECT_THAT(door.text, HasSubstr("ms, pipe 3\n"));
}

TEST(Ping, PING_011_f_sends_as_answers_come_and_100_a_second_at_least) {
  AtDoor door(chain_at_door(1));
  door.delay = 1ms;
  unsigned requests = 0;
  door.on_way_out = [&](Packet&, std::vector<Packet>&) { return ++requests != 2; };
  door.run("ping -f -c 4 192.0.2.2");
  EXPECT_THAT(door.sent_at, ElementsAre(0ms, 2ms, 12ms, 14ms));
  EXPECT_THAT(door.text, HasSubstr(" of data.\n.\b \b..\b \b.\b \b\n---"));
  EXPECT_THAT(door.text, HasSubstr(", ipg/ewma 4.666/2.000 ms\n"));
}

TEST(Ping, PING_011_q_prints_the_statistics_alone) {
  AtDoor door(chain_at_door(1));
  door.run("ping -q -c 2 192.0.2.2");
  EXPECT_THAT(door.text, Not(HasSubstr("icmp_seq")));
  EXPECT_THAT(door.text, HasSubstr("2 packets transmitted, 2 received, 0% packet loss"));
}

TEST(Ping, PING_011_D_prints_the_time_of_the_clock) {
  AtDoor door(chain_at_door(1));
  door.delay = 1500us;
  door.run("ping -D -c 1 192.0.2.2");
  EXPECT_THAT(door.text, HasSubstr("\n[42.003000] 64 bytes from 192.0.2.2: icmp_seq=1 ttl=64 time=3.00 ms\n"));
}

TEST(Ping, PING_011_O_tells_what_was_not_answered_when_the_next_one_leaves) {
  AtDoor door(chain_at_door(1));
  unsigned requests = 0;
  door.on_way_out = [&](Packet&, std::vector<Packet>&) { return ++requests != 1; };
  door.run("ping -O -c 2 192.0.2.2");
  EXPECT_THAT(door.text, HasSubstr("\nno answer yet for icmp_seq=1\n64 bytes from 192.0.2.2: icmp_seq=2 "));
}

TEST(Ping, PING_013_json_is_one_object_a_line_with_times_as_numbers) {
  AtDoor door(chain_at_door(3));
  door.delay = 10ms;
  door.run("ping --json -c 2 " + server4);
  const auto lines = door.lines();
  ASSERT_THAT(lines, SizeIs(3));
  for (std::size_t i = 0; i < 2; ++i) {
    const auto reply = nlohmann::json::parse(lines[i]);
    EXPECT_EQ(reply["event"], "reply");
    EXPECT_EQ(reply["from"], server4);
    EXPECT_EQ(reply["sequence"], i + 1);
    EXPECT_EQ(reply["time_ms"], 20.0);
  }
  const auto summary = nlohmann::json::parse(lines[2]);
  EXPECT_EQ(summary["event"], "summary");
  EXPECT_EQ(summary["sent"], 2);
  EXPECT_EQ(summary["received"], 2);
  EXPECT_EQ(summary["loss_percent"], 0.0);
  EXPECT_EQ(summary["avg_ms"], 20.0);
}

TEST(Ping, PING_013_json_tells_errors_with_type_code_and_what_they_carry) {
  AtDoor door(chain_at_door(3, 1300));
  door.run("ping --json -c 1 -M do -s 1400 " + server4);
  const auto error = nlohmann::json::parse(door.lines()[0]);
  EXPECT_EQ(error["event"], "error");
  EXPECT_EQ(error["type"], 3);
  EXPECT_EQ(error["code"], 4);
  EXPECT_EQ(error["mtu"], 1300);
  EXPECT_EQ(error["from"], "198.51.100.5");
}

}  // namespace
}  // namespace tunstack::test::ping_test
