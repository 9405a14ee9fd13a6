// One row of the table of options: what can be set, within which limits, and what it means. The parser, `tunstack
// options` and the documentation are fed by the same row. Each text is also shown by itself, so each stands alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "tunstack/options/node_options.hpp"

namespace tunstack {

namespace option {

/// A value that means something else than its neighbors, and what: a number with a word of its own (or itself in
/// digits), the word for an empty list.
struct SpecialNumber {
  std::uint32_t value;
  std::string_view word;
  std::string_view text;
};
struct SpecialWord {
  std::string_view word;
  std::string_view text;
};

/// One of several values: how it is written, the enumerator (or bits of a set) that it stands for, what it means.
struct Choice {
  template <class Enumerator>
  constexpr Choice(std::string_view word_, Enumerator value_, std::string_view text_)
      : word(word_), value(static_cast<std::uint8_t>(value_)), text(text_) {
    static_assert(sizeof(Enumerator) == 1);
  }

  std::string_view word;
  std::uint8_t value;
  std::string_view text;
};

// The kinds of options. The `slot` of each finds where the value lives.

/// "on" or "off".
struct Flag {
  bool* (*slot)(NodeOptions&);
};

/// Decimal, from minimum to maximum, or special, by its word or its number.
struct Number {
  std::uint32_t minimum;
  std::uint32_t maximum;
  std::string_view unit;  // in the plural; empty if it only is a number
  std::uint32_t* (*slot)(NodeOptions&);
  std::span<const SpecialNumber> special = {};  // within the limits or not
};

/// One of the choices.
struct OneOf {
  /// `Slot` finds an enumeration of one octet.
  template <class Slot>
  constexpr OneOf(std::span<const Choice> choices_, Slot)
      : choices(choices_), slot([](NodeOptions& options) {
          auto* const value = Slot{}(options);
          static_assert(std::is_enum_v<std::remove_pointer_t<decltype(value)>> && sizeof(*value) == 1);
          return reinterpret_cast<std::uint8_t*>(value);
        }) {}

  std::span<const Choice> choices;
  std::uint8_t* (*slot)(NodeOptions&);
};

/// One or more of the choices, separated by commas.
struct SetOf {
  std::span<const Choice> choices;
  std::uint8_t* (*slot)(NodeOptions&);  // their bits
};

enum class Families : std::uint8_t { both, ipv4, ipv6 };

/// ADDRESS/LENGTH, separated by commas, or the word for an empty list. A bare address has the length of all its bits.
struct Prefixes {
  Families families;
  SpecialWord empty;
  std::vector<IpPrefix>* (*slot)(NodeOptions&);
};

enum class AddressScope : std::uint8_t { any, unicast };

/// Addresses, separated by commas, or the word for an empty list.
struct Addresses {
  Families families;
  AddressScope scope;
  SpecialWord empty;
  std::vector<IpPrefix>* (*slot)(NodeOptions&);
};

/// Text without commas, separated by commas, or the word for an empty list.
struct Names {
  std::string_view what;  // in the plural
  SpecialWord empty;
  std::vector<std::string>* (*slot)(NodeOptions&);
};

using Kind = std::variant<Flag, Number, OneOf, SetOf, Prefixes, Addresses, Names>;

}  // namespace option

struct OptionRow {
  std::string_view key;
  option::Kind kind;
  std::string_view lab;       // default, the value in the profile `lab`
  std::string_view hardened;  // default in the profile `hardened`
  std::string_view source;    // RFC and section
  /// Of a flag what happens if it is on, of others what the value is. Without a full stop.
  std::string_view text;
  std::string_view decision = {};  // D-nn of docs/spec, where RFCs leave a choice
};

}  // namespace tunstack
