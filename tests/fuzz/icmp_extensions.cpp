// Any bytes as an error message and as an extension structure: nothing is read beyond them, and what a structure
// tells, written once more, tells the same.
// Input: one byte of choices, then the message or structure.
#include <algorithm>

#include "protocols/icmp/quote.hpp"
#include "tests/fuzz/sent_packets.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// Bits of the first byte.
constexpr unsigned of_ipv6 = 1;
constexpr unsigned compatible = 2;
constexpr unsigned is_message = 4;      // else a structure
constexpr unsigned mends_checksum = 8;  // of the structure, so that its objects are reached
constexpr unsigned mends_type = 16;     // of the message: one that takes extensions

bool is_within(Bytes part, Bytes whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool is_same(const InterfaceInformation& a, const InterfaceInformation& b) {
  return a.role == b.role && a.index == b.index && a.address == b.address && a.name == b.name && a.mtu == b.mtu;
}

IcmpExtensionObject only_object(IcmpExtensionReader& reader) {
  const auto object = reader.next();
  require(object && !reader.next() && reader.is_well_formed());
  return *object;
}

void check_interface_information(const IcmpExtensionObject& object) {
  const auto information = interface_information(object);
  if (!information) return;
  require(object.class_number == extension_class::interface_information);
  // RFC 5837 4.1: the low bits of the c-type say which parts there are.
  require(information->index.has_value() == ((object.c_type & 8) != 0));
  require(information->address.has_value() == ((object.c_type & 4) != 0));
  require(information->name.empty() || (object.c_type & 2) != 0);
  require(information->mtu.has_value() == ((object.c_type & 1) != 0));
  require(is_within({reinterpret_cast<const std::uint8_t*>(information->name.data()), information->name.size()},
                    object.payload));
  IcmpExtensionWriter writer;
  writer.add(*information);
  auto reader = IcmpExtensionReader::open(writer.finish());
  require(reader.has_value());
  const auto again = interface_information(only_object(*reader));
  require(again && is_same(*again, *information));
}

void check_mpls(const IcmpExtensionObject& object) {
  std::vector<MplsEntry> stack;
  while (const auto entry = mpls_entry(object, stack.size())) stack.push_back(*entry);
  require(stack.size() == (object.class_number == extension_class::mpls_label_stack ? object.payload.size() / 4 : 0));
  if (stack.empty() || stack.size() > 60) return;
  IcmpExtensionWriter writer;
  writer.add_mpls(stack);
  auto reader = IcmpExtensionReader::open(writer.finish());
  require(reader.has_value());
  const IcmpExtensionObject written = only_object(*reader);
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const auto again = mpls_entry(written, i);
    require(again && again->label == stack[i].label && again->traffic_class == stack[i].traffic_class &&
            again->ttl == stack[i].ttl && again->bottom == (i + 1 == stack.size()));
  }
}

void check_structure(Bytes structure) {
  auto reader = IcmpExtensionReader::open(structure);
  if (!reader) return;
  std::size_t size = icmp_extension_header_size;
  while (const auto object = reader->next()) {
    require(is_within(object->payload, structure));
    size += icmp_extension_object_header_size + object->payload.size();
    check_interface_information(*object);
    check_mpls(*object);
  }
  require(size <= structure.size() && reader->is_well_formed() == (size == structure.size()));
}

void check_message(Family family, Bytes message, ExtensionCompatibility compatibility) {
  const IcmpErrorBody body = split_icmp_error(family, message, compatibility);
  require(is_within(body.quote, message) && is_within(body.extensions, message));
  require(body.quote.size() + body.extensions.size() <= message.size());
  if (body.extensions.empty()) return;
  require(!body.extensions_bad && takes_icmp_extensions(family, message[0]));
  require(body.quote.data() + body.quote.size() == body.extensions.data());
  require(body.extensions.data() + body.extensions.size() == message.data() + message.size());
  require(IcmpExtensionReader::open(body.extensions).has_value());
  check_structure(body.extensions);
}

/// An error of ours about any packet is split where it was put together.
void check_own_error(Family family, Bytes quoted, std::size_t room) {
  constexpr MplsEntry entry{.label = 16, .ttl = 1};
  IcmpExtensionWriter writer;
  writer.add_mpls({&entry, 1});
  const Bytes structure = writer.finish();
  const std::uint8_t type = family == Family::ipv4 ? 11 : 3;
  const Bytes quote = quoted.first(std::min(quoted.size(), room - icmp_header_size));
  const IcmpError error = icmp::with_extensions({.type = type, .quote = quote}, family, structure, room);
  std::vector<std::uint8_t> message(error.size());
  error.write(message);
  require(message.size() <= room);
  const IcmpErrorBody body = split_icmp_error(family, message, ExtensionCompatibility::off);
  if (room < icmp_header_size + icmp_extended_quote_size + structure.size())
    return require(body.extensions.empty() && std::ranges::equal(body.quote, quote));
  require(std::ranges::equal(body.extensions, structure));
  require(body.quote.size() >= icmp_extended_quote_size && body.quote.size() % (family == Family::ipv4 ? 4 : 8) == 0);
  const std::size_t kept = std::min(body.quote.size(), quote.size());
  require(std::ranges::equal(body.quote.first(kept), quote.first(kept)));
  require(std::ranges::all_of(body.quote.subspan(kept), [](std::uint8_t octet) { return octet == 0; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choices = data[0];
  std::vector<std::uint8_t> bytes(data + 1, data + size);
  const Family family = choices & of_ipv6 ? Family::ipv6 : Family::ipv4;
  if (!(choices & is_message)) {
    if (choices & mends_checksum && bytes.size() >= 4) {
      bytes[0] = 0x20;
      mend(bytes, 2, 0);
    }
    check_structure(bytes);
    return 0;
  }
  if (choices & mends_type && !bytes.empty()) bytes[0] = family == Family::ipv4 ? 11 : 3;
  check_message(family, bytes, choices & compatible ? ExtensionCompatibility::on : ExtensionCompatibility::off);
  const std::size_t header = family == Family::ipv4 ? ipv4_header_size : ipv6_header_size;
  const std::size_t mtu = 68 + (bytes.empty() ? 0U : bytes[0]) * 6U;
  check_own_error(family, bytes, icmp::room_for_error(family, header, mtu));
  return 0;
}
