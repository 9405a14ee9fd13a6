// What ping says of what happens: as iputils 20221126 prints it, or as JSON.
#pragma once

#include <memory>

#include "tunstack/clients/arrivals.hpp"
#include "tunstack/clients/ping_arguments.hpp"
#include "tunstack/clients/round_trips.hpp"

namespace tunstack::clients {

struct PingReply {
  IpAddress from;
  unsigned sequence = 0;
  std::size_t size = 0;  // octets of the ICMP message
  unsigned hop_limit = 0;
  std::optional<std::int64_t> microseconds = {};  // nothing where no time was sent
  bool is_duplicate = false, is_truncated = false, has_bad_checksum = false;
  bool is_from_another = false;              // address than was asked
  std::optional<std::size_t> wrong_at = {};  // where its data differs first
  Bytes data, expected;
  Bytes options;       // of IPv4
  std::string answer;  // to what is no echo: "active, ipv4, ipv6", "mask 255.255.255.0 (/24)"
};

struct PingCounts {
  unsigned sent = 0, received = 0, duplicates = 0, corrupted = 0, errors = 0;
  unsigned most_in_flight = 0;
  Duration took{};  // from the first request to the last one

  double loss_percent() const { return sent == 0 ? 0 : (sent - static_cast<double>(received)) * 100 / sent; }
};

class PingOutput {
 public:
  virtual ~PingOutput() = default;
  virtual void begin() = 0;
  virtual void sent() = 0;
  virtual void reply(const PingReply& reply, Instant now) = 0;
  /// Of an answer to request `sequence`.
  virtual void error(const ReportedError& error, unsigned sequence, Instant now) = 0;
  virtual void too_large(std::size_t mtu, unsigned sequence) = 0;
  virtual void outstanding(unsigned sequence, Instant now) = 0;
  virtual void end(const PingCounts& counts, const RoundTrips& times) = 0;

  std::string take_text() { return std::exchange(text_, {}); }

 protected:
  std::string text_;
};

std::unique_ptr<PingOutput> ping_text(const PingArguments& arguments, const ClientPlace& place);
std::unique_ptr<PingOutput> ping_json(const PingArguments& arguments);

}  // namespace tunstack::clients
