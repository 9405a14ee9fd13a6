#include "tunstack/report/bounded_json.hpp"

#include <nlohmann/json.hpp>

namespace tunstack {

std::optional<nlohmann::ordered_json> parse_object(std::string_view text) {
  using Json = nlohmann::ordered_json;
  constexpr int deepest_object = 8;
  bool is_too_deep = false;
  const auto level = [&](int depth, Json::parse_event_t, const Json&) {
    return !(is_too_deep |= depth > deepest_object);
  };
  auto object = Json::parse(text, level, false);
  if (is_too_deep || !object.is_object()) return std::nullopt;
  return object;
}

}  // namespace tunstack
