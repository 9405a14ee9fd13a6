// One value of a lab file, read as its key wants it; what is wrong with it is added to the faults.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string_view>

#include "tunstack/lab/lab_file.hpp"

namespace tunstack::lab {

enum class ValueKind : std::uint8_t {
  text,
  truth,
  number,
  time,        // "10ms"
  share,       // 0.1, "10%", "every 10th"
  rate,        // "1Mbit/s"
  comparison,  // 3, "<= 34%"
  texts,
  prefixes,   // of links: host bits zero
  addresses,  // of hosts, with the length of their link's prefix
  gateways,   // without one; one or a list
  scalar,     // anything that is no table
  settings,   // a table of scalars
  ignored,    // anything
  table,      // whose keys are in a table of their own
  tables,     // a list of those
  named,      // a table of those, each with its name
};

/// The member that the kind says.
struct LabValue {
  Place place;
  std::string key;
  std::string text;
  bool truth = false;
  std::int64_t number = 0;
  Duration time{};
  Share share;
  std::uint64_t rate = 0;
  Comparison comparison;
  Texts texts;
  Prefixes prefixes;
  Addresses gateways;
  std::vector<Setting> settings;

  Placed<std::string> placed_text() const { return {text, place}; }
  Placed<Duration> placed_time() const { return {time, place}; }
  Placed<std::size_t> placed_size() const { return {static_cast<std::size_t>(number), place}; }
};

struct NumberLimits {
  std::int64_t least = 0, most = 0;
};

Place place_of(const toml::source_region& source);
Place place_of(const toml::node& node);

/// A value of none of the kinds that are tables of our own.
std::optional<LabValue> read_value(const toml::key& key, const toml::node& node, ValueKind kind,
                                   const NumberLimits& limits, Faults& faults);

}  // namespace tunstack::lab
