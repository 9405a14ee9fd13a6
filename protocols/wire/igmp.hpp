// Group management for IPv4: IGMP version 3 (RFC 3376 4), 2 (RFC 2236 2) and 1 (RFC 1112 I). Views of what arrives,
// which discovery/membership_rules judges, and messages for emit. The router alert option is not here.
#pragma once

#include <expected>

#include "protocols/base/checksum.hpp"
#include "protocols/base/rule.hpp"
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

// Versions 1 and 2 end behind the group; a query of version 3 goes on. Its reports are in wire/group_messages.hpp.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     | Max resp code |            Checksum           |
// |                             Group                             |
// |  Resv |S| QRV |      QQIC     |       Number of sources       |
// |                        Source addresses                       |
// +---------------------------------------------------------------+
namespace igmp_offset {
inline constexpr std::size_t type = 0;
inline constexpr std::size_t response_code = 1;
inline constexpr std::size_t checksum = 2;
inline constexpr std::size_t group = 4;
inline constexpr std::size_t robustness = 8;
inline constexpr std::size_t query_interval = 9;
inline constexpr std::size_t source_count = 10;
}  // namespace igmp_offset

/// All IGMPv3-capable routers (RFC 3376 4.2.14), and all routers (RFC 2236 3).
inline constexpr Ipv4Address igmp_report_destination{0xe0000016};
inline constexpr Ipv4Address igmp_leave_destination{0xe0000002};

using IgmpQuery = GroupQuery<Ipv4Address>;
using IgmpRecord = GroupRecord<Ipv4Address>;

/// RFC 3376 7.1: the length tells version 3, a maximum response code of 0 version 1.
inline GroupVersion igmp_query_version(Bytes message) {
  if (message.size() >= igmp_v3_query_size) return GroupVersion::current;
  return message[igmp_offset::response_code] == 0 ? GroupVersion::oldest : GroupVersion::older;
}

/// In tenths of a second on the wire; version 1 has no such field and means 10 s (RFC 3376 7.2.1).
constexpr Duration igmp_maximum_response(std::uint8_t code, GroupVersion version) {
  if (version == GroupVersion::oldest) return std::chrono::seconds(10);
  return std::chrono::milliseconds(100) * (version == GroupVersion::current ? decode_response_code<8>(code) : code);
}

inline constexpr std::array igmp_query_length_rules = {
    Rule<Bytes>{Reason::igmp_query_length_wrong,
                [](const Bytes& m) { return m.size() != igmp_minimum_size && m.size() < igmp_v3_query_size; }},
    Rule<Bytes>{Reason::igmp_query_sources_past_end,
                [](const Bytes& m) {
                  return m.size() >= igmp_v3_query_size &&
                         igmp_v3_query_size + load_be16(m, igmp_offset::source_count) * Ipv4Address::size > m.size();
                }},
};

/// A query of any version: of 8 octets, or of 12 and more whose sources fit.
class IgmpQueryView {
 public:
  static std::expected<IgmpQueryView, Reason> parse(Bytes message, RuleTrace* trace = nullptr) {
    if (const auto broken = first_broken<igmp_query_length_rules>(message, trace)) return std::unexpected(*broken);
    return IgmpQueryView(message);
  }
  /// Of a message that parse() would take.
  static IgmpQueryView of(Bytes message) { return IgmpQueryView(message); }

  GroupVersion version() const { return igmp_query_version(bytes_); }
  Duration maximum_response() const { return igmp_maximum_response(bytes_[igmp_offset::response_code], version()); }
  /// Version 1 has no group there (RFC 1112 I).
  Ipv4Address group() const {
    return version() == GroupVersion::oldest ? Ipv4Address{} : Ipv4Address::load(bytes_, igmp_offset::group);
  }
  /// Addresses, one behind the other.
  Bytes sources() const {
    if (version() != GroupVersion::current) return {};
    return bytes_.subspan(igmp_v3_query_size, load_be16(bytes_, igmp_offset::source_count) * Ipv4Address::size);
  }
  /// As it is understood; what routers tell each other is left out.
  IgmpQuery query() const { return {version(), maximum_response(), group(), sources()}; }

 private:
  explicit IgmpQueryView(Bytes message) : bytes_(message) {}
  Bytes bytes_;
};

/// Of a message that IgmpQueryView takes.
inline IgmpQuery parse_igmp_query(Bytes message) { return IgmpQueryView::of(message).query(); }

/// A report of version 1 or 2, or a leave.
class IgmpV2View {
 public:
  static std::expected<IgmpV2View, Reason> parse(Bytes message) {
    if (message.size() < igmp_minimum_size) return std::unexpected(Reason::igmp_too_short);
    return IgmpV2View(message);
  }
  /// Of a message that parse() would take.
  static IgmpV2View of(Bytes message) { return IgmpV2View(message); }

  IgmpType type() const { return IgmpType{bytes_[igmp_offset::type]}; }
  Ipv4Address group() const { return Ipv4Address::load(bytes_, igmp_offset::group); }

 private:
  explicit IgmpV2View(Bytes message) : bytes_(message) {}
  Bytes bytes_;
};

/// A report of version 3.
using IgmpReportView = GroupReportView<Ipv4Address>;

/// What all messages share: a checksum without pseudo-header (RFC 3376 4.1.2).
struct IgmpWritten {
  static constexpr std::size_t checksum_offset = igmp_offset::checksum;
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
    store_be64(to, igmp_offset::type, std::uint64_t{static_cast<std::uint8_t>(type)} << 56);
    group.store(to, igmp_offset::group);
  }
};

}  // namespace tunstack
