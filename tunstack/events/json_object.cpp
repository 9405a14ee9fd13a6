#include "tunstack/events/json_object.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tunstack {

namespace {

/// Which octets stand for themselves.
constexpr auto are_plain = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = ' '; c <= '~'; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return are_plain[static_cast<unsigned char>(c)]; });
}

}  // namespace

void append_json_text(JsonLine& line, std::string_view text) {
  if (is_plain(text)) return append_plain_text(line, text);
  append(line, nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace tunstack
