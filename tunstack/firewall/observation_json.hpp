// Observations as trees of JSON, for what holds them: lines of their own (observation.hpp), and saved runs (report/).
#pragma once

#include <nlohmann/json.hpp>

#include "tunstack/firewall/observation.hpp"

namespace tunstack::firewall {

nlohmann::ordered_json json_of(const Observation& observation);
nlohmann::ordered_json json_of(const TraceStep& step);

/// What is missing or of another kind is thrown as nlohmann::json::exception.
Observation observation_of(const nlohmann::ordered_json& json);
TraceStep trace_step_of(const nlohmann::ordered_json& json);

std::string hexadecimal(const std::vector<std::uint8_t>& octets);
std::vector<std::uint8_t> octets_of(const nlohmann::ordered_json& hexadecimal_text);

/// The value whose name stands there, by one of the functions ..._of_name.
template <class Enum>
Enum named(const nlohmann::ordered_json& name, std::optional<Enum> (*of_name)(std::string_view)) {
  const auto found = of_name(name.get<std::string>());
  if (!found) throw nlohmann::json::other_error::create(501, "no such word: " + name.dump(), &name);
  return *found;
}

}  // namespace tunstack::firewall
