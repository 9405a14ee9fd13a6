#include "protocols/wire/icmp_extensions.hpp"

#include <algorithm>

#include "protocols/base/checksum.hpp"
#include "protocols/wire/icmp_error.hpp"

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
    const Bytes part = take(icmp_number_part_size);
    return part.empty() ? std::nullopt : std::optional(icmp_number_in(part));
  }
  std::optional<IpAddress> address() {
    const Bytes rest = left_;
    const Bytes head = take(icmp_address_part_offset::address);
    if (head.empty()) return std::nullopt;
    const std::uint16_t family = load_be16(head, icmp_address_part_offset::family);
    if (family == address_family_number::ipv4) {
      if (!take(Ipv4Address::size).empty()) return Ipv4Address::load(rest, icmp_address_part_offset::address);
    } else if (family == address_family_number::ipv6) {
      if (!take(Ipv6Address::size).empty()) return Ipv6Address::load(rest, icmp_address_part_offset::address);
    }
    failed_ = true;
    return std::nullopt;
  }
  std::string_view name() {
    const std::size_t size = left_.empty() ? 0 : left_[icmp_name_part_offset::length];
    if (size == 0 || size > longest_name_part || size % 4 != 0) failed_ = true;
    const Bytes part = take(size);
    if (part.empty()) return {};
    const Bytes text = part.subspan(icmp_name_part_offset::name);
    const std::string_view padded(reinterpret_cast<const char*>(text.data()), text.size());
    return padded.substr(0, padded.find('\0'));
  }
  bool failed() const { return failed_; }

 private:
  Bytes left_;
  bool failed_ = false;
};

std::size_t name_part_size(std::string_view name) {
  return std::min((icmp_name_part_offset::name + name.size() + 3) / 4 * 4, longest_name_part);
}

std::size_t address_part_size(const IpAddress& address) {
  return icmp_address_part_offset::address + address.octets().size();
}

}  // namespace

bool has_extension_checksum(Bytes structure) { return load_be16(structure, icmp_extension_offset::checksum) != 0; }

std::optional<IcmpExtensionReader> IcmpExtensionReader::open(Bytes structure) {
  if (structure.size() < icmp_extension_header_size || (structure[icmp_extension_offset::version] & 0xf0) != version_2)
    return std::nullopt;
  const bool computed = has_extension_checksum(structure);
  if (computed && !checksum_is_intact(checksum_sum(structure))) return std::nullopt;
  return IcmpExtensionReader(structure.subspan(icmp_extension_header_size));
}

std::optional<IcmpExtensionObject> IcmpExtensionReader::next() {
  if (left_.size() < icmp_extension_object_header_size) return std::nullopt;
  const std::size_t length = load_be16(left_, icmp_object_offset::length);
  if (length < icmp_extension_object_header_size || length > left_.size()) return std::nullopt;
  const IcmpExtensionObject object{
      left_[icmp_object_offset::class_number], left_[icmp_object_offset::c_type],
      left_.subspan(icmp_extension_object_header_size, length - icmp_extension_object_header_size)};
  left_ = left_.subspan(length);
  return object;
}

IcmpErrorBody split_icmp_error(Family family, Bytes message, ExtensionCompatibility compatibility) {
  const Bytes body = message.subspan(std::min(icmp_header_size, message.size()));
  if (message.size() < icmp_header_size || !takes_icmp_extensions(family, message[icmp_offset::type]))
    return {body, {}};
  const std::size_t declared =
      family == Family::ipv4 ? message[icmpv4_error_offset::length] * 4U : message[icmpv6_error_offset::length] * 8U;
  if (declared == 0) {
    if (compatibility == ExtensionCompatibility::off || body.size() <= icmp_extended_quote_size) return {body, {}};
    const Bytes behind = body.subspan(icmp_extended_quote_size);
    // Here only a checksum that was computed tells extensions from quoted data.
    const bool found = IcmpExtensionReader::open(behind) && has_extension_checksum(behind);
    return found ? IcmpErrorBody{body.first(icmp_extended_quote_size), behind} : IcmpErrorBody{body, {}};
  }
  if (declared < icmp_extended_quote_size || declared > body.size()) return {body, {}, true};
  const Bytes structure = body.subspan(declared);
  if (structure.empty()) return {body, {}};
  if (!IcmpExtensionReader::open(structure)) return {body.first(declared), {}, true};
  return {body.first(declared), structure};
}

