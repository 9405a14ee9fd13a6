// What labs expect: what holds, what does not, and what is told of it. Each is one expectation of the same lab.
#include "tests/tunstack/lab/closed_lab.hpp"

namespace tunstack::test::closed_expectations_test {
namespace {

using lab::ExpectationOutcome;
using lab::LabOutcome;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const std::string what_happens = R"(
[[event]]
do = "ping host server -c 3"
[[event]]
at = "5s"
send = "host: 192.0.2.1 > 198.51.100.2 UDP 4000 > 9, ttl 1"
[[event]]
at = "6s"
set = { "link.core.mtu" = 1300 }
[[event]]
at = "7s"
do = "ping host server -c 2 -s 1400 -M do"
[[event]]
at = "7s"
do = "ping host server -6 -c 2 -s 1400 -M do"
[[event]]
at = "8s"
do = "traceroute host server -q 1"
[[event]]
at = "9s"
do = "traceroute host server -q 1 --mtu"
[[event]]
at = "20s"
set = { "node.server.misbehave.duplicate_replies" = 2 }
[[event]]
at = "21s"
do = "ping host server -c 2"
)";

struct Expected {
  const char* text;
  bool holds;
  const char* found;
};

// clang-format off
const Expected decisions[] = {
    {"reason = \"forward4_ttl_exceeded\"", true, "6 times"},  // of the packets, and of the errors about them
    {"event = \"decided\"\nreason = \"forward4_ttl_exceeded\"\ncount = 3", true, "3 times"},
    {"event = \"decided\"\nreason = \"forward4_ttl_exceeded\"\ncount = 2", false, "3 times"},
    {"event = \"decided\"\nreason = \"forward4_ttl_exceeded\"\ncount = \"<3\"", false, "3 times"},
    {"event = \"decided\"\nreason = \"forward4_ttl_exceeded\"\ncount = \">= 4\"\nnot = true", true, "3 times"},
    {"reason = \"forward4_ttl_exceeded\"\nnot = true", false, "6 times"},
    {"event = \"decided\"\nreason = \"forward4_ttl_exceeded\"\nwithin = \"6s\"\ncount = 1", true, "1 times"},
    {"event = \"decided\"\nreason = \"forward4_ttl_exceeded\"\nwithin = \"4s\"", false, "0 times"},
    {"event = \"decided\"\nreason = \"forward4_ttl_exceeded\"\nwithin = \"4s\"\nnot = true", true, "0 times"},
    {"reason = \"forward4_ttl_exceeded\"\nnode = \"r1\"\ndestination_port = 9", true, "1 times"},
    {"reason = \"forward4_ttl_exceeded\"\nnode = \"server\"", false, "0 times"},
    {"reason = \"forward4_ttl_exceeded\"\nverdict = \"error\"", true, "3 times"},
    {"reason = \"forward4_ttl_exceeded\"\nverdict = \"drop\"", false, "0 times"},
    {"reason = \"forward4_ttl_exceeded\"\ninterface = \"left\"", true, "6 times"},
    {"reason = \"forward4_ttl_exceeded\"\ninterface = \"right\"", false, "0 times"},
    {"verdict = \"send\"\nmatch = \"icmp[icmptype] == 11\"\nnode = \"r1\"", true, "3 times"},
    {"event = \"sent\"\nmatch = \"icmp[icmptype] == 11\"\nnode = \"r1\"", true, "3 times"},
    {"event = \"noted\"\nmatch = \"icmp[icmptype] == 11\"\nnode = \"r1\"", false, "0 times"},
    {"event = \"decided\"\nnode = \"host\"\nfields = { type = 11, code = 0 }", true, "3 times"},
    {"event = \"decided\"\nnode = \"host\"\ntype = 3\ncode = 4\nmtu = 1300", true, "2 times"},
    {"event = \"decided\"\nnode = \"host\"\ntype = 3\ncode = 4\nmtu = 1400", false, "0 times"},
    {"node = \"server\"\nsource = \"192.0.2.1\"\ntype = 8\nlength = 84\nseq = 3\nprotocol = 1\nttl = 63", true, "1 times"},
};

const Expected results[] = {
    {"of = \"ping 1\"\nsent = 3\nreceived = 3\nduplicates = 0\nerrors = 0\nloss = 0", true,
     "sent is 3, received is 3, duplicates is 0, errors is 0, loss is 0"},
    {"of = \"ping 1\"\nsent = 4", false, "sent is 3"},
    {"of = \"ping 1\"\nreceived = \"<3\"", false, "received is 3"},
    {"of = \"ping 1\"\nloss = \">0%\"", false, "loss is 0"},
    {"of = \"ping 1\"\nloss = \">0%\"\nnot = true", true, "loss is 0"},
    {"of = \"ping 1\"\nleast = \"20ms\"\nmean = \"<= 20ms\"\nmost = \">= 20ms\"", true, "least is 20, mean is 20, most is 20"},
    {"of = \"ping 1\"\nleast = \"< 20ms\"", false, "least is 20"},
    {"of = \"ping 1\"\nmean = \"> 20ms\"", false, "mean is 20"},
    {"of = \"ping 1\"\nmost = \"!= 20ms\"", false, "most is 20"},
    {"of = \"ping 1\"\nreached = true", true, "reached is 1"},
    {"of = \"ping 1\"\nreached = false", false, "reached is 1"},
    {"of = \"ping 2\"\nreceived = 0\nerrors = 2\nloss = \"100%\"\nreached = false\npath_mtu = 1300", true,
     "received is 0, errors is 2, loss is 1, reached is 0, path_mtu is 1300"},
    {"of = \"ping 2\"\npath_mtu = 1500", false, "path_mtu is 1300"},
    {"of = \"ping 4\"\nduplicates = 2", true, "duplicates is 2"},
    {"of = \"traceroute 1\"\nhops = 2\nreached = true", true, "hops is 2, reached is 1"},
    {"of = \"traceroute 1\"\nhops = 3", false, "hops is 2"},
    {"of = \"traceroute 2\"\npath_mtu = 1300", true, "path_mtu is 1300"},
    {"of = \"traceroute 1\"\nhop = 1\nfrom = \"192.0.2.2\"\nsent = 1\nreceived = 1\nmost = \"0ms\"", true,
     "it is from 192.0.2.2, sent is 1, received is 1, most is 0"},
    {"of = \"traceroute 1\"\nhop = 2\nfrom = \"198.51.100.2\"\nleast = \"20ms\"\nmean = \"20ms\"", true,
     "it is from 198.51.100.2, least is 20, mean is 20"},
    {"of = \"traceroute 1\"\nhop = 2\nfrom = \"192.0.2.2\"", false, "it is from 198.51.100.2"},
    {"of = \"traceroute 1\"\nhop = 2\nfrom = \"192.0.2.2\"\nnot = true", true, "it is from 198.51.100.2"},
    {"of = \"traceroute 1\"\nhop = 2\nfrom = \"198.51.100.2\"\nmost = \"< 20ms\"", false,
     "it is from 198.51.100.2, most is 20"},
    {"of = \"traceroute 1\"\nhop = 2\nfrom = \"192.0.2.2\"\nreceived = 1", false, "it is from 198.51.100.2, received is 1"},
    {"of = \"traceroute 1\"\nhop = 3\nsent = 0", true, "sent is 0"},
    {"of = \"traceroute 1\"\nhop = 3\nfrom = \"198.51.100.2\"", false, "it is from nobody"},
};

const Expected states[] = {
    {"state = \"host.path_mtu[2001:db8:1::2]\"\nequals = 1300", true, "it is 1300"},
    {"state = \"host.path_mtu[2001:db8:1::2]\"\nequals = 1400", false, "it is 1300"},
    {"state = \"host.path_mtu[2001:db8:1::2]\"\nequals = 1400\nnot = true", true, "it is 1300"},
    {"state = \"host.path_mtu[2001:db8:1::9]\"\nequals = 1300", false, "it is none"},
    {"state = \"r1.addresses[192.0.2.2]\"\nequals = \"preferred\"", true, "it is preferred"},
    {"state = \"r1.counters.reasons.forward4_ttl_exceeded\"\nequals = 3", true, "it is 3"},
    {"state = \"r1.counters.reasons.forward4_ttl_exceeded\"\nequals = 2", false, "it is 3"},
    {"state = \"server.counters.reasons.forward4_ttl_exceeded\"\nequals = \"none\"", true, "it is none"},
};
// clang-format on

template <std::size_t size>
void check_all(const Expected (&table)[size]) {
  std::string text = row_lab + what_happens;
  for (const Expected& row : table) text += std::string("[[expect]]\n") + row.text + "\n";
  const LabOutcome outcome = run_lab(text);
  ASSERT_EQ(outcome.expectations.size(), size);
  for (std::size_t i = 0; i < size; ++i) {
    EXPECT_EQ(outcome.expectations[i].holds, table[i].holds) << table[i].text;
    EXPECT_EQ(outcome.expectations[i].found, table[i].found) << table[i].text;
  }
}

TEST(ClosedExpectations, decisions_are_counted) { check_all(decisions); }
TEST(ClosedExpectations, results_of_programs_are_compared) { check_all(results); }
TEST(ClosedExpectations, state_is_what_it_is_at_the_end) { check_all(states); }

TEST(ClosedExpectations, a_hop_that_is_silent_is_one_that_was_asked) {
  const LabOutcome outcome = run_lab(row_lab + R"(
[[event]]
do = "traceroute host server -m 2 -w 1"
[[expect]]
of = "traceroute 1"
hop = 2
sent = 3
received = 0
loss = "100%"
[[expect]]
of = "traceroute 1"
hop = 3
sent = 0
)",
                                     {"link.core.loss=1"});
  for (const ExpectationOutcome& one : outcome.expectations) EXPECT_TRUE(one.holds) << one.what << one.found;
}

