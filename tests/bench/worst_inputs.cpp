// What the inputs cost that were made to cost time, each beside echoes of the same sizes and family in the same run.
//   worst_inputs [ROUNDS [PART OF A NAME]]
// Prints for each input the octets of a packet, what a packet takes, and how many echoes that is: medians of slices
// that take turns with slices of echoes. The status is 1 if any input costs more than five echoes.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <stdexcept>

#include "tests/bench/hostile_inputs.hpp"
#include "tests/bench/meter.hpp"

namespace tunstack::test {
namespace {

using namespace std::chrono_literals;

constexpr double most_echoes = 5;
constexpr std::size_t ethernet_header = 14;
constexpr std::size_t slice = 256;  // packets, as large a part of a burst as stays in the caches

NodeConfig config_of(const Input& input) {
  NodeConfig config = input.place == Place::tun ? host_config() : ethernet_config();
  InterfaceConfig& interface = config.interfaces[0];
  if (input.place != Place::tun) interface.addresses.push_back(*parse_prefix("10.255.0.2/8"));
  interface.configures_itself = input.place == Place::learner;
  if (input.place == Place::querier) interface.role = Role::router;
  if (input.place == Place::routed)
    for (const std::string_view gateway : {"192.0.2.1", "fe80::1"})
      interface.gateways.push_back(parse_address(gateway).value());
  const auto set = [&](std::string_view setting) {
    if (set_option(config.options, setting)) throw std::invalid_argument(std::string(setting));
  };
  for (const std::string_view setting : {"icmp4.error_rate=0", "icmp6.error_rate=0", "icmp.extensions=off"})
    set(setting);
  if (input.place == Place::member || input.place == Place::querier) set("mld.enable=on");
  if (input.place == Place::querier) set("mld.querier=on");
  for (const std::string_view setting : input.settings) set(setting);
  return config;
}

bool is_arp(const Packet& packet) { return packet.at(0) == 0; }

/// An echo request of the peer as large as the packet, and of its family.
Packet echo_like(const Packet& packet) {
  const bool is_ipv6 = packet.at(0) >> 4 == 6;
  const std::size_t headers = is_ipv6 ? 48 : 28;
  const Packet data = counting(packet.size() > headers ? packet.size() - headers : 0);
  return is_ipv6 ? echo6({}, data) : echo4({}, data);
}

/// A node, and what a packet takes in each slice of those that come to it: the least of all rounds, as other programs
/// only ever add to it.
class Measured {
 public:
  Measured(const Input& input, const Meter& meter)
      : meter_(meter), has_frames_(input.place != Place::tun), node_(config_of(input)) {
    begin();
  }

  /// In a frame where the link has any.
  Packet arriving(const Packet& packet) const {
    if (!has_frames_) return packet;
    return is_arp(packet) ? frame(broadcast_mac, peer_mac, 0x0806, packet) : framed(packet);
  }
  /// How the node answers what is not measured; "" if it does not.
  Packet answer_to(const Packet& packet) {
    receive(arriving(packet));
    Packet answer;
    if (!out_.packets().empty()) {
      const Bytes sent = out_.packets().back().bytes;
      answer.assign(sent.begin(), sent.end());
    }
    out_.clear();
    return answer;
  }
  /// Of packets as they arrive. They lie in the caches, as what a device has just written does.
  void measure(std::size_t slice_number, std::span<const Packet> packets) {
    for (const Packet& packet : packets) touched_ = touched_ + std::reduce(packet.begin(), packet.end(), 0U);
    const std::uint64_t before = meter_.read();
    for (const Packet& packet : packets) {
      receive(packet);
      out_.clear();
    }
    const double takes = static_cast<double>(meter_.read() - before) / static_cast<double>(packets.size());
    takes_.resize(std::max(takes_.size(), slice_number + 1), takes);
    takes_[slice_number] = std::min(takes_[slice_number], takes);
  }
  /// What was left of all is given up, which is not measured, and the peer is there again.
  void pass_on(bool has_state) {
    if (has_state) now_ += 30min;
    node_.tick(now_, out_);
    out_.clear();
    begin();
  }
  /// On average of all slices.
  double takes() const { return std::reduce(takes_.begin(), takes_.end()) / static_cast<double>(takes_.size()); }

 private:
  void begin() {
    if (!has_frames_) return;
    for (const Packet& packet : {arp_request(), framed(solicitation()), framed(solicitation({.source = "fe80::1"}))}) {
      receive(packet);
      out_.clear();
    }
  }
  void receive(const Packet& packet) { node_.receive({InterfaceId{0}, packet, now_}, out_); }

