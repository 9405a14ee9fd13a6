// The events of a lab on its clock beside a network, where some hosts are outside: what happens, what is told of it,
// and what cannot happen.
#include "tunstack/lab/play.hpp"

#include "tests/tunstack/lab/closed_lab.hpp"
#include "tunstack/lab/built_in.hpp"
#include "tunstack/lab/stand_ins.hpp"

namespace tunstack::test::play_test {
namespace {

using namespace std::chrono_literals;
using lab::LabFile;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A row, played by a test; who is outside runs beside it all the same, and is silent.
class Played {
 public:
  explicit Played(const std::string& more, std::vector<std::string> outside = {})
      : file_(read_good_lab(row_lab + more)),
        plan_(lab::plan_lab(file_)),
        now(plan_.network.start),
        network(lab::closed(plan_)),
        programs_(network, plan_.names),
        play(file_, network, programs_, EventNames{.places = network.place_names()}, now, std::move(outside)) {
    stage_.enter(play);
    stage_.enter(programs_);
    teller_.add(play);
    observers_.add(programs_);
    observers_.add(teller_);
    network.observe(&observers_);
  }
  ~Played() { network.observe(nullptr); }
  Played(const Played&) = delete;
  Played& operator=(const Played&) = delete;

  void run_for(Duration duration) {
    const Instant end = now + duration;
    while (stage_.next_deadline() <= end) {
      now = std::max(now, stage_.next_deadline());
      stage_.tick(now, out_);
      out_.clear();
    }
    now = end;
  }
  /// "ok", "FAIL" or "-" where it is about who is outside.
  std::vector<std::string> judged() {
    std::vector<std::string> all;
    for (const auto& outcome : play.expectations(now))
      all.emplace_back(!outcome ? "-" : outcome->holds ? "ok" : "FAIL");
    return all;
  }

 private:
  LabFile file_;
  lab::LabPlan plan_;

 public:
  Instant now;
  Network network;

 private:
  Programs programs_;

 public:
  lab::Play play;

