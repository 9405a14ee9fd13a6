// Messages of neighbors: strangers, options at their limits, routers, groups.
#include <fmt/format.h>

#include "tests/bench/hostile_inputs.hpp"

namespace tunstack::test {
namespace {

constexpr std::size_t largest = 1500;

Packet repeated(std::size_t times, const Packet& part) {
  Packet all;
  for (std::size_t i = 0; i < times; ++i) all = all + part;
  return all;
}
/// As many of them as fit.
Packet filled(std::size_t room, const Packet& option) { return repeated(room / option.size(), option); }

// ---- neighbors ----

std::string stranger6(unsigned i) { return fmt::format("2001:db8::{:x}:{:x}", 1 + i / 0x10000, i % 0x10000); }
std::string stranger4(unsigned i) { return fmt::format("10.{}.{}.{}", i / 62500, i / 250 % 250, i % 250 + 1); }

template <class Make>
std::vector<Packet> of_strangers(const Make& make) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < 20000; ++i) packets.push_back(make(i));
  return packets;
}

std::vector<Input> strangers() {
  const auto echoes4 = of_strangers([](unsigned i) {
    const std::string source = stranger4(i);
    return echo4({.source = source, .destination = "10.255.0.2"});
  });
  const auto echoes6 = of_strangers([](unsigned i) {
    const std::string source = stranger6(i);
    return echo6({.source = source});
  });
  const auto solicitations = of_strangers([](unsigned i) {
    const std::string source = stranger6(i);
    return solicitation({.source = source});
  });
  const auto answered = of_strangers([](unsigned i) {
    const std::string source = stranger6(i);
    return advertisement({.source = source, .target = source});
  });
  const auto requests = of_strangers([](unsigned i) {
    const std::string sender = stranger4(i);
    return arp({.sender = sender, .target = "10.255.0.2"});
  });
  std::vector<Input> inputs;
  const std::string_view all = "neighbors.max=4096", unlimited = "neighbors.solicit_rate=0";
  for (const auto& [what, settings] : std::initializer_list<std::pair<std::string_view, std::vector<std::string_view>>>{
           {"", {}},
           {", no limit", {unlimited}},
           {", cache of 4096", {all}},
           {", cache of 4096, no limit", {all, unlimited}}}) {
    inputs.push_back({fmt::format("IPv6 unknown neighbors{}", what), echoes6, settings, Place::ethernet});
    inputs.push_back({fmt::format("IPv4 unknown neighbors{}", what), echoes4, settings, Place::ethernet});
    inputs.push_back(
        {fmt::format("solicitations of unknown neighbors{}", what), solicitations, settings, Place::ethernet});
    inputs.push_back({fmt::format("ARP requests of unknown neighbors{}", what), requests, settings, Place::ethernet});
  }
  inputs.push_back({"advertisements of unknown neighbors", answered, {}, Place::ethernet});
  return inputs;
}

std::vector<Input> messages_of_the_peer() {
  const Packet conflict = arp({.sender_mac = other_mac, .sender = "192.0.2.2"});
  return {
      {"ARP requests", {arp()}, {}, Place::ethernet},
      {"ARP replies", {arp({.operation = 2, .target_mac = own_mac})}, {}, Place::ethernet},
      {"ARP requests for others", {arp({.target = "192.0.2.200"})}, {}, Place::ethernet},
      {"ARP conflicts", {conflict}, {}, Place::ethernet},
      {"solicitations", {solicitation()}, {}, Place::ethernet},
      {"checks of others for an address of the host",
       {solicitation({.source = "::", .options = {}})},
       {},
       Place::ethernet},
      {"advertisements", {advertisement()}, {}, Place::ethernet},
      {"advertisements that change an address and back",
       {advertisement(), advertisement({.options = target_option(other_mac)})},
       {},
       Place::ethernet},
  };
}

// ---- options at their limits ----

