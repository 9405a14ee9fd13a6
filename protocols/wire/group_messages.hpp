// What MLD and IGMP have in common (RFC 3810 5, RFC 3376 4): a query as it is understood, and reports of group records.
// The two differ in the size of their addresses, not in form.
#pragma once

#include <optional>
#include <span>

#include "protocols/base/bytes.hpp"
#include "protocols/base/time.hpp"

namespace tunstack {

/// Whose form a message has, and how an interface speaks (RFC 3810 8.2.1, RFC 3376 7.2.1).
enum class GroupVersion : std::uint8_t {
  oldest,  // IGMPv1
  older,   // IGMPv2 and MLDv1
  current  // IGMPv3 and MLDv2
};

template <class Address>
struct GroupQuery {
  GroupVersion version = GroupVersion::current;
  Duration maximum_response{};  // an answer comes within this time
  Address group{};              // unspecified: all groups are asked for
  Bytes sources{};              // addresses, one behind the other; none: any source
  // What routers tell each other (RFC 3810 5.1.7 to 5.1.9); 0 tells nothing.
  bool leaves_timers = false;    // S: what routers know stays as it is
  std::uint8_t robustness = 0;   // QRV
  Duration query_interval = {};  // QQI

  bool is_general() const { return group == Address{}; }
  std::size_t source_count() const { return sources.size() / Address::size; }
  Address source(std::size_t index) const { return Address::load(sources, index * Address::size); }
};

/// A code whose highest bit tells that it is a mantissa behind an exponent of 3 bits: 8 bits of IGMPv3
/// (RFC 3376 4.1.1), 16 bits of MLDv2 (RFC 3810 5.1.3).
template <unsigned Bits>
constexpr std::uint32_t decode_response_code(std::uint32_t code) {
  constexpr std::uint32_t implied_one = 1U << (Bits - 4);
  if (code < 1U << (Bits - 1)) return code;
  const std::uint32_t exponent = code >> (Bits - 4) & 7;
  return ((code & (implied_one - 1)) | implied_one) << (exponent + 3);
}

/// Types of group records (RFC 3810 5.2.12, RFC 3376 4.2.12).
enum class GroupRecordType : std::uint8_t {
  is_include = 1,
  is_exclude = 2,
  change_to_include = 3,
  change_to_exclude = 4,
  allow_new_sources = 5,
  block_old_sources = 6
};

// A report of MLDv2 or IGMPv3.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |    Reserved   |            Checksum           |
// |            Reserved           |       Number of records       |
// |                            Records                            |
// +---------------------------------------------------------------+
namespace group_report_offset {
inline constexpr std::size_t type = 0;
inline constexpr std::size_t record_count = 6;
}  // namespace group_report_offset
inline constexpr std::size_t group_report_header_size = 8;

// A record. Addresses have 32 or 128 bits.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |  Record type  |  Aux data / 4 |       Number of sources       |
// |                         Group address                         |
// |                        Source addresses                       |
// |                         Auxiliary data                        |
// +---------------------------------------------------------------+
namespace group_record_offset {
inline constexpr std::size_t type = 0;
inline constexpr std::size_t auxiliary_words = 1;
inline constexpr std::size_t source_count = 2;
inline constexpr std::size_t group = 4;
}  // namespace group_record_offset

template <class Address>
struct GroupRecord {
  GroupRecordType type{};
  Address group{};
  std::span<const Address> sources{};

  std::size_t size() const { return group_record_offset::group + Address::size * (1 + sources.size()); }
  /// Returns the octets written.
  std::size_t write(MutableBytes to) const {
    to[group_record_offset::type] = static_cast<std::uint8_t>(type);
    to[group_record_offset::auxiliary_words] = 0;
    store_be16(to, group_record_offset::source_count, static_cast<std::uint16_t>(sources.size()));
    group.store(to, group_record_offset::group);
    std::size_t at = group_record_offset::group + Address::size;
    for (const Address& source : sources) {
      source.store(to, at);
      at += Address::size;
    }
    return at;
  }
};

template <class Address>
std::size_t group_report_size(std::span<const GroupRecord<Address>> records) {
  std::size_t size = group_report_header_size;
  for (const GroupRecord<Address>& record : records) size += record.size();
  return size;
}

template <class Address>
void write_group_report(MutableBytes to, std::uint8_t type, std::span<const GroupRecord<Address>> records) {
  store_be64(to, group_report_offset::type, std::uint64_t{type} << 56 | records.size());
  std::size_t at = group_report_header_size;
  for (const GroupRecord<Address>& record : records) at += record.write(to.subspan(at));
}

/// A record in a report that arrived, which holds all that it announces.
template <class Address>
class GroupRecordView {
 public:
  /// The record that `rest` begins with; nothing if it goes past the end.
  static std::optional<GroupRecordView> parse(Bytes rest) {
    if (rest.size() < group_record_offset::group) return std::nullopt;
    const std::size_t addresses = 1U + load_be16(rest, group_record_offset::source_count);
    const std::size_t auxiliary = rest[group_record_offset::auxiliary_words] * std::size_t{4};
    const std::size_t size = group_record_offset::group + Address::size * addresses + auxiliary;
    if (size > rest.size()) return std::nullopt;
    return GroupRecordView(rest.first(size));
  }
  Bytes bytes() const { return bytes_; }
  GroupRecordType type() const { return GroupRecordType{bytes_[group_record_offset::type]}; }  // or any other number
  Address group() const { return Address::load(bytes_, group_record_offset::group); }
  std::size_t source_count() const { return load_be16(bytes_, group_record_offset::source_count); }
  Address source(std::size_t index) const {
    return Address::load(bytes_, group_record_offset::group + Address::size * (1 + index));
  }

 private:
  explicit GroupRecordView(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// A report whose records lie within it.
template <class Address>
class GroupReportView {
 public:
  static std::optional<GroupReportView> parse(Bytes report) {
    if (report.size() < group_report_header_size) return std::nullopt;
    const GroupReportView view(report);
    return view.take_records([](const GroupRecordView<Address>&) {}) ? std::optional(view) : std::nullopt;
  }
  /// Of a report that parse() would take.
  static GroupReportView of(Bytes report) { return GroupReportView(report); }

  std::size_t record_count() const { return load_be16(bytes_, group_report_offset::record_count); }
  /// Calls `each` with one record after the other.
  template <class Each>
  void for_each_record(const Each& each) const {
    take_records(each);
  }

 private:
  explicit GroupReportView(Bytes bytes) : bytes_(bytes) {}
  /// Whether all were there.
  template <class Each>
  bool take_records(const Each& each) const {
    Bytes rest = bytes_.subspan(group_report_header_size);
    for (std::size_t left = record_count(); left > 0; --left) {
      const auto record = GroupRecordView<Address>::parse(rest);
      if (!record) return false;
      each(*record);
      rest = rest.subspan(record->bytes().size());
    }
    return true;
  }

  Bytes bytes_;
};

/// Whether all records that a report announces lie within it.
template <class Address>
bool group_records_fit(Bytes report) {
  return GroupReportView<Address>::parse(report).has_value();
}

}  // namespace tunstack
