#include "tunstack/lab/lab_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tunstack/options/suggestion.hpp"

namespace tunstack::lab {

namespace {

/// As in host names, since they are found in /etc/hosts, and with '_'.
bool is_good_name(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return !name.empty() && name.size() <= 63 && name.front() != '-' &&
         name.find_first_not_of(letters) == std::string_view::npos;
}

void check_name(const std::string& name, Place place, Faults& faults) {
  if (!is_good_name(name))
    faults.push_back(
        {place, fmt::format("'{}' cannot be a name", name.substr(0, 70)), "1 to 63 letters, digits, '-' and '_'"});
}

class NameBook {
 public:
  explicit NameBook(Faults& faults) : faults_(faults) {}
  void add(const std::string& name, Place place) {
    check_name(name, place, faults_);
    const auto [known, is_new] = names_.emplace(name, place);
    if (!is_new)
      faults_.push_back({place, fmt::format("'{}' is the name of something in line {} too", name, known->second.line),
                         "give each node and door a name of its own"});
  }
  const Names& names() const { return names_; }

 private:
  Faults& faults_;
  Names names_;
};

}  // namespace

std::vector<std::string> names_of_links(const LabFile& file) {
  std::vector<std::string> names;
  names.reserve(file.links.size());
  for (const LabLink& link : file.links) names.push_back(link.name);
  return names;
}

std::string suggest(const std::string& word, const Names& names, const std::string& otherwise) {
  std::vector<std::string> all;
  all.reserve(names.size());
  for (const auto& [name, place] : names) all.push_back(name);
  std::ranges::sort(all);
  return did_you_mean(word, all) + otherwise;
}

bool check_name(const std::string& name, Place place, const Names& names, Faults& faults) {
  if (names.contains(name)) return true;
  faults.push_back(
      {place, fmt::format("there is no node or door '{}'", name), suggest(name, names, "a name of the file")});
  return false;
}

void check_lab(LabFile& file, Faults& faults) {
  NameBook book(faults);
  for (const LabDoor& door : file.doors) book.add(door.name, door.place);
  for (const LabNode& node : file.nodes) book.add(node.name, node.place);
  for (const LabLink& link : file.links) check_name(link.name, link.place, faults);
  const LabEnds ends(file);
  check_links(file, ends, faults);
  check_nodes(file, ends, faults);
  check_doors(file, ends, faults);
  check_events(file, book.names(), faults);
  check_expectations(file, book.names(), faults);
}

}  // namespace tunstack::lab
