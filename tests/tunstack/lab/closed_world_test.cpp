// Labs in a closed world: what happens in them, when, and that it is the same again.
#include "tests/tunstack/lab/closed_lab.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/built_in.hpp"
#include "tunstack/lab/stand_ins.hpp"
#include "tunstack/settings/misdeed_setting.hpp"

namespace tunstack::test::closed_world_test {
namespace {

using lab::BuiltInLab;
using lab::LabFile;
using lab::LabOutcome;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string found_in(const LabOutcome& outcome) {
  std::string text;
  for (const auto& one : outcome.expectations)
    text += (one.holds ? "ok " : "FAIL ") + one.what + " (" + one.found + ")\n";
  for (const auto& program : outcome.programs) text += program.text;
  return text;
}

std::string built_in_text(std::string_view name) { return std::string(lab::find_built_in(name)->text); }

TEST(ClosedWorld, every_built_in_lab_runs_and_what_it_expects_comes_about) {
  for (const BuiltInLab& one : lab::built_in_labs()) {
    const LabOutcome outcome = run_lab(std::string(one.text));
    EXPECT_TRUE(outcome.holds()) << one.name << "\n" << found_in(outcome);
    EXPECT_GT(outcome.packets, 0U) << one.name;
    EXPECT_EQ(outcome.hash, run_lab(std::string(one.text)).hash) << one.name << ", the same again";
  }
}

TEST(ClosedWorld, TOPO_007_each_of_a_hundred_seeds_gives_the_same_again) {
  for (const char* const name : {"host", "lossy", "ecmp", "neighbors"}) {
    LabFile file = read_good_lab(built_in_text(name));
    for (file.seed = 1; file.seed <= 100; ++file.seed) {
      const LabOutcome once = run_closed(file), again = run_closed(file);
      EXPECT_EQ(once.hash, again.hash) << name << " " << file.seed;
      EXPECT_EQ(found_in(once), found_in(again)) << name << " " << file.seed;
    }
  }
}

TEST(ClosedWorld, TOPO_007_another_seed_gives_other_packets) {
  std::set<std::uint64_t> hashes;
  LabFile file = read_good_lab(built_in_text("lossy"));
  for (file.seed = 1; file.seed <= 20; ++file.seed) hashes.insert(run_closed(file).hash);
  EXPECT_EQ(hashes.size(), 20U);
}

TEST(ClosedWorld, ping_prints_what_ping_prints) {
  const LabOutcome outcome = run_row("[[event]]\ndo = \"ping host server -c 2\"\n");
  ASSERT_EQ(outcome.programs.size(), 1U);
  EXPECT_EQ(outcome.programs[0].text,
            "PING server (198.51.100.2) 56(84) bytes of data.\n"
            "64 bytes from server (198.51.100.2): icmp_seq=1 ttl=63 time=20.0 ms\n"
            "64 bytes from server (198.51.100.2): icmp_seq=2 ttl=63 time=20.0 ms\n"
            "\n"
            "--- server ping statistics ---\n"
            "2 packets transmitted, 2 received, 0% packet loss, time 1000ms\n"
            "rtt min/avg/max/mdev = 20.000/20.000/20.000/0.000 ms\n");
  EXPECT_EQ(outcome.programs[0].words, "ping host server -c 2");
}

TEST(ClosedWorld, both_families_are_pinged) {
  const LabOutcome outcome = run_row("[[event]]\ndo = \"ping host server -6 -c 1\"\n");
  EXPECT_THAT(outcome.programs[0].text, HasSubstr("64 bytes from server (2001:db8:1::2): icmp_seq=1 ttl=63"));
}

TEST(ClosedWorld, nodes_of_the_lab_run_programs_too) {
  const LabOutcome outcome = run_row("[[event]]\ndo = \"traceroute server host -n -q 1\"\n");
  EXPECT_THAT(outcome.programs[0].text,
              AllOf(HasSubstr(" 1  198.51.100.1  20.000 ms\n"), HasSubstr(" 2  192.0.2.1  20.000 ms\n")));
  EXPECT_EQ(outcome.programs[0].result.hops, 2U);
}

// From hosts and routers, by whatever name; a node whose links are of no use answers itself all the same.
TEST(ClosedWorld, PING_004_who_asks_itself_hears_itself_and_nothing_travels) {
  for (const char* const words :
       {"ping host 0 -c 2", "ping host localhost -c 2", "ping host -6 localhost -c 2", "ping host ::1 -c 2",
        "ping host host -c 2 -s 4000", "ping server server -c 2", "ping server -6 server -c 2 -s 4000",
        "ping r1 192.0.2.2 -c 2", "ping r1 r1 -c 2", "ping r1 -6 r1 -c 2", "ping r1 127.0.0.1 -c 2",
        "traceroute server -n server -q 2", "traceroute host -6 -n host -q 2", "traceroute r1 -I -n r1 -q 2"}) {
    const LabOutcome outcome = run_row(std::string("[[event]]\nset = { \"node.server.misbehave.silent\" = true, ") +
                                       "\"link.core.loss\" = 1.0 }\n[[event]]\ndo = \"" + words + "\"\n");
    ASSERT_EQ(outcome.programs.size(), 1U) << found_in(outcome);
    EXPECT_EQ(outcome.programs[0].result.received, 2U) << outcome.programs[0].text;
    EXPECT_TRUE(outcome.programs[0].result.is_reached) << words;
    EXPECT_EQ(outcome.packets, 0U) << words;
  }
}

TEST(ClosedWorld, events_happen_in_the_order_of_their_times) {
  const LabOutcome outcome = run_row(R"(
[[event]]
at = "9s"
do = "ping host r1 -c 1"
[[event]]
at = "2s"
do = "ping host server -c 1"
[[event]]
at = "2s"
do = "ping server host -c 1"
)");
  std::vector<std::pair<std::string, Duration>> began;
  for (const auto& program : outcome.programs) began.emplace_back(program.words, program.began);
  EXPECT_THAT(began, ElementsAre(std::pair<std::string, Duration>("ping host server -c 1", std::chrono::seconds(2)),
                                 std::pair<std::string, Duration>("ping server host -c 1", std::chrono::seconds(2)),
                                 std::pair<std::string, Duration>("ping host r1 -c 1", std::chrono::seconds(9))));
}

TEST(ClosedWorld, a_ping_without_an_end_ends_with_the_hour) {
  const LabOutcome outcome = run_row("[[event]]\ndo = \"ping host server\"\n");
  EXPECT_THAT(outcome.programs[0].result.sent, testing::AllOf(testing::Ge(3600U), testing::Le(3602U)));
  EXPECT_LE(outcome.lasted, std::chrono::hours(1) + std::chrono::seconds(2));
}

TEST(ClosedWorld, a_flood_where_no_time_passes_ends_too) {
  const LabOutcome outcome = run_row("[[event]]\ndo = \"ping host r1 -f\"\n");
  EXPECT_GT(outcome.programs[0].result.sent, 1000U);
  EXPECT_LE(outcome.programs[0].result.sent, 200'000U + Programs::most_at_once);
}

TEST(ClosedWorld, what_cannot_be_asked_of_a_program_is_told) {
  const std::string event = "[[event]]\ndo = \"ping host server -I 203.0.113.77\"\n";
  const LabOutcome outcome = run_row(event);
  EXPECT_FALSE(outcome.holds());
  EXPECT_THAT(outcome.expectations.at(0).found, HasSubstr("203.0.113.77 cannot be the source"));
  EXPECT_EQ(outcome.expectations[0].place.line, read_good_lab(row_lab + event).events[0].place.line);
}

TEST(ClosedWorld, who_is_at_a_door_reaches_what_it_has_routes_to) {
  const std::string asks = R"([[event]]
do = "ping host server -4 -c 1"
[[event]]
do = "ping host server -6 -c 1"
[[event]]
do = "ping host 192.0.2.2 -c 1"
)";
  const std::string only_ipv6 =
      std::string(row_lab).replace(row_lab.find("\"198.51.100.0/24\", "), sizeof("\"198.51.100.0/24\", ") - 1, "");
  const LabOutcome outcome = run_lab(only_ipv6 + asks);
  ASSERT_THAT(outcome.programs, testing::SizeIs(3));
  EXPECT_EQ(outcome.programs[0].result.received, 0U);
  EXPECT_EQ(outcome.programs[1].result.received, 1U);
  EXPECT_EQ(outcome.programs[2].result.received, 1U) << "it is on the link";
}

// ---- changes ----

/// Pings before and behind a change.
struct Change {
  const char* set;
  const char* ping;  // options
  const char* seen;  // in what the second one prints, and not in what the first one does
};

// clang-format off
const Change changes[] = {
    {"\"link.core.mtu\" = 1300", "-c 1 -s 1400 -M do", "Frag needed and DF set (mtu = 1300)"},
    {"\"link.core.delay\" = \"30ms\"", "-c 1", "time=60.0 ms"},
    {"\"link.core.loss\" = 1.0", "-c 1", "100% packet loss"},
    {"\"link.core.loss\" = \"100%\"", "-c 1", "100% packet loss"},
    {"\"link.core.duplicate\" = 1.0", "-c 2", "(DUP!)"},
    {"\"link.core.corrupt\" = 1.0", "-c 1", "0 received"},
    {"\"link.core.rate\" = \"8kbit/s\"", "-c 1", "time=188 ms"},
    {"\"link.core.up\" = false", "-c 1", "0 received"},
    {"\"node.server.options.ip4.ttl\" = 9", "-c 1", "ttl=8"},
    {"\"node.server.options.icmp4.echo\" = false", "-c 1", "0 received"},
    {"\"node.server.misbehave.altered_replies\" = true", "-c 1", "wrong data byte"},
    {"\"node.server.misbehave.duplicate_replies\" = 3", "-c 2", "(DUP!)"},
};
// clang-format on

TEST(ClosedWorld, each_change_comes_about_at_its_time) {
  for (const Change& change : changes) {
    const std::string ping = std::string("do = \"ping host server ") + change.ping + "\"\n";
    const LabOutcome outcome = run_row("[[event]]\n" + ping + "[[event]]\nat = \"10s\"\nset = { " + change.set +
                                       " }\n[[event]]\nat = \"10s\"\n" + ping);
    ASSERT_EQ(outcome.programs.size(), 2U);
    EXPECT_THAT(outcome.programs[1].text, HasSubstr(change.seen)) << change.set;
    EXPECT_THAT(outcome.programs[0].text, Not(HasSubstr(change.seen))) << change.set;
  }
}

TEST(ClosedWorld, what_is_changed_back_is_as_before) {
  const LabOutcome outcome = run_row(R"(
[[event]]
set = { "link.core.up" = false, "node.host.misbehave.silent" = true }
[[event]]
at = "1s"
do = "ping host server -c 1 -W 1"
[[event]]
at = "5s"
set = { "link.core.up" = true, "node.host.misbehave.silent" = false }
[[event]]
at = "6s"
do = "ping host server -c 1 -W 1"
)");
  EXPECT_EQ(outcome.programs[0].result.received, 0U) << outcome.programs[0].text;
  EXPECT_EQ(outcome.programs[1].result.received, 1U) << outcome.programs[1].text;
}

TEST(ClosedWorld, misdeeds_begin_and_end) {
  const std::string ping = "do = \"ping host server -c 1 -W 1\"\n";
  const LabOutcome outcome = run_row(
      "[[event]]\nset = { \"node.r1.misbehave.filtered_icmp\" = true }\n[[event]]\nat = \"1s\"\n" + ping +
      "[[event]]\nat = \"5s\"\nset = { \"node.r1.misbehave.filtered_icmp\" = false }\n[[event]]\nat = \"6s\"\n" + ping);
  EXPECT_EQ(outcome.programs.at(0).result.received, 0U) << outcome.programs[0].text;
  EXPECT_EQ(outcome.programs.at(1).result.received, 1U) << outcome.programs[1].text;
  for (const char* const ends : {"false", "off"}) {
    Misbehaviour misbehaviour;
    read_misdeed("silent", "true", misbehaviour);
    EXPECT_TRUE(misbehaviour.does(Misdeed::silent));
    read_misdeed("silent", ends, misbehaviour);
    EXPECT_FALSE(misbehaviour.any()) << ends;
  }
}

TEST(ClosedWorld, who_stands_in_for_the_kernel_has_what_the_kernel_would_have) {
  std::string text = row_lab;
  text.replace(text.find("[link.core]"), 0, "mtu = 1300\n");
  const lab::LabPlan plan = lab::plan_lab(read_good_lab(text));
  const NetworkPlan network = lab::closed(plan);
  ASSERT_EQ(network.nodes.size(), plan.network.nodes.size() + 1);
  const PlannedNode& host = network.nodes.back();
  EXPECT_EQ(host.name, "host");
  EXPECT_EQ(host.config.interfaces.at(0).mtu, 1300U);
  EXPECT_EQ(host.config.routes.size(), 2U);
  for (const PlannedLink& link : network.links)
    for (const LinkEnd& end : link.ends) EXPECT_FALSE(end.door.has_value());
}

TEST(ClosedWorld, jitter_reorder_and_queue_can_be_set) {
  const std::string ping = "do = \"ping host server -c 20 -i 0.002\"\n";
  for (const char* const set : {"\"link.core.jitter\" = \"5ms\"", "\"link.core.reorder\" = \"every 3rd\"",
                                "\"link.core.queue\" = 1, \"link.core.rate\" = \"64kbit/s\""}) {
    const std::uint64_t without = run_row("[[event]]\n" + ping).hash;
    EXPECT_NE(run_row(std::string("[[event]]\nset = { ") + set + " }\n[[event]]\n" + ping).hash, without) << set;
  }
}

TEST(ClosedWorld, values_that_cannot_be_are_faults_of_the_file) {
  for (const char* const set :
       {"\"link.core.mtu\" = 67", "\"link.core.mtu\" = \"large\"", "\"link.core.loss\" = 2", "\"link.core.up\" = 1",
        "\"link.core.delay\" = \"soon\"", "\"link.core.rate\" = \"fast\"", "\"link.core.queue\" = 0",
        "\"node.r1.misbehave.duplicate_replies\" = \"many\"", "\"link.core.net\" = 1", "\"link.core\" = 1"}) {
    const auto faults = lab::read_lab(row_lab + "[[event]]\nset = { " + set + " }\n").faults;
    EXPECT_EQ(faults.size(), 1U) << set;
  }
}

TEST(ClosedWorld, packets_and_frames_are_sent_as_they_are_written) {
  const LabOutcome outcome = run_row(R"(
[[event]]
at = "1s"
send = "server: 203.0.113.7 > 192.0.2.1 UDP 4000 > 9, ttl 9"
[[expect]]
node = "host"
source = "203.0.113.7"
ttl = 8
count = 1
)");
  EXPECT_TRUE(outcome.holds()) << found_in(outcome);
  const LabOutcome frames = run_lab(built_in_text("neighbors") + R"(
[[event]]
at = "1s"
send = "host: 02:00:5e:00:53:99 > ff:ff:ff:ff:ff:ff, ARP who has 192.0.2.2, tell 192.0.2.99"
[[expect]]
state = "alice.neighbors[192.0.2.99]"
equals = "stale"
)");
  EXPECT_TRUE(frames.holds()) << found_in(frames);
}

TEST(ClosedWorld, a_router_stands_between_several_doors_and_has_their_names) {
  const LabOutcome outcome = run_lab(built_in_text("between") + R"(
[[event]]
do = "ping left client -c 1"
[[event]]
do = "ping right server -c 1"
[[event]]
at = "5s"
set = { "node.right.options.icmp4.echo" = false }
[[event]]
at = "6s"
do = "ping client 198.51.100.1 -c 1"
[[event]]
at = "6s"
send = "left: 192.0.2.1 > 192.0.2.2 UDP 4000 > 9"
[[expect]]
node = "left"
verdict = "forward"
match = "icmp[icmptype] == 8"
count = 3
[[expect]]
node = "right"
verdict = "forward"
match = "icmp[icmptype] == 0"
count = 3
[[expect]]
of = "ping 4"
received = 0
[[expect]]
node = "client"
match = "udp dst port 9"
[[expect]]
state = "right.counters.reasons.icmp4_echo_off"
equals = 1
)");
  ASSERT_EQ(outcome.programs.size(), 4U);
  EXPECT_EQ(outcome.programs[0].result.received, 3U) << "through it: " << outcome.programs[0].text;
  EXPECT_EQ(outcome.programs[1].result.received, 1U) << outcome.programs[1].text;
  EXPECT_EQ(outcome.programs[2].result.received, 1U) << outcome.programs[2].text;
  EXPECT_TRUE(outcome.holds()) << found_in(outcome);
}

}  // namespace
}  // namespace tunstack::test::closed_world_test
