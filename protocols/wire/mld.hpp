// Multicast Listener Discovery for IPv6: version 2 (RFC 3810 5) and version 1 (RFC 2710 3). Views of what arrives,
// which discovery/membership_rules judges, and messages for emit. The hop-by-hop router alert is not here.
#pragma once

#include <expected>

#include "protocols/base/address.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/group_messages.hpp"
#include "protocols/wire/icmpv6.hpp"

namespace tunstack {

inline constexpr std::uint8_t mld_hop_limit = 1;
inline constexpr std::size_t mld_v1_size = 24;        // a query, report or done of version 1
inline constexpr std::size_t mld_v2_query_size = 28;  // without sources

// Version 1 ends behind the group; a query of version 2 goes on. Its reports are in wire/group_messages.hpp.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |    Code, 0    |            Checksum           |
// |       Max response code       |            Reserved           |
// |                        Group, 128 bits                        |
// |  Resv |S| QRV |      QQIC     |       Number of sources       |
// |                Source addresses, 128 bits each                |
// +---------------------------------------------------------------+
namespace mld_offset {
inline constexpr std::size_t response_code = 4;
inline constexpr std::size_t group = 8;
inline constexpr std::size_t flags_and_robustness = 24;
inline constexpr std::size_t query_interval = 25;
inline constexpr std::size_t source_count = 26;
}  // namespace mld_offset

/// Parts of flags_and_robustness.
inline constexpr std::uint8_t mld_leaves_timers = 8;  // S
inline constexpr std::uint8_t mld_robustness = 7;     // QRV

/// All MLDv2-capable routers (RFC 3810 5.2.14), and all routers (RFC 2710 4).
inline constexpr Ipv6Address mld_report_destination{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16}};
inline constexpr Ipv6Address mld_done_destination{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};

using MldQuery = GroupQuery<Ipv6Address>;
using MldRecord = GroupRecord<Ipv6Address>;

/// RFC 3810 5.1.3; version 1 has plain milliseconds (RFC 2710 3.4).
constexpr Duration mld_maximum_response(std::uint16_t code, GroupVersion version) {
  return std::chrono::milliseconds(version == GroupVersion::current ? decode_response_code<16>(code) : code);
}

/// RFC 3810 8.1
inline constexpr std::array mld_query_length_rules = {
    Rule<Bytes>{Reason::mld_query_length_wrong,
                [](const Bytes& m) { return m.size() != mld_v1_size && m.size() < mld_v2_query_size; }},
    Rule<Bytes>{Reason::mld_query_sources_past_end,
                [](const Bytes& m) {
                  return m.size() >= mld_v2_query_size &&
                         mld_v2_query_size + load_be16(m, mld_offset::source_count) * Ipv6Address::size > m.size();
                }},
};

/// A query of either version: of 24 octets, or of 28 and more whose sources fit. What version 1 does not have is 0.
class MldQueryView {
 public:
  static std::expected<MldQueryView, Reason> parse(Bytes message, RuleTrace* trace = nullptr) {
    if (const auto broken = first_broken<mld_query_length_rules>(message, trace)) return std::unexpected(*broken);
    return MldQueryView(message);
  }
  /// Of a message that parse() would take.
  static MldQueryView of(Bytes message) { return MldQueryView(message); }

  GroupVersion version() const { return is_current() ? GroupVersion::current : GroupVersion::older; }
  Duration maximum_response() const {
    return mld_maximum_response(load_be16(bytes_, mld_offset::response_code), version());
  }
  Ipv6Address group() const { return Ipv6Address::load(bytes_, mld_offset::group); }
  bool leaves_timers() const {
    return is_current() && (bytes_[mld_offset::flags_and_robustness] & mld_leaves_timers) != 0;
  }
  std::uint8_t robustness() const {
    return is_current() ? bytes_[mld_offset::flags_and_robustness] & mld_robustness : std::uint8_t{0};
  }
  Duration query_interval() const {
    return std::chrono::seconds(is_current() ? decode_response_code<8>(bytes_[mld_offset::query_interval]) : 0);
  }
  /// Addresses, one behind the other.
  Bytes sources() const {
    if (!is_current()) return {};
    return bytes_.subspan(mld_v2_query_size, load_be16(bytes_, mld_offset::source_count) * Ipv6Address::size);
  }
  /// All of it, as it is understood.
  MldQuery query() const {
    return {version(), maximum_response(), group(), sources(), leaves_timers(), robustness(), query_interval()};
  }

 private:
  explicit MldQueryView(Bytes message) : bytes_(message) {}
  bool is_current() const { return bytes_.size() != mld_v1_size; }
  Bytes bytes_;
};

/// Of a message that MldQueryView takes.
inline MldQuery parse_mld_query(Bytes message) { return MldQueryView::of(message).query(); }

/// A report or done of version 1.
class MldV1View {
 public:
  static std::expected<MldV1View, Reason> parse(Bytes message) {
    if (message.size() < mld_v1_size) return std::unexpected(Reason::mld_report_too_short);
    return MldV1View(message);
  }
  /// Of a message that parse() would take.
  static MldV1View of(Bytes message) { return MldV1View(message); }

  Icmpv6Type type() const { return Icmpv6Type{bytes_[icmp_offset::type]}; }
  Ipv6Address group() const { return Ipv6Address::load(bytes_, mld_offset::group); }

 private:
  explicit MldV1View(Bytes message) : bytes_(message) {}
  Bytes bytes_;
};

/// A report of version 2.
using MldReportView = GroupReportView<Ipv6Address>;

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
    write_icmp_start(to, Icmpv6Type::listener_query, static_cast<std::uint32_t>(maximum_response.count()) << 16);
    group.store(to, mld_offset::group);
    to[mld_offset::flags_and_robustness] =
        static_cast<std::uint8_t>((leaves_timers ? mld_leaves_timers : 0) | robustness);
    to[mld_offset::query_interval] = static_cast<std::uint8_t>(query_interval.count());
    store_be16(to, mld_offset::source_count, 0);
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
    write_icmp_start(to, type);
    group.store(to, mld_offset::group);
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
  const Icmpv6Type type{message[icmp_offset::type]};
  if (type != Icmpv6Type::listener_report_v2) return each(older_listener_record(type, MldV1View::of(message).group()));
  MldReportView::of(message).for_each_record([&](const GroupRecordView<Ipv6Address>& record) {
    each(MldListenerRecord{record.type(), record.group(), record.source_count() > 0});
  });
}

}  // namespace tunstack
