// The messages of ping: echo, extended echo (RFC 8335), and the queries for time and mask of ICMPv4 (RFC 792, RFC 950).
#pragma once

#include "tunstack/clients/ping_output.hpp"

namespace tunstack::clients {

class PingMessages {
 public:
  PingMessages(const PingArguments& ping, std::uint16_t identifier);

  /// Request `count`, from 1 on; without its checksum.
  std::vector<std::uint8_t> request(unsigned count, Instant now);
  /// The number that request `count` has: of 16 bits, or 8 of extended echo.
  unsigned sequence_of(unsigned count) const { return ping_.kind == PingKind::probe ? count & 0xff : count & 0xffff; }

  /// Of 8 octets at least: whether it is one of these requests, or a reply to one.
  bool is_request(Bytes message) const { return has(message, request_type_); }
  bool is_reply(Bytes message) const { return has(message, reply_type_); }
  unsigned sequence_in(Bytes message) const;

  /// What a reply tells beside its IP header.
  PingReply read(Bytes reply, Instant now) const;

 private:
  bool has(Bytes message, std::uint8_t type) const;
  void read_echo(PingReply& reply, Instant now) const;
  std::string answer_in(Bytes reply, Instant now) const;
  std::vector<std::uint8_t> body(Instant now) const;

  const PingArguments& ping_;
  std::uint16_t identifier_;
  std::uint8_t request_type_, reply_type_;
  std::vector<std::uint8_t> data_;      // of echo
  std::array<Instant, 256> sent_at_{};  // of the latest requests, where they do not say so themselves
};

}  // namespace tunstack::clients