TEST(ClosedExpectations, fields_are_those_of_the_packet_however_they_are_written) {
  const std::string sent = R"([[event]]
send = "r1: 192.0.2.2 > 192.0.2.1 ICMP echo request, id 1234, seq 5, length 16, df"
[[event]]
send = "r1: 2001:db8::2 > 2001:db8::1 ICMP6 echo request, id 9, seq 1, length 16"
[[event]]
send = "r1: 192.0.2.2 > 192.0.2.1 UDP 4000 > 9"
)";
  const std::string of_host = "[[expect]]\nnode = \"host\"\nevent = \"decided\"\n";
  std::string wanted;
  for (const char* const one : {"id = 1234", "fields = { df = true }", "fields = { df = \"true\", mf = false }",
                                "source = \"2001:DB8:0::2\"", "id = 9\ndestination = \"2001:db8::1\""})
    wanted += of_host + one + "\n";
  for (std::size_t number = 0; number < 10; ++number)  // of packets, as events have them
    wanted += of_host + "type = 8\nid = " + std::to_string(number) + "\nnot = true\n";
  for (std::size_t number = 0; number < 20; ++number)
    wanted += of_host + "protocol = 17\nid = " + std::to_string(number) + "\nnot = true\n";
  wanted += of_host + "protocol = 17\nfields = { df = false }\ncount = 1\n" + of_host +
            "source = \"2001:DB8::2\"\ncount = 1\n";
  for (const ExpectationOutcome& one : run_row(sent + wanted).expectations)
    EXPECT_TRUE(one.holds) << one.what << ": " << one.found;
}

