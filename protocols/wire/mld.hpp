// Multicast Listener Discovery for IPv6: version 2 (RFC 3810 5) and version 1 (RFC 2710 3). What arrives is read behind
// the rules of discovery/membership_rules; what leaves are messages for emit. The hop-by-hop router alert is not here.
#pragma once

#include "protocols/wire/group_messages.hpp"
#include "protocols/wire/ndp.hpp"

namespace tunstack {

inline constexpr std::uint8_t mld_hop_limit = 1;
inline constexpr std::size_t mld_v1_size = 24;        // a query, report or done of version 1
inline constexpr std::size_t mld_v2_query_size = 28;  // without sources
inline constexpr std::size_t mld_group_offset = 8;
inline constexpr std::size_t mld_robustness_offset = 24;
inline constexpr std::size_t mld_query_interval_offset = 25;
inline constexpr std::size_t mld_source_count_offset = 26;

/// All MLDv2-capable routers (RFC 3810 5.2.14), and all routers (RFC 2710 4).
inline constexpr Ipv6Address mld_report_destination{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16}};
inline constexpr Ipv6Address mld_done_destination{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};

using MldQuery = GroupQuery<Ipv6Address>;
using MldRecord = GroupRecord<Ipv6Address>;

/// RFC 3810 5.1.3; version 1 has plain milliseconds (RFC 2710 3.4).
constexpr Duration mld_maximum_response(std::uint16_t code, GroupVersion version) {
  return std::chrono::milliseconds(version == GroupVersion::current ? decode_response_code<16>(code) : code);
}

/// Of a message of 24 octets, or of 28 and more whose sources fit (RFC 3810 8.1). Layout: type, code, checksum, maximum
/// response code (16), reserved (16), group; in version 2 then S and QRV, QQIC, number of sources (16), sources.
inline MldQuery parse_mld_query(Bytes message) {
  const auto version = message.size() == mld_v1_size ? GroupVersion::older : GroupVersion::current;
  MldQuery query{version, mld_maximum_response(load_be16(message, 4), version),
                 Ipv6Address::load(message, mld_group_offset)};
  if (version != GroupVersion::current) return query;
  query.sources = message.subspan(mld_v2_query_size, load_be16(message, mld_source_count_offset) * Ipv6Address::size);
  query.leaves_timers = (message[mld_robustness_offset] & 8) != 0;
  query.robustness = message[mld_robustness_offset] & 7;
  query.query_interval = std::chrono::seconds(decode_response_code<8>(message[mld_query_interval_offset]));
  return query;
}

/// A query of version 2 for all groups or for one, from any source. Times are below 32768 ms and 128 s, which are their
/// own codes.
struct MldQueryMessage : Icmpv6Written {
  std::chrono::milliseconds maximum_response{};
  Ipv6Address group{};
  bool leaves_timers = false;
  std::uint8_t robustness = 0;
  std::chrono::seconds query_interval{};

  static constexpr std::size_t size() { return mld_v2_query_size; }
  void write(MutableBytes to) const {
    constexpr std::uint64_t type = static_cast<std::uint8_t>(Icmpv6Type::listener_query);
    store_be64(to, 0, type << 56 | static_cast<std::uint64_t>(maximum_response.count()) << 16);
    group.store(to, mld_group_offset);
    to[mld_robustness_offset] = static_cast<std::uint8_t>((leaves_timers ? 8 : 0) | robustness);
    to[mld_query_interval_offset] = static_cast<std::uint8_t>(query_interval.count());
    store_be16(to, mld_source_count_offset, 0);
  }
};

/// A report of version 2 (RFC 3810 5.2).
struct MldReport : Icmpv6Written {
  std::span<const MldRecord> records;

  std::size_t size() const { return group_report_size(records); }
  void write(MutableBytes to) const {
    write_group_report(to, static_cast<std::uint8_t>(Icmpv6Type::listener_report_v2), records);
  }
};

/// A report or done of version 1 (RFC 2710 3).
struct MldV1Message : Icmpv6Written {
  Icmpv6Type type{};
  Ipv6Address group;

  static constexpr std::size_t size() { return mld_v1_size; }
  void write(MutableBytes to) const {
    store_be64(to, 0, std::uint64_t{static_cast<std::uint8_t>(type)} << 56);
    group.store(to, mld_group_offset);
  }
};

/// What a report or a done tells of one group.
struct MldListenerRecord {
  GroupRecordType type{};
  Ipv6Address group{};
  bool has_sources = false;
};

/// A message of version 1 as a record of version 2 (RFC 3810 8.3.2).
inline MldListenerRecord older_listener_record(Icmpv6Type type, const Ipv6Address& group) {
  const bool is_report = type == Icmpv6Type::listener_report;
  return {is_report ? GroupRecordType::is_exclude : GroupRecordType::change_to_include, group};
}

/// Calls `each` with what a report or a done of either version tells, whose length the rules have checked.
template <class Each>
void for_each_listener_record(Bytes message, const Each& each) {
  const Icmpv6Type type{message[0]};
  if (type != Icmpv6Type::listener_report_v2)
    return each(older_listener_record(type, Ipv6Address::load(message, mld_group_offset)));
  Bytes rest = message.subspan(group_report_header_size);
  for (std::size_t left = load_be16(message, 6); left > 0; --left) {
    each(MldListenerRecord{GroupRecordType{rest[0]}, Ipv6Address::load(rest, group_record_header_size),
                           load_be16(rest, 2) > 0});
    rest = rest.subspan(group_record_size<Ipv6Address>(rest));
  }
}

}  // namespace tunstack
