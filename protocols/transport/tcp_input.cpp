#include "protocols/transport/tcp_input.hpp"

#include "protocols/base/rule.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack::transport {

namespace {

struct TcpArrival {
  const TcpView& tcp;
  AddressKind destination;
  ChecksumSum pseudo_header;
  ClosedTcp closed;
  RuleTrace* trace;
};

constexpr std::array tcp_rules = {
    Rule<TcpArrival>{
        Reason::tcp_checksum_wrong,
        [](const TcpArrival& a) { return !checksum_is_intact(checksum_sum(a.tcp.bytes(), a.pseudo_header)); }},
    Rule<TcpArrival>{Reason::tcp_to_group, [](const TcpArrival& a) { return !is_own(a.destination); }},
    Rule<TcpArrival>{Reason::tcp_reset_unanswered, [](const TcpArrival& a) { return a.tcp.has(tcp_flag::rst); }},
    Rule<TcpArrival>{Reason::tcp_closed_ports_silent, [](const TcpArrival& a) { return a.closed == ClosedTcp::drop; }},
};

// RFC 9293 3.10.7.1: an acknowledgment tells which sequence number the peer will accept; without one, zero
// goes out and the segment is acknowledged.
TcpReset reset_for(const TcpView& tcp) {
  if (tcp.has(tcp_flag::ack))
    return {tcp.destination_port(), tcp.source_port(), tcp.acknowledgment(), 0, tcp_flag::rst};
  return {tcp.destination_port(), tcp.source_port(), 0, tcp.sequence() + tcp.segment_length(),
          tcp_flag::rst | tcp_flag::ack};
}

Verdict decide(const TcpArrival& arrival) {
  if (const auto broken = first_broken<tcp_rules>(arrival, arrival.trace)) return Drop{*broken};
  if (arrival.closed == ClosedTcp::port) return Error{Reason::tcp_port_closed, Problem::port_unreachable};
  return Reply{Reason::tcp_port_closed, reset_for(arrival.tcp)};
}

}  // namespace

Verdict tcp_input(const Ipv4Arrival& arrival, ClosedTcp closed) {
  const auto tcp = TcpView::parse(arrival.payload(), arrival.trace);
  if (!tcp) return Drop{tcp.error()};
  const ChecksumSum pseudo_header =
      pseudo_header_sum(arrival.ip.source(), arrival.ip.destination(), protocol_number::tcp, tcp->bytes().size());
  return decide({*tcp, arrival.destination, pseudo_header, closed, arrival.trace});
}

Verdict tcp_input(const Ipv6Arrival& arrival, ClosedTcp closed) {
  const auto tcp = TcpView::parse(arrival.payload(), arrival.trace);
  if (!tcp) return Drop{tcp.error()};
  const ChecksumSum pseudo_header =
      pseudo_header_sum(arrival.ip.source(), arrival.ip.destination(), protocol_number::tcp, tcp->bytes().size());
  return decide({*tcp, arrival.destination, pseudo_header, closed, arrival.trace});
}

}  // namespace tunstack::transport
