// What MLD and IGMP have in common (RFC 3810 5, RFC 3376 4): a query as it is understood, and reports of group records.
// The two differ in the size of their addresses, not in form.
#pragma once

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

inline constexpr std::size_t group_report_header_size = 8;  // type, 0, checksum, 0, number of records
inline constexpr std::size_t group_record_header_size = 4;  // type, words of auxiliary data, number of sources

template <class Address>
struct GroupRecord {
  GroupRecordType type{};
  Address group{};
  std::span<const Address> sources{};

  std::size_t size() const { return group_record_header_size + Address::size * (1 + sources.size()); }
  /// Returns the octets written.
  std::size_t write(MutableBytes to) const {
    to[0] = static_cast<std::uint8_t>(type);
    to[1] = 0;
    store_be16(to, 2, static_cast<std::uint16_t>(sources.size()));
    group.store(to, group_record_header_size);
    std::size_t at = group_record_header_size + Address::size;
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
  store_be64(to, 0, std::uint64_t{type} << 56 | records.size());
  std::size_t at = group_report_header_size;
  for (const GroupRecord<Address>& record : records) at += record.write(to.subspan(at));
}

/// Of the record that `rest` begins with; 0 if it goes past the end.
template <class Address>
std::size_t group_record_size(Bytes rest) {
  if (rest.size() < group_record_header_size) return 0;
  const std::size_t size =
      group_record_header_size + Address::size * (1U + load_be16(rest, 2)) + std::size_t{rest[1]} * 4;
  return size > rest.size() ? 0 : size;
}

/// Whether all records that a report announces lie within it.
template <class Address>
bool group_records_fit(Bytes report) {
  if (report.size() < group_report_header_size) return false;
  Bytes rest = report.subspan(group_report_header_size);
  for (std::size_t left = load_be16(report, 6); left > 0; --left) {
    const std::size_t size = group_record_size<Address>(rest);
    if (size == 0) return false;
    rest = rest.subspan(size);
  }
  return true;
}

}  // namespace tunstack
