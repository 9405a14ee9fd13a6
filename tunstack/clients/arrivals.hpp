// Datagrams that arrive for clients: put together where they come in fragments, and read as far as clients ask.
#pragma once

#include <optional>

#include "protocols/ip/reassembly.hpp"
#include "tunstack/clients/client.hpp"

namespace tunstack::clients {

/// A whole datagram. Its bytes are those of who gave it.
struct Arrived {
  IpAddress source, destination;
  std::uint8_t hop_limit = 0;
  std::uint8_t protocol = 0;
  Bytes options;  // of IPv4
  Bytes payload;  // behind all headers of IP

  bool is_icmp() const;
  /// Of ICMP of the datagram's family; of other protocols it is not asked.
  bool has_right_checksum() const;
};

/// An error's kind and what it quotes, as far as that is there.
struct ReportedError {
  IpAddress reporter;
  std::uint8_t hop_limit = 0;  // that the error came with
  std::uint8_t type = 0, code = 0;
  std::uint32_t rest_of_header = 0;
  // Of the packet that it is about.
  IpAddress source, destination;
  std::uint8_t protocol = 0;
  std::uint16_t identification = 0;  // of IPv4
  Bytes payload;                     // may be cut anywhere
  Bytes extensions;                  // RFC 4884

  bool is_ipv4() const { return reporter.is_ipv4(); }
  /// MTU of fragmentation needed and packet too big, pointer of a parameter problem; 0 of others.
  std::uint32_t info() const;
  /// MTU, of those two alone.
  std::optional<std::uint32_t> mtu() const;
};
/// Nothing if it is not an error, or quotes nothing that can be told from other packets.
std::optional<ReportedError> read_error(const Arrived& arrived);

/// Four octets of a message from `at` on as a number; zero where they are not there.
std::uint32_t number32(Bytes bytes, std::size_t at);

class Arrivals {
 public:
  explicit Arrivals(const Seed& seed) : random_(seed, "client") {}

  /// What a datagram completes, valid until the next call; nothing of what is not for `address`, or cannot be read.
  std::optional<Arrived> take(Bytes datagram, const IpAddress& address, Instant now);

 private:
  template <class View>
  std::optional<View> whole(const View& view, Instant now);

  Random random_;
  ip::Reassembler reassembler_{{.kibioctets = 256, .datagrams = 64, .datagrams_of_source = 64}, random_};
};

}  // namespace tunstack::clients
