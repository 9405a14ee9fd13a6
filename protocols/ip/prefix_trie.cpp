#include "protocols/ip/prefix_trie.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace tunstack::ip {

namespace {

constexpr unsigned bits_of_step = TrieKey::bits_of_step;
constexpr unsigned steps_of_word = TrieKey::steps_of_word;
constexpr unsigned steps_of_all = 22;  // of 128 bits

/// The step at which a prefix ends.
unsigned last_step(std::uint8_t length) { return length == 0 ? 0 : (length - 1U) / bits_of_step; }
unsigned last_step_of_word(unsigned step) { return step / steps_of_word * steps_of_word + steps_of_word - 1; }

constexpr std::uint64_t bit(unsigned at) { return std::uint64_t{1} << at; }
constexpr bool has(std::uint64_t bits, unsigned at) { return bits >> at & 1; }
[[gnu::always_inline]] inline unsigned count(std::uint64_t bits) { return static_cast<unsigned>(std::popcount(bits)); }

// Within a node prefixes have places as in a heap: 1 has none of its six bits, 2 and 3 have one, 64 to 127 all.
constexpr unsigned first_whole = 64;

/// The places of the prefixes that hold `six` and are shorter, as bits.
constexpr auto shorter_prefixes_of = [] {
  std::array<std::uint64_t, 64> all{};
  for (unsigned six = 0; six < all.size(); ++six)
    for (unsigned place = (first_whole + six) / 2; place > 0; place /= 2) all[six] |= bit(place);
  return all;
}();

/// An array of `size + 1`, with a place that is free at `at`.
template <class T>
void make_room(std::unique_ptr<T[]>& array, std::size_t size, std::size_t at) {
  auto larger = std::make_unique<T[]>(size + 1);
  std::move(array.get(), array.get() + at, larger.get());
  std::move(array.get() + at, array.get() + size, larger.get() + at + 1);
  array = std::move(larger);
}

template <class T>
void erase(std::unique_ptr<T[]>& array, std::size_t size, std::size_t at) {
  auto smaller = size == 1 ? nullptr : std::make_unique<T[]>(size - 1);
  std::move(array.get(), array.get() + at, smaller.get());
  std::move(array.get() + at + 1, array.get() + size, smaller.get() + at);
  array = std::move(smaller);
}

}  // namespace

/// Where a node stands: its step, and the path to it, the bits before that in the same word.
struct PrefixTrie::Place {
 public:
  Place() = default;
  Place(const TrieKey& key, unsigned step)
      : bits_((key.words[step / steps_of_word] & path_mask(step % steps_of_word * bits_of_step)) |
              step / steps_of_word << 6 | step % steps_of_word * bits_of_step) {}

  [[gnu::always_inline]] bool is_last_of_word() const { return shift() == (steps_of_word - 1) * bits_of_step; }
  unsigned step() const { return word() * steps_of_word + shift() / bits_of_step; }
  /// The six bits of `key` at this step.
  [[gnu::always_inline]] unsigned six_of(const TrieKey& key) const { return six_of(key.words[word()]); }
  [[gnu::always_inline]] unsigned six_of(std::uint64_t word_here) const {
    return static_cast<unsigned>(word_here << shift() >> 58);
  }
  /// The six bits of the path at a step of the same word before this one.
  unsigned six_at(unsigned step) const {
    return static_cast<unsigned>(bits_ << step % steps_of_word * bits_of_step >> 58);
  }
  [[gnu::always_inline]] bool is_on_way_to(const TrieKey& key) const { return difference(key) == 0; }
  /// The step at which `key` leaves the path, or the node's own.
  unsigned parting_step(const TrieKey& key) const {
    const auto same_bits = static_cast<unsigned>(std::countl_zero(difference(key)));
    return word() * steps_of_word + std::min(same_bits, shift()) / bits_of_step;
  }

 private:
  static std::uint64_t path_mask(unsigned shift) { return ~(~std::uint64_t{0} >> shift); }
  [[gnu::always_inline]] unsigned shift() const { return bits_ & 63; }
  [[gnu::always_inline]] unsigned word() const { return static_cast<unsigned>(bits_ >> 6 & 3); }
  [[gnu::always_inline]] std::uint64_t difference(const TrieKey& key) const {
    return (key.words[word()] ^ bits_) & path_mask(shift());
  }

  // The path from the first bit on, 54 bits at most; the word in the last bits but six; where in it the step begins in
  // the last six.
  std::uint64_t bits_ = 0;
};

/// A child stands in the same word as its parent, or in the next one if its parent is at the last step of a word. A
/// node fills a line of the cache, with the numbers of as many prefixes as most nodes have.
struct alignas(64) PrefixTrie::Node {
  static constexpr unsigned numbers_here = 4;

  Place place;
  std::uint64_t child_bits = 0;                // by the six bits that lead there
  std::array<std::uint64_t, 2> prefix_bits{};  // by their places
  std::array<Number, numbers_here> numbers{};
  std::unique_ptr<Number[]> more_numbers = {};
  std::unique_ptr<Node[]> children = {};

