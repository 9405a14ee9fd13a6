#include "protocols/icmp/extended_echo.hpp"

#include <algorithm>

#include "protocols/base/rule.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/icmpv6.hpp"

namespace tunstack::icmp {

namespace {

// C-types of the interface identification object (RFC 8335 2.1).
constexpr std::uint8_t by_name = 1;
constexpr std::uint8_t by_index = 2;
constexpr std::uint8_t by_address = 3;

struct Question {
  bool local = false;
  std::uint8_t kind = 0;       // of probe_kind
  std::string_view name = {};  // by name
  std::uint32_t index = 0;     // by index
  std::uint16_t family = 0;    // by address
  Bytes address = {};          // by address
};

/// Whether an interface of this node is meant, rather than one of a neighbor.
bool asks_here(Bytes message) { return (message[extended_echo_offset::flags] & extended_echo_local) != 0; }

struct ProbeArrival {
  const ExtendedEchoRequest& request;
  const ExtendedEchoPolicy& policy;
};

constexpr std::array probe_rules = {
    Rule<ProbeArrival>{Reason::extended_echo_off, [](const ProbeArrival& a) { return !a.policy.enabled; }},
    Rule<ProbeArrival>{Reason::extended_echo_to_group,
                       [](const ProbeArrival& a) {
                         const AddressKind source = a.request.source_kind;
                         const bool is_from_one = source == AddressKind::unicast || source == AddressKind::itself;
                         return !is_own(a.request.destination_kind) || !is_from_one;
                       }},
    Rule<ProbeArrival>{Reason::extended_echo_source_not_allowed,
                       [](const ProbeArrival& a) {
                         const auto& allowed = a.policy.sources;
                         return !allowed.empty() && std::ranges::none_of(allowed, [&](const IpPrefix& prefix) {
                           return prefix.contains(a.request.source);
                         });
                       }},
    Rule<ProbeArrival>{Reason::extended_echo_locality_not_allowed,
                       [](const ProbeArrival& a) {
                         return a.policy.locality ==
                                (asks_here(a.request.message) ? ProbeLocality::remote : ProbeLocality::local);
                       }},
};

/// The one object of the structure. The checksum covers the structure: up to the end of the message, or, where data
/// follows, of the object (RFC 8335 2 and its revision).
std::optional<IcmpExtensionObject> only_object(Bytes structure, ZeroChecksum zero) {
  constexpr std::size_t start = icmp_extension_header_size;
  if (structure.size() < start + icmp_extension_object_header_size) return std::nullopt;
  const std::size_t length = load_be16(structure, start + icmp_object_offset::length);
  if (length < icmp_extension_object_header_size || start + length > structure.size()) return std::nullopt;
  if (!has_extension_checksum(structure) && zero == ZeroChecksum::reject) return std::nullopt;
  auto reader = IcmpExtensionReader::open(structure.first(start + length));
  if (!reader) reader = IcmpExtensionReader::open(structure);
  return reader ? reader->next() : std::nullopt;
}

/// Whether what follows the object is a second one rather than data.
bool has_second_object(Bytes structure) {
  const std::size_t end =
      icmp_extension_header_size + load_be16(structure, icmp_extension_header_size + icmp_object_offset::length);
  const Bytes rest = structure.subspan(end);
  return rest.size() >= icmp_extension_object_header_size &&
         rest[icmp_object_offset::class_number] == extension_class::interface_identification &&
         load_be16(rest, icmp_object_offset::length) == rest.size();
}

std::optional<std::size_t> address_size(std::uint16_t family) {
  switch (family) {
    case address_family_number::ipv4:
      return Ipv4Address::size;
    case address_family_number::ipv6:
      return Ipv6Address::size;
    case address_family_number::mac48:
      return MacAddress::size;
    default:
      return std::nullopt;
  }
}

std::optional<Question> parse_address_question(Bytes payload, bool local) {
  constexpr std::size_t address_at = icmp_address_part_offset::address;
  if (payload.size() < address_at) return std::nullopt;
  const std::uint16_t family = load_be16(payload, icmp_address_part_offset::family);
  const std::size_t size = payload[icmp_address_part_offset::length];
  const auto expected = address_size(family);
  if ((expected && size != *expected) || address_at + (size + 3) / 4 * 4 > payload.size()) return std::nullopt;
  return Question{
      .local = local, .kind = probe_kind::address, .family = family, .address = payload.subspan(address_at, size)};
}

/// Nothing if the query is malformed (RFC 8335 4.1).
std::optional<Question> parse_question(Bytes message, ZeroChecksum zero) {
  const bool local = asks_here(message);
  const Bytes structure = message.subspan(icmp_header_size);
  const auto object = only_object(structure, zero);
  if (!object || object->class_number != extension_class::interface_identification || has_second_object(structure))
    return std::nullopt;
  if (object->c_type == by_address) return parse_address_question(object->payload, local);
  if (!local) return std::nullopt;
  if (object->c_type == by_index && object->payload.size() == icmp_number_part_size)
    return Question{.local = local, .kind = probe_kind::index, .index = icmp_number_in(object->payload)};
  if (object->c_type != by_name) return std::nullopt;
  const std::string_view padded(reinterpret_cast<const char*>(object->payload.data()), object->payload.size());
  return Question{.local = local, .kind = probe_kind::name, .name = padded.substr(0, padded.find('\0'))};
}

bool has_address(const InterfaceConfig& interface, const Question& question) {
  return std::ranges::any_of(interface.addresses, [&](const IpPrefix& prefix) {
    const bool same_family =
        question.family == (prefix.address.is_ipv4() ? address_family_number::ipv4 : address_family_number::ipv6);
    return same_family && std::ranges::equal(prefix.address.octets(), question.address);
  });
}

bool matches(const InterfaceConfig& interface, std::uint32_t index, const Question& question) {
  if (question.kind == probe_kind::name) return interface.name == question.name;
  if (question.kind == probe_kind::index) return index == question.index;
  return has_address(interface, question);
}

bool runs(const InterfaceConfig& interface, Family family) {
  return std::ranges::any_of(interface.addresses,
                             [&](const IpPrefix& prefix) { return prefix.address.family() == family; });
}

std::uint8_t flags_of(const InterfaceConfig& interface) {
  if (!interface.up) return 0;
  return static_cast<std::uint8_t>(extended_echo_flag::active |
                                   (runs(interface, Family::ipv4) ? extended_echo_flag::ipv4 : 0) |
                                   (runs(interface, Family::ipv6) ? extended_echo_flag::ipv6 : 0));
}

struct Finding {
  ExtendedEchoCode code;
  std::uint8_t state_and_flags = 0;
};

/// An interface elsewhere is known by its entry among the neighbors.
Finding find_neighbor(const Question& question, const NeighborTable& neighbors) {
  const NeighborEntries found = neighbors ? neighbors(question.family, question.address) : NeighborEntries{};
  if (found.interfaces == 0) return {ExtendedEchoCode::no_such_table_entry};
  if (found.interfaces > 1) return {ExtendedEchoCode::multiple_interfaces};
  return {ExtendedEchoCode::no_error, static_cast<std::uint8_t>(found.state << extended_echo_state_shift)};
}

Finding find_own(const Question& question, const KnownInterfaces& interfaces) {
  Finding found{ExtendedEchoCode::no_such_interface};
  for (std::size_t i = 0; i < interfaces.count; ++i) {
    if (!matches(interfaces.own(i), static_cast<std::uint32_t>(i + 1), question)) continue;
    if (found.code == ExtendedEchoCode::no_error) return {ExtendedEchoCode::multiple_interfaces};
    found = {ExtendedEchoCode::no_error, flags_of(interfaces.own(i))};
  }
  return found;
}

std::uint8_t reply_type(Family family) {
  return family == Family::ipv4 ? static_cast<std::uint8_t>(Icmpv4Type::extended_echo_reply)
                                : static_cast<std::uint8_t>(Icmpv6Type::extended_echo_reply);
}

}  // namespace

Verdict answer_extended_echo(const ExtendedEchoRequest& request, const KnownInterfaces& interfaces,
                             const ExtendedEchoPolicy& policy) {
  if (const auto broken = first_broken<probe_rules>(ProbeArrival{request, policy}, request.trace)) return Drop{*broken};
  const auto question = parse_question(request.message, policy.zero_checksum);
  if (question && (policy.kinds & question->kind) == 0) return Drop{Reason::extended_echo_kind_not_allowed};
  const Finding finding = !question         ? Finding{ExtendedEchoCode::malformed_query}
                          : question->local ? find_own(*question, interfaces)
                                            : find_neighbor(*question, interfaces.neighbors);
  const Bytes body = policy.reply_body == ProbeBody::copy ? request.message.subspan(icmp_header_size) : Bytes{};
  return Reply{Reason::extended_echo_request_for_us,
               ExtendedEchoReply{reply_type(request.family), finding.code,
                                 icmp_identifier_and_sequence(request.message), finding.state_and_flags, body},
               ReplyHeader{.hop_limit = 255, .dont_fragment = DontFragment::always}};  // RFC 8335 4
}

}  // namespace tunstack::icmp
