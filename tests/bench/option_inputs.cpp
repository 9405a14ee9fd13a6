// Options of IPv4, and messages of ICMP with all that they can hold.
#include "tests/bench/hostile_inputs.hpp"

namespace tunstack::test {
namespace {

Packet words_of(Packet options) {
  options.resize((options.size() + 3) / 4 * 4, 1);
  return options;
}
Packet repeated(std::size_t times, const Packet& part) {
  Packet all;
  for (std::size_t i = 0; i < times; ++i) all = all + part;
  return all;
}

/// A route of nine hops that ends here.
Packet full_route(unsigned type) {
  return Packet{static_cast<std::uint8_t>(type), 39, 40} + repeated(9, octets_of("198.51.100.9"));
}

struct Options {
  std::string_view what;
  Packet octets;
};
const Options full_options[] = {
    {"40 no-operations", Packet(40, 1)},
    {"20 unknown options", repeated(20, hex("de02"))},
    {"an empty record route of 9 places", hex("0727 04") + Packet(36)},
    {"a full record route", hex("0727 28") + Packet(36, 9)},
    {"10 timestamps", hex("4428 0500") + Packet(36)},
    {"5 timestamps with addresses", hex("4424 0501") + Packet(32)},
    {"4 timestamps of given hosts",
     hex("4424 0503") + octets_of("192.0.2.2") + Packet(4) + repeated(3, octets_of("198.51.100.9") + Packet(4))},
    {"full timestamps", hex("4428 2900") + Packet(36, 9)},
    {"a loose source route of 9 hops", full_route(131)},
    {"a strict source route of 9 hops", full_route(137)},
    {"a route, a record and timestamps",
     hex("830b0c c6336401 c6336402 070b04 00000000 00000000 440c0500 00000000 00000000")},
    {"38 no-operations before an option in error", Packet(38, 1) + hex("0700")},
};

/// RFC 4884: 128 octets of a datagram, and as many objects as there is room for.
Packet error_with_objects4() {
  const Packet quote = ipv4({.source = "192.0.2.2", .destination = "203.0.113.9"}, Packet(108));
  Packet structure = hex("2000 0000") + repeated(109, hex("0004 0101"));
  set_be16(structure, 2, plain_checksum(structure));
  return ipv4({}, icmpv4(11, 0, 32U << 16, quote + structure));
}
Packet error_with_objects6() {
  const Packet quote = ipv6({.source = "2001:db8::2", .destination = "2001:db8:9::9"}, Packet(88));
  Packet structure = hex("2000 0000") + repeated(270, hex("0004 0101"));
  set_be16(structure, 2, plain_checksum(structure));
  return ipv6({}, icmpv6({}, 3, 0, 16U << 24, quote + structure));
}
Packet error_with_options4() {
  return ipv4({},
              icmpv4(3, 1, 0,
                     ipv4({.source = "192.0.2.2", .destination = "203.0.113.9", .options = full_route(131) + Packet(1)},
                          Packet(8))));
}

}  // namespace

std::vector<Input> option_inputs() {
  std::vector<Input> inputs;
  for (const Options& options : full_options) {
    const Ipv4Fields ip{.options = words_of(options.octets)};
    inputs.push_back({"echo with " + std::string(options.what), {echo4(ip)}});
    inputs.push_back({"UDP to a closed port with " + std::string(options.what), {udp4(ip)}});
  }
  const Ipv4Fields tcp4{.protocol = 6};
  const Ipv6Fields tcp6{.next_header = 6};
  for (const Input& input : {
           Input{"UDP to a closed port, IPv4", {udp4()}},
           Input{"UDP to a closed port, IPv6", {udp6()}},
           Input{"UDP to a closed port, IPv4, with extensions", {udp4()}, {"icmp.extensions=on"}},
           Input{"UDP to a closed port, IPv6, with extensions", {udp6()}, {"icmp.extensions=on"}},
           Input{"TCP to a closed port, IPv4", {ipv4(tcp4, tcp(tcp4, {}))}},
           Input{"TCP to a closed port, IPv6", {ipv6(tcp6, tcp(tcp6, {}))}},
           Input{"an IPv4 error that quotes 60 octets of header", {error_with_options4()}},
           Input{"an IPv4 error with 109 extension objects", {error_with_objects4()}},
           Input{"an IPv6 error with 270 extension objects", {error_with_objects6()}},
       })
    inputs.push_back(input);
  return inputs;
}

}  // namespace tunstack::test
