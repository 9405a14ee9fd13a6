// Whatever arrives: the ladder ends in the reason that is counted, and nearly everything that is dropped names another
// answer, which is given when it is tried.
#include <gmock/gmock.h>

#include <set>

#include "tests/tunstack/why/fuzz_corpora.hpp"
#include "tunstack/why/arriving_frame.hpp"
#include "tunstack/why/other_answers.hpp"
#include "tunstack/why/why_text.hpp"

namespace tunstack::test::fuzzed_packets_test {
namespace {

using why::Outcome;
using why::World;

constexpr std::size_t how_many = 1000;

World on_tun() { return {host_config()}; }
World on_ethernet() {
  World world = on_tun();
  world.node.interfaces[0].link_address = fuzz::own_mac;
  world.knows_neighbors = true;
  return world;
}

/// What a fresh node counts more of when the packet arrives.
std::uint64_t counted(const World& world, const Packet& packet, Reason reason) {
  Node node = why::Prepared(world).network.node(NodeId{0});
  const Instant now = why::Prepared(world).now;
  Outbox out;
  if (const auto before = world.knows_neighbors ? why::introduction(world.node, packet) : std::nullopt)
    node.receive({InterfaceId{0}, *before, now}, out);
  const std::uint64_t count = node.counters().count(reason);
  node.receive({InterfaceId{0}, packet, now}, out);
  return node.counters().count(reason) - count;
}

/// The last table is the one that a row of broke, or all let it pass; and the last line says what decided.
void expect_ladder_to_end_in(Reason reason, const Outcome& outcome, const Packet& packet, bool is_frame) {
  for (std::size_t i = 0; i + 1 < outcome.ladder.size(); ++i)
    EXPECT_FALSE(outcome.ladder[i].broken && outcome.verdict == "reply") << outcome.ladder[i].table;
  const std::string text =
      why::answer_text({.packet = packet, .outcome = outcome, .others = {}, .is_frame = is_frame}, false);
  EXPECT_THAT(text, testing::HasSubstr("\n  " + std::string(info(reason).name) + " "));
}

bool is_same(const Outcome& left, const Outcome& right) {
  return left.verdict == right.verdict && left.reason == right.reason && left.sent == right.sent;
}

/// Those of changes of the packet, which cost little to find, and of options where there are none.
why::OtherAnswers others_of(const World& world, const Packet& packet, const Outcome& now) {
  why::WorldOracle oracle(world);
  auto others = why::other_answers_to_changes(oracle, packet, now);
  return others.found.empty() ? why::other_answers(oracle, packet, now) : others;
}

/// On a node of its own.
Outcome tried(World world, const why::OtherAnswer& other) {
  if (other.change.starts_with("--set ")) {
    EXPECT_FALSE(set_option(world.node.options, other.change.substr(6)).has_value()) << other.change;
  }
  EXPECT_EQ(counted(world, other.packet, other.outcome.reason), 1U) << other.change;
  return why::ask(world, other.packet);
}

struct Tally {
  std::set<Reason> reasons;
  int dropped = 0, with_others = 0;
};

Tally expect_answers(const World& world, const std::vector<Packet>& packets, bool is_frame) {
  Tally tally;
  for (const Packet& packet : packets) {
    SCOPED_TRACE(why::packet_line(packet, is_frame));
    const Outcome outcome = why::ask(world, packet);
    tally.reasons.insert(outcome.reason);
    EXPECT_EQ(counted(world, packet, outcome.reason), 1U) << info(outcome.reason).name;
    expect_ladder_to_end_in(outcome.reason, outcome, packet, is_frame);
    if (outcome.verdict != "drop") continue;
    ++tally.dropped;
    const auto others = others_of(world, packet, outcome);
    tally.with_others += !others.found.empty();
    for (const auto& other : others.found) {
      EXPECT_NE(other.outcome.verdict, outcome.verdict);
      EXPECT_TRUE(is_same(tried(world, other), other.outcome)) << other.change;
    }
  }
  return tally;
}

TEST(WhyFuzzed, datagrams) {
  const Tally tally = expect_answers(on_tun(), fuzzed(packets_of_corpora(), 0, how_many), false);
  EXPECT_GT(tally.reasons.size(), 60U);
  EXPECT_GT(tally.dropped, 300);
  EXPECT_GE(tally.with_others * 100, tally.dropped * 99);
}

TEST(WhyFuzzed, frames) {
  const Tally tally = expect_answers(on_ethernet(), fuzzed(frames_of_corpora(), ethernet_header_size, how_many), true);
  EXPECT_GT(tally.reasons.size(), 60U);
  EXPECT_GT(tally.dropped, 300);
  EXPECT_GE(tally.with_others * 100, tally.dropped * 99);
}

}  // namespace
}  // namespace tunstack::test::fuzzed_packets_test
