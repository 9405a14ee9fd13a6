#include "tunstack/control/control_line.hpp"

#include <nlohmann/json.hpp>

namespace tunstack {

std::string control_line(const nlohmann::ordered_json& content) {
  using Json = nlohmann::ordered_json;
  Json whole{{"schema", control_schema}};
  whole.update(content);
  return whole.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tunstack
