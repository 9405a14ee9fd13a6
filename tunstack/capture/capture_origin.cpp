#include "tunstack/capture/capture_origin.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

constexpr std::size_t digits_of_word = 8;

template <class Value>
bool read(const nlohmann::ordered_json& object, const char* name, Value& value) try {
  object.at(name).get_to(value);
  return true;
} catch (const nlohmann::json::exception&) {
  return false;
}

/// Of one link alone, or of each of several.
nlohmann::ordered_json json_of(const std::vector<bool>& links_are_up) {
  return links_are_up.size() == 1 ? nlohmann::ordered_json(links_are_up.front()) : nlohmann::ordered_json(links_are_up);
}

bool read_links(const nlohmann::ordered_json& object, std::vector<bool>& links_are_up) {
  bool only = false;
  if (!read(object, "link_is_up", only)) return read(object, "link_is_up", links_are_up) && !links_are_up.empty();
  links_are_up = {only};
  return true;
}

}  // namespace

std::string seed_text(const Seed& seed) {
  std::string text;
  for (const std::uint32_t word : seed.key) text += fmt::format("{:08x}", word);
  return text;
}

std::optional<Seed> parse_seed(std::string_view digits) {
  Seed seed;
  if (digits.size() != digits_of_word * seed.key.size()) return std::nullopt;
  for (std::uint32_t& word : seed.key) {
    const char* const end = digits.data() + digits_of_word;
    const auto [last, error] = std::from_chars(digits.data(), end, word, 16);
    if (error != std::errc{} || last != end) return std::nullopt;
    digits.remove_prefix(digits_of_word);
  }
  return seed;
}

std::string origin_text(const CaptureOrigin& origin) {
  const nlohmann::ordered_json object = {{"version", origin.version},
                                         {"arguments", origin.arguments},
                                         {"seed", seed_text(origin.seed)},
                                         {"started", origin.started.count()},
                                         {"link_is_up", json_of(origin.links_are_up)}};
  // A device may have any name; JSON may not.
  return nlohmann::ordered_json{{"tunstack", object}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<CaptureOrigin> origin_in(std::string_view comment) {
  const auto root = parse_object(comment);
  if (!root || !root->contains("tunstack")) return std::nullopt;
  const nlohmann::ordered_json& object = (*root)["tunstack"];
  CaptureOrigin origin;
  std::string seed;
  CaptureTime::rep started = 0;
  if (!read(object, "version", origin.version) || !read(object, "arguments", origin.arguments) ||
      !read(object, "seed", seed) || !read(object, "started", started) || !read_links(object, origin.links_are_up))
    return std::nullopt;
  const auto parsed = parse_seed(seed);
  if (!parsed || started < 0 || CaptureTime(started) > latest_capture_time) return std::nullopt;
  origin.seed = *parsed;
  origin.started = CaptureTime(started);
  return origin;
}

}  // namespace tunstack