  Node copy() const;
  void append_to(std::vector<Number>& all, unsigned at = 1) const;

  unsigned child_count() const { return count(child_bits); }
  unsigned prefix_count() const { return count(prefix_bits[0]) + count(prefix_bits[1]); }
  unsigned more_count() const { return std::max(prefix_count(), numbers_here) - numbers_here; }
  bool is_empty() const { return child_count() + prefix_count() == 0; }

  [[gnu::always_inline]] unsigned child_index(unsigned six) const { return count(child_bits & (bit(six) - 1)); }
  [[gnu::always_inline]] Node* child(unsigned six) const {
    const std::uint64_t up_to_six = child_bits << (63 - six);
    return has(up_to_six, 63) ? children.get() + count(up_to_six) - 1 : nullptr;
  }

  bool has_prefix(unsigned at) const { return has(prefix_bits[at / 64], at % 64); }
  [[gnu::always_inline]] unsigned prefix_index(unsigned at) const {
    const unsigned before = count(prefix_bits[at / 64] & (bit(at % 64) - 1));
    return at < first_whole ? before : before + count(prefix_bits[0]);
  }
  [[gnu::always_inline]] const Number& number(unsigned index) const {
    return index < numbers_here ? numbers[index] : more_numbers[index - numbers_here];
  }
  Number& number(unsigned index) { return const_cast<Number&>(std::as_const(*this).number(index)); }
  /// Whether a prefix here holds `six`, and the number of the longest; nobody could foretell a jump in there.
  [[gnu::always_inline]] bool holds(unsigned six) const {
    return ((prefix_bits[0] & shorter_prefixes_of[six]) | (prefix_bits[1] >> six & 1)) != 0;
  }
  [[gnu::always_inline]] Number longest(unsigned six) const {
    const unsigned whole = has(prefix_bits[1], six) ? 1 : 0;
    const auto leading_zeros = std::countl_zero((prefix_bits[0] & shorter_prefixes_of[six]) | 1);
    const unsigned at = whole != 0 ? six : 63U - static_cast<unsigned>(leading_zeros);
    return number(whole * count(prefix_bits[0]) + count(prefix_bits[whole] & (bit(at) - 1)));
  }
  /// The place of the prefix of `key` that ends at this step.
  unsigned place_of(const TrieKey& key, std::uint8_t length) const {
    return (first_whole + place.six_of(key)) >> (bits_of_step * (place.step() + 1) - length);
  }

  void set_prefix(unsigned at, Number number);
  Node& find_or_make_child(const TrieKey& key, unsigned last);
  /// Makes this the node at `step`, and what it was its only child.
  void put_before(const TrieKey& key, unsigned step);
  void remove(const TrieKey& key, std::uint8_t length);
  void remove_prefix(unsigned at);
  void prune_child(unsigned six);
  /// A node that has nothing but a child of the same word is only on its way.
  void leave_out_if_needless();
};

PrefixTrie::Node PrefixTrie::Node::copy() const {
  Node made{place, child_bits, prefix_bits, numbers};
  if (more_count() > 0) made.more_numbers = std::make_unique<Number[]>(more_count());
  std::copy_n(more_numbers.get(), more_count(), made.more_numbers.get());
  if (child_count() > 0) made.children = std::make_unique<Node[]>(child_count());
  for (unsigned i = 0; i < child_count(); ++i) made.children[i] = children[i].copy();
  return made;
}

void PrefixTrie::Node::append_to(std::vector<Number>& all, unsigned at) const {
  if (has_prefix(at)) all.push_back(number(prefix_index(at)));
  if (at < first_whole) {
    append_to(all, 2 * at);
    append_to(all, 2 * at + 1);
  } else if (const Node* const beneath = child(at - first_whole)) {
    beneath->append_to(all);
  }
}

void PrefixTrie::Node::set_prefix(unsigned at, Number set) {
  const unsigned index = prefix_index(at);
  if (!has_prefix(at)) {
    const unsigned size = prefix_count();
    if (size >= numbers_here) make_room(more_numbers, size - numbers_here, size - numbers_here);
    for (unsigned i = size; i > index; --i) number(i) = number(i - 1);
    prefix_bits[at / 64] |= bit(at % 64);
  }
  number(index) = set;
}

void PrefixTrie::Node::remove_prefix(unsigned at) {
  const unsigned last = prefix_count() - 1;
  for (unsigned i = prefix_index(at); i < last; ++i) number(i) = number(i + 1);
  if (last >= numbers_here) erase(more_numbers, last + 1 - numbers_here, last - numbers_here);
  prefix_bits[at / 64] &= ~bit(at % 64);
}

PrefixTrie::Node& PrefixTrie::Node::find_or_make_child(const TrieKey& key, unsigned last) {
  const unsigned six = place.six_of(key);
  if (Node* const there = child(six)) return *there;
  const unsigned step = std::min(last, last_step_of_word(place.step() + 1));
  make_room(children, child_count(), child_index(six));
  child_bits |= bit(six);
  return *child(six) = Node{Place(key, step)};
}

