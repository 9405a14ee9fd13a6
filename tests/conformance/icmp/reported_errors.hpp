// Errors about packets that a host has sent, and somebody who hears what the host makes of them.
#pragma once

#include <algorithm>

#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test {

/// A report with copies of what it refers to.
struct Heard {
  icmp::ErrorReport report;
  Packet transport;
  Packet quote;
  Packet extensions;
};

class Listener : public Observer {
 public:
  explicit Listener(Host& host) : host_(host) { host.observe(*this); }
  ~Listener() override { host_.stop_observing(*this); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void decided(const Decision&) override {}
  void error_reported(const icmp::ErrorReport& report) override {
    heard.push_back({report, copy(report.transport), copy(report.body.quote), copy(report.body.extensions)});
  }

  std::vector<Heard> heard;

 private:
  static Packet copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

  Host& host_;
};

struct ErrorFields {
  unsigned type = 3;
  unsigned code = 1;
  std::uint32_t rest = 0;  // what stands behind the checksum
  std::string_view router = "203.0.113.77";
  std::string_view to = "192.0.2.2";
};

/// An ICMPv4 error with any body.
inline Packet error4(const ErrorFields& error, const Packet& body) {
  return ipv4({.source = error.router, .destination = error.to}, icmpv4(error.type, error.code, error.rest, body));
}

/// The error of a router that quotes as much of `sent` as is usual.
inline Packet error_about(const Packet& sent, const ErrorFields& error = {}) {
  return error4(error, part(sent, 0, std::min<std::size_t>(sent.size(), 548)));
}

/// Fragmentation needed, with the MTU of the next link (RFC 1191 4).
inline Packet too_big(const Packet& sent, std::uint32_t mtu) { return error_about(sent, {.code = 4, .rest = mtu}); }

}  // namespace tunstack::test
