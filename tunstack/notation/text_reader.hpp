// Takes a line apart from the left: words, numbers, addresses, and names that stand for them. The first thing that is
// not there ends the reading.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/base/address.hpp"
#include "tunstack/notation/names.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::notation {

class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) { skip_blanks(); }
  TextReader(std::string_view text, const Names& names) : text_(text), names_(&names) { skip_blanks(); }
  /// For `part` of the text of another one, with its names.
  TextReader(const TextReader& other, std::string_view part) : text_(part), names_(other.names_) { skip_blanks(); }

  bool at_end() const { return at_ == text_.size(); }
  std::string_view rest() const { return text_.substr(at_); }
  const std::optional<TextFault>& fault() const { return fault_; }
  void fail(std::string what) {
    if (!fault_) fault_ = TextFault{at_, std::move(what)};
  }
  /// What is wrong with `part`, which is a part of this text.
  void fail_in(std::string_view part, const TextFault& fault) {
    if (!fault_) fault_ = TextFault{static_cast<std::size_t>(part.data() - text_.data()) + fault.at, fault.what};
  }

  /// Takes `word` if it comes next and ends there.
  bool comes(std::string_view word) const {
    return rest().starts_with(word) && ends_at(at_ + word.size(), word.back());
  }
  bool take(std::string_view word) {
    if (!comes(word)) return false;
    at_ += word.size();
    skip_blanks();
    return true;
  }
  void expect(std::string_view word) {
    if (!take(word)) fail("'" + std::string(word) + "' is expected");
  }
  /// A number from 0 to `most`, decimal or 0x and hexadecimal. Where it has 16 bits or more the name of a port may
  /// stand.
  std::uint32_t number(std::uint32_t most) {
    if (most >= 0xffff)
      if (const auto* port = named(&Names::ports)) return *port;
    const bool is_hexadecimal = rest().starts_with("0x");
    const std::string_view digits = rest().substr(is_hexadecimal ? 2 : 0);
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hexadecimal ? 16 : 10);
    if (error != std::errc{} || value > most) {
      const bool may_be_named = most >= 0xffff && names_ != nullptr;
      fail("a number up to " + std::to_string(most) + " is expected" + (may_be_named ? listed(names_->ports) : ""));
      return 0;
    }
    at_ = static_cast<std::size_t>(end - text_.data());
    skip_blanks();
    return value;
  }
  std::optional<IpAddress> address() {
    const auto found = parse_address(token());
    if (!found) {
      const auto* address = named(&Names::addresses);
      return address == nullptr ? std::nullopt : std::optional(*address);
    }
    at_ += token().size();
    skip_blanks();
    return found;
  }
  IpAddress expect_address() {
    const auto found = address();
    if (!found) fail("an address is expected" + (names_ == nullptr ? "" : listed(names_->addresses)));
    return found.value_or(IpAddress{});
  }
  /// The octets of a packet that has a name, or the first of them.
  std::optional<Octets> named_packet() {
    const Octets* found = named(&Names::packets);
    if (found == nullptr) return std::nullopt;
    Octets packet = *found;
    if (take("first")) packet.resize(std::min<std::size_t>(packet.size(), number(0xffff)));
    return packet;
  }
  /// What stands between this bracket and the one that belongs to it.
  std::string_view bracketed() {
    int depth = 0;
    for (std::size_t end = at_; end < text_.size(); ++end) {
      depth += (text_[end] == '[') - (text_[end] == ']');
      if (depth > 0) continue;
      const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
      skip_blanks();
      return inside;
    }
    fail("a bracket is not closed");
    return {};
  }
  /// Up to the next blank, comma, bracket or parenthesis.
  std::string_view token() const { return rest().substr(0, rest().find_first_of(" \t,[]()")); }
  std::string_view take_token() {
    const std::string_view found = token();
    at_ += found.size();
    skip_blanks();
    return found;
  }
  void advance(std::size_t octets) {
    at_ += octets;
    skip_blanks();
  }

 private:
  static bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
  bool ends_at(std::size_t end, char last) const {
    return end == text_.size() || !is_letter_or_digit(last) || !is_letter_or_digit(text_[end]);
  }
  /// The value of the name that comes next, which is taken.
  template <class Value>
  const Value* named(Named<Value> Names::* kind) {
    if (names_ == nullptr) return nullptr;
    const std::string_view word = rest().substr(0, rest().find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"));
    const auto found = (names_->*kind).find(word);
    if (found == (names_->*kind).end()) return nullptr;
    advance(word.size());
    return &found->second;
  }
  /// ", or one of far, host, peer"
  template <class Value>
  static std::string listed(const Named<Value>& names) {
    std::string list;
    for (const auto& [name, value] : names) list += (list.empty() ? ", or one of " : ", ") + name;
    return list;
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  std::string_view text_;
  const Names* names_ = nullptr;
  std::size_t at_ = 0;
  std::optional<TextFault> fault_;
};

}  // namespace tunstack::notation
