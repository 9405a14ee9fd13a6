// Links: their prefixes, their ends, and the addresses there.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "protocols/wire/ipv6.hpp"
#include "tunstack/lab/lab_check.hpp"
#include "tunstack/node/interface_config.hpp"

namespace tunstack::lab {

namespace {

struct NetOfLink {
  IpPrefix net;
  Place place;
  const LabLink* link;
};

/// Sorted by address a prefix stands right behind one that holds it, or behind others that this one holds.
void check_overlaps(const LabFile& file, Faults& faults) {
  std::vector<NetOfLink> nets;
  for (const LabLink& link : file.links)
    for (const Placed<IpPrefix>& net : link.nets) nets.push_back({net.value, net.place, &link});
  std::ranges::stable_sort(nets, {}, [](const NetOfLink& one) {
    return std::tuple(one.net.address.family(), one.net.address.octets_filled_up(), one.net.length);
  });
  const NetOfLink* widest = nullptr;
  for (const NetOfLink& one : nets) {
    if (widest == nullptr || !overlap(widest->net, one.net)) {
      widest = &one;
      continue;
    }
    const bool is_later = widest->place < one.place;
    const NetOfLink& later = is_later ? one : *widest;
    const NetOfLink& earlier = is_later ? *widest : one;
    faults.push_back({later.place,
                      fmt::format("{} of the link {} overlaps {} of the link {}", to_text(later.net), later.link->name,
                                  to_text(earlier.net), earlier.link->name),
                      "give each link prefixes of its own"});
  }
}

void check_nets(const LabLink& link, Faults& faults) {
  if (link.nets.empty())
    faults.push_back({link.place, fmt::format("the link {} has no prefix", link.name),
                      R"(net = ["192.0.2.0/24", "2001:db8::/64"])"});
  unsigned of_ipv4 = 0, of_ipv6 = 0;
  for (const Placed<IpPrefix>& net : link.nets) {
    const bool is_ipv4 = net.value.address.is_ipv4();
    if (++(is_ipv4 ? of_ipv4 : of_ipv6) == 2)
      faults.push_back({net.place, fmt::format("the link {} has two prefixes of IPv{}", link.name, is_ipv4 ? 4 : 6),
                        "one of each family"});
  }
  if (of_ipv6 > 0 && link.mtu && link.mtu->value < ipv6_minimum_mtu)
    faults.push_back(
        {link.mtu->place,
         fmt::format("an MTU of {} is too little for IPv6: the minimum is 1280 (RFC 8200 5)", link.mtu->value),
         "a larger one, or IPv4 alone in net"});
}

void check_ends(const LabLink& link, const std::vector<LabEnd>& ends, Faults& faults) {
  if (ends.size() < 2)
    faults.push_back({link.place,
                      ends.empty() ? fmt::format("nobody is at the link {}", link.name)
                                   : fmt::format("the link {} has one end only, {}", link.name, ends[0].text()),
                      fmt::format(R"(interfaces.NAME = {{ link = "{}" }} in a node)", link.name)});
  if (ends.size() > 2 && !link.tap)
    faults.push_back({link.place, fmt::format("the link {} has {} ends", link.name, ends.size()),
                      "tap = true: more than two need link-layer addresses"});
  const auto doors = std::ranges::count_if(ends, [](const LabEnd& end) { return end.door != nullptr; });
  if (doors > 1)
    faults.push_back({link.place, fmt::format("the link {} has {} doors", link.name, doors),
                      "one door at a link, and a node at its other end"});
}

class AddressBook {
 public:
  explicit AddressBook(Faults& faults) : faults_(faults) {}

  void check(const LabLink& link, const LabEnd& end) {
    const std::optional<Prefixes>& addresses = end.addresses();
    if (!addresses) return;
    for (const Placed<IpPrefix>& own : *addresses) {
      if (own.value.address.is_link_local()) continue;
      check_is_of_link(link, end, own);
      const auto [known, is_new] = known_.emplace(to_text(own.value.address), &end);
      if (!is_new)
        faults_.push_back({own.place,
                           fmt::format("{} is the address of {} and of {}", to_text(own.value.address),
                                       known->second->text(), end.text()),
                           "give each an address of its own"});
    }
  }

 private:
  void check_is_of_link(const LabLink& link, const LabEnd& end, const Placed<IpPrefix>& own) {
    const auto holds_it = [&](const Placed<IpPrefix>& net) { return net.value.contains(own.value.address); };
    const auto net = std::ranges::find_if(link.nets, holds_it);
    if (net == link.nets.end())
      faults_.push_back(
          {own.place,
           fmt::format("{} of {} is in no prefix of the link {}", to_text(own.value.address), end.text(), link.name),
           "an address of the link, or none at all: then it gets one"});
    else if (net->value.length != own.value.length)
      faults_.push_back({own.place,
                         fmt::format("{} has another length than {} of the link {}", to_text(own.value),
                                     to_text(net->value), link.name),
                         fmt::format(R"("{}/{}")", to_text(own.value.address), net->value.length)});
  }

  Faults& faults_;
  std::unordered_map<std::string, const LabEnd*> known_;
};

}  // namespace

void check_links(const LabFile& file, const LabEnds& ends, Faults& faults) {
  check_overlaps(file, faults);
  AddressBook addresses(faults);
  for (const LabLink& link : file.links) {
    check_nets(link, faults);
    check_ends(link, ends.at(link), faults);
    for (const LabEnd& end : ends.at(link)) addresses.check(link, end);
  }
}

}  // namespace tunstack::lab
