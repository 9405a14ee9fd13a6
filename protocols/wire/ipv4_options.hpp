// The options of an IPv4 header (RFC 791 3.1): how to step over them. What they mean is for ip/ipv4_options.
#pragma once

#include <optional>

#include "protocols/base/bytes.hpp"

namespace tunstack {

inline constexpr std::size_t ipv4_options_largest = 40;

namespace ipv4_option {
inline constexpr std::uint8_t end_of_list = 0;
inline constexpr std::uint8_t no_operation = 1;
inline constexpr std::uint8_t record_route = 7;
inline constexpr std::uint8_t timestamp = 68;
inline constexpr std::uint8_t loose_source_route = 131;
inline constexpr std::uint8_t strict_source_route = 137;
inline constexpr std::uint8_t router_alert = 148;

/// Whether it goes into every fragment, not only into the first.
constexpr bool is_copied(std::uint8_t type) { return (type & 0x80) != 0; }
}  // namespace ipv4_option

// An option; end of list and no operation are a type alone. Offsets are from its start, pointers count from 1.
// Record route and the source routes:
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |     Length    |    Pointer    |   Addresses,  |
// |                        each of 4 octets                       |
// +---------------------------------------------------------------+
// Timestamp:
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |     Length    |    Pointer    | Ovflw |  Form |
// |             Times, each perhaps behind an address             |
// +---------------------------------------------------------------+
namespace ipv4_option_offset {
inline constexpr std::size_t type = 0;
inline constexpr std::size_t length = 1;
inline constexpr std::size_t pointer = 2;
inline constexpr std::size_t route = 3;              // of record route and source routes
inline constexpr std::size_t overflow_and_form = 3;  // of a timestamp
inline constexpr std::size_t timestamps = 4;
}  // namespace ipv4_option_offset
inline constexpr std::size_t ipv4_option_header_size = 2;  // type and length

struct Ipv4Option {
  std::size_t offset;  // octets from the start of the options
  Bytes bytes;         // type, length and data
  std::uint8_t type() const { return bytes[ipv4_option_offset::type]; }
};

/// Steps over the options that have a length byte. Every step goes forward, so it ends whatever the bytes are.
class Ipv4OptionReader {
 public:
  explicit Ipv4OptionReader(Bytes options) : options_(options) {}

  /// Nothing at the end of the list, and at an option whose length byte cannot be right.
  std::optional<Ipv4Option> next() {
    while (at_ < options_.size() && options_[at_] == ipv4_option::no_operation) ++at_;
    if (at_ >= options_.size() || options_[at_] == ipv4_option::end_of_list) return std::nullopt;
    const std::size_t left = options_.size() - at_;
    const bool has_length = left >= ipv4_option_header_size;
    const std::size_t length = has_length ? options_[at_ + ipv4_option_offset::length] : 0;
    if (length < ipv4_option_header_size || length > left) {
      bad_length_at_ = has_length ? at_ + ipv4_option_offset::length : at_;
      return std::nullopt;
    }
    const Ipv4Option option{at_, options_.subspan(at_, length)};
    at_ += length;
    return option;
  }

  /// After the last option: the offset of the length byte that ended the list too early, or of the type if there is
  /// no room for a length.
  std::optional<std::size_t> bad_length_at() const { return bad_length_at_; }

 private:
  Bytes options_;
  std::size_t at_ = 0;
  std::optional<std::size_t> bad_length_at_;
};

inline bool has_router_alert(Bytes options) {
  Ipv4OptionReader reader(options);
  while (const auto option = reader.next())
    if (option->type() == ipv4_option::router_alert) return true;
  return false;
}

}  // namespace tunstack
