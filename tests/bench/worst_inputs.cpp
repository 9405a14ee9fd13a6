// What the inputs cost that were made to cost time, beside an echo of the same size and family in the same run.
//   worst_inputs [ROUNDS]
// Prints for each input the octets of a packet, ns for a packet, and the ratio to the echo; the best of all rounds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "tests/support/frames.hpp"

namespace tunstack::test {
namespace {

using namespace std::chrono_literals;

struct Input {
  std::string name;
  std::vector<Packet> packets;
  std::vector<std::string_view> settings = {};
  bool on_ethernet = false;  // then the packets travel in frames
};

constexpr unsigned destination_options = 60, routing = 43, fragment = 44, icmpv6_number = 58;

// ---- IPv6 chains ----

Packet header6(unsigned next, const Packet& body) {
  return Packet{static_cast<std::uint8_t>(next), static_cast<std::uint8_t>((body.size() + 2) / 8 - 1)} + body;
}

/// `count` times `body` as destination options, then an echo request.
Packet with_headers(std::size_t count, const Packet& body, unsigned kind = destination_options) {
  Packet payload;
  for (std::size_t i = 1; i <= count; ++i) payload = payload + header6(i < count ? kind : icmpv6_number, body);
  return ipv6({.next_header = kind}, payload + icmpv6({}, 128, 0, 1, counting(16)));
}

Packet repeated(const Packet& part, std::size_t size) {
  Packet all;
  while (all.size() + part.size() <= size) all = all + part;
  return all + Packet(size - all.size());
}

Packet error_quoting(const Packet& quote) { return ipv6({}, icmpv6({}, 1, 4, 0, quote)); }

std::vector<Input> chains() {
  const Packet skipped = hex("1e00");
  const Packet chain_of_ours =
      ipv6({.source = "2001:db8::2", .destination = "2001:db8::1", .next_header = destination_options},
           repeated(hex("3c00010400000000"), 1184));
  return {
      {"8 headers of 8 octets", {with_headers(8, hex("010400000000"))}},
      {"8 headers of 120 octets, each with 8 options and 16 paddings",
       {with_headers(8, repeated(hex("1e02000001000100"), 64) + hex("0132") + Packet(52 - 2))}},
      {"a header of 1216 octets of Pad1", {with_headers(1, Packet(1214))}},
      {"a header of 1216 octets of empty PadN", {with_headers(1, repeated(hex("0100"), 1214))}},
      {"a header of 1216 octets of options to skip", {with_headers(1, repeated(skipped, 1214))}},
      {"160 headers of 8 octets", {with_headers(160, hex("010400000000"))}},
      {"a header longer than a chain may be", {with_headers(1, Packet(1398))}},
      {"an option to report", {with_headers(1, hex("9e0400000000"))}},
      {"an option beyond its header", {with_headers(1, hex("01c800000000"))}},
      {"a routing header with segments left", {with_headers(1, hex("000100000000"), routing)}},
      {"an error that quotes 148 headers", {error_quoting(chain_of_ours)}},
      {"an unknown next header", {ipv6({.next_header = 200}, counting(64))}},
  };
}

// ---- fragments ----

struct Piece {
  unsigned offset, size;  // octets
  bool more = true;
};

Packet fragment6(std::uint32_t id, Piece piece, std::string_view source = "2001:db8::1") {
  Packet header = hex("3a00 0000 00000000");
  set_be16(header, 2, piece.offset | (piece.more ? 1U : 0U));
  set_be32(header, 4, id);
  return ipv6({.source = source, .next_header = fragment}, header + Packet(piece.size, 0x80));
}

Packet fragment4(unsigned id, Piece piece, std::string_view source = "192.0.2.1") {
  return ipv4(
      {.source = source, .identification = id, .flags_and_offset = piece.offset / 8 | (piece.more ? 0x2000U : 0U)},
      Packet(piece.size, 8));
}

/// 64 datagrams, each piece of all of them.
template <class Make>
std::vector<Packet> pieces(const Make& make, unsigned from, unsigned step, unsigned size) {
  std::vector<Packet> packets;
  for (unsigned id = 1; id <= 8; ++id)
    for (unsigned offset = from; offset + size <= 65400; offset += step) packets.push_back(make(id, {offset, size}));
  return packets;
}

template <class Make>
std::vector<Packet> backwards(const Make& make) {
  auto packets = pieces(make, 8, 8, 8);
  std::ranges::reverse(packets);
  return packets;
}

template <class Make>
std::vector<Packet> new_datagrams(const Make& make, unsigned offset, unsigned size) {
  std::vector<Packet> packets;
  for (unsigned id = 1; id <= 20000; ++id) packets.push_back(make(id, {offset, size}));
  return packets;
}

std::vector<Packet> of_many_sources(bool ipv6_family) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < 20000; ++i)
    packets.push_back(ipv6_family
                          ? fragment6(1, {8, 8}, fmt::format("2001:db8:{:x}::{:x}", i % 251, i))
                          : fragment4(1, {8, 8}, fmt::format("198.{}.{}.{}", 18 + i % 2, i / 250 % 250, i % 250 + 1)));
  return packets;
}

