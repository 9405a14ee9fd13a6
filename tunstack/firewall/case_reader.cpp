#include "tunstack/firewall/case_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>

#include "tunstack/fault.hpp"
#include "tunstack/firewall/case_keys.hpp"
#include "tunstack/firewall/case_packets.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::string_view of_dropping = "consequence-of-dropping";
constexpr std::string_view of_passing = "consequence-of-passing";

/// What cases of a file have that say nothing else.
struct Defaults {
  Case all;
  bool has_family = false;
  std::string of_dropping, of_passing;
};

/// A fault at a place of the file.
class FileFault {
 public:
  explicit FileFault(const std::string& name) : name_(name) {}

  [[noreturn]] void operator()(const toml::source_position& place, const std::string& what,
                               const std::string& remedy) const {
    throw UsageFault(fmt::format("{}:{}:{} is wrong", name_, place.line, place.column), what, remedy);
  }
  [[noreturn]] void operator()(const toml::node& node, const std::string& what, const std::string& remedy) const {
    (*this)(node.source().begin, what, remedy);
  }

 private:
  const std::string& name_;
};

std::string names_of_keys(bool of_defaults) {
  std::vector<std::string_view> names;
  for (const CaseKey& key : case_keys())
    if (key.may_be_default || !of_defaults) names.push_back(key.name);
  if (of_defaults) names.insert(names.end(), {of_dropping, of_passing});
  return fmt::format("keys are {}", fmt::join(names, ", "));
}

// ---- values ----

template <class Value>
Value value_in(const toml::node& node, std::string_view key, const char* kind, const FileFault& fail) {
  const auto value = node.value_exact<Value>();
  if (!value) fail(node, fmt::format("'{}' is {}", key, kind), "write text in quotation marks");
  return *value;
}

std::vector<std::string> texts_in(const toml::node& node, std::string_view key, const FileFault& fail) {
  const toml::array* array = node.as_array();
  if (array == nullptr) fail(node, fmt::format("'{}' is a list of texts", key), "write it in brackets: [\"...\"]");
  std::vector<std::string> texts;
  for (const toml::node& element : *array)
    texts.push_back(value_in<std::string>(element, key, "a list of texts", fail));
  return texts;
}

KeyValue key_value(const toml::node& node, const CaseKey& key, const FileFault& fail) {
  KeyValue value;
  if (key.kind == ValueKind::text) value.text = value_in<std::string>(node, key.name, "a text", fail);
  if (key.kind == ValueKind::truth) value.truth = value_in<bool>(node, key.name, "true or false", fail);
  if (key.kind == ValueKind::number) value.number = value_in<std::int64_t>(node, key.name, "a number", fail);
  if (key.kind == ValueKind::texts) value.texts = texts_in(node, key.name, fail);
  return value;
}

void take_key(Case& a_case, const toml::key& name, const toml::node& node, bool of_defaults, const FileFault& fail) {
  const CaseKey* key = find_case_key(name.str());
  if (key == nullptr || (of_defaults && !key->may_be_default))
    fail(name.source().begin, fmt::format("'{}' is no key of {}", name.str(), of_defaults ? "defaults" : "a case"),
         names_of_keys(of_defaults));
  const std::string wrong = key->take(a_case, key_value(node, *key, fail));
  if (!wrong.empty()) fail(node, wrong, std::string(key->help));
}

// ---- tables ----

Defaults defaults_in(const toml::table& file, const FileFault& fail) {
  Defaults defaults;
  defaults.all.group = "user";
  const toml::node* node = file.get("defaults");
  if (node == nullptr) return defaults;
  if (!node->is_table()) fail(*node, "'defaults' is a table", "write [defaults]");
  for (const auto& [key, value] : *node->as_table()) {
    if (key == of_dropping || key == of_passing)
      (key == of_dropping ? defaults.of_dropping : defaults.of_passing) =
          value_in<std::string>(value, key.str(), "a text", fail);
    else
      take_key(defaults.all, key, value, true, fail);
  }
  defaults.has_family = node->as_table()->contains("family");
  return defaults;
}

