#include "protocols/wire/icmp_extensions.hpp"

#include <algorithm>

#include "protocols/base/checksum.hpp"
#include "protocols/wire/icmpv4.hpp"

namespace tunstack {

namespace {

constexpr std::uint8_t version_2 = 0x20;

// The parts that an interface information object has, in the low bits of its c-type (RFC 5837 4.1).
constexpr std::uint8_t has_index = 8;
constexpr std::uint8_t has_address = 4;
constexpr std::uint8_t has_name = 2;
constexpr std::uint8_t has_mtu = 1;
constexpr std::size_t longest_name_part = 64;  // octets, with its length byte

/// Takes parts from the front of an object; once one is not there, nothing is.
class PartReader {
 public:
  explicit PartReader(Bytes left) : left_(left) {}
  Bytes take(std::size_t size) {
    if (failed_ || size > left_.size()) {
      failed_ = true;
      return {};
    }
    const Bytes part = left_.first(size);
    left_ = left_.subspan(size);
    return part;
  }
  std::optional<std::uint32_t> number() {
    const Bytes part = take(4);
    return part.empty() ? std::nullopt : std::optional(load_be32(part, 0));
  }
  std::optional<IpAddress> address() {
    const Bytes head = take(4);
    if (head.empty()) return std::nullopt;
    const std::uint16_t family = load_be16(head, 0);
    if (family == address_family_number::ipv4) {
      if (const Bytes part = take(Ipv4Address::size); !part.empty()) return IpAddress(Ipv4Address::load(part, 0));
    } else if (family == address_family_number::ipv6) {
      if (const Bytes part = take(Ipv6Address::size); !part.empty()) return IpAddress(Ipv6Address::load(part, 0));
    }
    failed_ = true;
    return std::nullopt;
  }
  std::string_view name() {
    const std::size_t size = left_.empty() ? 0 : left_[0];
    if (size == 0 || size > longest_name_part || size % 4 != 0) failed_ = true;
    const Bytes part = take(size);
    if (part.empty()) return {};
    const std::string_view padded(reinterpret_cast<const char*>(part.data()) + 1, part.size() - 1);
    return padded.substr(0, padded.find('\0'));
  }
  bool failed() const { return failed_; }

