// A member of multicast groups on an Ethernet: messages of MLD and IGMP to it octet by octet, and what it tells as
// text, so that nothing under test vouches for itself.
#pragma once

#include "tests/conformance/routers/router_wire.hpp"
#include "tests/support/ipv6_parts.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::group_wire {

using namespace router_messages;
using namespace routers;

// ---- MLD (RFC 3810 5, RFC 2710 3) ----

inline Part router_alert(std::string_view value = "0000") { return hop_by_hop("0502" + std::string(value) + "0100"); }

struct MldFields {
  std::string_view source = "fe80::a";
  std::string_view destination = "ff02::1";
  unsigned hop_limit = 1;
  std::vector<Part> headers = {router_alert()};
  unsigned code = 0;
};
/// The checksum that a message has, where its own field is 0; 0 where the field is right.
inline unsigned mld_checksum(std::string_view source, std::string_view destination, const Packet& message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  return plain_checksum(octets_of(source) + octets_of(destination) + be32_octets(size) + be32_octets(58) + message +
                        Packet(size % 2));
}
/// Any message: `body` is what follows the checksum.
inline Packet mld(unsigned type, const Packet& body, const MldFields& fields = {}) {
  const Ipv6Fields ip{.source = fields.source, .destination = fields.destination, .hop_limit = fields.hop_limit};
  Packet message = Packet{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(fields.code), 0, 0} + body;
  set_be16(message, 2, mld_checksum(ip.source, ip.destination, message));
  return with_headers(ipv6(ip, message), fields.headers);
}

struct QueryFields {
  std::string_view group = {};  // none: all groups
  std::vector<std::string_view> sources = {};
  std::optional<unsigned> count = {};  // if it is not the number of sources
  unsigned robustness = 2;             // S and reserved bits above it
  unsigned interval = 125;
};
/// What follows the group in a query of the current version of either family.
inline Packet sources_of_query(const QueryFields& query) {
  Packet octets{static_cast<std::uint8_t>(query.robustness), static_cast<std::uint8_t>(query.interval), 0, 0};
  set_be16(octets, 2, query.count.value_or(static_cast<unsigned>(query.sources.size())));
  for (const std::string_view source : query.sources) octets = octets + octets_of(source);
  return octets;
}
inline Packet mld_v1_body(unsigned code, std::string_view group = {}) {
  return be32_octets(code << 16) + octets_of(group.empty() ? "::" : group);
}
inline Packet mld_query(unsigned code, const QueryFields& query = {}, const MldFields& fields = {}) {
  return mld(130, mld_v1_body(code, query.group) + sources_of_query(query), fields);
}
inline Packet mld_v1_query(unsigned code, std::string_view group = {}, const MldFields& fields = {}) {
  return mld(130, mld_v1_body(code, group), fields);
}
/// Of another listener.
inline Packet mld_v1_report(std::string_view group, MldFields fields = {.source = "fe80::1"}) {
  fields.destination = group;
  return mld(131, mld_v1_body(0, group), fields);
}

// ---- IGMP (RFC 3376 4, RFC 2236 2, RFC 1112 I) ----

struct IgmpFields {
  std::string_view source = "192.0.2.10";
  std::string_view destination = "224.0.0.1";
  unsigned ttl = 1;
  Packet options = hex("94 04 00 00");
};
inline Packet igmp(unsigned type, unsigned code, const Packet& body, const IgmpFields& fields = {}) {
  Packet message = Packet{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code), 0, 0} + body;
  set_be16(message, 2, plain_checksum(message + Packet(message.size() % 2)));
  return ipv4({.source = fields.source,
               .destination = fields.destination,
               .protocol = 2,
               .ttl = fields.ttl,
               .options = fields.options},
              message);
}
inline Packet igmp_group(std::string_view group) { return octets_of(group.empty() ? "0.0.0.0" : group); }
inline Packet igmp_query(unsigned code, const QueryFields& query = {}, const IgmpFields& fields = {}) {
  return igmp(0x11, code, igmp_group(query.group) + sources_of_query(query), fields);
}
/// Of version 2, or 1 with the code 0.
inline Packet igmp_older_query(unsigned code, std::string_view group = {}, const IgmpFields& fields = {}) {
  return igmp(0x11, code, igmp_group(group), fields);
}
/// Of another host.
inline Packet igmp_older_report(unsigned type, std::string_view group) {
  return igmp(type, 0, octets_of(group), {.source = "192.0.2.1", .destination = group});
}

// ---- what the node tells ----

/// "SOURCE > DESTINATION: " and records like "IS_IN GROUP,SOURCE", sorted, or the type and group of an older version.
struct Told {
  Duration at;  // since the wait began
  std::string what;
};
inline void PrintTo(const Told& told, std::ostream* out) {
  *out << std::chrono::duration<double>(told.at).count() << " s: " << told.what;
}

