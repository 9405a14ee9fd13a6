// The extension structure behind a quote (RFC 4884 7), its objects (RFC 4950, RFC 5837, RFC 8335), and where it
// begins in a message (RFC 4884 5).
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "protocols/base/address.hpp"

namespace tunstack {

inline constexpr std::size_t icmp_extension_header_size = 4;
inline constexpr std::size_t icmp_extension_object_header_size = 4;

// The structure: its header, then objects.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |Version|        Reserved       |            Checksum           |
// +---------------------------------------------------------------+
namespace icmp_extension_offset {
inline constexpr std::size_t version = 0;  // in the upper half
inline constexpr std::size_t checksum = 2;
}  // namespace icmp_extension_offset

// An object: its header, then as many octets as the length says behind it.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |    Length, with the header    |     Class     |     C-type    |
// +---------------------------------------------------------------+
namespace icmp_object_offset {
inline constexpr std::size_t length = 0;
inline constexpr std::size_t class_number = 2;
inline constexpr std::size_t c_type = 3;
}  // namespace icmp_object_offset

// An index or an MTU in an object: one word.
inline constexpr std::size_t icmp_number_part_offset = 0;
inline constexpr std::size_t icmp_number_part_size = 4;
inline std::uint32_t icmp_number_in(Bytes part) { return load_be32(part, icmp_number_part_offset); }

// An address in an object. The length is there where an object identifies an interface (RFC 8335 2.1), and reserved
// where it informs about one (RFC 5837 4.2).
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |     Address family number     | Address length|    Reserved   |
// |                   Address, padded to 32 bits                  |
// +---------------------------------------------------------------+
namespace icmp_address_part_offset {
inline constexpr std::size_t family = 0;
inline constexpr std::size_t length = 2;
inline constexpr std::size_t address = 4;
}  // namespace icmp_address_part_offset

// A name in an object that informs about an interface (RFC 5837 4.3).
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |  Part length  |       Name, padded with zeros to 32 bits      |
// +---------------------------------------------------------------+
namespace icmp_name_part_offset {
inline constexpr std::size_t length = 0;
inline constexpr std::size_t name = 1;
}  // namespace icmp_name_part_offset

// An entry of an MPLS label stack (RFC 4950 3), in one word.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |                 Label                 |  TC |S|  Time to live |
// +---------------------------------------------------------------+
inline constexpr std::size_t mpls_entry_size = 4;

/// The quote before an extension structure has this many octets at least (RFC 4884 4).
inline constexpr std::size_t icmp_extended_quote_size = 128;

namespace extension_class {
inline constexpr std::uint8_t mpls_label_stack = 1;          // RFC 4950
inline constexpr std::uint8_t interface_information = 2;     // RFC 5837
inline constexpr std::uint8_t interface_identification = 3;  // RFC 8335
inline constexpr std::uint8_t extended_information = 4;      // RFC 8883
}  // namespace extension_class

/// Where an object says which address it holds (IANA address family numbers).
namespace address_family_number {
inline constexpr std::uint16_t ipv4 = 1;
inline constexpr std::uint16_t ipv6 = 2;
inline constexpr std::uint16_t mac48 = 16389;
}  // namespace address_family_number

struct IcmpExtensionObject {
  std::uint8_t class_number = 0;
  std::uint8_t c_type = 0;
  Bytes payload;
};

/// Whether the checksum of a structure of 4 octets at least was computed: zero says that it was not (RFC 4884 7).
bool has_extension_checksum(Bytes structure);

/// Steps over the objects of a structure; unknown classes are the reader's affair (RFC 4884 7).
class IcmpExtensionReader {
 public:
  /// Nothing unless the version is 2 and the checksum is right, or zero: then it was not computed (RFC 4884 7).
  static std::optional<IcmpExtensionReader> open(Bytes structure);

  /// Nothing behind the last object, and at one whose length cannot be right.
  std::optional<IcmpExtensionObject> next();
  /// After the last object: whether the lengths of all were right.
  bool is_well_formed() const { return left_.empty(); }

 private:
  explicit IcmpExtensionReader(Bytes objects) : left_(objects) {}
  Bytes left_;
};

/// Whether messages of this type may carry extensions (RFC 4884 4.6).
constexpr bool takes_icmp_extensions(Family family, std::uint8_t type) {
  return family == Family::ipv4 ? type == 3 || type == 11 || type == 12 : type == 1 || type == 3;
}

/// `quote_size` octets, as the length field that stands in the 32 bits behind the checksum: words of 32 bits in the
/// second octet (ICMPv4), of 64 bits in the first (ICMPv6).
constexpr std::uint32_t icmp_quote_length_field(Family family, std::size_t quote_size) {
  return static_cast<std::uint32_t>(family == Family::ipv4 ? quote_size / 4 << 16 : quote_size / 8 << 24);
}

/// Whether a message without a length field is searched for extensions behind 128 octets of quote (RFC 4884 5.5).
enum class ExtensionCompatibility : std::uint8_t { off, on };

/// The two parts of an error's body.
struct IcmpErrorBody {
  Bytes quote;
  Bytes extensions;             // empty if there are none
  bool extensions_bad = false;  // something is there that is no extension structure
};
IcmpErrorBody split_icmp_error(Family family, Bytes message, ExtensionCompatibility compatibility);

/// One entry of an MPLS label stack object (RFC 4950 3).
struct MplsEntry {
  std::uint32_t label = 0;
  std::uint8_t traffic_class = 0;
  bool bottom = false;
  std::uint8_t ttl = 0;
};
/// Entry `index` of the object, or nothing behind the last.
std::optional<MplsEntry> mpls_entry(const IcmpExtensionObject& object, std::size_t index);

/// What an interface information object tells (RFC 5837 4); a part that is not there is empty.
enum class InterfaceRole : std::uint8_t { arriving, sub_ip_arriving, outgoing, next_hop };
struct InterfaceInformation {
  InterfaceRole role = InterfaceRole::arriving;
  std::optional<std::uint32_t> index = {};
  std::optional<IpAddress> address = {};
  std::string_view name = {};
  std::optional<std::uint32_t> mtu = {};  // octets
};
/// Nothing if the object is of another class or its parts do not fit it.
std::optional<InterfaceInformation> interface_information(const IcmpExtensionObject& object);

/// Writes an extension structure. What does not fit is left out as a whole.
class IcmpExtensionWriter {
 public:
  void add(const InterfaceInformation& information);
  void add_mpls(std::span<const MplsEntry> stack);
  /// A pointer into the packet that an error is about (RFC 8883 3.1).
  void add_pointer(std::uint32_t pointer);
  /// Empty if no object was added.
  Bytes finish();

 private:
  MutableBytes begin_object(std::uint8_t class_number, std::uint8_t c_type, std::size_t payload_size);

  std::array<std::uint8_t, 256> storage_{};
  std::size_t size_ = icmp_extension_header_size;
};

}  // namespace tunstack
