// What distinguishes MLD from IGMP for a listener: addresses, messages and where these go.
#pragma once

#include <variant>

#include "protocols/base/address_kind.hpp"
#include "protocols/wire/igmp.hpp"
#include "protocols/wire/mld.hpp"

namespace tunstack::discovery {

struct Mld {
  using Address = Ipv6Address;
  using Report = MldReport;
  using OlderMessage = MldV1Message;

  static constexpr Address report_destination = mld_report_destination;
  static constexpr Address leave_destination = mld_done_destination;
  /// The IPv6 header and a hop-by-hop header with the router alert.
  static constexpr std::size_t headers_size = 40 + 8;
  /// RFC 3810 8.2.1: any query of version 1 shows an older querier.
  static bool shows_older_querier(const MldQuery& query) { return query.version != GroupVersion::current; }

  /// RFC 3810 6: neither all nodes nor what does not leave the node is ever reported.
  static bool is_reported(const Address& group) {
    return kind_of(group) == AddressKind::multicast && group != ipv6_all_nodes;
  }
  static OlderMessage older_report(GroupVersion, const Address& group) {
    return {{}, Icmpv6Type::listener_report, group};
  }
  static OlderMessage older_leave(const Address& group) { return {{}, Icmpv6Type::listener_done, group}; }
};

struct Igmp {
  using Address = Ipv4Address;
  using Report = IgmpReport;
  using OlderMessage = IgmpV2Message;

  static constexpr Address report_destination = igmp_report_destination;
  static constexpr Address leave_destination = igmp_leave_destination;
  /// The IPv4 header with the router alert option.
  static constexpr std::size_t headers_size = 20 + 4;
  /// RFC 3376 7.2.1: of version 2, only general queries do; those of version 1 are all general.
  static bool shows_older_querier(const IgmpQuery& query) {
    return query.version != GroupVersion::current && query.is_general();
  }

  /// RFC 3376 6: all systems is never reported.
  static bool is_reported(Address group) {
    return kind_of(group) == AddressKind::multicast && group != ipv4_all_systems;
  }
  static OlderMessage older_report(GroupVersion version, Address group) {
    const bool oldest = version == GroupVersion::oldest;
    return {{}, oldest ? IgmpType::membership_report_v1 : IgmpType::membership_report_v2, group};
  }
  static OlderMessage older_leave(Address group) { return {{}, IgmpType::leave_group, group}; }
};

}  // namespace tunstack::discovery
