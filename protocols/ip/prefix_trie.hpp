// Finds the longest prefix that holds an address, among prefixes of one family, each of which stands for a number.
// `Routes` fills it and empties it.
//
// A tree bitmap (Eatherton, Varghese and Dittia, "Tree Bitmap: Hardware/Software IP Lookups with Incremental Updates",
// 2004) that takes six bits a step and finds what it leads to by counting bits, as poptrie does (Asai and Ohara,
// "Poptrie", SIGCOMM 2015). Prefixes stay in the node where they end: a change touches the nodes on the way there, 22
// at most, however many prefixes are beneath. Nodes that would have one child and no prefix are left out, so each holds
// the bits that lead to it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack::ip {

/// The bits of an address as words of ten steps, sixty bits, each; what a word has behind them does not count.
struct TrieKey {
  static constexpr unsigned bits_of_step = 6, steps_of_word = 10;

  explicit TrieKey(Ipv4Address address) : words{std::uint64_t{address.value} << 32, 0, 0} {}
  explicit TrieKey(const Ipv6Address& address) : TrieKey(address.octets) {}
  explicit TrieKey(const IpAddress& address) : TrieKey(address.octets_filled_up()) {}

  std::array<std::uint64_t, 3> words;

 private:
  explicit TrieKey(const std::array<std::uint8_t, 16>& octets)
      : TrieKey(eight_from(octets, 0), eight_from(octets, 8)) {}
  TrieKey(std::uint64_t high, std::uint64_t low) : words{high, high << 60 | low >> 4, low << 56} {}
  static std::uint64_t eight_from(Bytes octets, std::size_t at) {
    return std::uint64_t{load_be32(octets, at)} << 32 | load_be32(octets, at + 4);
  }
};

/// Of a prefix the first `length` bits of the key count alone.
class PrefixTrie {
 public:
  using Number = std::uint32_t;
  static constexpr Number none = 0xffffffff;

  PrefixTrie();
  PrefixTrie(const PrefixTrie& other);
  PrefixTrie(PrefixTrie&& other) noexcept;
  PrefixTrie& operator=(const PrefixTrie& other);
  PrefixTrie& operator=(PrefixTrie&& other) noexcept;
  ~PrefixTrie();

  /// The prefix stands for `number` from now on.
  void set(const TrieKey& key, std::uint8_t length, Number number);
  Number find(const TrieKey& key, std::uint8_t length) const;
  void remove(const TrieKey& key, std::uint8_t length);

  /// The number of the longest prefix that holds the address, or none.
  Number longest_match(const TrieKey& key) const;
  bool empty() const { return root_ == nullptr; }
  /// The numbers in the order of their prefixes, a shorter one before those that it holds.
  std::vector<Number> numbers() const;

 private:
  struct Place;
  struct Node;

  static Number longest_match_from(const Node* node, const TrieKey& key);
  static Number longest_match_by_popcnt(const Node* node, const TrieKey& key);

  std::unique_ptr<Node> root_;
};

}  // namespace tunstack::ip
