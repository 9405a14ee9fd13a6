// What a host counted, and packets that are to be counted for reasons of their own.
#pragma once

#include <map>

#include "tests/support/host.hpp"

namespace tunstack::test {

using Counts = std::map<std::string, std::uint64_t>;

/// Every reason that was counted, with its number.
inline Counts counted(Host& host) {
  Counts counts;
  for (const ReasonInfo& row : all_reasons())
    if (const auto count = host.count(row.reason)) counts[std::string(row.name)] = count;
  return counts;
}

struct CountedRow {
  Packet packet;
  std::vector<Reason> reasons;
};

inline Counts once_each(const std::vector<Reason>& reasons) {
  Counts counts;
  for (const Reason reason : reasons) counts[std::string(info(reason).name)] = 1;
  return counts;
}

/// Each packet alone, at a fresh host: silence, and its reasons counted once each.
inline void expect_drops(const std::vector<CountedRow>& rows, std::initializer_list<std::string_view> settings = {}) {
  for (const CountedRow& row : rows) {
    Host host(settings);
    EXPECT_THAT(host.send(row.packet), testing::IsEmpty()) << info(row.reasons.front()).name;
    EXPECT_EQ(counted(host), once_each(row.reasons));
    EXPECT_EQ(host.node().counters().packets_in, 1U);
    EXPECT_EQ(host.node().counters().packets_out, 0U);
  }
}

inline Packet with_octet(Packet packet, std::size_t at, unsigned value) {
  packet.at(at) = static_cast<std::uint8_t>(value);
  return packet;
}

/// The same with a right header checksum again.
inline Packet with_header_octet(const Packet& packet, std::size_t at, unsigned value) {
  Packet changed = with_octet(packet, at, value);
  mend_header_checksum(changed);
  return changed;
}

inline Packet tcp4(Ipv4Fields ip = {}, const TcpFields& fields = {}) {
  ip.protocol = 6;
  return ipv4(ip, tcp(ip, fields));
}

inline Packet tcp6(Ipv6Fields ip = {}, const TcpFields& fields = {}) {
  ip.next_header = 6;
  return ipv6(ip, tcp(ip, fields));
}

}  // namespace tunstack::test
