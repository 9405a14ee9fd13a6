// A fragment as reassembly sees it, the same for both families.
#pragma once

#include "protocols/base/address.hpp"
#include "protocols/base/interface_id.hpp"

namespace tunstack::ip {

/// What to do with octets that arrive twice and differ (RFC 791 3.2): give the datagram up, or take those that came
/// first or last. In IPv6 equal ones are too much as well, but in an exact duplicate (RFC 8200 4.5).
enum class Overlap : std::uint8_t { drop, first, last, drop_equal_too };

/// Fragments with equal keys belong together (RFC 791 3.2, RFC 8200 4.5).
struct FragmentKey {
  IpAddress source;
  IpAddress destination;
  std::uint32_t identification = 0;
  std::uint8_t protocol = 0;  // 0 in IPv6, where it is no part of the key
  friend bool operator==(const FragmentKey&, const FragmentKey&) = default;
};

inline constexpr std::size_t fragment_unit = 8;  // octets: offsets count these (RFC 791 3.1)
inline constexpr std::size_t largest_fragmented_payload = 65535;
/// The two bits at the end of type of service and traffic class (RFC 3168 5).
inline constexpr std::uint8_t ecn_congestion_experienced = 3;

struct Fragment {
  FragmentKey key;
  std::size_t offset = 0;  // octets, a multiple of 8; offset and data together are at most 65535
  bool more = false;       // then the data is a multiple of 8 octets long
  std::uint8_t ecn = 0;    // RFC 3168 5
  Bytes header;            // what stands before the data, at most 2048 octets; that of offset 0 is kept
  Bytes data;              // not empty
  InterfaceId interface{};
  bool link_layer_group = false;
  bool is_looped_back = false;
};

}  // namespace tunstack::ip
