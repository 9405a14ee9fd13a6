// What hosts under attack are held against, whatever the attack: what leaves is right, goes back to whoever asked
// alone, is no larger than it may be, and holds no octets but those of this very datagram and the host's own; and what
// the host knows stays as it was.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/ipv6_chains.hpp"
#include "tests/support/wire.hpp"
#include "tunstack/report/state_report.hpp"

namespace tunstack::test::cve_classes {

/// All that a node knows, but for what it counts and spends.
inline std::string knowledge_of(const Driver& node) {
  auto report = state_report(node.node(), node.now());
  for (const char* counted : {"time", "counters", "limiters"}) report.erase(counted);
  return report.dump();
}

/// Octets of others, which no attack has.
inline Packet secret_octets(std::size_t size) { return Packet(size, 0xa5); }
inline bool tells_secrets(const Packet& packet) {
  const Packet secret = secret_octets(4);
  return !std::ranges::search(packet, secret).empty();
}

/// Of a packet as it arrived, what its header says is of the datagram; all of it where the header says more.
inline Packet datagram_in(const Packet& arrived) {
  const std::size_t said = arrived.at(0) >> 4 == 4 ? be16(arrived, 2) : 40U + be16(arrived, 4);
  return part(arrived, 0, std::min(said, arrived.size()));
}

/// Where the payload of a packet that was sent begins.
inline std::size_t header_size(const Packet& sent) { return sent.at(0) >> 4 == 4 ? (sent[0] & 15U) * 4 : 40U; }
inline bool is_icmp_error(const Packet& sent) {
  if (sent.at(0) >> 4 == 6) return sent.at(6) == 58 && icmp6_type(sent) < 128;
  const unsigned type = sent.at(header_size(sent));
  return sent.at(9) == 1 && (type == 3 || type == 4 || type == 5 || type == 11 || type == 12);
}
/// What an error quotes.
inline Packet quote_of(const Packet& error) { return from(error, header_size(error) + 8); }
inline bool begins_with(const Packet& whole, const Packet& start) {
  return start.size() <= whole.size() && std::ranges::equal(part(whole, 0, start.size()), start);
}

/// One packet that was sent because of what arrived.
inline void expect_harmless(const Packet& sent, const Packet& arrived) {
  EXPECT_EQ(destination_of(sent), source_of(arrived)) << "sent to somebody else";
  EXPECT_FALSE(tells_secrets(sent)) << "octets of others leave";
  const Packet datagram = datagram_in(arrived);
  if (!is_icmp_error(sent)) {
    EXPECT_LE(sent.size(), datagram.size()) << "a reply larger than what asked for it";
    return;
  }
  EXPECT_LE(sent.size(), sent.at(0) >> 4 == 4 ? 576U : 1280U);
  EXPECT_TRUE(begins_with(datagram, quote_of(sent))) << "the quote is not what arrived";
}

inline NodeConfig with_options(NodeConfig config, std::initializer_list<std::string_view> settings) {
  for (const std::string_view setting : settings)
    EXPECT_FALSE(set_option(config.options, setting).has_value()) << setting;
  return config;
}
/// Errors are not limited, so that every one that is made is seen.
inline NodeConfig target_config(std::initializer_list<std::string_view> settings = {}) {
  return with_options(with_options(host_config(), {"icmp4.error_rate=0", "icmp6.error_rate=0"}), settings);
}

/// A host that has served another one before, in both families and in fragments: its buffers are full of secrets.
class Target : public Host {
 public:
  explicit Target(std::initializer_list<std::string_view> settings = {}) : Target(target_config(settings)) {}
  explicit Target(const NodeConfig& config) : Host(config) { serve_another(); }

  /// What one packet makes the host send: one packet at most, and that does no harm.
  Packets attack(const Packet& packet) {
    const Packets sent = send(packet);
    EXPECT_LE(sent.size(), 1U) << "more than one packet for one";
    for (const Packet& one : sent) expect_harmless(one, packet);
    return sent;
  }
  std::string knowledge() const { return knowledge_of(*this); }

  /// Whether others get what they ask for, whole and in fragments.
  void serve_another() {
    constexpr std::size_t octets = 1600;
    const Ipv4Fields ip4{.source = "192.0.2.77", .identification = ++identification_};
    const Ipv6Fields ip6{.source = "2001:db8::77"};
    const Packet request6 = icmpv6(ip6, 128, 0, identification_, secret_octets(octets));
    const Packet request4 = icmpv4(8, 0, identification_, secret_octets(octets));
    EXPECT_EQ(from(answer(echo4(ip4, secret_octets(56))), 28), secret_octets(56));
    EXPECT_EQ(from(answer(echo6(ip6, secret_octets(56))), 48), secret_octets(56));
    const Packets parts6{chained(ip6, {fragment_header(0, true, identification_)}, part(request6, 0, 800)),
                         chained(ip6, {fragment_header(800, false, identification_)}, from(request6, 800))};
    Ipv4Fields first = ip4, second = ip4;
    first.flags_and_offset = 0x2000;
    second.flags_and_offset = 100;
    EXPECT_EQ(packets_of(receive({ipv4(first, part(request4, 0, 800)), ipv4(second, from(request4, 800))})).size(), 2U);
    EXPECT_EQ(packets_of(receive(parts6)).size(), 2U);
  }

 private:
  unsigned identification_ = 0x5151;
};

/// A host on an Ethernet whose addresses are in use.
struct SettledWire : Wire {
  explicit SettledWire(std::initializer_list<std::string_view> settings = {}) : Wire(settings) { tick(); }
};

}  // namespace tunstack::test::cve_classes
