// Who is at each link, and the addresses of those that have none in the file.
#pragma once

#include <unordered_map>

#include "tunstack/lab/lab_file.hpp"

namespace tunstack::lab {

/// An end of a link: a door, or an interface of a node. Good until the file changes.
struct LabEnd {
  LabDoor* door = nullptr;
  LabNode* node = nullptr;
  LabInterface* interface = nullptr;

  std::optional<Prefixes>& addresses() const { return door != nullptr ? door->addresses : interface->addresses; }
  Place place() const { return door != nullptr ? door->place : interface->place; }
  std::string text() const;  // "r1, interface left", "the door host"
};

/// By the links of the file; doors come first. What is at no known link is left out.
class LabEnds {
 public:
  explicit LabEnds(LabFile& file);

  const std::vector<LabEnd>& at(const LabLink& link) const {
    return ends_[static_cast<std::size_t>(&link - file_->links.data())];
  }
  /// Null if there is none.
  LabLink* find_link(const std::string& name) const;

 private:
  LabFile* file_;
  std::unordered_map<std::string_view, std::size_t> links_;
  std::vector<std::vector<LabEnd>> ends_;
};

/// Those that are left out: the first free ones of each prefix of the link, in the order of the file, doors first.
void number_addresses(LabFile& file, Faults& faults);

}  // namespace tunstack::lab