void PrefixTrie::Node::put_before(const TrieKey& key, unsigned step) {
  Node before{Place(key, step), bit(place.six_at(step))};
  before.children = std::make_unique<Node[]>(1);
  before.children[0] = std::move(*this);
  *this = std::move(before);
}

void PrefixTrie::Node::remove(const TrieKey& key, std::uint8_t length) {
  const unsigned last = last_step(length), six = place.six_of(key);
  if (!place.is_on_way_to(key)) return;
  if (place.step() == last && has_prefix(place_of(key, length))) remove_prefix(place_of(key, length));
  if (place.step() >= last || child(six) == nullptr) return;
  child(six)->remove(key, length);
  prune_child(six);
}

void PrefixTrie::Node::prune_child(unsigned six) {
  if (!child(six)->is_empty()) return child(six)->leave_out_if_needless();
  erase(children, child_count(), child_index(six));
  child_bits &= ~bit(six);
}

void PrefixTrie::Node::leave_out_if_needless() {
  if (prefix_count() > 0 || child_count() != 1 || place.step() == last_step_of_word(place.step())) return;
  Node only = std::move(children[0]);
  *this = std::move(only);
}

PrefixTrie::PrefixTrie() = default;
PrefixTrie::~PrefixTrie() = default;
PrefixTrie::PrefixTrie(PrefixTrie&& other) noexcept = default;
PrefixTrie& PrefixTrie::operator=(PrefixTrie&& other) noexcept = default;
PrefixTrie::PrefixTrie(const PrefixTrie& other)
    : root_(other.root_ ? std::make_unique<Node>(other.root_->copy()) : nullptr) {}
PrefixTrie& PrefixTrie::operator=(const PrefixTrie& other) { return *this = PrefixTrie(other); }

void PrefixTrie::set(const TrieKey& key, std::uint8_t length, Number number) {
  const unsigned last = last_step(length);
  if (!root_) root_ = std::make_unique<Node>(Node{Place(key, std::min(last, last_step_of_word(0)))});
  Node* node = root_.get();
  while (true) {
    const unsigned parting = std::min(last, node->place.parting_step(key));
    if (parting < node->place.step()) node->put_before(key, parting);
    if (parting == last) return node->set_prefix(node->place_of(key, length), number);
    node = &node->find_or_make_child(key, last);
  }
}

PrefixTrie::Number PrefixTrie::find(const TrieKey& key, std::uint8_t length) const {
  const unsigned last = last_step(length);
  const Node* node = root_.get();
  while (node != nullptr && node->place.step() < last && node->place.is_on_way_to(key))
    node = node->child(node->place.six_of(key));
  if (node == nullptr || node->place.step() != last || !node->place.is_on_way_to(key)) return none;
  const unsigned at = node->place_of(key, length);
  return node->has_prefix(at) ? node->number(node->prefix_index(at)) : none;
}

void PrefixTrie::remove(const TrieKey& key, std::uint8_t length) {
  if (!root_) return;
  root_->remove(key, length);
  root_->leave_out_if_needless();
  if (root_->is_empty()) root_.reset();
}

std::vector<PrefixTrie::Number> PrefixTrie::numbers() const {
  std::vector<Number> all;
  if (root_) root_->append_to(all);
  return all;
}

// Down as far as there are children, whatever the paths, and up again to the first node that is on the way and holds a
// prefix: nearly always the last one.
[[gnu::always_inline]] inline PrefixTrie::Number PrefixTrie::longest_match_from(const Node* node, const TrieKey& key) {
  std::array<const Node*, steps_of_all> passed;
  std::size_t depth = 0;
  const std::uint64_t* word = key.words.data();
  while (node != nullptr) {
    passed[depth++] = node;
    if (node->place.is_last_of_word()) [[unlikely]] {
      if (!node->place.is_on_way_to(key)) break;  // nodes of the next word would not show it
      node = node->child(node->place.six_of(*word++));
    } else {
      node = node->child(node->place.six_of(*word));
    }
  }
  while (depth > 0) {
    node = passed[--depth];
    const unsigned six = node->place.six_of(key);
    if (node->place.is_on_way_to(key) && node->holds(six)) [[likely]]
      return node->longest(six);
  }
  return none;
}

#if defined(__x86_64__)
// Bits are counted by an instruction that not every x86-64 has.
__attribute__((target("popcnt"))) PrefixTrie::Number PrefixTrie::longest_match_by_popcnt(const Node* node,
                                                                                         const TrieKey& key) {
  return longest_match_from(node, key);
}
#endif

PrefixTrie::Number PrefixTrie::longest_match(const TrieKey& key) const {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("popcnt")) [[likely]]
    return longest_match_by_popcnt(root_.get(), key);
#endif
  return longest_match_from(root_.get(), key);
}

}  // namespace tunstack::ip
