#include "tunstack/settings/link_setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tunstack/fault.hpp"
#include "tunstack/options/suggestion.hpp"
#include "tunstack/settings/quantities.hpp"
#include "tunstack/settings/words.hpp"

namespace tunstack {

namespace {

constexpr unsigned long least_mtu = 68, most_mtu = 65535, most_waiting = 1'000'000;

template <class Value>
Value required(const std::optional<Value>& value, const std::string& text, const char* form) {
  if (!value)
    throw UsageFault(fmt::format("'{}' is not {}", text.substr(0, 40), form), "it is no value of this kind",
                     "docs/labs.md has the forms");
  return *value;
}

Share share_in(const std::string& text) {
  return required(parse_share(text), text, "a share: 0.1, 10% or \"every 10th\"");
}
Duration time_in(const std::string& text) { return required(parse_time(text), text, "a time up to 1h: 10ms"); }

struct Row {
  const char* key;
  bool is_impairment;
  void (*read)(const std::string& text, LinkSettings& settings);
};

constexpr std::array<Row, 10> rows{{
    {"mtu", false,
     [](const std::string& text, LinkSettings& link) { link.mtu = number_in(text, least_mtu, most_mtu); }},
    {"up", false, [](const std::string& text, LinkSettings& link) { link.up = truth_in(text); }},
    {"loss", true, [](const std::string& text, LinkSettings& link) { link.impairments->loss = share_in(text); }},
    {"duplicate", true,
     [](const std::string& text, LinkSettings& link) { link.impairments->duplicate = share_in(text); }},
    {"reorder", true, [](const std::string& text, LinkSettings& link) { link.impairments->reorder = share_in(text); }},
    {"corrupt", true, [](const std::string& text, LinkSettings& link) { link.impairments->corrupt = share_in(text); }},
    {"delay", true, [](const std::string& text, LinkSettings& link) { link.impairments->delay = time_in(text); }},
    {"jitter", true, [](const std::string& text, LinkSettings& link) { link.impairments->jitter = time_in(text); }},
    {"rate", true,
     [](const std::string& text, LinkSettings& link) {
       link.impairments->rate = required(parse_rate(text), text, "a rate: 64kbit/s, 1Mbit/s");
     }},
    {"queue", true,
     [](const std::string& text, LinkSettings& link) { link.impairments->queue = number_in(text, 1, most_waiting); }},
}};

}  // namespace

std::vector<std::string> link_setting_keys() {
  std::vector<std::string> keys;
  keys.reserve(rows.size());
  for (const Row& row : rows) keys.emplace_back(row.key);
  return keys;
}

void read_link_setting(const std::string& key, const std::string& value, const Impairments& before,
                       LinkSettings& settings) {
  const auto* const row = std::ranges::find_if(rows, [&](const Row& one) { return key == one.key; });
  if (row == rows.end())
    throw UsageFault(fmt::format("'{}' of a link cannot be set while it runs", key.substr(0, 40)),
                     "it is fixed at the start, or no link has it",
                     did_you_mean(key, link_setting_keys()) + "docs/labs.md lists what can");
  if (row->is_impairment && !settings.impairments) settings.impairments = before;
  row->read(value, settings);
}

}  // namespace tunstack
