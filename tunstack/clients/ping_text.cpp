#include <fmt/format.h>

#include "protocols/wire/icmp_error.hpp"
#include "protocols/wire/ipv4.hpp"
#include "tunstack/clients/error_words.hpp"
#include "tunstack/clients/option_words.hpp"
#include "tunstack/clients/ping_output.hpp"

namespace tunstack::clients {

namespace {

/// Four digits, at most three of them behind the point.
std::string short_time(std::int64_t us) {
  if (us >= 100'000 - 50) return fmt::format("{}", (us + 500) / 1000);
  if (us >= 10'000 - 5) return fmt::format("{}.{:01}", (us + 50) / 1000, (us + 50) % 1000 / 100);
  if (us >= 1000) return fmt::format("{}.{:02}", (us + 5) / 1000, (us + 5) % 1000 / 10);
  return fmt::format("0.{:03}", us);
}

std::string long_time(std::int64_t us) { return fmt::format("{}.{:03}", us / 1000, us % 1000); }

class PingText final : public PingOutput {
 public:
  PingText(const PingArguments& arguments, const ClientPlace& place) : ping_(arguments), place_(place) {}

  void begin() override {
    if (!ping_.pattern.empty() && !ping_.is_quiet) {
      text_ += "PATTERN: 0x";
      for (const std::uint8_t octet : ping_.pattern) text_ += fmt::format("{:02x}", octet);
      text_ += "\n";
    }
    if (ping_.allows_broadcast && ping_.target == IpAddress(ipv4_limited_broadcast))
      text_ += "WARNING: pinging broadcast address\n";
    text_ += ping_.target.is_ipv4() ? start4() : start6();
  }

  void sent() override {
    if (ping_.is_flood && !ping_.is_quiet) text_ += ".";
  }

  void reply(const PingReply& reply, Instant now) override {
    if (ping_.is_quiet) return;
    if (ping_.is_flood) {
      text_ += reply.has_bad_checksum ? "\bC" : "\b \b";
      return;
    }
    text_ += time_of(now) + fmt::format("{} bytes from {}: icmp_seq={}", reply.size, name(reply.from), reply.sequence);
    text_ += fmt::format(" ttl={}", reply.hop_limit);
    if (reply.is_truncated) {
      text_ += " (truncated)\n";
      return;
    }
    if (reply.microseconds) text_ += fmt::format(" time={} ms", short_time(*reply.microseconds));
    if (!reply.answer.empty()) text_ += ": " + reply.answer;
    text_ += marks(reply) + wrong_data(reply) + options_.of(reply.options) + "\n";
  }

  void error(const ReportedError& error, unsigned sequence, Instant now) override {
    if (ping_.is_quiet) return;
    if (ping_.is_flood) {
      if (!is_advice(error)) text_ += "\bE";
      return;
    }
    text_ += time_of(now) + fmt::format("From {}{} icmp_seq={} {}\n", name(error.reporter), is_advice(error) ? ":" : "",
                                        sequence, ping_words(error, name(Ipv4Address{error.rest_of_header})));
  }

  void too_large(std::size_t mtu, unsigned) override {
    if (ping_.is_quiet) return;
    text_ += ping_.is_flood ? "E"
                            : fmt::format("ping: local error: message too long, mtu{}{}\n",
                                          ping_.target.is_ipv4() ? "=" : ": ", mtu);
  }

  void outstanding(unsigned sequence, Instant now) override {
    if (ping_.is_quiet || ping_.is_flood) return;
    text_ += time_of(now) + fmt::format("no answer yet for icmp_seq={}\n", sequence);
  }

  void end(const PingCounts& counts, const RoundTrips& times) override {
    text_ += fmt::format("\n--- {} ping statistics ---\n{} packets transmitted, {} received", ping_.target_word,
                         counts.sent, counts.received);
    if (counts.duplicates != 0) text_ += fmt::format(", +{} duplicates", counts.duplicates);
    if (counts.corrupted != 0) text_ += fmt::format(", +{} corrupted", counts.corrupted);
    if (counts.errors != 0) text_ += fmt::format(", +{} errors", counts.errors);
    if (counts.sent != 0)
      text_ += fmt::format(", {:.6g}% packet loss, time {}ms", counts.loss_percent(),
                           (std::chrono::duration_cast<std::chrono::microseconds>(counts.took).count() + 500) / 1000);
    text_ += "\n" + times_line(counts, times) + "\n";
  }

 private:
  std::string name(const IpAddress& address) const { return name_and_address(address, ping_.is_numeric, place_); }

  std::string from() const {
    return ping_.has_source ? fmt::format("from {} {}: ", to_text(ping_.source), ping_.device) : "";
  }
  std::string start4() const {
    const std::size_t datagram = ping_.size + icmp_header_size + ping_.options.size() + ipv4_header_size;
    return fmt::format("PING {} ({}) {}{}({}) bytes of data.\n", ping_.target_word, to_text(ping_.target), from(),
                       ping_.size, datagram);
  }
  std::string start6() const {
    const std::string flow = ping_.flow_label != 0 ? fmt::format(", flow 0x{:05x}, ", ping_.flow_label) : "";
    return fmt::format("PING {}({}) {}{}{} data bytes\n", ping_.target_word, name(ping_.target), flow, from(),
                       ping_.size);
  }

  std::string time_of(Instant now) const {
    if (!ping_.prints_time) return {};
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    return fmt::format("[{}.{:06}] ", us / 1'000'000, us % 1'000'000);
  }

  std::string marks(const PingReply& reply) const {
    std::string marks;
    const bool is_to_many = ping_.allows_broadcast || is_group(ping_.target);
    if (reply.is_duplicate && (!is_to_many || ping_.is_verbose)) marks += " (DUP!)";
    if (reply.has_bad_checksum) marks += " (BAD CHECKSUM!)";
    if (reply.is_from_another) marks += " (DIFFERENT ADDRESS!)";
    return marks;
  }
  static bool is_group(const IpAddress& address) {
    return address.is_ipv4() ? address.ipv4().value >> 28 == 0xe : address.ipv6().is_multicast();
  }

  /// All data behind the time, 32 octets to a line.
  static std::string wrong_data(const PingReply& reply) {
    if (!reply.wrong_at) return {};
    std::string text = fmt::format("\nwrong data byte #{} should be 0x{:x} but was 0x{:x}", *reply.wrong_at,
                                   reply.expected[*reply.wrong_at], reply.data[*reply.wrong_at]);
    const std::size_t start = reply.expected.size() >= ping_time_size ? ping_time_size : 0;
    for (std::size_t i = start; i < reply.expected.size(); ++i) {
      if (i % 32 == start) text += fmt::format("\n#{}\t", i);
      text += fmt::format("{:x} ", reply.data[i]);
    }
    return text;
  }

  std::string times_line(const PingCounts& counts, const RoundTrips& times) const {
    std::string line;
    if (counts.received != 0 && times.any())
      line += fmt::format("rtt min/avg/max/mdev = {}/{}/{}/{} ms", long_time(times.least()), long_time(times.mean()),
                          long_time(times.most()), long_time(times.deviation()));
    const auto add = [&](const std::string& part) { line += (line.empty() ? "" : ", ") + part; };
    if (counts.most_in_flight > 1) add(fmt::format("pipe {}", counts.most_in_flight));
    if (counts.received != 0 && ping_.is_flood && counts.sent > 1) {
      const auto us = std::chrono::duration_cast<std::chrono::microseconds>(counts.took).count();
      add(fmt::format("ipg/ewma {}/{} ms", long_time(us / (counts.sent - 1)), long_time(times.smoothed())));
    }
    return line;
  }

  const PingArguments& ping_;
  const ClientPlace& place_;
  OptionWords options_{[this](const IpAddress& address) { return name(address); }};
};

}  // namespace

std::unique_ptr<PingOutput> ping_text(const PingArguments& arguments, const ClientPlace& place) {
  return std::make_unique<PingText>(arguments, place);
}

}  // namespace tunstack::clients
