// The prefixes of a network's links as a binary tree, for who gives each of them a value and wants to know which
// larger ones have the same value all over.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack {

class PrefixTree {
 public:
  using Value = std::uint32_t;
  static constexpr Value mixed = std::numeric_limits<Value>::max();  // nothing suits all of it

  /// Prefixes of one family, each with the index of its value. Of equal ones that with the lowest index counts.
  struct Leaf {
    IpPrefix prefix;
    std::size_t index;
  };
  explicit PrefixTree(std::vector<Leaf> leaves);
  bool empty() const { return nodes_.empty(); }

  /// Calls `emit(prefix, value)` for the largest prefixes that are made up of leaves exactly, all of one value; not for
  /// `mixed`.
  template <class Emit>
  void aggregate(std::span<const Value> values, const Emit& emit) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) found_[i] = value_of(nodes_[i], values);
    for (std::size_t i = nodes_.size(); i-- > 0;) {  // parents come first
      const Node& node = nodes_[i];
      if (!is_covered(node) && found_[i] != mixed) emit(node.prefix, found_[i]);
    }
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  /// A leaf, or two halves that make up a prefix: children stand before their parents.
  struct Node {
    IpPrefix prefix;
    std::uint32_t left = none, right = none, parent = none;
    std::uint32_t same = none;  // of a leaf: what halves within it make up, which matches before it
    std::size_t index = 0;      // of a leaf
  };

  Value value_of(const Node& node, std::span<const Value> values) const {
    if (node.left == none) return values[node.index];
    return found_[node.left] == found_[node.right] ? found_[node.left] : mixed;
  }

  bool is_covered(const Node& node) const {
    return (node.parent != none && found_[node.parent] != mixed) || (node.same != none && found_[node.same] != mixed);
  }

  std::vector<Node> nodes_;
  std::vector<Value> found_;
};

}  // namespace tunstack