/// Whole units first, then one fragment over all of them that differs.
std::vector<Packet> over_every_other_unit() {
  std::vector<Packet> packets;
  for (unsigned id = 1; id <= 500; ++id) {
    for (unsigned offset = 0; offset < 1472; offset += 16) packets.push_back(fragment4(id, {offset, 8}));
    packets.push_back(fragment4(id, {0, 1472}));
  }
  return packets;
}

/// Datagrams that are refused at once, and one whose pieces take all blocks that there are: each of those that begin
/// later has to push one out.
std::vector<Packet> among_refused_ones() {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < 900; ++i) {
    const std::string source = fmt::format("198.18.{}.{}", i / 250, i % 250 + 1);
    for (const std::uint8_t fill : {std::uint8_t{1}, std::uint8_t{2}})
      packets.push_back(ipv4({.source = source, .flags_and_offset = 0x2000}, Packet(256, fill)));
  }
  for (unsigned i = 0; i < 20000; ++i)
    packets.push_back(fragment4(2, {0, 256}, fmt::format("198.19.{}.{}", i / 250 % 250, i % 250 + 1)));
  return packets;
}

std::vector<Input> fragments() {
  const auto six = [](unsigned id, Piece piece) { return fragment6(id, piece); };
  const auto four = [](unsigned id, Piece piece) { return fragment4(id, piece); };
  return {
      {"IPv6 fragments of 8 octets, in order", pieces(six, 0, 8, 8)},
      {"IPv6 fragments of 8 octets, every other one", pieces(six, 8, 16, 8)},
      {"IPv6 fragments of 8 octets, backwards", backwards(six)},
      {"IPv6 fragments of new packets of one source", new_datagrams(six, 8, 8)},
      {"IPv6 fragments of new packets at the far end", new_datagrams(six, 65000, 8)},
      {"IPv6 fragments of many sources", of_many_sources(true)},
      {"IPv6 first fragments of new packets, 1400 octets", new_datagrams(six, 0, 1352)},
      {"IPv6 fragments that lack headers", {fragment6(1, {0, 8}), fragment6(2, {0, 0, true})}},
      {"the same IPv6 fragment of 1400 octets again", {fragment6(1, {0, 1352})}},
      {"IPv4 fragments of 8 octets, every other one", pieces(four, 8, 16, 8)},
      {"IPv4 fragments of new datagrams of one source", new_datagrams(four, 8, 8)},
      {"IPv4 fragments of many sources", of_many_sources(false)},
      {"IPv4 fragments among 900 refused datagrams, little memory", among_refused_ones(), {"v4.frag.memory=256"}},
      {"IPv4 fragments over every other unit, overlap=first", over_every_other_unit(), {"v4.frag.overlap=first"}},
  };
}

std::vector<Packet> reports_about_many_destinations() {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < 20000; ++i) {
    const std::string destination = fmt::format("2001:db8:{:x}::{:x}", i % 251, i);
    const Packet quote = ipv6({.source = "2001:db8::2", .destination = destination}, Packet(1240));
    packets.push_back(ipv6({}, icmpv6({}, 2, 0, 1280, part(quote, 0, 80))));
  }
  return packets;
}

std::vector<Input> others() {
  return {
      {"packet too big about many destinations", reports_about_many_destinations()},
      {"40 octets of IPv4 options to ignore", {echo4({.options = Packet(40, 1)})}},
      {"an IPv4 datagram with record route", {echo4({.options = hex("0727 04") + Packet(37)})}},
      {"UDP to a closed port", {udp6(), udp4()}},
  };
}

// ---- neighbors ----

/// Echo requests from addresses that nobody has been asked for, of `count` hosts.
std::vector<Packet> from_unknown_neighbors(bool ipv6_family, unsigned count) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < count; ++i)
    packets.push_back(ipv6_family ? echo6({.source = fmt::format("2001:db8::{:x}:{:x}", 1 + i / 0x10000, i % 0x10000)})
                                  : echo4({.source = fmt::format("10.{}.{}.{}", i / 62500, i / 250 % 250, i % 250 + 1),
                                           .destination = "10.255.0.2"}));
  return packets;
}

