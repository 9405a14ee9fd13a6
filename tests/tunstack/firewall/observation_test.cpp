// Observations are written and read back: what is judged without rights is what was seen with them.
#include "tunstack/firewall/observation.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/tunstack/firewall/observations.hpp"

namespace tunstack::firewall::observation_test {
namespace {

using namespace observed;  // NOLINT
using Json = nlohmann::json;

Observation with_everything() {
  return Seen(hex("45 00"))
      .at({Point::prerouting}, 3)
      .traced(rule_step("jump icmp", 12))
      .traced(answer_step())
      .reacted(hex("60 ff"), Side::inside)
      .effect(Effect::path_mtu, "path MTU 1280")
      .counted("IPReversePathFilter", -2)
      .without_probes()
      .observation();
}

TEST(Observation, octets_are_hexadecimal_and_points_have_names) {
  const Json json = Json::parse(to_json(with_everything()));
  EXPECT_EQ(json["injections"][0], (Json{{"side", "outside"}, {"octets", "4500"}}));
  EXPECT_EQ(json["reactions"][0], (Json{{"side", "inside"}, {"octets", "60ff"}}));
  EXPECT_EQ(json["seen"]["prerouting"], 3);
  EXPECT_EQ(json["seen"]["output-last"], 0);
  EXPECT_EQ(json["effects"][0]["kind"], "path-mtu");
  EXPECT_EQ(json["counters"]["IPReversePathFilter"], -2);
}

TEST(Observation, comes_back_as_it_was) {
  const Observation seen = with_everything();
  const Observation back = observation_from_json(to_json(seen));
  EXPECT_EQ(back.id, seen.id);
  EXPECT_EQ(back.seen, seen.seen);
  EXPECT_EQ(back.trace, seen.trace);
  EXPECT_EQ(back.effects, seen.effects);
  EXPECT_EQ(back.injections[0].octets, seen.injections[0].octets);
  EXPECT_EQ(back.reactions[0].octets, seen.reactions[0].octets);
  EXPECT_EQ(back.reactions[0].side, Side::inside);
  EXPECT_EQ(back.counters[0].by, -2);
  EXPECT_FALSE(back.has_probes);
  EXPECT_EQ(to_json(back), to_json(seen));
}

TEST(Observation, the_packet_that_is_wanted_comes_back_and_may_be_missing) {
  Observation seen = with_everything();
  seen.wanted = hex("45 07");
  EXPECT_EQ(observation_from_json(to_json(seen)).wanted, seen.wanted);
  Json of_older_run = Json::parse(to_json(seen));
  of_older_run.erase("wanted");
  EXPECT_TRUE(observation_from_json(of_older_run.dump()).wanted.empty());
}

TEST(Observation, no_octets_are_octets_too) {
  const Observation seen = Seen(Packet{}).observation();
  EXPECT_TRUE(observation_from_json(to_json(seen)).injections[0].octets.empty());
}

TEST(Observation, a_text_that_is_none_is_refused) {
  EXPECT_THROW(observation_from_json("{"), Json::exception);
  EXPECT_THROW(observation_from_json("{}"), Json::exception);
  Json json = Json::parse(to_json(with_everything()));
  json["injections"][0]["octets"] = "4";
  EXPECT_THROW(observation_from_json(json.dump()), Json::exception);
  json = Json::parse(to_json(with_everything()));
  json["effects"][0]["kind"] = "magic";
  EXPECT_THROW(observation_from_json(json.dump()), Json::exception);
}

}  // namespace
}  // namespace tunstack::firewall::observation_test
