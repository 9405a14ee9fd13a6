#include "tunstack/network/plan_check.hpp"

#include <algorithm>
#include <unordered_set>

namespace tunstack {

namespace {

/// Goes along the links, and remembers who is at one.
class PlanCheck {
 public:
  explicit PlanCheck(const NetworkPlan& plan) : plan_(plan), links_of_(plan.nodes.size()) {
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) links_of_[i].resize(plan.nodes[i].config.interfaces.size());
  }

  std::optional<OptionFault> find() {
    if (plan_.nodes.empty()) return OptionFault{"the network has no node", "packets are for somebody", "plan one"};
    if (auto fault = names_fault()) return fault;
    for (const PlannedLink& link : plan_.links)
      if (auto fault = link_fault(link)) return fault;
    for (std::size_t i = 0; i < links_of_.size(); ++i)
      for (std::size_t j = 0; j < links_of_[i].size(); ++j)
        if (links_of_[i][j] == nullptr)
          return OptionFault{"the interface " + text_of(i, j) + " is at no link", "what it sends would go nowhere",
                             "make it an end of a link"};
    for (std::size_t i = 0; i < doors_.size(); ++i)
      if (!doors_[i])
        return OptionFault{"there is no door " + std::to_string(i), "doors are numbered from 0 on without gaps",
                           "number them anew"};
    return std::nullopt;
  }

 private:
  std::optional<OptionFault> names_fault() const {
    std::unordered_set<std::string_view> names;
    for (const PlannedNode& node : plan_.nodes)
      if (!names.insert(node.name).second)
        return OptionFault{"two nodes are called " + node.name, "a node is found by its name",
                           "give each a name of its own"};
    return std::nullopt;
  }

  std::optional<OptionFault> link_fault(const PlannedLink& link) {
    if (link.cost == 0)
      return OptionFault{"the link " + link.name + " costs nothing", "a way in a circle would be as short as none",
                         "a cost of 1 or more"};
    if (std::ranges::all_of(link.ends, [](const LinkEnd& end) { return end.door.has_value(); }))
      return OptionFault{"no node is at the link " + link.name, "a link has a node at one end at least",
                         "make an interface an end of it"};
    for (const LinkEnd& end : link.ends)
      if (auto fault = end.door ? door_fault(link, *end.door) : interface_fault(link, end)) return fault;
    return std::nullopt;
  }

  std::optional<OptionFault> door_fault(const PlannedLink& link, std::size_t door) {
    constexpr std::size_t most_doors = 65536;
    if (door >= most_doors)
      return OptionFault{"the link " + link.name + " has a door " + std::to_string(door), "there are fewer",
                         "number doors from 0 on"};
    if (doors_.size() <= door) doors_.resize(door + 1);
    if (doors_[door])
      return OptionFault{"the door " + std::to_string(door) + " is at two links, the second is " + link.name,
                         "a door is an end of one link", "number doors from 0 on"};
    doors_[door] = true;
    return std::nullopt;
  }

  std::optional<OptionFault> interface_fault(const PlannedLink& link, const LinkEnd& end) {
    const auto number = static_cast<std::size_t>(end.interface);
    if (end.node >= links_of_.size() || number >= links_of_[end.node].size())
      return OptionFault{"an end of the link " + link.name + " is an interface that is not there",
                         "ends are interfaces of nodes of the plan, or doors", "plan the node first"};
    const PlannedLink*& known = links_of_[end.node][number];
    if (known != nullptr)
      return OptionFault{
          "the interface " + text_of(end.node, number) + " is at two links, " + known->name + " and " + link.name,
          "an interface is an end of one link", "give the node another interface"};
    known = &link;
    return std::nullopt;
  }

  std::string text_of(std::size_t node, std::size_t interface) const {
    return plan_.nodes[node].config.interfaces[interface].name + " of " + plan_.nodes[node].name;
  }

  const NetworkPlan& plan_;
  std::vector<std::vector<const PlannedLink*>> links_of_;  // of each node's interfaces
  std::vector<bool> doors_;
};

}  // namespace

std::optional<OptionFault> plan_fault(const NetworkPlan& plan) { return PlanCheck(plan).find(); }

}  // namespace tunstack