 private:
  Stage<Network> stage_{network};
  EventTeller teller_;
  Observers observers_;
  Outbox out_;
};

constexpr const char* about_both = R"(
[[event]]
do = "ping host server -c 1"
[[event]]
do = "ping server r1 -c 2"
[[event]]
send = "host: 192.0.2.1 > 198.51.100.2 UDP 4000 > 9"
[[event]]
set = { "node.host.options.ip4.ttl" = 9 }
[[expect]]
of = "ping 1"
received = 7
[[expect]]
of = "ping 2"
received = 2
[[expect]]
node = "host"
reason = "icmp4_echo_request_for_us"
[[expect]]
state = "host.path_mtu[198.51.100.2]"
equals = 1300
[[expect]]
node = "r1"
reason = "icmp4_echo_request_for_us"
)";

TEST(Play, of_who_is_outside_nothing_happens_and_nothing_is_judged) {
  Played lab(about_both, {"host"});
  std::vector<std::string> heard;
  lab.play.on_change(
      [&](const auto& settings, Instant) { heard.insert(heard.end(), settings.begin(), settings.end()); });
  lab.play.on_send([&](const std::string& node, Bytes, bool, Instant) { heard.push_back(node); });
  lab.run_for(30s);
  EXPECT_THAT(lab.judged(), ElementsAre("-", "ok", "-", "-", "ok"));
  const auto programs = lab.play.programs();
  EXPECT_TRUE(lab.play.is_over());
  ASSERT_THAT(programs, SizeIs(1));
  EXPECT_EQ(programs[0].words, "ping server r1 -c 2");
  EXPECT_THAT(heard, IsEmpty());
  ASSERT_THAT(lab.play.failures(), SizeIs(1)) << "what set would change is told";
  EXPECT_TRUE(lab.play.failures()[0].is_left_out);
  EXPECT_TRUE(lab.play.failures()[0].holds);
  const Node& host = lab.network.node(*lab.network.find_node("host"));
  EXPECT_EQ(host.counters().packets_out, 0U);
  EXPECT_EQ(host.state().options.ipv4_ttl, 64);
}

TEST(Play, where_nobody_is_outside_all_of_it_happens_and_is_judged) {
  Played lab(about_both);
  std::vector<std::string> heard;
  lab.play.on_change([&](const auto& settings, Instant when) {
    EXPECT_EQ(when, lab.now);
    EXPECT_EQ(lab.network.node(*lab.network.find_node("host")).state().options.ipv4_ttl, 64) << "before it is so";
    heard.insert(heard.end(), settings.begin(), settings.end());
  });
  lab.play.on_send([&](const std::string& node, Bytes packet, bool is_frame, Instant) {
    EXPECT_EQ(packet.size(), 28U);
    EXPECT_FALSE(is_frame);
    heard.push_back(node);
  });
  lab.run_for(30s);
  EXPECT_THAT(lab.play.programs(), SizeIs(2));
  EXPECT_THAT(lab.judged(), ElementsAre("FAIL", "ok", "FAIL", "FAIL", "ok"));
  EXPECT_THAT(heard, ElementsAre("host", "node.host.options.ip4.ttl=9"));
}

TEST(Play, events_that_are_left_over_are_told_and_programs_of_theirs_did_not_run) {
  Played lab(R"([[event]]
at = "1s"
do = "ping host server -c 1"
[[event]]
at = "9s"
do = "ping host server -c 1"
[[expect]]
of = "ping 1"
loss = "0%"
[[expect]]
of = "ping 2"
loss = "<= 34%"
)");
  lab.run_for(5s);
  EXPECT_THAT(lab.judged(), ElementsAre("ok", "FAIL"));
  ASSERT_THAT(lab.play.left_over(), SizeIs(1));
  EXPECT_TRUE(lab.play.left_over()[0].is_left_out);
  lab.run_for(5s);
  EXPECT_THAT(lab.play.left_over(), IsEmpty());
  EXPECT_THAT(lab.judged(), ElementsAre("ok", "ok"));
}

TEST(Play, times_of_nothing_hold_nothing) {
  Played lab(R"([[event]]
do = "ping host server -c 1 -W 1"
[[event]]
set = { "node.server.options.icmp4.echo" = "off" }
[[expect]]
of = "ping 1"
most = "<= 34ms"
[[expect]]
of = "ping 1"
most = "<= 34ms"
not = true
[[expect]]
of = "ping 1"
loss = "100%"
)");
  lab.run_for(5s);
  EXPECT_THAT(lab.judged(), ElementsAre("FAIL", "FAIL", "ok"));
}

TEST(Play, what_cannot_happen_fails_with_its_line_and_the_rest_happens) {
  const std::string more = R"([[event]]
do = "ping host server -I 203.0.113.77"
[[event]]
at = "1s"
do = "ping host server -I 127.0.0.1"
[[event]]
at = "2s"
do = "ping host server -c 1"
[[expect]]
of = "ping 1"
received = 0
[[expect]]
of = "ping 3"
received = 1
)";
  Played lab(more);
  EXPECT_EQ(lab.play.last_event(), 2s);
  lab.run_for(1500ms);
  EXPECT_FALSE(lab.play.is_over());
  lab.run_for(30s);
  EXPECT_THAT(lab.judged(), ElementsAre("FAIL", "ok")) << "one that did not begin found nothing";
  EXPECT_TRUE(lab.play.is_over());
  const auto& failures = lab.play.failures();
  ASSERT_THAT(failures, SizeIs(2));
  const LabFile file = read_good_lab(row_lab + more);
  EXPECT_EQ(failures[0].place.line, file.events[0].place.line);
  EXPECT_EQ(failures[1].place.line, file.events[1].place.line);
  EXPECT_THAT(failures[0].found, HasSubstr("203.0.113.77 cannot be the source"));
  EXPECT_THAT(failures[1].found, HasSubstr("127.0.0.1 cannot be the source"));
  for (const auto& failure : failures) {
    EXPECT_EQ(failure.what, "the event can happen");
    EXPECT_FALSE(failure.holds);
  }
}

TEST(Play, a_packet_that_is_larger_than_its_link_cannot_be_sent) {
  Played lab(R"([[event]]
set = { "link.core.mtu" = 1300 }
[[event]]
send = "host: 192.0.2.1 > 198.51.100.2 UDP 9 > 7, length 1473"
[[event]]
send = "host: 192.0.2.1 > 198.51.100.2 UDP 9 > 7, length 1472"
[[event]]
send = "r1: 198.51.100.1 > 198.51.100.2 UDP 9 > 7, length 1273"
[[event]]
send = "r1: 198.51.100.1 > 198.51.100.2 UDP 9 > 7, length 1272"
)");
  lab.run_for(1s);
  const auto& failures = lab.play.failures();
  ASSERT_THAT(failures, SizeIs(2));
  EXPECT_THAT(failures[0].found, HasSubstr("1501 octets is not sent: the link takes 1500"));
  EXPECT_THAT(failures[1].found, HasSubstr("1301 octets is not sent: the link takes 1300"));
}

