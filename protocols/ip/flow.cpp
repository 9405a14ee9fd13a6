#include "protocols/ip/flow.hpp"

#include "protocols/base/address_hash.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack::ip {

namespace {

bool is_echo(std::uint8_t protocol, std::uint8_t type) {
  if (protocol == protocol_number::icmpv4)
    return type == static_cast<std::uint8_t>(Icmpv4Type::echo_request) ||
           type == static_cast<std::uint8_t>(Icmpv4Type::echo_reply);
  return protocol == protocol_number::icmpv6 && (type == static_cast<std::uint8_t>(Icmpv6Type::echo_request) ||
                                                 type == static_cast<std::uint8_t>(Icmpv6Type::echo_reply));
}

/// The first four octets of the message, where they are of the flow: ports, or what an echo begins with.
std::uint32_t start_of_flow(std::uint8_t protocol, Bytes message) {
  if (message.size() < 4) return 0;
  const bool has_ports = protocol == protocol_number::tcp || protocol == protocol_number::udp;
  return has_ports || is_echo(protocol, message[0]) ? load_be32(message, 0) : 0;
}

}  // namespace

std::uint64_t flow_hash(const Ipv4View& ip, const SipHashKey& key) {
  SipHash13 hash(key);
  hash.add(std::uint64_t{ip.source().value} << 32 | ip.destination().value);
  const std::uint32_t start = ip.is_fragment() ? 0 : start_of_flow(ip.protocol(), ip.payload());
  hash.add(std::uint64_t{ip.protocol()} << 32 | start);
  return hash.finish();
}

std::uint64_t flow_hash(const Ipv6View& ip, const SipHashKey& key) {
  TableHash hash(key);
  hash.add(ip.source());
  hash.add(ip.destination());
  if (ip.flow_label() != 0) return hash.finish(0, ip.flow_label());
  return hash.finish(1, std::uint64_t{ip.next_header()} << 32 | start_of_flow(ip.next_header(), ip.payload()));
}

}  // namespace tunstack::ip
