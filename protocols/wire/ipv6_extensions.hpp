// IPv6 extension headers (RFC 8200 4): how to step over them and over their options. What they mean is for
// ip/ipv6_chain.
#pragma once

#include <expected>
#include <optional>

#include "protocols/base/bytes.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/upper_layer.hpp"

namespace tunstack {

inline constexpr std::size_t ipv6_fragment_header_size = 8;
inline constexpr std::size_t ipv6_extension_unit = 8;  // octets: lengths and fragment offsets count these

// Hop-by-hop options, destination options, and what a routing header has in common with them.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |  Next header  | Length / 8 - 1| Options, or what the type has |
// +---------------------------------------------------------------+
namespace ipv6_extension_offset {
inline constexpr std::size_t next_header = 0;
inline constexpr std::size_t length = 1;  // in units of 8 octets, without the first
inline constexpr std::size_t options = 2;
}  // namespace ipv6_extension_offset

// A routing header (RFC 8200 4.4).
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |  Next header  | Length / 8 - 1|  Routing type | Segments left |
// |                       What the type has                       |
// +---------------------------------------------------------------+
namespace ipv6_routing_offset {
inline constexpr std::size_t type = 2;
inline constexpr std::size_t segments_left = 3;
}  // namespace ipv6_routing_offset

/// Headers that may stand between the fixed header and the upper layer, as far as this stack knows their form.
constexpr bool is_ipv6_extension(std::uint8_t next_header) {
  constexpr std::uint64_t set =
      std::uint64_t{1} << protocol_number::hop_by_hop_options | std::uint64_t{1} << protocol_number::routing |
      std::uint64_t{1} << protocol_number::fragment | std::uint64_t{1} << protocol_number::destination_options;
  return next_header < 64 && (set >> next_header & 1) != 0;
}

/// The extension header of a kind that is_ipv6_extension() at `offset` of a packet; nothing if it is cut short.
constexpr std::optional<Bytes> ipv6_extension_at(Bytes packet, std::size_t offset, std::uint8_t kind) {
  if (packet.size() < offset + ipv6_extension_offset::options) return std::nullopt;
  const std::size_t size = kind == protocol_number::fragment
                               ? ipv6_fragment_header_size
                               : (packet[offset + ipv6_extension_offset::length] + 1U) * ipv6_extension_unit;
  if (packet.size() < offset + size) return std::nullopt;
  return packet.subspan(offset, size);
}

/// From an extension header to what follows it.
constexpr UpperLayer step_over(const UpperLayer& at, Bytes extension_header) {
  return {extension_header[ipv6_extension_offset::next_header],
          at.behind_fragment_header || at.protocol == protocol_number::fragment,
          static_cast<std::uint32_t>(at.offset + extension_header.size()), at.offset};
}

// A fragment header (RFC 8200 4.5).
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |  Next header  |    Reserved   |   Fragment offset / 8   |0|0|M|
// |                         Identification                        |
// +---------------------------------------------------------------+
namespace ipv6_fragment_offset {
inline constexpr std::size_t next_header = 0;
inline constexpr std::size_t reserved = 1;
inline constexpr std::size_t offset_and_more = 2;
inline constexpr std::size_t more = 3;  // in its last bit
inline constexpr std::size_t identification = 4;
}  // namespace ipv6_fragment_offset

class Ipv6FragmentHeader {
 public:
  /// Of 8 octets.
  explicit Ipv6FragmentHeader(Bytes bytes) : bytes_(bytes) {}
  std::uint8_t next_header() const { return bytes_[ipv6_fragment_offset::next_header]; }
  /// In octets.
  std::size_t offset() const { return load_be16(bytes_, ipv6_fragment_offset::offset_and_more) & 0xfff8U; }
  bool more() const { return (bytes_[ipv6_fragment_offset::more] & 1) != 0; }
  std::uint32_t identification() const { return load_be32(bytes_, ipv6_fragment_offset::identification); }
  /// A whole packet that carries a fragment header all the same (RFC 6946).
  bool is_atomic() const { return offset() == 0 && !more(); }

