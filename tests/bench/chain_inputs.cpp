// Chains of IPv6 extension headers, up to their limits and beyond.
#include "tests/bench/hostile_inputs.hpp"

namespace tunstack::test {
namespace {

constexpr unsigned destination_options = 60, routing = 43, icmpv6_number = 58;

Packet header6(unsigned next, const Packet& body) {
  return Packet{static_cast<std::uint8_t>(next), static_cast<std::uint8_t>((body.size() + 2) / 8 - 1)} + body;
}

/// `count` times `body` as destination options, then an echo request.
Packet with_headers(std::size_t count, const Packet& body, unsigned kind = destination_options) {
  Packet payload;
  for (std::size_t i = 1; i <= count; ++i) payload = payload + header6(i < count ? kind : icmpv6_number, body);
  return ipv6({.next_header = kind}, payload + icmpv6({}, 128, 0, 1, counting(16)));
}

Packet repeated(const Packet& part, std::size_t size) {
  Packet all;
  while (all.size() + part.size() <= size) all = all + part;
  return all + Packet(size - all.size());
}

Packet error_quoting(const Packet& quote) { return ipv6({}, icmpv6({}, 1, 4, 0, quote)); }

}  // namespace

std::vector<Input> chain_inputs() {
  const Packet skipped = hex("1e00");
  const Packet chain_of_ours =
      ipv6({.source = "2001:db8::2", .destination = "2001:db8::1", .next_header = destination_options},
           repeated(hex("3c00010400000000"), 1184));
  return {
      {"8 headers of 8 octets", {with_headers(8, hex("010400000000"))}},
      {"8 headers of 120 octets, each with 8 options and 16 paddings",
       {with_headers(8, repeated(hex("1e02000001000100"), 64) + hex("0132") + Packet(52 - 2))}},
      {"a header of 1216 octets of Pad1", {with_headers(1, Packet(1214))}},
      {"a header of 1216 octets of empty PadN", {with_headers(1, repeated(hex("0100"), 1214))}},
      {"a header of 1216 octets of options to skip", {with_headers(1, repeated(skipped, 1214))}},
      {"160 headers of 8 octets", {with_headers(160, hex("010400000000"))}},
      {"a header longer than a chain may be", {with_headers(1, Packet(1398))}},
      {"an option to report", {with_headers(1, hex("9e0400000000"))}},
      {"an option beyond its header", {with_headers(1, hex("01c800000000"))}},
      {"a routing header with segments left", {with_headers(1, hex("000100000000"), routing)}},
      {"an error that quotes 148 headers", {error_quoting(chain_of_ours)}},
      {"an unknown next header", {ipv6({.next_header = 200}, counting(64))}},
  };
}

}  // namespace tunstack::test
