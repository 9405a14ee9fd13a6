#include "tunstack/firewall/observation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tunstack/firewall/enum_names.hpp"
#include "tunstack/firewall/observation_json.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::firewall {

namespace {

using Json = nlohmann::ordered_json;

/// Injections and reactions have the same members.
template <class Packet>
Json packets_json(const std::vector<Packet>& packets) {
  Json list = Json::array();
  for (const Packet& packet : packets)
    list.push_back({{"side", side_name(packet.side)}, {"octets", hexadecimal(packet.octets)}});
  return list;
}

template <class Packet>
std::vector<Packet> packets_in(const Json& list) {
  std::vector<Packet> packets;
  for (const Json& item : list)
    packets.push_back({named<Side>(item.at("side"), side_of_name), octets_of(item.at("octets"))});
  return packets;
}

Json seen_json(const Observation& observation) {
  Json seen = Json::object();
  for (std::size_t i = 0; i < point_count; ++i) {
    const auto point = static_cast<Point>(i);
    seen[point_name(point)] = observation.at(point);
  }
  return seen;
}

}  // namespace

std::string hexadecimal(const std::vector<std::uint8_t>& octets) {
  return fmt::format("{:02x}", fmt::join(octets, ""));
}

std::vector<std::uint8_t> octets_of(const Json& hexadecimal_text) {
  const auto text = hexadecimal_text.get<std::string>();
  if (text.empty()) return {};
  auto octets = notation::parse_octets(text);
  if (!octets) throw nlohmann::json::other_error::create(501, "no octets: " + octets.error().what, &hexadecimal_text);
  return std::move(*octets);
}

Json json_of(const TraceStep& step) {
  return {{"family", step.family},   {"table", step.table},   {"chain", step.chain},        {"handle", step.handle},
          {"verdict", step.verdict}, {"packet", step.packet}, {"of_answer", step.of_answer}};
}

TraceStep trace_step_of(const Json& json) {
  return {.family = json.at("family"),
          .table = json.at("table"),
          .chain = json.at("chain"),
          .handle = json.at("handle"),
          .verdict = json.at("verdict"),
          .packet = json.at("packet"),
          .of_answer = json.at("of_answer")};
}

Json json_of(const Observation& observation) {
  Json trace = Json::array(), effects = Json::array(), counters = Json::object();
  for (const TraceStep& step : observation.trace) trace.push_back(json_of(step));
  for (const EffectSeen& effect : observation.effects)
    effects.push_back({{"kind", effect_name(effect.kind)}, {"what", effect.what}});
  for (const Counted& counted : observation.counters) counters[counted.name] = counted.by;
  return {{"id", observation.id},
          {"failed_precondition", observation.failed_precondition},
          {"injections", packets_json(observation.injections)},
          {"wanted", hexadecimal(observation.wanted)},
          {"seen", seen_json(observation)},
          {"trace", trace},
          {"reactions", packets_json(observation.reactions)},
          {"effects", effects},
          {"counters", counters},
          {"has_probes", observation.has_probes}};
}

Observation observation_of(const Json& json) {
  Observation observation;
  observation.id = json.at("id");
  observation.failed_precondition = json.at("failed_precondition");
  observation.injections = packets_in<Injection>(json.at("injections"));
  if (json.contains("wanted")) observation.wanted = octets_of(json.at("wanted"));
  for (std::size_t i = 0; i < point_count; ++i)
    observation.seen[i] = json.at("seen").at(point_name(static_cast<Point>(i)));
  for (const Json& step : json.at("trace")) observation.trace.push_back(trace_step_of(step));
  observation.reactions = packets_in<Reaction>(json.at("reactions"));
  for (const Json& effect : json.at("effects"))
    observation.effects.push_back({named<Effect>(effect.at("kind"), effect_of_name), effect.at("what")});
  for (const auto& [name, by] : json.at("counters").items()) observation.counters.push_back({name, by});
  observation.has_probes = json.at("has_probes");
  return observation;
}

std::string to_json(const Observation& observation) {
  return json_of(observation).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Observation observation_from_json(const std::string& text) { return observation_of(Json::parse(text)); }

}  // namespace tunstack::firewall
