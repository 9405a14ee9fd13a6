// The probes of traceroute: what each method sends, and to which probe an answer belongs.
//
// Every probe carries its number where a quote of 8 octets behind the IP header still shows it, and, if all are of one
// flow, not where routers look when they choose among paths (ports, the start of an ICMP message):
//
//   UDP     the checksum, which two octets of data make what it is to be; else the destination's port
//   UDP -U  likewise; else the source's port
//   UDP --dublin  the identification of IPv4, or the length of UDP
//   ICMP    the sequence number, for which two octets of data make up in the checksum
//   TCP     the upper half of the sequence number; what answers acknowledge it
//   raw     the first two octets of data
#pragma once

#include "tunstack/clients/arrivals.hpp"
#include "tunstack/clients/datagram.hpp"
#include "tunstack/clients/traceroute_arguments.hpp"

namespace tunstack::clients {

class TraceProbes {
 public:
  TraceProbes(const TraceArguments& trace, std::uint64_t seed);

  /// Probe `number`, of `size` octets. Where it need not be cut on its way it is not cut here either, but for `mtu`.
  void add(std::size_t number, std::uint8_t hop_limit, std::size_t size, std::size_t mtu, ToSend& out) const;
  /// The probe that an error is about.
  std::optional<std::size_t> number_in(const ReportedError& error) const;
  /// The probe that the destination answers; `first_open` where answers do not tell.
  std::optional<std::size_t> number_in(const Arrived& answer, std::size_t first_open) const;

 private:
  /// What tells a probe of UDP from others.
  enum class Teller : std::uint8_t { port, checksum, identification, length };

  Envelope envelope(std::size_t number, std::uint8_t hop_limit) const;
  std::vector<std::uint8_t> message(const Envelope& envelope, std::size_t number, std::size_t size) const;
  std::vector<std::uint8_t> udp(const Envelope& envelope, std::size_t number, std::size_t data) const;
  std::vector<std::uint8_t> echo(std::size_t number, std::size_t data) const;
  std::vector<std::uint8_t> tcp(std::size_t number, std::size_t data) const;
  std::vector<std::uint8_t> raw(std::size_t number, std::size_t data) const;

  static Teller teller_of(const TraceArguments& trace);
  bool is_udp() const { return trace_.method == TraceMethod::udp || trace_.method == TraceMethod::udp_service; }
  std::uint8_t protocol() const;
  std::optional<std::size_t> checksum_at() const;
  std::uint16_t source_port(std::size_t number) const;
  std::uint16_t destination_port(std::size_t number) const;
  /// The number that a probe's first octets show.
  std::optional<std::size_t> number_in_message(Bytes start, std::uint16_t identification) const;
  std::uint16_t told_in_udp(Bytes start, std::uint16_t identification) const;
  std::optional<std::size_t> number_in_udp(Bytes start, std::uint16_t identification) const;
  std::optional<std::size_t> number_in_echo(Bytes message) const;

  const TraceArguments& trace_;
  Teller teller_;  // of UDP
  std::uint16_t first_identification_, source_port_, echo_identifier_;
  std::uint32_t tcp_sequence_;
};

}  // namespace tunstack::clients
