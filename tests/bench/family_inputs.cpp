// Families of addresses through every table that strangers fill: those that a hash which only multiplies would put into
// one place, and those that a weak one would.
#include <fmt/format.h>

#include <unordered_set>

#include "tests/bench/hostile_inputs.hpp"

namespace tunstack::test {
namespace {

constexpr std::uint32_t strangers = 20000;

/// The inverse of an odd number, by Newton's method: d * inverse(d) = 1 (mod 2^64).
constexpr std::uint64_t inverse(std::uint64_t d) {
  std::uint64_t x = d;
  for (int i = 0; i < 6; ++i) x *= 2 - d * x;
  return x;
}

/// The lower 64 bits of an IPv6 address, and the lower 24 of an IPv4 one.
struct AddressFamily {
  std::string_view what;
  std::uint64_t (*host)(std::uint64_t i);
};
const AddressFamily families[] = {
    {"in a row", [](std::uint64_t i) { return 0x1000 + i; }},
    {"with the same lower bits", [](std::uint64_t i) { return i << 24 | (i << 10 & 0xfffc00) | 0x156; }},
    {"h0 + i/D", [](std::uint64_t i) { return 0x1234 + i * inverse(0xd6e8feb86659fd93); }},
    {"of two single bits",
     [](std::uint64_t i) { return std::uint64_t{1} << i % 64 | std::uint64_t{1} << i / 64 % 64; }},
};

std::string of_network6(std::string_view network, std::uint64_t host) {
  return fmt::format("{}:{:x}:{:x}:{:x}:{:x}", network, host >> 48, host >> 32 & 0xffff, host >> 16 & 0xffff,
                     host & 0xffff);
}
std::string on_link6(std::uint64_t host) { return of_network6("2001:db8:0:0", host | 0x8000000000000000); }
std::string far6(std::uint64_t host) { return of_network6("2001:db8:9:9", host); }
std::string link_local(std::uint64_t host) { return of_network6("fe80:0:0:0", host | 0x8000000000000000); }
/// No octet of which is 0 or 255, so that it is no broadcast address.
std::string in_network4(unsigned network, std::uint64_t host) {
  return fmt::format("{}.{}.{}.{}", network, (host >> 16 & 0xff) % 254, (host >> 8 & 0xff) % 254,
                     (host & 0xff) % 254 + 1);
}
std::string on_link4(std::uint64_t host) { return in_network4(10, host); }
std::string far4(std::uint64_t host) { return in_network4(11, host); }

/// Once from each: some families are small, those of IPv4 above all.
template <class Make>
std::vector<Packet> of_all(const AddressFamily& family, const Make& make) {
  std::vector<Packet> packets;
  std::unordered_set<std::string> made;
  for (std::uint32_t i = 0; i < strangers; ++i) {
    Packet packet = make(family.host(i));
    if (made.emplace(packet.begin(), packet.end()).second) packets.push_back(std::move(packet));
  }
  return packets;
}

// ---- what is sent to each table ----

Packet too_big4(const Packet& sent) { return ipv4({.source = "203.0.113.77"}, icmpv4(3, 4, 1000, part(sent, 0, 28))); }
Packet too_big6(const Packet& sent) {
  const Ipv6Fields ip{.source = "2001:db8:77::77"};
  return ipv6(ip, icmpv6(ip, 2, 0, 1280, part(sent, 0, 48)));
}
Packet redirect_of4(const Packet& sent) {
  return ipv4({}, icmpv4(5, 1, be32(octets_of("192.0.2.11"), 0), part(sent, 0, 28)));
}
Packet redirect_of6(const Packet& sent) {
  const Ipv6Fields ip{.source = "fe80::1", .hop_limit = 255};
  return ipv6(ip, icmpv6(ip, 137, 0, 0, octets_of("fe80::b") + part(sent, 24, 16) + target_option(other_mac)));
}
Packet fragment_of6(std::uint64_t host) {
  const std::string source = far6(host);
  return ipv6({.source = source, .next_header = 44}, hex("3a00 0009 00000001 8080808080808080"));
}
Packet advertisement_of(std::uint64_t host, const Packet& options) {
  const std::string source = link_local(host);
  const Ipv6Fields ip{.source = source, .destination = "ff02::1", .hop_limit = 255};
  return ipv6(ip, icmpv6(ip, 134, 0, 0x40001800, Packet(8) + options));
}
/// A prefix of 64 bits that is on the link and makes no address.
Packet prefix_of(std::uint64_t host) {
  Packet option = hex("0304 4080 0000ffff 0000ffff 00000000 20010db8") + Packet(12);
  set_be32(option, 20, static_cast<std::uint32_t>(host));
  return option;
}

}  // namespace

std::vector<Input> family_inputs() {
  std::vector<Input> inputs;
  for (const AddressFamily& family : families) {
    const auto add = [&](std::string_view what, Place place, std::vector<std::string_view> settings, const auto& make,
                         Packet (*reaction)(const Packet&) = nullptr) {
      inputs.push_back(
          {fmt::format("{} {}", what, family.what), of_all(family, make), std::move(settings), place, reaction});
    };
    const auto with4 = [](const auto& make) { return [make](std::uint64_t host) { return make(far4(host)); }; };
    const auto with6 = [](const auto& make) { return [make](std::uint64_t host) { return make(far6(host)); }; };
    const Packet large = counting(1400), larger = counting(1500);
    add("fragments, IPv4 sources", Place::tun, {}, with4([](std::string_view source) {
          return ipv4({.source = source, .flags_and_offset = 0x2001}, Packet(8, 8));
        }));
    add("fragments, IPv6 sources", Place::tun, {}, fragment_of6);
    add("errors, IPv4 destinations", Place::tun, {"icmp4.error_rate=10", "icmp4.error_rate_node=0"},
        with4([](std::string_view source) { return udp4({.source = source}); }));
    add("errors, IPv6 destinations", Place::tun, {"icmp6.error_rate=10", "icmp6.error_rate_node=0"},
        with6([](std::string_view source) { return udp6({.source = source}); }));
    add("identifications, IPv4 destinations", Place::tun, {},
        with4([](std::string_view source) { return echo4({.source = source}); }));
    add("identifications, IPv6 destinations", Place::tun, {},
        with6([larger](std::string_view source) { return echo6({.source = source}, larger); }));
    add("large packets, IPv6 destinations", Place::tun, {},
        with6([large](std::string_view source) { return echo6({.source = source}, large); }));
    add("path MTUs, IPv4 destinations", Place::tun, {},
        with4([large](std::string_view source) { return echo4({.source = source}, large); }), too_big4);
    add("path MTUs, IPv6 destinations", Place::tun, {},
        with6([large](std::string_view source) { return echo6({.source = source}, large); }), too_big6);
    add("redirects, IPv4 destinations", Place::routed, {},
        with4([](std::string_view source) { return echo4({.source = source}); }), redirect_of4);
    add("redirects, IPv6 destinations", Place::routed, {},
        with6([](std::string_view source) { return echo6({.source = source}); }), redirect_of6);
    add("routers", Place::learner, {},
        [](std::uint64_t host) { return advertisement_of(host, source_option(other_mac)); });
    add("prefixes", Place::learner, {}, [](std::uint64_t host) { return advertisement_of(1, prefix_of(host)); });
    for (const bool is_limited : {true, false}) {
      const std::string_view rate = is_limited ? "neighbors.solicit_rate=100" : "neighbors.solicit_rate=0";
      const std::string end = is_limited ? "," : ", no limit,";
      add("unknown neighbors, IPv4" + end, Place::ethernet, {rate}, [](std::uint64_t host) {
        const std::string source = on_link4(host);
        return echo4({.source = source, .destination = "10.255.0.2"});
      });
      add("unknown neighbors, IPv6" + end, Place::ethernet, {rate}, [](std::uint64_t host) {
        const std::string source = on_link6(host);
        return echo6({.source = source});
      });
    }
    add("solicitations", Place::ethernet, {}, [](std::uint64_t host) {
      const std::string source = on_link6(host);
      return solicitation({.source = source});
    });
    add("solicitations without an address", Place::ethernet, {"neighbors.solicit_rate=0"}, [](std::uint64_t host) {
      const std::string source = on_link6(host);
      return solicitation({.source = source, .options = {}});
    });
    add("ARP requests", Place::ethernet, {}, [](std::uint64_t host) {
      const std::string sender = on_link4(host);
      return arp({.sender = sender, .target = "10.255.0.2"});
    });
  }
  return inputs;
}

}  // namespace tunstack::test