std::vector<Packet> unknown_solicitors(unsigned count) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < count; ++i)
    packets.push_back(solicitation({.source = fmt::format("2001:db8::{:x}:{:x}", 1 + i / 0x10000, i % 0x10000)}));
  return packets;
}

std::vector<Input> neighbors() {
  struct Setting {
    std::string_view what;
    std::vector<std::string_view> settings;
  };
  std::vector<Input> inputs;
  for (const auto& [what, settings] :
       {Setting{"", {}}, Setting{", no limit", {"nd.solicit_rate=0"}},
        Setting{", cache of 4096", {"nd.neighbors=4096"}},
        Setting{", cache of 4096, no limit", {"nd.solicit_rate=0", "nd.neighbors=4096"}}}) {
    inputs.push_back(
        {fmt::format("IPv6 unknown neighbors{}", what), from_unknown_neighbors(true, 20000), settings, true});
    inputs.push_back(
        {fmt::format("IPv4 unknown neighbors{}", what), from_unknown_neighbors(false, 20000), settings, true});
    inputs.push_back(
        {fmt::format("solicitations of unknown neighbors{}", what), unknown_solicitors(20000), settings, true});
  }
  return inputs;
}

// ---- measuring ----

/// On Ethernet the peer is known, and so large is the network that there is room for strangers.
NodeConfig config_of(const Input& input) {
  if (!input.on_ethernet) return host_config();
  NodeConfig config = ethernet_config();
  config.interfaces[0].addresses.push_back(*parse_prefix("10.255.0.2/8"));
  return config;
}

/// How it arrives.
std::vector<Packet> arriving(const Input& input) {
  std::vector<Packet> packets = input.packets;
  if (input.on_ethernet)
    for (Packet& packet : packets) packet = framed(packet);
  return packets;
}

class Measured {
 public:
  explicit Measured(const Input& input) : packets_(arriving(input)) {
    NodeConfig config = config_of(input);
    for (const std::string_view setting : {"icmp4.error_rate=0", "icmp6.error_rate=0", "icmp.ext=off"})
      set_option(config.options, setting);
    for (const std::string_view setting : input.settings) set_option(config.options, setting);
    node_ = std::make_unique<Node>(config);
    for (const Packet& packet : input.packets) octets_ += packet.size();
    if (!input.on_ethernet) return;
    for (const Packet& frame : {framed(solicitation()), arp_request()}) receive(frame);
  }
  std::size_t octets() const { return octets_ / packets_.size(); }
  double best() const { return best_; }

  /// At least 20000 packets; what is left of them is given up afterwards, which is not measured.
  void run() {
    const std::size_t times = 1 + 20000 / packets_.size();
    std::chrono::nanoseconds spent{};
    for (std::size_t i = 0; i < times; ++i) {
      const auto before = std::chrono::steady_clock::now();
      for (const Packet& packet : packets_) receive(packet);
      spent += std::chrono::steady_clock::now() - before;
      if (packets_.size() > 1) now_ += 120s;
      node_->tick(now_, out_);
      out_.clear();
    }
    best_ = std::min(best_, static_cast<double>(spent.count()) / static_cast<double>(times * packets_.size()));
  }

 private:
  void receive(const Packet& packet) {
    node_->receive({InterfaceId{0}, packet, now_}, out_);
    out_.clear();
  }

  std::vector<Packet> packets_;
  std::unique_ptr<Node> node_;
  Outbox out_;
  Instant now_{};
  std::size_t octets_ = 0;
  double best_ = 1e9;
};

Input echo_like(const Input& input, std::size_t octets) {
  const bool is_ipv6 = input.packets[0][0] >> 4 == 6;
  const std::size_t headers = is_ipv6 ? 48 : 28;
  const Packet data = counting(octets > headers ? octets - headers : 0);
  return {"echo", {is_ipv6 ? echo6({}, data) : echo4({}, data)}, {}, input.on_ethernet};
}

void measure(const std::vector<Input>& inputs, int rounds) {
  for (const Input& input : inputs) {
    Measured worst(input);
    const Input like = echo_like(input, worst.octets());
    Measured echo(like);
    for (int round = 0; round < rounds; ++round) {
      worst.run();
      echo.run();
    }
    fmt::print("{:<62} {:>5} octets {:>7.1f} ns {:>6.2f} x echo\n", input.name, worst.octets(), worst.best(),
               worst.best() / echo.best());
  }
}

}  // namespace
}  // namespace tunstack::test

int main(int count, char** arguments) {
  using namespace tunstack::test;
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 7;
  measure(chains(), rounds);
  measure(fragments(), rounds);
  measure(others(), rounds);
  measure(neighbors(), rounds);
}
