#include "tunstack/lab/lab_with.hpp"

#include <fmt/format.h>

#include "tunstack/lab/row_names.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack::lab {

namespace {

/// Behind these stands one key, whatever dots are in it.
bool has_keys_with_dots(std::string_view segment) { return segment == "options" || segment == "misbehave"; }

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    const bool is_last = !segments.empty() && has_keys_with_dots(segments.back());
    const std::size_t end = is_last ? path.size() : std::min(path.find('.'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

/// What TOML takes it for; a text where that is nothing.
toml::table value_of(const std::string& text) {
  try {
    return toml::parse("value = " + text);
  } catch (const toml::parse_error&) {
    return toml::table{{"value", text}};
  }
}

/// Copies have no place: it is none of the file.
void assign(toml::table& table, const std::string& key, const std::string& text) {
  const toml::table value = value_of(text);
  table.insert_or_assign(key, *value.get("value"));
}

std::vector<std::string> names_in(const toml::table& table) {
  std::vector<std::string> names;
  for (const auto& [key, value] : table) names.emplace_back(key.str());
  return names;
}

/// What a template makes need not be in the file.
void write_node_of_row(toml::table& file, const std::vector<std::string>& segments) {
  if (segments.size() < 3 || segments[0] != "node" || !row_of(segments[1], file)) return;
  if (toml::table* const nodes = file.emplace<toml::table>("node").first->second.as_table())
    nodes->emplace<toml::table>(segments[1]);
}

/// The table of a segment; one that is there, unless it is of keys that need not be.
toml::table* step_into(toml::table& table, const std::string& segment) {
  if (toml::node* const found = table.get(segment)) return found->as_table();
  if (!has_keys_with_dots(segment)) return nullptr;
  return table.insert(segment, toml::table{}).first->second.as_table();
}

}  // namespace

void say_with(toml::table& file, const std::string& assignment, Faults& faults) {
  const std::size_t equals = assignment.find('=');
  const std::vector<std::string> segments = segments_of(std::string_view(assignment).substr(0, equals));
  if (equals == std::string::npos || segments.empty()) {
    faults.push_back({{}, fmt::format("'{}' says nothing", assignment), "--with KEY=VALUE: link.core.mtu=1280"});
    return;
  }
  write_node_of_row(file, segments);
  toml::table* table = &file;
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    toml::table* const next = step_into(*table, segments[i]);
    if (next == nullptr) {
      faults.push_back({{},
                        fmt::format("there is no '{}' in '{}'", segments[i], assignment),
                        fmt::format("{}the path of a key as in the file: link.core.mtu=1280",
                                    did_you_mean(segments[i], names_in(*table)))});
      return;
    }
    table = next;
  }
  assign(*table, segments.back(), assignment.substr(equals + 1));
}

}  // namespace tunstack::lab
