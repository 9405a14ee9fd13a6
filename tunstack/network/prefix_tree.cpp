#include "tunstack/network/prefix_tree.hpp"

#include <algorithm>

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

}  // namespace

// Sorted, two halves follow each other; what they make up may be the half of something again.
PrefixTree::PrefixTree(std::vector<Leaf> leaves) {
  for (Leaf& leaf : leaves) leaf.prefix = network_of(leaf.prefix);
  std::ranges::stable_sort(leaves, {}, [](const Leaf& leaf) {
    return std::pair(leaf.prefix.address.octets_filled_up(), leaf.prefix.length);
  });
  std::vector<std::uint32_t> open;  // what may still be the left half of something
  for (const Leaf& leaf : leaves) {
    if (!nodes_.empty() && !open.empty() && nodes_[open.back()].prefix == leaf.prefix) continue;
    open.push_back(static_cast<std::uint32_t>(nodes_.size()));
    nodes_.push_back({.prefix = leaf.prefix, .index = leaf.index});
    while (open.size() >= 2 && are_halves(nodes_[open[open.size() - 2]].prefix, nodes_[open.back()].prefix)) {
      const std::uint32_t right = open.back(), left = open[open.size() - 2];
      const auto whole = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back({.prefix = half_as_long(nodes_[left].prefix), .left = left, .right = right});
      nodes_[left].parent = nodes_[right].parent = whole;
      open.resize(open.size() - 2);
      open.push_back(whole);
    }
  }
  found_.resize(nodes_.size());
}

}  // namespace tunstack
