#include "tunstack/lab/addressing.hpp"

#include <fmt/format.h>

#include <set>

namespace tunstack::lab {

namespace {

/// Free addresses of one prefix, from the first on.
class FreeAddresses {
 public:
  explicit FreeAddresses(const IpPrefix& net) : net_(net) {
    const auto host_bits = static_cast<unsigned>(net.width() - net.length);
    const bool all_usable = host_bits <= 1;
    next_ = all_usable ? 0 : 1;
    const std::uint64_t size = std::uint64_t{1} << std::min(host_bits, 32U);
    // The last one of a longer IPv4 prefix is a broadcast.
    end_ = size - (all_usable || !net.address.is_ipv4() ? 0 : 1);
  }
  void take(const IpAddress& address) { taken_.insert(to_text(address)); }
  std::optional<IpPrefix> next() {
    for (; next_ < end_; ++next_) {
      const IpAddress address = with_host_part(static_cast<std::uint32_t>(next_));
      if (!taken_.contains(to_text(address))) {
        ++next_;
        return IpPrefix{address, net_.length};
      }
    }
    return std::nullopt;
  }

 private:
  IpAddress with_host_part(std::uint32_t host) const {
    std::array<std::uint8_t, Ipv6Address::size> octets = net_.address.octets_filled_up();
    const std::size_t last = net_.width() / 8 - 4;
    store_be32(octets, last, load_be32(octets, last) | host);
    if (net_.address.is_ipv4()) return Ipv4Address::load(octets, 0);
    return Ipv6Address{octets};
  }

  IpPrefix net_;
  std::uint64_t next_, end_;
  std::set<std::string, std::less<>> taken_;
};

/// Those whose addresses are left out.
std::vector<LabEnd> without_addresses(const std::vector<LabEnd>& ends) {
  std::vector<LabEnd> wanting;
  for (const LabEnd& end : ends)
    if (!end.addresses() && (end.interface == nullptr || !end.interface->autoconf)) wanting.push_back(end);
  return wanting;
}

void number_link(const LabLink& link, const std::vector<LabEnd>& ends, Faults& faults) {
  const std::vector<LabEnd> wanting = without_addresses(ends);
  for (const Placed<IpPrefix>& net : link.nets) {
    FreeAddresses free(net.value);
    for (const LabEnd& end : ends)
      for (const Placed<IpPrefix>& own : end.addresses().value_or(Prefixes())) free.take(own.value.address);
    for (const LabEnd& end : wanting) {
      const auto address = free.next();
      if (address) {
        std::optional<Prefixes>& addresses = end.addresses();
        if (!addresses) addresses.emplace();
        addresses->push_back({*address, end.place()});
        continue;
      }
      faults.push_back({end.place(), fmt::format("{} has no address left for {}", to_text(net.value), end.text()),
                        "give the link a shorter prefix"});
      break;
    }
  }
}

}  // namespace

std::string LabEnd::text() const {
  if (door != nullptr) return fmt::format("the door {}", door->name);
  return fmt::format("{}, interface {}", node->name, interface->name);
}

LabEnds::LabEnds(LabFile& file) : file_(&file), ends_(file.links.size()) {
  for (std::size_t i = 0; i < file.links.size(); ++i) links_.emplace(file.links[i].name, i);
  const auto add = [&](const std::string& link, const LabEnd& end) {
    if (const auto found = links_.find(link); found != links_.end()) ends_[found->second].push_back(end);
  };
  for (LabDoor& door : file.doors) add(door.link.value, {.door = &door});
  for (LabNode& node : file.nodes)
    for (LabInterface& interface : node.interfaces) add(interface.link.value, {.node = &node, .interface = &interface});
}

LabLink* LabEnds::find_link(const std::string& name) const {
  const auto found = links_.find(name);
  return found == links_.end() ? nullptr : &file_->links[found->second];
}

void number_addresses(LabFile& file, Faults& faults) {
  const LabEnds ends(file);
  for (const LabLink& link : file.links) number_link(link, ends.at(link), faults);
}

}  // namespace tunstack::lab