TEST(Play, what_a_program_prints_is_kept_up_to_a_bound) {
  Played lab("[[event]]\ndo = \"ping host server -c 20000 -i 0.002\"\n");
  lab.run_for(2min);
  const auto programs = lab.play.programs();
  ASSERT_THAT(programs, SizeIs(1));
  EXPECT_EQ(programs[0].result.received, 20000U);
  EXPECT_LE(programs[0].text.size(), (std::size_t{1} << 20U) + 1000);
  EXPECT_TRUE(programs[0].text.ends_with("\n... and more\n"));
}

// ---- stand-ins ----

TEST(StandIns, the_router_is_named_in_the_place_of_several_doors) {
  const LabFile file = read_good_lab(std::string(lab::find_built_in("between")->text) + R"(
[[event]]
do = "ping left client -c 1"
[[event]]
do = "ping client left -c 1"
[[event]]
send = "right: 198.51.100.1 > 198.51.100.2 UDP 4000 > 9"
[[event]]
set = { "node.left.options.ip4.ttl" = 9, "node.r1.options.ip4.ttl" = 9 }
[[expect]]
node = "right"
[[expect]]
node = "r1"
[[expect]]
state = "left.counters.packets_in"
equals = 1
)");
  const LabFile all = lab::with_stand_ins(file);
  EXPECT_EQ(all.events[0].run->value, "ping client server -c 3") << "the one of the lab";
  EXPECT_EQ(all.events[1].run->value, "ping [kernel] client -c 1");
  EXPECT_EQ(all.events[2].run->value, "ping client left -c 1") << "a target is a name";
  EXPECT_EQ(all.events[3].send->value, "[kernel]: 198.51.100.1 > 198.51.100.2 UDP 4000 > 9");
  EXPECT_EQ(all.events[4].set[0].key, "node.[kernel].options.ip4.ttl");
  EXPECT_EQ(all.events[4].set[1].key, "node.r1.options.ip4.ttl");
  ASSERT_THAT(all.expectations, SizeIs(4));
  EXPECT_EQ(all.expectations[1].node->value, "[kernel]");
  ASSERT_TRUE(all.expectations[1].interface.has_value());
  EXPECT_EQ(all.expectations[1].interface->value, "right");
  EXPECT_EQ(all.expectations[2].node->value, "r1");
  EXPECT_FALSE(all.expectations[2].interface.has_value());
  EXPECT_EQ(all.expectations[3].state->value, "[kernel].counters.packets_in");
}

TEST(StandIns, one_door_has_its_own_name) {
  const LabFile file = read_good_lab(row_lab + "[[event]]\ndo = \"ping host server\"\n[[expect]]\nnode = \"host\"\n");
  const LabFile all = lab::with_stand_ins(file);
  EXPECT_EQ(all.events[0].run->value, "ping host server");
  EXPECT_EQ(all.expectations[0].node->value, "host");
  EXPECT_FALSE(all.expectations[0].interface.has_value());
}

TEST(StandIns, a_node_whose_name_begins_like_that_of_a_door_is_another_one) {
  const LabFile file = read_good_lab(R"(
[host.a]
link = "one"
addresses = ["192.0.2.1/24"]
routes = []
[host.b]
link = "two"
addresses = ["198.51.100.1/24"]
routes = []
[link.one]
net = ["192.0.2.0/24"]
[link.two]
net = ["198.51.100.0/24"]
[node.ab]
interfaces.eth0 = { link = "one" }
[node.c]
interfaces.eth0 = { link = "two" }
[[event]]
do = "ping ab c -c 1"
[[event]]
send = "ab: 192.0.2.2 > 192.0.2.1 UDP 4000 > 9"
[[event]]
set = { "node.ab.options.ip4.ttl" = 9 }
[[expect]]
state = "ab.counters.packets_in"
equals = 1
)");
  const LabFile all = lab::with_stand_ins(file);
  EXPECT_EQ(all.events[0].run->value, "ping ab c -c 1");
  EXPECT_EQ(all.events[1].send->value, "ab: 192.0.2.2 > 192.0.2.1 UDP 4000 > 9");
  EXPECT_EQ(all.events[2].set[0].key, "node.ab.options.ip4.ttl");
  EXPECT_EQ(all.expectations[0].state->value, "ab.counters.packets_in");
}

}  // namespace
}  // namespace tunstack::test::play_test