inline std::string address_text(const Packet& octets, std::size_t at, std::size_t size) {
  return size == 4 ? to_text(IpAddress(Ipv4Address::load(octets, at)))
                   : to_text(IpAddress(Ipv6Address::load(octets, at)));
}
/// RFC 3810 5.2, RFC 3376 4.2; `size` is that of an address.
inline std::string records_text(const Packet& report, std::size_t size) {
  static const std::array<std::string, 7> names{"0", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"};
  EXPECT_EQ(be16(report, 0) & 0xff, 0) << "reserved";
  EXPECT_EQ(be16(report, 4), 0) << "reserved";
  std::vector<std::string> records(be16(report, 6));
  std::size_t at = 8;
  for (std::string& record : records) {
    record = names.at(report.at(at)) + " " + address_text(report, at + 4, size);
    EXPECT_EQ(report.at(at + 1), 0) << "auxiliary data";
    for (std::size_t left = be16(report, at + 2); left > 0; --left, at += size)
      record += "," + address_text(report, at + 4 + size, size);
    at += 4 + size;
  }
  EXPECT_EQ(at, report.size()) << "nothing behind the records";
  std::ranges::sort(records);
  std::string text;
  for (const std::string& record : records) text += (text.empty() ? "" : " ") + record;
  return text;
}
inline std::string message_text(const Packet& message, unsigned report_type, std::size_t size) {
  if (message.at(0) == report_type) return records_text(message, size);
  EXPECT_EQ(message.size(), size == 4 ? 8U : 24U);
  EXPECT_EQ(message.at(1), 0) << "code";
  return std::to_string(message.at(0)) + " " + address_text(message, message.size() - size, size);
}

/// MLD-001, IGMP-001, V4-OPT-025: one hop, and every router on it is to look.
inline std::optional<std::string> group_message_text(const Packet& datagram) {
  std::string text = source_of(datagram) + " > " + destination_of(datagram) + ": ";
  if (datagram.at(0) >> 4 == 4) {
    if (datagram.at(9) != 2) return std::nullopt;
    EXPECT_EQ(datagram.at(8), 1) << "TTL";
    EXPECT_EQ(datagram.at(0), 0x46);
    EXPECT_EQ(part(datagram, 20, 4), hex("94 04 00 00")) << "router alert";
    EXPECT_EQ(plain_checksum(from(datagram, 24)), 0) << "checksum of IGMP";
    return text + message_text(from(datagram, 24), 0x22, 4);
  }
  if (datagram.at(6) != hop_by_hop_number) return std::nullopt;
  EXPECT_EQ(datagram.at(7), 1) << "hop limit";
  EXPECT_EQ(part(datagram, 40, 8), hex("3a 00 05 02 00 00 01 00")) << "router alert of MLD";
  EXPECT_EQ(mld_checksum(source_of(datagram), destination_of(datagram), from(datagram, 48)), 0U) << "checksum of MLD";
  return text + message_text(from(datagram, 48), 143, 16);
}

/// A configuration with reports of groups, which is what ethernet_config() leaves out.
inline NodeConfig telling(NodeConfig config, std::initializer_list<std::string_view> settings = {"mld.enable=on"}) {
  for (const std::string_view setting : settings)
    EXPECT_FALSE(set_option(config.options, setting).has_value()) << setting;
  return config;
}

/// Messages about groups among frames.
inline std::vector<Told> told_among(const std::vector<TimedFrame>& frames) {
  std::vector<Told> all;
  for (const TimedFrame& sent : frames)
    if (frame_type(sent.frame) != 0x0806)
      if (const auto text = group_message_text(content_of(sent.frame))) all.push_back({sent.at, *text});
  return all;
}
inline std::vector<std::string> texts_of(const std::vector<Told>& all) {
  std::vector<std::string> texts;
  for (const Told& told : all) texts.push_back(told.what);
  return texts;
}

class GroupWire : public Wire {
 public:
  explicit GroupWire(const NodeConfig& config = telling(ethernet_config())) : Wire(config) {}

  /// What is sent when `datagram` comes and while time passes.
  std::vector<TimedFrame> sent_after(const Packet& datagram, Duration duration) {
    std::vector<TimedFrame> all;
    for (const Packet& sent : send(framed(datagram))) all.push_back({Duration{}, sent});
    for (const TimedFrame& sent : wait(duration)) all.push_back(sent);
    return all;
  }
  std::vector<Told> told_in(Duration duration) { return told_among(wait(duration)); }
  std::vector<std::string> texts_in(Duration duration) { return texts_of(told_in(duration)); }
  std::vector<Told> told_after(const Packet& datagram, Duration duration) {
    return told_among(sent_after(datagram, duration));
  }
  std::vector<std::string> texts_after(const Packet& datagram, Duration duration) {
    return texts_of(told_after(datagram, duration));
  }
};

/// A member whose start is over.
struct Settled : GroupWire {
  explicit Settled(const NodeConfig& config = telling(ethernet_config())) : GroupWire(config) {
    wait(std::chrono::seconds(20));
  }
};

/// How soon and how late the one message was told that each of many seeds makes a node tell.
struct Spread {
  Duration first = Duration::max(), last{};
  void add(Duration at) {
    first = std::min(first, at);
    last = std::max(last, at);
  }
};

}  // namespace tunstack::test::group_wire
