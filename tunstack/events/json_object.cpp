#include "tunstack/events/json_object.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tunstack {

namespace {

constexpr bool stands_for_itself(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

void append(JsonLine& line, std::string_view text) { line.append(text.data(), text.data() + text.size()); }

}  // namespace

void append_json_text(JsonLine& line, std::string_view text) {
  if (!std::ranges::all_of(text, stands_for_itself))
    return append(line, nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  line.push_back('"');
  append(line, text);
  line.push_back('"');
}

JsonLine& JsonObject::begin(std::string_view name) {
  separate();
  line_.push_back('"');
  append(line_, name);
  append(line_, "\":");
  return line_;
}

void JsonObject::add_members(std::string_view members) {
  separate();
  append(line_, members);
}

}  // namespace tunstack
