// Sequences of IPv6 fragments: no crash, nothing malformed leaves, and what does leave is what a plain model expects.
// Input: one octet of choices, then steps of 5 octets, each a fragment and the time before it.
#include "tests/fuzz/ipv6_reassembly_model.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/options/options.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// Bits of the first octet.
constexpr unsigned nobody_ticks = 1;

unsigned peer_of(Bytes packet) {
  const auto peer = std::ranges::find_if(peers, [&](const Peer& p) {
    return p.source == Ipv6Address::load(packet, 24) && p.destination == Ipv6Address::load(packet, 8);
  });
  require(peer != peers.end() && peer->is_answered);
  return static_cast<unsigned>(peer - peers.begin());
}

Answer answer_from(const Octets& message, unsigned peer) {
  require(message.size() >= 8);
  require(plain_sum(message, pseudo_header_words(peers[peer], message.size(), 58)) == 0xffff);
  const bool is_error = message[0] < 128;
  if (is_error) require(message.size() <= 8 + largest_quote);
  return {message[0],
          message[1],
          peer,
          is_error ? load_be32(message, 4) : 0,
          {message.begin() + (is_error ? 8 : 4), message.end()}};
}

/// Checks the packets and puts fragments of one packet together: they follow each other.
std::vector<Answer> answers_in(std::span<const OutgoingPacket> packets) {
  std::vector<Answer> answers;
  Octets message;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const Bytes packet = packets[i].bytes;
    require(packet.size() >= 48 && packet.size() <= 1500);
    require(load_be32(packet, 0) == 0x60000000 && load_be16(packet, 4) + 40U == packet.size() && packet[7] == 64);
    const bool is_fragment = packet[6] == 44;
    const bool more = is_fragment && (packet[43] & 1) != 0;
    if (is_fragment) {
      require(packet[40] == 58 && packet[41] == 0 && (packet[43] & 6) == 0 && packet.size() > 48);
      require((load_be16(packet, 42) & 0xfff8U) == message.size() && (more || !message.empty()));
      if (!message.empty()) require(std::ranges::equal(packet.subspan(44, 4), packets[i - 1].bytes.subspan(44, 4)));
      if (more) require((packet.size() - 48) % 8 == 0 && i + 1 < packets.size());
    } else {
      require(packet[6] == 58 && message.empty());
    }
    message.insert(message.end(), packet.begin() + (is_fragment ? 48 : 40), packet.end());
    if (more) continue;
    answers.push_back(answer_from(message, peer_of(packet)));
    message.clear();
  }
  return answers;
}

NodeConfig config() {
  InterfaceConfig interface{"fuzz", {*parse_prefix("2001:db8::2/64"), *parse_prefix("2001:db8::3/64")}, 1500};
  add_link_local_address(interface);
  NodeOptions options;
  for (const char* setting : {"ip6.frag.memory=256", "ip6.frag.datagrams=8", "ip6.frag.datagrams_of_source=3",
                              "icmp6.error_rate=0", "icmp6.echo_multicast=off", "mld.enable=off"})
    require(!set_option(options, setting));
  return {{interface}, options, 1};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static Host host(config());
  run_steps(Run<Model, answers_in>(host, Model(), (data[0] & nobody_ticks) == 0), {data, size});
  return 0;
}
