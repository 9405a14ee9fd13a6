// libtins, and what every file here asks it about an answer.
#pragma once

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <tins/tins.h>
#pragma GCC diagnostic pop

#include "tests/support/host.hpp"

namespace tunstack::test {

inline constexpr const char* host4 = "192.0.2.2";
inline constexpr const char* peer4 = "192.0.2.1";
inline constexpr const char* host6 = "2001:db8::2";
inline constexpr const char* peer6 = "2001:db8::1";

inline Tins::IP ip_to_host() {
  Tins::IP ip(host4, peer4);
  ip.id(0x4242);
  ip.ttl(33);
  ip.tos(0xb8);
  return ip;
}

inline Tins::IPv6 ipv6_to_host() {
  Tins::IPv6 ip(host6, peer6);
  ip.hop_limit(33);
  return ip;
}

template <class Ip>
Ip read(const Packet& packet) {
  return Ip(packet.data(), static_cast<std::uint32_t>(packet.size()));
}

/// What libtins makes of a packet of the host, which it must write once more to the same octets.
template <class Ip>
Ip read_and_written_again(const Packet& packet) {
  Ip parsed = read<Ip>(packet);
  EXPECT_EQ(parsed.serialize(), packet) << "libtins would have written other octets";
  return parsed;
}

/// The answer of a host to what libtins wrote.
template <class Ip>
Ip answer_of(Host& host, Ip request, Packet& written) {
  written = request.serialize();
  return read_and_written_again<Ip>(host.answer(written));
}

template <class Ip>
Ip answer_to(Ip request, Packet& written, std::initializer_list<std::string_view> settings = {}) {
  Host host(settings);
  return answer_of(host, request, written);
}

/// The header of every answer: addresses turned round, this host's TTL, nothing of the request's.
inline void expect_header_back(const Tins::IP& ip, unsigned protocol) {
  EXPECT_EQ(ip.version(), 4);
  EXPECT_EQ(ip.head_len(), 5);
  EXPECT_EQ(ip.src_addr().to_string(), host4);
  EXPECT_EQ(ip.dst_addr().to_string(), peer4);
  EXPECT_EQ(ip.ttl(), 64);
  EXPECT_EQ(ip.protocol(), protocol);
  EXPECT_FALSE(ip.is_fragmented());
}

inline void expect_header_back(const Tins::IPv6& ip, unsigned next_header) {
  EXPECT_EQ(ip.version(), 6);
  EXPECT_EQ(ip.src_addr().to_string(), host6);
  EXPECT_EQ(ip.dst_addr().to_string(), peer6);
  EXPECT_EQ(ip.hop_limit(), 64);
  EXPECT_EQ(ip.next_header(), next_header);
  EXPECT_TRUE(ip.headers().empty());
}

/// The octets behind the header that libtins took for `message`.
template <class Message>
Packet data_of(const Message& message) {
  const auto* raw = message.template find_pdu<Tins::RawPDU>();
  return raw ? raw->payload() : Packet{};
}

/// An error in `ip`: type, code, no extensions, and all of `quoted` (which is short enough).
template <class Message, class Ip>
const Message& expect_error(const Ip& ip, unsigned type, unsigned code, const Packet& quoted) {
  const Message& error = ip.template rfind_pdu<Message>();
  EXPECT_EQ(error.type(), type);
  EXPECT_EQ(error.code(), code);
  EXPECT_FALSE(error.has_extensions());
  EXPECT_EQ(data_of(error), quoted);
  return error;
}

/// What the host sends in answer to fragments, which is nothing before the last of them.
inline std::vector<Packet> sent_for(Host& host, const std::vector<Packet>& fragments) {
  std::vector<Packet> sent;
  for (const Packet& fragment : fragments) {
    EXPECT_TRUE(sent.empty());
    sent = host.send(fragment);
  }
  return sent;
}

}  // namespace tunstack::test
