// Group management for IPv4: IGMP version 3 (RFC 3376 4), 2 (RFC 2236 2) and 1 (RFC 1112 I). What arrives is read
// behind the rules of discovery/membership_rules; what leaves are messages for emit. The router alert option is not
// here.
#pragma once

#include "protocols/base/checksum.hpp"
#include "protocols/wire/group_messages.hpp"

namespace tunstack {

/// Types of IGMP messages (IANA registry), as far as hosts and routers of groups speak them.
enum class IgmpType : std::uint8_t {
  membership_query = 0x11,
  membership_report_v1 = 0x12,
  membership_report_v2 = 0x16,
  leave_group = 0x17,
  membership_report_v3 = 0x22
};

inline constexpr std::uint8_t igmp_time_to_live = 1;
inline constexpr std::size_t igmp_minimum_size = 8;    // a message of version 1 or 2
inline constexpr std::size_t igmp_v3_query_size = 12;  // without sources
inline constexpr std::size_t igmp_group_offset = 4;
inline constexpr std::size_t igmp_source_count_offset = 10;

/// All IGMPv3-capable routers (RFC 3376 4.2.14), and all routers (RFC 2236 3).
inline constexpr Ipv4Address igmp_report_destination{0xe0000016};
inline constexpr Ipv4Address igmp_leave_destination{0xe0000002};

using IgmpQuery = GroupQuery<Ipv4Address>;
using IgmpRecord = GroupRecord<Ipv4Address>;

/// RFC 3376 7.1: the length tells version 3, a maximum response code of 0 version 1.
inline GroupVersion igmp_query_version(Bytes message) {
  if (message.size() >= igmp_v3_query_size) return GroupVersion::current;
  return message[1] == 0 ? GroupVersion::oldest : GroupVersion::older;
}

/// In tenths of a second on the wire; version 1 has no such field and means 10 s (RFC 3376 7.2.1).
constexpr Duration igmp_maximum_response(std::uint8_t code, GroupVersion version) {
  if (version == GroupVersion::oldest) return std::chrono::seconds(10);
  return std::chrono::milliseconds(100) * (version == GroupVersion::current ? decode_response_code<8>(code) : code);
}

/// Of a message of 8 octets, or of 12 and more whose sources fit. Layout: type, maximum response code, checksum, group;
/// in version 3 then S and QRV, QQIC, number of sources (16), sources.
inline IgmpQuery parse_igmp_query(Bytes message) {
  const GroupVersion version = igmp_query_version(message);
  IgmpQuery query{version, igmp_maximum_response(message[1], version)};
  if (version != GroupVersion::oldest) query.group = Ipv4Address::load(message, igmp_group_offset);  // RFC 1112 I
  if (version == GroupVersion::current)
    query.sources =
        message.subspan(igmp_v3_query_size, load_be16(message, igmp_source_count_offset) * Ipv4Address::size);
  return query;
}

/// What all messages share: a checksum without pseudo-header (RFC 3376 4.1.2).
struct IgmpWritten {
  static constexpr std::size_t checksum_offset = 2;
  static std::uint16_t checksum(Bytes written, ChecksumSum) { return internet_checksum(written); }
};

/// A report of version 3 (RFC 3376 4.2).
struct IgmpReport : IgmpWritten {
  std::span<const IgmpRecord> records;

  std::size_t size() const { return group_report_size(records); }
  void write(MutableBytes to) const {
    write_group_report(to, static_cast<std::uint8_t>(IgmpType::membership_report_v3), records);
  }
};

/// A report of version 1 or 2, or the leave of version 2.
struct IgmpV2Message : IgmpWritten {
  IgmpType type{};
  Ipv4Address group;

  static constexpr std::size_t size() { return igmp_minimum_size; }
  void write(MutableBytes to) const {
    store_be64(to, 0, std::uint64_t{static_cast<std::uint8_t>(type)} << 56);
    group.store(to, igmp_group_offset);
  }
};

}  // namespace tunstack
