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
  if (version == GroupVersion::current)
    query.sources = message.subspan(mld_v2_query_size, load_be16(message, mld_source_count_offset) * Ipv6Address::size);
  return query;
}

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

}  // namespace tunstack