std::optional<MplsEntry> mpls_entry(const IcmpExtensionObject& object, std::size_t index) {
  const std::size_t at = index * mpls_entry_size;
  if (object.class_number != extension_class::mpls_label_stack || at + mpls_entry_size > object.payload.size())
    return std::nullopt;
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
  store_be16(object, icmp_object_offset::length, static_cast<std::uint16_t>(size));
  object[icmp_object_offset::class_number] = class_number;
  object[icmp_object_offset::c_type] = c_type;
  size_ += size;
  return object.subspan(icmp_extension_object_header_size);
}

void IcmpExtensionWriter::add(const InterfaceInformation& information) {
  const std::size_t index = information.index ? icmp_number_part_size : 0;
  const std::size_t address = information.address ? address_part_size(*information.address) : 0;
  const std::size_t name = information.name.empty() ? 0 : name_part_size(information.name);
  const std::size_t mtu = information.mtu ? icmp_number_part_size : 0;
  const unsigned c_type = static_cast<unsigned>(information.role) << 6 | (index ? has_index : 0U) |
                          (address ? has_address : 0U) | (name ? has_name : 0U) | (mtu ? has_mtu : 0U);
  MutableBytes part = begin_object(extension_class::interface_information, static_cast<std::uint8_t>(c_type),
                                   index + address + name + mtu);
  if (part.empty()) return;
  if (information.index) store_be32(part, icmp_number_part_offset, *information.index);
  part = part.subspan(index);
  if (information.address) {
    store_be16(part, icmp_address_part_offset::family,
               information.address->is_ipv4() ? address_family_number::ipv4 : address_family_number::ipv6);
    copy_bytes(part.subspan(icmp_address_part_offset::address), information.address->octets());
  }
  part = part.subspan(address);
  if (name) {
    part[icmp_name_part_offset::length] = static_cast<std::uint8_t>(name);
    std::ranges::copy(information.name.substr(0, longest_name_part - icmp_name_part_offset::name),
                      part.subspan(icmp_name_part_offset::name).begin());
  }
  part = part.subspan(name);
  if (information.mtu) store_be32(part, icmp_number_part_offset, *information.mtu);
}

void IcmpExtensionWriter::add_mpls(std::span<const MplsEntry> stack) {
  const MutableBytes payload = begin_object(extension_class::mpls_label_stack, 1, stack.size() * mpls_entry_size);
  if (payload.empty()) return;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const bool bottom = i + 1 == stack.size();
    store_be32(payload, i * mpls_entry_size,
               stack[i].label << 12 | (stack[i].traffic_class & 7U) << 9 | (bottom ? 0x100U : 0U) | stack[i].ttl);
  }
}

void IcmpExtensionWriter::add_pointer(std::uint32_t pointer) {
  const MutableBytes payload = begin_object(extension_class::extended_information, 1, icmp_number_part_size);
  if (!payload.empty()) store_be32(payload, icmp_number_part_offset, pointer);
}

Bytes IcmpExtensionWriter::finish() {
  if (size_ == icmp_extension_header_size) return {};
  const MutableBytes structure = MutableBytes(storage_).first(size_);
  structure[icmp_extension_offset::version] = version_2;
  store_be16(structure, icmp_extension_offset::checksum, 0);
  store_be16(structure, icmp_extension_offset::checksum, internet_checksum(structure));
  return structure;
}

}  // namespace tunstack
