#include "tunstack/network/prefix_tree.hpp"

#include <algorithm>
#include <map>

namespace tunstack {

namespace {

/// One bit shorter.
IpPrefix half_as_long(const IpPrefix& prefix) {
  return network_of({prefix.address, static_cast<std::uint8_t>(prefix.length - 1)});
}

/// Whether both are the halves of one prefix, in their order.
bool are_halves(const IpPrefix& left, const IpPrefix& right) {
  return left.length == right.length && left.length > 0 && left.address != right.address &&
         half_as_long(left) == half_as_long(right);
}

auto key_of(const IpPrefix& prefix) { return std::pair(prefix.address.octets_filled_up(), prefix.length); }

}  // namespace

// Sorted, two halves follow each other; what they make up may be the half of something again.
PrefixTree::PrefixTree(std::vector<Leaf> leaves) {
  for (Leaf& leaf : leaves) leaf.prefix = network_of(leaf.prefix);
  std::ranges::sort(leaves, {}, [](const Leaf& leaf) { return std::pair(key_of(leaf.prefix), leaf.index); });
  std::map<decltype(key_of(IpPrefix{})), std::uint32_t> leaf_of;  // each prefix
  std::vector<std::uint32_t> open;                                // what may still be the left half of something
  for (const Leaf& leaf : leaves) {
    const auto number = static_cast<std::uint32_t>(nodes_.size());
    if (!leaf_of.try_emplace(key_of(leaf.prefix), number).second) continue;
    open.push_back(number);
    nodes_.push_back({.prefix = leaf.prefix, .index = leaf.index});
    while (open.size() >= 2 && are_halves(nodes_[open[open.size() - 2]].prefix, nodes_[open.back()].prefix)) {
      const std::uint32_t right = open.back(), left = open[open.size() - 2];
      const auto whole = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back({.prefix = half_as_long(nodes_[left].prefix), .left = left, .right = right});
      nodes_[left].parent = nodes_[right].parent = whole;
      open.resize(open.size() - 2);
      open.push_back(whole);
      const auto same = leaf_of.find(key_of(nodes_[whole].prefix));
      if (same != leaf_of.end()) nodes_[same->second].same = whole;
    }
  }
  found_.resize(nodes_.size());
}

}  // namespace tunstack
