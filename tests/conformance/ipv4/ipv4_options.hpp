// Echo requests with options, and what an answer says about them.
#pragma once

#include "tests/support/ipv4_parts.hpp"

namespace tunstack::test {

/// Filled up with the end of the list.
inline Packet padded(Packet options) {
  options.resize((options.size() + 3) / 4 * 4);
  return options;
}

inline Packet no_operations(std::size_t count) { return Packet(count, 1); }

inline Packet echo_with(const Packet& options) { return echo4({.options = padded(options)}); }

/// Checks that a request is answered with its data, by nothing but a reply with `expected` as options.
inline void expect_echoed(Host& host, const Packet& options, const Packet& expected) {
  const Packet request = echo_with(options);
  const Packet reply = host.answer(request);
  EXPECT_EQ(options_of(reply), padded(expected));
  EXPECT_EQ(reply.at(9), 1);
  EXPECT_EQ(payload_of(reply).at(0), 0) << "echo reply";
  EXPECT_EQ(from(payload_of(reply), 4), from(payload_of(request), 4));
  EXPECT_EQ(source_of(reply), "192.0.2.2");
}

/// Checks that nothing but a parameter problem goes back, with all of the request and a pointer into it.
inline void expect_pointer(Host& host, const Packet& request, std::size_t pointer) {
  const Packet error = host.answer(request);
  EXPECT_EQ(options_of(error), Packet{});
  EXPECT_EQ(icmp4_type(error), 12U);
  EXPECT_EQ(icmp4_code(error), 0U);
  EXPECT_EQ(be32(error, 24), pointer << 24) << "the pointer is " << int{error.at(24)};
  EXPECT_EQ(from(error, 28), request);
  EXPECT_EQ(source_of(error), "192.0.2.2");
  EXPECT_EQ(destination_of(error), "192.0.2.1");
}

}  // namespace tunstack::test
