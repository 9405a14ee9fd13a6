#include "protocols/transport/udp_input.hpp"

#include "protocols/base/rule.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/udp.hpp"

namespace tunstack::transport {

namespace {

struct UdpArrival {
  const UdpView& udp;
  Family family;
  ChecksumSum pseudo_header;
  bool to_group;
  const UdpServices& services;
  RuleTrace* trace;
};

constexpr std::array udp_rules = {
    Rule<UdpArrival>{Reason::udp6_checksum_zero,
                     [](const UdpArrival& a) { return a.family == Family::ipv6 && a.udp.checksum() == 0; }},
    Rule<UdpArrival>{Reason::udp_checksum_wrong,
                     [](const UdpArrival& a) {
                       return a.udp.checksum() != 0 &&
                              !checksum_is_intact(checksum_sum(a.udp.bytes(), a.pseudo_header));
                     }},
};

Verdict decide(const UdpArrival& arrival, Reason closed) {
  if (const auto broken = first_broken<udp_rules>(arrival, arrival.trace)) return Drop{*broken};
  if (arrival.services.echo || arrival.services.discard) [[unlikely]]
    if (const auto served = serve_udp(arrival.udp, arrival.to_group, arrival.services, arrival.trace)) return *served;
  return Error{closed, Problem::port_unreachable};
}

}  // namespace

Verdict udp_input(const Ipv4Arrival& arrival, const UdpServices& services) {
  const auto udp = UdpView::parse(arrival.payload(), arrival.trace);
  if (!udp) return Drop{udp.error()};
  const ChecksumSum pseudo_header =
      pseudo_header_sum(arrival.ip.source(), arrival.ip.destination(), protocol_number::udp, udp->bytes().size());
  return decide({*udp, Family::ipv4, pseudo_header, !is_own(arrival.destination), services, arrival.trace},
                Reason::udp4_port_closed);
}

Verdict udp_input(const Ipv6Arrival& arrival, const UdpServices& services) {
  const auto udp = UdpView::parse(arrival.payload(), arrival.trace);
  if (!udp) return Drop{udp.error()};
  const ChecksumSum pseudo_header =
      pseudo_header_sum(arrival.ip.source(), arrival.ip.destination(), protocol_number::udp, udp->bytes().size());
  return decide({*udp, Family::ipv6, pseudo_header, !is_own(arrival.destination), services, arrival.trace},
                Reason::udp6_port_closed);
}

}  // namespace tunstack::transport