 private:
  Bytes left_;
  bool failed_ = false;
};

std::size_t name_part_size(std::string_view name) { return std::min((1 + name.size() + 3) / 4 * 4, longest_name_part); }

std::size_t address_part_size(const IpAddress& address) { return 4 + address.octets().size(); }

}  // namespace

std::optional<IcmpExtensionReader> IcmpExtensionReader::open(Bytes structure) {
  if (structure.size() < icmp_extension_header_size || (structure[0] & 0xf0) != version_2) return std::nullopt;
  const bool computed = load_be16(structure, 2) != 0;
  if (computed && !checksum_is_intact(checksum_sum(structure))) return std::nullopt;
  return IcmpExtensionReader(structure.subspan(icmp_extension_header_size));
}

std::optional<IcmpExtensionObject> IcmpExtensionReader::next() {
  if (left_.size() < icmp_extension_object_header_size) return std::nullopt;
  const std::size_t length = load_be16(left_, 0);
  if (length < icmp_extension_object_header_size || length > left_.size()) return std::nullopt;
  const IcmpExtensionObject object{
      left_[2], left_[3], left_.subspan(icmp_extension_object_header_size, length - icmp_extension_object_header_size)};
  left_ = left_.subspan(length);
  return object;
}

IcmpErrorBody split_icmp_error(Family family, Bytes message, ExtensionCompatibility compatibility) {
  const Bytes body = message.subspan(std::min(icmp_header_size, message.size()));
  if (message.size() < icmp_header_size || !takes_icmp_extensions(family, message[0])) return {body, {}};
  const std::size_t declared = family == Family::ipv4 ? message[5] * 4U : message[4] * 8U;
  if (declared == 0) {
    if (compatibility == ExtensionCompatibility::off || body.size() <= icmp_extended_quote_size) return {body, {}};
    const Bytes behind = body.subspan(icmp_extended_quote_size);
    // Here only a checksum that was computed tells extensions from quoted data.
    const bool found = IcmpExtensionReader::open(behind) && load_be16(behind, 2) != 0;
    return found ? IcmpErrorBody{body.first(icmp_extended_quote_size), behind} : IcmpErrorBody{body, {}};
  }
  if (declared < icmp_extended_quote_size || declared > body.size()) return {body, {}, true};
  const Bytes structure = body.subspan(declared);
  if (structure.empty()) return {body, {}};
  if (!IcmpExtensionReader::open(structure)) return {body.first(declared), {}, true};
  return {body.first(declared), structure};
}

std::optional<MplsEntry> mpls_entry(const IcmpExtensionObject& object, std::size_t index) {
  const std::size_t at = index * 4;
  if (object.class_number != extension_class::mpls_label_stack || at + 4 > object.payload.size()) return std::nullopt;
  const std::uint32_t word = load_be32(object.payload, at);
  return MplsEntry{word >> 12, static_cast<std::uint8_t>(word >> 9 & 7), (word & 0x100) != 0,
                   static_cast<std::uint8_t>(word)};
}

std::optional<InterfaceInformation> interface_information(const IcmpExtensionObject& object) {
  if (object.class_number != extension_class::interface_information) return std::nullopt;
  InterfaceInformation information{.role = static_cast<InterfaceRole>(object.c_type >> 6)};
  PartReader parts(object.payload);
  if (object.c_type & has_index) information.index = parts.number();
  if (object.c_type & has_address) information.address = parts.address();
  if (object.c_type & has_name) information.name = parts.name();
  if (object.c_type & has_mtu) information.mtu = parts.number();
  return parts.failed() ? std::nullopt : std::optional(information);
}

MutableBytes IcmpExtensionWriter::begin_object(std::uint8_t class_number, std::uint8_t c_type,
                                               std::size_t payload_size) {
  const std::size_t size = icmp_extension_object_header_size + payload_size;
  if (size > storage_.size() - size_) return {};
  const MutableBytes object = MutableBytes(storage_).subspan(size_, size);
  store_be16(object, 0, static_cast<std::uint16_t>(size));
  object[2] = class_number;
  object[3] = c_type;
  size_ += size;
  return object.subspan(icmp_extension_object_header_size);
}

void IcmpExtensionWriter::add(const InterfaceInformation& information) {
  const std::size_t index = information.index ? 4 : 0;
  const std::size_t address = information.address ? address_part_size(*information.address) : 0;
  const std::size_t name = information.name.empty() ? 0 : name_part_size(information.name);
  const std::size_t mtu = information.mtu ? 4 : 0;
  const unsigned c_type = static_cast<unsigned>(information.role) << 6 | (index ? has_index : 0U) |
                          (address ? has_address : 0U) | (name ? has_name : 0U) | (mtu ? has_mtu : 0U);
  MutableBytes part = begin_object(extension_class::interface_information, static_cast<std::uint8_t>(c_type),
                                   index + address + name + mtu);
  if (part.empty()) return;
  if (information.index) store_be32(part, 0, *information.index);
  part = part.subspan(index);
  if (information.address) {
    store_be16(part, 0, information.address->is_ipv4() ? address_family_number::ipv4 : address_family_number::ipv6);
    copy_bytes(part.subspan(4), information.address->octets());
  }
  part = part.subspan(address);
  if (name) {
    part[0] = static_cast<std::uint8_t>(name);
    std::ranges::copy(information.name.substr(0, longest_name_part - 1), part.begin() + 1);
  }
  part = part.subspan(name);
  if (information.mtu) store_be32(part, 0, *information.mtu);
}

void IcmpExtensionWriter::add_mpls(std::span<const MplsEntry> stack) {
  const MutableBytes payload = begin_object(extension_class::mpls_label_stack, 1, stack.size() * 4);
  if (payload.empty()) return;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const bool bottom = i + 1 == stack.size();
    store_be32(payload, i * 4,
               stack[i].label << 12 | (stack[i].traffic_class & 7U) << 9 | (bottom ? 0x100U : 0U) | stack[i].ttl);
  }
}

Bytes IcmpExtensionWriter::finish() {
  if (size_ == icmp_extension_header_size) return {};
  const MutableBytes structure = MutableBytes(storage_).first(size_);
  structure[0] = version_2;
  store_be16(structure, 2, 0);
  store_be16(structure, 2, internet_checksum(structure));
  return structure;
}

}  // namespace tunstack
