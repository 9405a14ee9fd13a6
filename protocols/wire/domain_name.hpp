// Domain names on the wire (RFC 1035 3.1), uncompressed: labels behind their lengths, the empty label at the end.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/base/bytes.hpp"

namespace tunstack {

inline constexpr std::size_t longest_label = 63;         // octets
inline constexpr std::size_t longest_domain_name = 255;  // octets on the wire, lengths included

/// Steps over names that stand one behind the other and are padded with zeros (RFC 8106 5.2).
class DomainNameReader {
 public:
  explicit DomainNameReader(Bytes names) : rest_(names) {}
  /// One name as it is on the wire. Nothing at the padding, and at what is no name.
  std::optional<Bytes> next() {
    const std::size_t size = size_of_first();
    const Bytes name = rest_.first(size);
    if (size <= 1) {
      malformed_ |= std::ranges::any_of(rest_, [](std::uint8_t octet) { return octet != 0; });
      return std::nullopt;
    }
    rest_ = rest_.subspan(size);
    return name;
  }
  /// After the last name.
  bool is_malformed() const { return malformed_; }

 private:
  /// 1 is the empty name, 0 is none: a label or the whole is too long, or the end is missing.
  std::size_t size_of_first() const {
    std::size_t at = 0;
    while (at < rest_.size() && rest_[at] != 0 && rest_[at] <= longest_label) at += std::size_t{1} + rest_[at];
    return at < std::min(rest_.size(), longest_domain_name) && rest_[at] == 0 ? at + 1 : 0;
  }

  Bytes rest_;
  bool malformed_ = false;
};

/// "example.com" from a name of DomainNameReader; what could mislead a reader is written as \DDD (RFC 1035 5.1).
std::string domain_name_text(Bytes name);

/// Labels of letters, digits, hyphens and underscores between dots; a dot at the end may stand.
bool is_domain_name(std::string_view text);

// Both want a text that is_domain_name.
std::size_t domain_name_size(std::string_view text);
/// Returns the size.
std::size_t write_domain_name(MutableBytes to, std::string_view text);

}  // namespace tunstack