TEST(ClosedExpectations, what_was_not_measured_is_no_zero) {
  const LabOutcome outcome = run_lab(row_lab + R"(
[[event]]
do = "traceroute host 198.51.100.9 -m 3 -q 1 -w 1"
[[event]]
do = "ping host server -c 1"
[[expect]]
of = "traceroute 1"
hops = "<= 5"
[[expect]]
of = "ping 1"
path_mtu = "<= 1300"
)");
  for (const ExpectationOutcome& one : outcome.expectations) {
    EXPECT_FALSE(one.holds) << one.what;
    EXPECT_THAT(one.found, HasSubstr("not known"));
  }
}

ExpectationOutcome outcome_of(const std::string& expectation) {
  return run_row(what_happens + "[[expect]]\n" + expectation).expectations.at(0);
}

TEST(ClosedExpectations, what_fails_has_the_decisions_that_speak_against_it) {
  const ExpectationOutcome near = outcome_of("node = \"r1\"\nmatch = \"udp port 9\"\nverdict = \"drop\"");
  EXPECT_FALSE(near.holds);
  EXPECT_THAT(near.against, Contains(testing::StartsWith("r1: "))) << "what r1 did with such packets instead";
  EXPECT_THAT(near.against, Contains(HasSubstr("UDP 4000 > 9")));
  const ExpectationOutcome too_often = outcome_of("reason = \"forward4_ttl_exceeded\"\nnot = true");
  EXPECT_EQ(too_often.against.size(), 5U) << "the first ones";
  EXPECT_THAT(outcome_of("reason = \"forward4_ttl_exceeded\"").against, IsEmpty()) << "it holds";
  EXPECT_LE(outcome_of("match = \"icmp\"\nverdict = \"hold\"").against.size(), 5U);
}

using Lines = std::vector<std::string>;

Lines against(const std::string& expectation) { return outcome_of(expectation).against; }

TEST(ClosedExpectations, other_decisions_on_such_packets_are_all_that_is_told) {
  const Lines lines = against("node = \"r1\"\nmatch = \"icmp[icmptype] == 8\"\nreason = \"forward4_ttl_exceeded\"");
  EXPECT_THAT(lines, SizeIs(5));
  EXPECT_THAT(lines, Each(AllOf(StartsWith("r1: "), HasSubstr("ICMP echo request"))));
  EXPECT_THAT(against("node = \"r1\"\nmatch = \"udp port 9\"\nwithin = \"4s\""),
              ElementsAre(AllOf(StartsWith("too late: r1: "), HasSubstr("UDP 4000 > 9"))));
}

