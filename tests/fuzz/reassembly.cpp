// Sequences of fragments: no crash, nothing malformed leaves, and what does leave is what a plain model expects.
// Input: one octet of choices, then steps of 5 octets, each a fragment and the time before it.
#include "tests/fuzz/reassembly_model.hpp"
#include "tunstack/options/options.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// Bits of the first octet; the lowest two are the overlap policy.
constexpr unsigned nobody_ticks = 4;

/// Checks the packets and puts fragments of one datagram together: they follow each other.
std::vector<Answer> answers_in(std::span<const OutgoingPacket> packets) {
  std::vector<Answer> answers;
  Octets message;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const Bytes packet = packets[i].bytes;
    require(packet.size() >= 20 && packet.size() <= 1500 && packet[0] >> 4 == 4 && packet[9] == 1);
    const std::size_t header = (packet[0] & 0x0fU) * 4;
    require(load_be16(packet, 2) == packet.size() && plain_sum(packet.first(header)) == 0xffff);
    const unsigned flags_and_offset = load_be16(packet, 6);
    require((flags_and_offset & 0x1fff) * 8 == message.size());
    if (!message.empty()) require(load_be16(packet, 4) == load_be16(packets[i - 1].bytes, 4));
    message.insert(message.end(), packet.begin() + static_cast<std::ptrdiff_t>(header), packet.end());
    if (flags_and_offset & 0x2000) {
      require((packet.size() - header) % 8 == 0 && i + 1 < packets.size());
      continue;
    }
    require(message.size() >= 8 && plain_sum(message) == 0xffff);
    const auto peer = std::ranges::find_if(peers, [&](const Peer& p) {
      return p.source.value == load_be32(packet, 16) && p.destination.value == load_be32(packet, 12);
    });
    require(peer != peers.end() && peer->is_answered);
    const bool is_error = message[0] != 0;
    require(message[1] == (message[0] == 11 ? 1 : message[0] == 3 ? 3 : 0));
    if (is_error)
      require(load_be32(message, 4) == 0 && message.size() >= 8 + 28 && message.size() <= 8 + largest_quote);
    if (message[0] == 11) require((load_be16(message, 8 + 6) & 0x3fff) == 0x2000);  // MF, offset 0
    answers.push_back({message[0],
                       static_cast<unsigned>(peer - peers.begin()),
                       {message.begin() + (is_error ? 8 : 4), message.end()}});
    message.clear();
  }
  return answers;
}

NodeConfig config(ip::Overlap policy) {
  InterfaceConfig interface{"fuzz", {*parse_prefix("192.0.2.2/24"), *parse_prefix("192.0.2.3/24")}, 1500};
  NodeOptions options;
  for (const char* setting :
       {"ip4.frag.memory=256", "ip4.frag.datagrams=8", "ip4.frag.datagrams_of_source=3", "icmp4.error_rate=0"})
    require(!set_option(options, setting));
  options.fragments4.overlap = policy;
  return {{interface}, options, 1};
}

Host& host_for(ip::Overlap policy) {
  static Host hosts[] = {Host(config(ip::Overlap::drop)), Host(config(ip::Overlap::first)),
                         Host(config(ip::Overlap::last))};
  return hosts[static_cast<std::size_t>(policy)];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto policy = static_cast<ip::Overlap>(data[0] % 4 % 3);
  run_steps(Run<Model, answers_in>(host_for(policy), Model(policy), (data[0] & nobody_ticks) == 0), {data, size});
  return 0;
}
