#include "tunstack/lab/lab_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tunstack/lab/addressing.hpp"
#include "tunstack/lab/expansion.hpp"
#include "tunstack/lab/lab_check.hpp"
#include "tunstack/lab/lab_keys.hpp"
#include "tunstack/lab/lab_with.hpp"
#include "tunstack/lab/row_names.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack::lab {

namespace {

struct Entry {
  const toml::key* key;
  const toml::node* node;
};

/// In the order of the file: tables have theirs by name.
std::vector<Entry> entries_of(const toml::table& table) {
  std::vector<Entry> entries;
  entries.reserve(table.size());
  for (const auto& [key, node] : table) entries.push_back({&key, &node});
  std::ranges::stable_sort(entries, {}, [](const Entry& entry) { return place_of(entry.key->source()); });
  return entries;
}

template <class Part>
std::vector<std::string> names_of(LabKeys<Part> keys) {
  std::vector<std::string> names;
  for (const LabKey<Part>& key : keys) names.emplace_back(key.name);
  return names;
}

class Reader {
 public:
  explicit Reader(Faults& faults) : faults_(faults) {}

  LabFile read(const toml::table& table) {
    LabFile file;
    read_part("a lab", table, file_keys(), file, [&](std::string_view key, const Entry& entry) {
      if (key == "host") return read_doors(entry, file.doors);
      if (key == "link") return read_named("a link", entry, link_keys(), file.links);
      if (key == "node") return read_nodes(entry, table, file.nodes);
      if (key == "topology") return read_table("a topology", *entry.node, topology_keys(), file.topology.emplace());
      if (key == "event") return read_list("an event", entry, event_keys(), file.events);
      if (key == "expect") return read_list("an expectation", entry, expectation_keys(), file.expectations);
    });
    return file;
  }

 private:
  /// Keys of the table; `nested` gets those whose values are tables.
  template <class Part, class Nested>
  void read_part(const char* what, const toml::table& table, LabKeys<Part> keys, Part& part, const Nested& nested) {
    for (const Entry& entry : entries_of(table)) {
      const auto key = std::ranges::find(keys, entry.key->str(), &LabKey<Part>::name);
      if (key == keys.end()) {
        refuse_key(what, *entry.key, names_of(keys));
        continue;
      }
      if (key->take == nullptr) {
        nested(key->name, entry);
      } else if (const auto value = read_value(*entry.key, *entry.node, key->kind, key->limits, faults_)) {
        key->take(part, *value);
      }
    }
  }

  template <class Part>
  void read_table(const char* what, const toml::node& node, LabKeys<Part> keys, Part& part) {
    read_table(what, node, keys, part, [](std::string_view, const Entry&) {});
  }
  template <class Part, class Nested>
  void read_table(const char* what, const toml::node& node, LabKeys<Part> keys, Part& part, const Nested& nested) {
    part.place = place_of(node);
    if (const toml::table* const table = as_table(what, node)) read_part(what, *table, keys, part, nested);
  }

  /// A table of tables, each with its name.
  template <class Part>
  void read_named(const char* what, const Entry& entry, LabKeys<Part> keys, std::vector<Part>& parts) {
    each_named(what, entry, [&](const Entry& one) {
      Part& part = parts.emplace_back();
      read_table(what, *one.node, keys, part);
      part.name = one.key->str();
      part.place = place_of(one.key->source());
    });
  }
  template <class Take>
  void each_named(const char* what, const Entry& entry, const Take& take) {
    if (const toml::table* const table = as_table(what, *entry.node))
      for (const Entry& one : entries_of(*table)) take(one);
  }

  template <class Part>
  void read_list(const char* what, const Entry& entry, LabKeys<Part> keys, std::vector<Part>& parts) {
    const toml::array* const array = entry.node->as_array();
    if (array == nullptr)
      return refuse(place_of(*entry.node), fmt::format("'{0}' is a list of tables", entry.key->str()),
                    fmt::format("[[{}]], with two brackets", entry.key->str()));
    for (const toml::node& one : *array) read_table(what, one, keys, parts.emplace_back());
  }

  /// [host], or [host.NAME] of each.
  void read_doors(const Entry& entry, std::vector<LabDoor>& doors) {
    const toml::table* const table = as_table("a door", *entry.node);
    if (table == nullptr) return;
    const auto names = names_of(door_keys());
    const bool is_only_one = std::ranges::any_of(*table, [&](const auto& one) {
      return !one.second.is_table() || std::ranges::find(names, one.first.str()) != names.end();
    });
    if (!is_only_one && !table->empty()) return read_named("a door", entry, door_keys(), doors);
    LabDoor& door = doors.emplace_back();
    read_table("a door", *table, door_keys(), door);
    door.name = "host";
    door.place = place_of(entry.key->source());
  }

  /// Those that say more of a node of a row are read last, onto what the row says.
  void read_nodes(const Entry& entry, const toml::table& file, std::vector<LabNode>& nodes) {
    std::vector<std::pair<std::string, Entry>> of_rows;
    each_named("a node", entry, [&](const Entry& one) {
      if (const auto row = row_of(one.key->str(), file))
        of_rows.emplace_back(*row, one);
      else
        read_node(one, nodes.emplace_back());
    });
    for (const auto& [row, one] : of_rows) {
      LabNode node =
          is_of_topology(row, file) ? node_of_topology(Place{}) : *std::ranges::find(nodes, row, &LabNode::name);
      node.as_template = {};
      node.is_of_row = true;
      read_node(one, node);
      nodes.push_back(std::move(node));
    }
  }
  void read_node(const Entry& entry, LabNode& node) {
    read_table("a node", *entry.node, node_keys(), node, [&](std::string_view key, const Entry& part) {
      if (key == "interfaces") return read_named("an interface", part, interface_keys(), node.interfaces);
      if (key == "advertise") return read_table("advertise", *part.node, advertise_keys(), node.advertise.emplace());
      read_list("a filter rule", part, filter_keys(), node.filter);
    });
    node.name = entry.key->str();
    node.place = place_of(entry.key->source());
  }

  const toml::table* as_table(const char* what, const toml::node& node) {
    if (!node.is_table())
      refuse(place_of(node), fmt::format("{} is a table", what), "KEY = VALUE in braces, or a header in brackets");
    return node.as_table();
  }

  void refuse_key(const char* what, const toml::key& key, const std::vector<std::string>& names) {
    refuse(place_of(key.source()), fmt::format("'{}' is no key of {}", key.str(), what),
           fmt::format("{}its keys are {}", did_you_mean(key.str(), names), fmt::join(names, ", ")));
  }
  void refuse(Place place, std::string what, std::string remedy) {
    faults_.push_back({place, std::move(what), std::move(remedy)});
  }

  Faults& faults_;
};

std::optional<toml::table> parsed(std::string_view text, Faults& faults) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    faults.push_back({place_of(error.source()), std::string(error.description()), "a lab file is TOML 1.0"});
    return std::nullopt;
  }
}

}  // namespace

LabReading read_lab(std::string_view text, const std::vector<std::string>& with) {
  LabReading reading;
  auto table = parsed(text, reading.faults);
  if (!table) return reading;
  for (const std::string& one : with) say_with(*table, one, reading.faults);
  reading.file = Reader(reading.faults).read(*table);
  expand_templates(reading.file, reading.faults);
  number_addresses(reading.file, reading.faults);
  check_lab(reading.file, reading.faults);
  std::ranges::stable_sort(reading.faults, {}, &LabFault::place);
  return reading;
}

}  // namespace tunstack::lab