TEST(ClosedExpectations, a_packet_that_differs_in_one_field_comes_near) {
  const Lines lines = against("event = \"decided\"\nnode = \"host\"\ntype = 3\ncode = 4\nmtu = 1400");
  EXPECT_THAT(lines, ElementsAre("host saw no packet that matches", HasSubstr("mtu 1300"), HasSubstr("mtu 1300")));
}

TEST(ClosedExpectations, a_node_that_saw_no_such_packet_is_told_and_who_saw_it_last) {
  const std::string seen = "; the last one was at r1.left after 5.000 s: error, forward4_ttl_exceeded";
  EXPECT_EQ(against("node = \"server\"\nmatch = \"udp port 9\"").at(0), "server saw no packet that matches" + seen);
  EXPECT_EQ(against("node = \"r1\"\ninterface = \"right\"\nmatch = \"udp port 9\"").at(0),
            "r1 saw no packet that matches at right" + seen);
  EXPECT_EQ(against("node = \"server\"\ndestination_port = 9").at(0), "server saw no packet that matches" + seen);
  EXPECT_EQ(against("match = \"udp port 53\"").at(0), "no node saw a packet that matches");
  EXPECT_THAT(against("reason = \"forward4_ttl_exceeded\"\nnode = \"server\"").at(0),
              StartsWith("server saw no such decision; the last one was at r1.left after "));
}

TEST(ClosedExpectations, the_reason_at_other_packets_comes_before_all_else) {
  const Lines lines = against("node = \"r1\"\nmatch = \"udp port 53\"\nreason = \"forward4_ttl_exceeded\"");
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_EQ(lines[0], "r1 saw no packet that matches");
  EXPECT_THAT(Lines(lines.begin() + 1, lines.end()),
              Each(AllOf(StartsWith("r1: "), HasSubstr("forward4_ttl_exceeded"))));
}

TEST(ClosedExpectations, where_a_packet_was_lost_is_told) {
  const LabOutcome outcome = run_row(R"(
[[event]]
set = { "link.core.mtu" = 1300, "node.r1.misbehave.pmtu_black_hole" = true }
[[event]]
do = "ping host server -c 2 -s 1400 -M do"
[[expect]]
node = "host"
match = "icmp[icmptype] == 3 and icmp[icmpcode] == 4"
)");
  const Lines& lines = outcome.expectations.at(0).against;
  EXPECT_EQ(lines.at(0),
            "host saw no packet that matches; the last one was at r1.left after 1.000 s: send, forward4_too_big");
  EXPECT_THAT(lines, Contains(AllOf(StartsWith("r1: "), HasSubstr("misbehave_pmtu_black_hole"))));
  EXPECT_THAT(lines, Contains(HasSubstr("misbehave_pmtu_black_hole")).Times(1)) << "though it was two packets";
}

const std::string ethernet = R"(
[host]
link = "lan"
addresses = ["192.0.2.1/24", "2001:db8::1/64"]
[link.lan]
net = ["192.0.2.0/24", "2001:db8::/64"]
tap = true
[node.alice]
interfaces.eth0 = { link = "lan" }
)";

TEST(ClosedExpectations, neighbors_are_state_too) {
  const LabOutcome outcome = run_lab(ethernet + R"(
[[event]]
do = "ping host alice -c 1"
[[expect]]
state = "host.neighbors[192.0.2.2]"
equals = "reachable"
[[expect]]
state = "host.neighbors[192.0.2.3]"
equals = "none"
)");
  for (const ExpectationOutcome& one : outcome.expectations) EXPECT_TRUE(one.holds) << one.what << one.found;
}

TEST(ClosedExpectations, what_stations_tell_groups_is_no_evidence) {
  const LabOutcome outcome = run_lab(ethernet + "[[expect]]\nnode = \"alice\"\nmatch = \"udp\"\nwithin = \"5s\"\n");
  const Lines& lines = outcome.expectations.at(0).against;
  EXPECT_EQ(lines.at(0), "alice saw no packet that matches");
  EXPECT_THAT(lines, Not(Contains(HasSubstr("ff02::"))));
}

TEST(ClosedExpectations, a_lab_goes_on_as_long_as_something_may_come_in_time) {
  const LabOutcome outcome = run_row("[[expect]]\nreason = \"forward4_ttl_exceeded\"\nwithin = \"50s\"\n");
  EXPECT_FALSE(outcome.holds());
  EXPECT_EQ(outcome.lasted, std::chrono::seconds(50));
}

}  // namespace
}  // namespace tunstack::test::closed_expectations_test