std::vector<Input> full_of_options() {
  const std::size_t room = largest - 40 - 24;
  const auto solicited = [](const Packet& options) { return solicitation({.options = options}); };
  const auto told = [](const Packet& options) { return advertisement({.options = options}); };
  const Packet unknown = hex("fd01 000000000000");
  return {
      {"solicitations with 179 unknown options", {solicited(filled(room, unknown))}, {}, Place::ethernet},
      {"solicitations with 179 addresses", {solicited(filled(room, source_option(peer_mac)))}, {}, Place::ethernet},
      {"solicitations with 179 nonces", {solicited(filled(room, hex("0e01 010203040506")))}, {}, Place::ethernet},
      {"solicitations with an option in error at the end",
       {solicited(filled(room - 8, unknown) + hex("fd00 000000000000"))},
       {},
       Place::ethernet},
      {"advertisements with 179 unknown options", {told(filled(room, unknown))}, {}, Place::ethernet},
      {"advertisements with 179 addresses", {told(filled(room, target_option(peer_mac)))}, {}, Place::ethernet},
  };
}

// ---- routers ----

Packet router_advertisement(const Packet& options, std::string_view source = "fe80::1") {
  const Ipv6Fields ip{.source = source, .destination = "ff02::1", .hop_limit = 255};
  return ipv6(ip, icmpv6(ip, 134, 0, 0x40001800, Packet(8) + options));
}
/// As many prefixes as fit, all of them new with each advertisement; flags L 0x80, A 0x40.
std::vector<Packet> advertisements_of_prefixes(unsigned flags, std::size_t lifetime) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < 500; ++i) {
    Packet options;
    for (unsigned j = 0; j < 45; ++j) {
      Packet option = hex("0304 4000 00000000 00000000 00000000 20010db8") + Packet(12);
      option[3] = static_cast<std::uint8_t>(flags);
      set_be32(option, 4, static_cast<std::uint32_t>(lifetime));
      set_be32(option, 8, static_cast<std::uint32_t>(lifetime));
      set_be32(option, 20, i * 64 + j + 0x10000);
      options = options + option;
    }
    packets.push_back(router_advertisement(options));
  }
  return packets;
}

std::vector<Input> routers() {
  const std::size_t room = largest - 40 - 16;
  const Packet one_prefix = hex("0304 40c0 0000ffff 0000ffff 00000000 20010db8 00010000 0000000000000000");
  Packet irdp = hex("b502 0708");
  for (int i = 0; i < 181; ++i) irdp = irdp + octets_of("192.0.2.9") + Packet(4);
  const Packet irdp_message = icmpv4(9, 0, be32(irdp, 0), part(irdp, 4, irdp.size() - 4));
  return {
      {"router advertisements with 45 new prefixes on the link",
       advertisements_of_prefixes(0x80, 0xffff),
       {},
       Place::learner},
      {"router advertisements with 45 new prefixes for addresses",
       advertisements_of_prefixes(0x40, 0xffff),
       {},
       Place::learner},
      {"router advertisements with 45 new prefixes for both, temporary ones too",
       advertisements_of_prefixes(0xc0, 0xffff),
       {"slaac.tempaddr=on"},
       Place::learner,
       nullptr,
       2,
       "each prefix is offered for two addresses, a public and a temporary one"},
      {"router advertisements with 45 prefixes that are over", advertisements_of_prefixes(0xc0, 0), {}, Place::learner},
      {"router advertisements with one prefix 45 times",
       {router_advertisement(filled(room, one_prefix))},
       {},
       Place::learner},
      {"router advertisements with 180 routes",
       {router_advertisement(filled(room, hex("1801 0000 0000ffff")))},
       {},
       Place::learner},
      {"router advertisements with 180 MTUs",
       {router_advertisement(filled(room, hex("0501 0000 00000578")))},
       {},
       Place::learner},
      {"router advertisements with 89 DNS servers",
       {router_advertisement(Packet{25, 179, 0, 0, 0, 0, 255, 255} + Packet(178 * 8, 0x20))},
       {},
       Place::learner},
      {"IPv4 router advertisements with 181 addresses",
       {ipv4({.destination = "224.0.0.1", .ttl = 1}, irdp_message)},
       {},
       Place::learner},
  };
}