/// Where the text of packet `index` stands.
const toml::node& node_of_packet(const toml::table& table, std::size_t index) {
  if (const toml::node* packet = table.get("packet")) return *packet;
  return *table.get("packets")->as_array()->get(index);
}

void fail_at(const CaseFault& fault, const toml::table& table, const FileFault& fail) {
  const std::string remedy = "packets are written as docs/packets.md says";
  if (!fault.packet) fail(table, fault.what, remedy);
  toml::source_position place = node_of_packet(table, *fault.packet).source().begin;
  place.column += static_cast<toml::source_index>(1 + fault.at);  // behind the quotation mark
  fail(place, fault.what, remedy);
}

Case case_in(const toml::table& table, const Defaults& defaults, unsigned number, const FileFault& fail) {
  Case a_case = defaults.all;
  for (const auto& [key, value] : table) take_key(a_case, key, value, false, fail);
  if (table.contains("packet") == table.contains("packets"))
    fail(table, "a case has a packet or packets", "packet = \"198.51.100.7 > host TCP 22 [S]\"");
  if (a_case.consequence.empty()) {
    const bool passes = a_case.level == Level::must_pass || a_case.level == Level::should_pass;
    const bool drops = a_case.level == Level::must_drop || a_case.level == Level::should_drop;
    a_case.consequence = passes ? defaults.of_dropping : drops ? defaults.of_passing : "";
  }
  const bool has_family = defaults.has_family || table.contains("family");
  if (const auto fault = complete_case(a_case, has_family, number)) fail_at(*fault, table, fail);
  return a_case;
}

toml::table parsed(std::string_view text, const std::string& name, const FileFault& fail) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    fail(error.source().begin, std::string(error.description()), "a file of cases is TOML");
  }
}

void check_tables(const toml::table& file, const FileFault& fail) {
  for (const auto& [key, value] : file)
    if (key != "case" && key != "defaults")
      fail(key.source().begin, fmt::format("'{}' is no part of a file of cases", key.str()),
           "it has [[case]] tables, and [defaults]");
}

}  // namespace

std::vector<Case> cases_in(std::string_view text, const std::string& name) {
  const FileFault fail(name);
  const toml::table file = parsed(text, name, fail);
  check_tables(file, fail);
  const Defaults defaults = defaults_in(file, fail);
  const toml::array* tables = file["case"].as_array();
  if (tables == nullptr || !tables->is_homogeneous<toml::table>())
    fail(file, "there is no case", "a case begins with [[case]]");
  std::vector<Case> cases;
  std::set<std::string> ids;
  for (const toml::node& node : *tables) {
    const toml::table& table = *node.as_table();
    cases.push_back(case_in(table, defaults, static_cast<unsigned>(cases.size() + 1), fail));
    if (!ids.insert(cases.back().id).second)
      fail(table, fmt::format("the id {} is there twice", cases.back().id), "give each case an id of its own");
  }
  return cases;
}

std::optional<CaseFault> complete_case(Case& a_case, bool has_family, unsigned number) {
  if (a_case.id.empty()) a_case.id = fmt::format("user-{}", number);
  if (a_case.title.empty()) a_case.title = a_case.packets.front();
  if (!has_family) {
    std::optional<Family> found;
    for (const std::string& line : a_case.packets)
      if (!found) found = family_in(line);
    if (!found) return CaseFault{"no address tells the family: say family = 4 or family = 6", {}};
    a_case.family = *found;
  }
  const Names names = example_names(a_case, 0);
  for (std::size_t i = 0; i < a_case.packets.size(); ++i)
    if (const auto packet = notation::parse_packet(a_case.packets[i], names); !packet)
      return CaseFault{packet.error().what, i, packet.error().at};
  if (const auto packets = packets_of(a_case, names); !packets) return CaseFault{packets.error().what, {}};
  if (a_case.wanted_packet.empty()) return std::nullopt;
  if (const auto packet = notation::parse_packet(a_case.wanted_packet, names); !packet)
    return CaseFault{"in 'as': " + packet.error().what, {}};
  return std::nullopt;
}

}  // namespace tunstack::firewall
