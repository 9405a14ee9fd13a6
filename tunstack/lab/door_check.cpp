// Doors: where they are, and what is sent into them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "tunstack/lab/lab_check.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack::lab {

namespace {

/// The links that nodes lead to from one of them.
std::set<std::string> links_from(const LabFile& file, const std::string& first) {
  std::unordered_multimap<std::string, const LabNode*> nodes_at;
  for (const LabNode& node : file.nodes)
    for (const LabInterface& interface : node.interfaces) nodes_at.emplace(interface.link.value, &node);
  std::set<std::string> found{first};
  std::set<const LabNode*> seen;
  for (std::vector<std::string> left{first}; !left.empty();) {
    const auto [begin, end] = nodes_at.equal_range(left.back());
    left.pop_back();
    for (auto at = begin; at != end; ++at) {
      if (!seen.insert(at->second).second) continue;
      for (const LabInterface& interface : at->second->interfaces)
        if (found.insert(interface.link.value).second) left.push_back(interface.link.value);
    }
  }
  return found;
}

/// The first few of those that are not at the door; what is behind another door alone is not behind this one.
std::vector<std::string> nets_behind(const LabFile& file, const LabDoor& door) {
  constexpr std::size_t enough = 4;
  const std::set<std::string> reached = links_from(file, door.link.value);
  std::vector<std::string> behind;
  for (const LabLink& link : file.links)
    for (const Placed<IpPrefix>& net : link.nets)
      if (link.name != door.link.value && reached.contains(link.name) && behind.size() < enough)
        behind.push_back(to_text(net.value));
  return behind;
}

class DoorCheck {
 public:
  DoorCheck(const LabFile& file, const LabEnds& ends, const LabDoor& door, Faults& faults)
      : file_(file), ends_(ends), door_(door), faults_(faults) {}

  void check() {
    if (door_.link.value.empty())
      return refuse(door_.place, fmt::format("the door {} is at no link", door_.name), R"(link = "LINK")");
    const LabLink* const link = ends_.find_link(door_.link.value);
    if (link == nullptr) return refuse_link();
    if (door_.device) check_device(*door_.device);
    check_routes();
    for (const Placed<IpAddress>& gateway : door_.gateways) check_gateway(*link, gateway);
  }

 private:
  void refuse_link() {
    refuse(
        door_.link.place, fmt::format("there is no link '{}'", door_.link.value),
        fmt::format("{}[link.{}] makes one", did_you_mean(door_.link.value, names_of_links(file_)), door_.link.value));
  }
  void check_device(const Placed<std::string>& device) {
    const std::string& name = device.value;
    const auto is_forbidden = [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '/' || c == ':' || c == '%'; };
    if (name.empty() || name.size() > 15 || name == "." || name == ".." || std::ranges::any_of(name, is_forbidden))
      refuse(device.place, fmt::format("'{}' cannot be the name of a device", name.substr(0, 40)),
             "1 to 15 characters, none of them a blank, '/', ':' or '%'");
  }
  /// Nothing would ever come in for what is behind the link.
  void check_routes() {
    const auto behind = door_.routes ? std::vector<std::string>() : nets_behind(file_, door_);
    if (!behind.empty())
      return refuse(door_.place, fmt::format("the door {} has no routes to what is behind its link", door_.name),
                    fmt::format(R"(routes = ["{}"]; or [] if that is meant)", fmt::join(behind, R"(", ")")));
    for (const Placed<std::string>& route : door_.routes.value_or(Texts())) check_route(route);
  }
  void check_route(const Placed<std::string>& route) {
    if (route.value == "default") return;
    const auto prefix = route.value.find('/') == std::string::npos ? std::nullopt : parse_prefix(route.value);
    if (!prefix)
      refuse(route.place, fmt::format("'{}' is not a prefix", route.value.substr(0, 60)),
             R"("198.51.100.0/24", or "default")");
    else if (network_of(*prefix) != *prefix)
      refuse(route.place, fmt::format("{} is an address in a prefix, not the prefix", route.value),
             fmt::format(R"("{}")", to_text(network_of(*prefix))));
  }
  void check_gateway(const LabLink& link, const Placed<IpAddress>& gateway) {
    for (const LabEnd& end : ends_.at(link))
      if (end.interface != nullptr)
        for (const Placed<IpPrefix>& own : end.addresses().value_or(Prefixes()))
          if (own.value.address == gateway.value) return;
    refuse(gateway.place, fmt::format("no node at the link {} has {}", link.name, to_text(gateway.value)),
           "the address of a router on the link");
  }
  void refuse(Place place, std::string what, std::string remedy) {
    faults_.push_back({place, std::move(what), std::move(remedy)});
  }

  const LabFile& file_;
  const LabEnds& ends_;
  const LabDoor& door_;
  Faults& faults_;
};

}  // namespace

void check_doors(const LabFile& file, const LabEnds& ends, Faults& faults) {
  if (file.doors.empty()) faults.push_back({{1, 1}, "the lab has no door", R"([host] with link = "LINK")"});
  for (const LabDoor& door : file.doors) DoorCheck(file, ends, door, faults).check();
}

}  // namespace tunstack::lab