  const Meter& meter_;
  bool has_frames_;
  Node node_;
  Outbox out_;
  Instant now_{};
  volatile unsigned touched_ = 0;  // so that it is done
  std::vector<double> takes_;
};

/// Slices of one input and of echoes, taking turns.
class Comparison {
 public:
  Comparison(const Input& input, const Meter& meter)
      : input_(input),
        worst_(input, meter),
        echoes_({"", {}, {}, input.place}, meter),
        openings_({"", {}, {}, input.place}, meter) {
    if (input.reaction == nullptr) prepare();
  }

  void run() {
    for (std::size_t at = 0; at < input_.packets.size(); at += slice) compare(at);
    worst_.pass_on(input_.packets.size() > 1);
    echoes_.pass_on(false);
    openings_.pass_on(false);
  }
  double ratio() const {
    const double opening = input_.reaction == nullptr ? 0 : openings_.takes();
    return (opening + worst_.takes()) / (opening + echoes_.takes()) / static_cast<double>(input_.stands_for);
  }
  std::string row() const {
    const std::string why =
        input_.stands_for == 1 ? "" : fmt::format(" for each of {}: {}", input_.stands_for, input_.because);
    return fmt::format("{:<74} {:>5} octets {:>8.1f} {:>6.2f} x echo{}", input_.name, octets(), worst_.takes(), ratio(),
                       why);
  }

  /// Of a datagram.
  std::size_t octets() const {
    std::size_t sum = 0;
    for (const Packet& packet : worst_packets_) sum += packet.size();
    return sum / worst_packets_.size() - (input_.place == Place::tun ? 0 : ethernet_header);
  }

 private:
  /// All of it, made beforehand where nothing is to be reacted to: making packets drives the node out of the caches.
  void prepare() {
    const std::size_t count = input_.packets.size() == 1 ? slice : input_.packets.size();
    for (std::size_t i = 0; i < count; ++i) {
      const Packet& packet = input_.packets[i % input_.packets.size()];
      worst_packets_.push_back(worst_.arriving(packet));
      alike_.push_back(echoes_.arriving(echo_like(packet)));
    }
  }
  void react(std::size_t at) {
    worst_packets_.clear();
    alike_.clear();
    std::vector<Packet> openings;
    for (std::size_t i = at; i < std::min(at + slice, input_.packets.size()); ++i) {
      const Packet packet = measured(input_.packets[i]);
      worst_packets_.push_back(worst_.arriving(packet));
      alike_.push_back(echoes_.arriving(echo_like(packet)));
      openings.push_back(openings_.arriving(echo_like(input_.packets[i])));
    }
    openings_.measure(at / slice, openings);
  }
  void compare(std::size_t at) {
    const bool reacts = input_.reaction != nullptr;
    if (reacts) react(at);
    const std::size_t from = reacts ? 0 : at;
    const std::size_t size = std::min(slice, worst_packets_.size() - from);
    worst_.measure(at / slice, std::span(worst_packets_).subspan(from, size));
    echoes_.measure(at / slice, std::span(alike_).subspan(from, size));
  }
  Packet measured(const Packet& packet) {
    const Packet answer = worst_.answer_to(packet);
    if (answer.empty()) throw std::runtime_error(input_.name + ": nothing to react to");
    return input_.reaction(answer);
  }

  const Input& input_;
  Measured worst_, echoes_, openings_;
  std::vector<Packet> worst_packets_, alike_;  // as they arrive
};

/// How many cost too much.
int measure(const std::vector<Input>& inputs, int rounds, std::string_view wanted, const Meter& meter) {
  int too_much = 0;
  for (const Input& input : inputs) {
    if (input.name.find(wanted) == std::string::npos) continue;
    Comparison comparison(input, meter);
    for (int round = 0; round < rounds; ++round) comparison.run();
    // Other programs add to it: what seems to cost too much is looked at for longer.
    for (int round = 0; round < 9 * rounds && comparison.ratio() > most_echoes; ++round) comparison.run();
    const bool costs_too_much = comparison.ratio() > most_echoes;
    too_much += costs_too_much ? 1 : 0;
    fmt::print("{}{}\n", comparison.row(), costs_too_much ? "  TOO MUCH" : "");
  }
  return too_much;
}

}  // namespace
}  // namespace tunstack::test

int main(int count, char** arguments) {
  using namespace tunstack::test;
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 11;
  const std::string_view wanted = count > 2 ? arguments[2] : "";
  const Meter meter;
  fmt::print("{} for a packet\n", meter.unit());
  int too_much = 0;
  for (const auto& inputs : {chain_inputs(), fragment_inputs(), option_inputs(), family_inputs(), link_inputs()})
    too_much += measure(inputs, rounds, wanted, meter);
  if (too_much > 0) fmt::print("{} inputs cost more than {} echoes\n", too_much, most_echoes);
  return too_much > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
