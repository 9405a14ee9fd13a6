// Packets as errors and redirects quote them: the fixed header is there, the rest may be cut anywhere, and what the
// header says of lengths may be wrong (RFC 792, RFC 4443 2.4(c)). No accessor reads beyond what is there.
#pragma once

#include <algorithm>
#include <expected>
#include <optional>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack {

/// Octets of the upper layer that a quote is to have (RFC 792): enough for ports, and for an identifier.
inline constexpr std::size_t least_quoted_transport = 8;

class QuotedIpv4 : public Ipv4HeaderView {
 public:
  /// Nothing if a fixed header is not there, or it is of another version.
  static std::optional<QuotedIpv4> parse(Bytes quote) {
    if (quote.size() < ipv4_header_size || ip_version(quote) != 4) return std::nullopt;
    return QuotedIpv4(quote);
  }
  /// Of a quote that parse() would take.
  static QuotedIpv4 of(Bytes quote) { return QuotedIpv4(quote); }

  /// All that is there, with what stands behind the packet: padding before extensions (RFC 4884 4).
  Bytes bytes() const { return {start_, size_}; }
  /// Whether all of the header is there, and as long as a header can be.
  bool has_header() const { return header_size() >= ipv4_header_size && header_size() <= size_; }
  /// With its options; nothing unless has_header().
  Bytes header() const { return has_header() ? bytes().first(header_size()) : Bytes{}; }
  /// What is there behind the header; nothing unless has_header().
  Bytes payload() const { return has_header() ? bytes().subspan(header_size()) : Bytes{}; }
  bool has_transport() const { return payload().size() >= least_quoted_transport; }
  /// Without octets beyond the total length.
  QuotedIpv4 without_padding() const {
    return QuotedIpv4(bytes().first(std::min(size_, std::max({ipv4_header_size, header_size(), total_length()}))));
  }

 private:
  explicit QuotedIpv4(Bytes quote) : Ipv4HeaderView(quote.data()), size_(quote.size()) {}

  std::size_t size_;
};

class QuotedIpv6 : public Ipv6HeaderView {
 public:
  /// Nothing if the header is not there, or it is of another version.
  static std::optional<QuotedIpv6> parse(Bytes quote) {
    if (quote.size() < ipv6_header_size || ip_version(quote) != 6) return std::nullopt;
    return QuotedIpv6(quote);
  }
  /// Of a quote that parse() would take.
  static QuotedIpv6 of(Bytes quote) { return QuotedIpv6(quote); }

  /// All that is there, with what stands behind the packet.
  Bytes bytes() const { return {start_, size_}; }
  std::size_t total_length() const { return ipv6_header_size + payload_length(); }
  /// What is there behind the fixed header.
  Bytes payload() const { return bytes().subspan(ipv6_header_size); }
  /// Where the upper layer begins, if the quote goes through all extension headers.
  std::expected<UpperLayer, NoUpperLayer> upper_layer() const { return find_upper_layer(bytes()); }
  /// Without octets beyond the payload length.
  QuotedIpv6 without_padding() const { return QuotedIpv6(bytes().first(std::min(size_, total_length()))); }

 private:
  explicit QuotedIpv6(Bytes quote) : Ipv6HeaderView(quote.data()), size_(quote.size()) {}

  std::size_t size_;
};

}  // namespace tunstack