// ---- groups ----

Packet mld(const Packet& message, std::string_view destination) {
  const Ipv6Fields ip{.source = "fe80::1", .destination = destination, .hop_limit = 1};
  Packet packet = ipv6(ip, icmpv6(ip, message[0], message[1], be32(message, 4), part(message, 8, message.size() - 8)));
  const Packet alert = hex("3a00 0502 0000 0100");
  packet.insert(packet.begin() + 40, alert.begin(), alert.end());
  packet[6] = 0;
  set_be16(packet, 4, static_cast<unsigned>(packet.size() - 40));
  return packet;
}
Packet sources(std::size_t count) {
  Packet all(2);
  set_be16(all, 0, static_cast<unsigned>(count));
  for (std::size_t i = 0; i < count; ++i) all = all + octets_of("2001:db8::9");
  return all;
}
Packet mld_query(std::string_view group, std::size_t sources_asked) {
  return mld(hex("8200 0000 03e8 0000") + octets_of(group) + hex("027d") + sources(sources_asked), "ff02::1");
}
/// Of a listener: `type` 1 IS_IN to 6 BLOCK.
std::vector<Packet> mld_reports(unsigned type, unsigned count) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < 500; ++i) {
    Packet records(8);
    records[0] = 143;
    set_be16(records, 6, count);
    for (unsigned j = 0; j < count; ++j) {
      const std::string group = fmt::format("ff05::{:x}:{:x}", i, j);
      records = records + Packet{static_cast<std::uint8_t>(type), 0, 0, 0} + octets_of(group);
    }
    packets.push_back(mld(records, "ff02::16"));
  }
  return packets;
}
Packet igmp_query(std::string_view group, std::size_t sources_asked) {
  Packet message = hex("110a 0000") + octets_of(group) + hex("027d 0000") + Packet(4 * sources_asked, 9);
  set_be16(message, 10, static_cast<unsigned>(sources_asked));
  set_be16(message, 2, plain_checksum(message));
  return ipv4({.destination = "224.0.0.1", .protocol = 2, .ttl = 1, .options = hex("94040000")}, message);
}

constexpr std::string_view per_record = "each record is what a report of its own would be";

std::vector<Input> groups() {
  const std::string_view own = "ff02::1:ff00:2";
  const Packet version_1 = mld(hex("8200 0000 03e8 0000") + octets_of("::"), "ff02::1");
  return {
      {"MLD queries", {mld_query("::", 0)}, {}, Place::member},
      {"MLD queries of version 1", {version_1}, {}, Place::member},
      {"MLD queries for a group", {mld_query(own, 0)}, {}, Place::member},
      {"MLD queries for a group and 88 sources", {mld_query(own, 88)}, {}, Place::member},
      {"MLD queries for a group of others and 88 sources", {mld_query("ff05::7", 88)}, {}, Place::member},
      {"IGMP queries", {igmp_query("0.0.0.0", 0)}, {"igmp.enable=on"}, Place::member},
      {"IGMP queries for a group and 360 sources", {igmp_query("224.0.0.251", 360)}, {"igmp.enable=on"}, Place::member},
      {"MLD reports of 70 new groups to a querier", mld_reports(4, 70), {}, Place::querier, nullptr, 70, per_record},
      {"MLD reports that leave 70 groups, to a querier",
       mld_reports(3, 70),
       {},
       Place::querier,
       nullptr,
       70,
       per_record},
      {"MLD reports of 70 groups to a host", mld_reports(4, 70), {}, Place::member},
  };
}

}  // namespace

std::vector<Input> link_inputs() {
  std::vector<Input> inputs;
  for (const auto& some : {strangers(), messages_of_the_peer(), full_of_options(), routers(), groups()})
    inputs.insert(inputs.end(), some.begin(), some.end());
  return inputs;
}

}  // namespace tunstack::test
