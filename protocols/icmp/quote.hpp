// How much of the invoking packet an error carries, unchanged, and the extensions behind it.
#pragma once

#include <algorithm>

#include "protocols/arrival.hpp"
#include "protocols/wire/icmp_error.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/quoted_packet.hpp"

namespace tunstack::icmp {

enum class Ipv4Quote : std::uint8_t { datagram_of_576, header_and_8 };

inline constexpr std::size_t ipv4_error_size = 576;   // RFC 1812 4.3.2.3
inline constexpr std::size_t ipv6_error_size = 1280;  // RFC 4443 2.4(c)

using QuoteStorage = std::array<std::uint8_t, ipv6_error_size>;

/// The first octets of the packet as it arrived, at most `limit`. Where the header is another one than
/// that which arrived, it is put together in `storage`: the header as it arrived, then what follows the header.
template <class View>
Bytes quote(const Arrival<View>& invoking, std::size_t limit, QuoteStorage& storage) {
  if (invoking.header_as_arrived.empty()) return invoking.ip.bytes().first(std::min(limit, invoking.ip.bytes().size()));
  const Bytes header = invoking.header_as_arrived.first(std::min(limit, invoking.header_as_arrived.size()));
  const Bytes behind = invoking.ip.bytes().subspan(invoking.header_as_arrived.size());
  const Bytes data = behind.first(std::min(limit - header.size(), behind.size()));
  copy_bytes(storage, header);
  copy_bytes(MutableBytes(storage).subspan(header.size()), data);
  return Bytes(storage).first(header.size() + data.size());
}

/// `room`: octets for the ICMP message; an error is not fragmented, so on a narrow link it holds less.
inline std::size_t quote_limit(const Ipv4View& invoking, Ipv4Quote amount, std::size_t room) {
  return std::min(amount == Ipv4Quote::header_and_8 ? invoking.header_size() + least_quoted_transport : ipv4_error_size,
                  room - icmp_header_size);
}

/// Octets for the ICMP message in an error of the largest size, behind an IP header of `header` octets.
constexpr std::size_t room_for_error(Family family, std::size_t header, std::size_t mtu) {
  return std::min(family == Family::ipv4 ? ipv4_error_size : ipv6_error_size, mtu) - header;
}

/// Appends an extension structure (RFC 4884 4): the quote becomes a multiple of the family's word, shortened so that
/// all fits into `room`, and padded to 128 octets at least. The error stays as it is if its type takes no extensions
/// or there is no room for them.
inline IcmpError with_extensions(IcmpError error, Family family, Bytes extensions, std::size_t room) {
  const std::size_t word = family == Family::ipv4 ? 4 : 8;
  if (extensions.empty() || !takes_icmp_extensions(family, error.type) ||
      room < icmp_header_size + icmp_extended_quote_size + extensions.size())
    return error;
  const std::size_t most = (room - icmp_header_size - extensions.size()) / word * word;
  error.quote = error.quote.first(std::min(error.quote.size(), most));
  const std::size_t size = std::max(icmp_extended_quote_size, (error.quote.size() + word - 1) / word * word);
  error.padding = size - error.quote.size();
  error.extensions = extensions;
  error.rest_of_header |= icmp_quote_length_field(family, size);
  return error;
}

}  // namespace tunstack::icmp