 private:
  Bytes bytes_;
};

/// Why the upper layer of a packet was not found.
enum class NoUpperLayer : std::uint8_t { cut_short, in_another_fragment, behind_too_many_headers };

/// Behind more headers nobody looks for it, so that no packet costs more than a few times what an echo costs.
inline constexpr std::size_t ipv6_headers_searched = 40;

/// How far a walk along a chain came, and why not to its upper layer if it did not.
struct ChainWalk {
  UpperLayer reached;
  std::optional<NoUpperLayer> ended_by = std::nullopt;
};

/// Walks along the extension headers of a packet, whatever they say, and shows each of them to `visit`: where it
/// stands, its kind as the protocol there, and its octets. `packet` begins with the fixed header and may be cut
/// anywhere behind it. (Kept tight: whoever wants to cost time sends as many headers as fit.)
template <class Visit>
[[gnu::always_inline]] inline ChainWalk walk_extensions(Bytes packet, const Visit& visit) {
  UpperLayer at{packet[ipv6_offset::next_header], false, ipv6_header_size, ipv6_offset::next_header};
  for (std::size_t headers = 0; is_ipv6_extension(at.protocol); ++headers) {
    if (packet.size() < at.offset + ipv6_extension_unit) return {at, NoUpperLayer::cut_short};
    if (headers == ipv6_headers_searched) return {at, NoUpperLayer::behind_too_many_headers};
    const auto header = ipv6_extension_at(packet, at.offset, at.protocol);
    if (!header) return {at, NoUpperLayer::cut_short};
    visit(at, *header);
    const bool is_later_fragment =
        at.protocol == protocol_number::fragment && Ipv6FragmentHeader(*header).offset() != 0;
    at = step_over(at, *header);
    if (is_later_fragment) return {at, NoUpperLayer::in_another_fragment};
  }
  return {at};
}

/// Where the upper layer begins, of such a packet.
std::expected<UpperLayer, NoUpperLayer> find_upper_layer(Bytes packet);
/// The octet that announces the extension header at `offset` of a packet whose chain leads there.
std::size_t announcing_octet(Bytes packet, std::size_t offset);

// An option (RFC 8200 4.2). Pad1 is a type alone.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     | Octets of data|              Data             |
// +---------------------------------------------------------------+
namespace ipv6_option_offset {
inline constexpr std::size_t type = 0;
inline constexpr std::size_t length = 1;
inline constexpr std::size_t data = 2;
}  // namespace ipv6_option_offset

namespace ipv6_option {
inline constexpr std::uint8_t pad1 = 0;
inline constexpr std::uint8_t padn = 1;
inline constexpr std::uint8_t router_alert = 5;  // RFC 2711 2.1
inline constexpr std::uint8_t jumbo_payload = 0xc2;
inline constexpr std::size_t router_alert_size = 4;   // type, length, 16 bits
inline constexpr std::size_t jumbo_payload_size = 6;  // type, length, 32 bits
}  // namespace ipv6_option

/// What whoever does not know an option does with the packet: the upper two bits of the type (RFC 8200 4.2).
enum class UnknownOption : std::uint8_t { skip, discard, report, report_unless_multicast };
constexpr UnknownOption action_for_unknown(std::uint8_t type) { return UnknownOption(type >> 6); }

struct Ipv6Option {
  std::size_t offset;  // octets from the start of the extension header
  Bytes bytes;         // type, length and data; of Pad1 all that stand in a row, one octet each
  std::uint8_t type() const { return bytes[ipv6_option_offset::type]; }
  bool is_padding() const { return type() == ipv6_option::pad1 || type() == ipv6_option::padn; }
};

/// Steps over the options of a hop-by-hop or destination options header. Every step goes forward.
class Ipv6OptionReader {
 public:
  /// The whole extension header.
  explicit Ipv6OptionReader(Bytes header) : header_(header) {}

  /// Nothing at the end, and at an option that runs past it.
  std::optional<Ipv6Option> next() {
    if (at_ == header_.size() || bad_length_at_) return std::nullopt;
    const std::size_t size = size_here();
    if (size > header_.size() - at_) {
      bad_length_at_ = at_ + ipv6_option_offset::length;
      return std::nullopt;
    }
    const Ipv6Option option{at_, header_.subspan(at_, size)};
    at_ += size;
    return option;
  }
  /// After the last option: the offset of the length octet that goes too far, or is itself beyond the header.
  std::optional<std::size_t> bad_length_at() const { return bad_length_at_; }

 private:
  std::size_t zeros_from(std::size_t at) const {
    std::size_t end = at;
    while (end + 8 <= header_.size() && (load_be32(header_, end) | load_be32(header_, end + 4)) == 0) end += 8;
    while (end < header_.size() && header_[end] == 0) ++end;
    return end - at;
  }
  std::size_t size_here() const {
    if (header_[at_] == ipv6_option::pad1) return zeros_from(at_);
    const std::size_t length_at = at_ + ipv6_option_offset::length;
    return ipv6_option_offset::data + (length_at == header_.size() ? 0U : header_[length_at]);
  }

  Bytes header_;
  std::size_t at_ = ipv6_extension_offset::options;
  std::optional<std::size_t> bad_length_at_;
};

/// A router alert of value 0 in a hop-by-hop header (RFC 2711 2.1). `packet` begins with the fixed header.
inline bool ipv6_has_router_alert(Bytes packet) {
  if (packet[ipv6_offset::next_header] != protocol_number::hop_by_hop_options) return false;
  const auto header = ipv6_extension_at(packet, ipv6_header_size, protocol_number::hop_by_hop_options);
  if (!header) return false;
  Ipv6OptionReader reader(*header);
  while (const auto option = reader.next())
    if (option->type() == ipv6_option::router_alert)
      return option->bytes.size() == ipv6_option::router_alert_size &&
             load_be16(option->bytes, ipv6_option_offset::data) == 0;
  return false;
}

}  // namespace tunstack
