// Packets of the seed corpora of the fuzz targets, and those packets with a few octets changed: as many as a test
// wants.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/link_frames.hpp"
#include "tests/support/host.hpp"
#include "tunstack/notation/octets.hpp"

namespace tunstack::test {

inline Packet rest_of(const Packet& input, std::size_t from) {
  return from < input.size() ? Packet(input.begin() + static_cast<std::ptrdiff_t>(from), input.end()) : Packet();
}

/// A message begins with type and code; its checksum is left out.
inline Packet with_checksum_field(const Packet& message) {
  if (message.size() < 2) return message;
  return Packet{message[0], message[1], 0, 0} + rest_of(message, 2);
}
inline Packet behind_options(Packet options) {
  options.resize(std::min<std::size_t>((options.size() + 3) / 4 * 4, 40));
  return ipv4({.options = options}, icmpv4(8, 0, 0x50001));
}
inline Packet chain_of(const Packet& input) {
  return input.size() < 3 ? Packet() : ipv6({.next_header = input[2]}, rest_of(input, 3));
}

/// The inputs of fuzz targets begin with octets of choices.
struct Corpus {
  const char* folder;
  Packet (*packet)(const Packet& input);
};
inline constexpr Corpus corpora[] = {
    {"node_receive", [](const Packet& input) { return rest_of(input, 1); }},
    {"icmpv4_input", [](const Packet& input) { return ipv4({}, with_checksum_field(rest_of(input, 1))); }},
    {"icmpv6_input", [](const Packet& input) { return ipv6({}, with_checksum_field(rest_of(input, 1))); }},
    {"icmp_extensions", [](const Packet& input) { return ipv4({}, rest_of(input, 1)); }},
    {"ipv4_options", [](const Packet& input) { return behind_options(rest_of(input, 1)); }},
    {"ipv6_chain", chain_of},
};

/// Calls `each` with every input of a corpus, in the same order each time.
template <class Each>
void for_each_input(const std::string& folder, const Each& each) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(TUNSTACK_SOURCE_DIR "/tests/fuzz/seeds/" + folder))
    paths.push_back(entry.path());
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    each(Packet(std::istreambuf_iterator<char>(file), {}));
  }
}

/// With right checksums, which the targets put in place, too.
inline std::vector<Packet> packets_of_corpora() {
  std::vector<Packet> packets;
  for (const Corpus& corpus : corpora)
    for_each_input(corpus.folder, [&](const Packet& input) {
      packets.push_back(corpus.packet(input));
      notation::mend_checksums(packets.back());
    });
  return packets;
}

/// Steps of three octets (a pause, a form, a length) and a message.
inline std::vector<Packet> frames_of_corpora() {
  std::vector<Packet> frames;
  for_each_input("discovery", [&](const Packet& input) {
    for (Bytes rest = Bytes(input).subspan(std::min<std::size_t>(input.size(), 1)); rest.size() >= 3;) {
      const std::size_t length = std::min<std::size_t>(rest[2], rest.size() - 3);
      frames.push_back(fuzz::frame_from(rest[1], rest.subspan(3, length)));
      rest = rest.subspan(3 + length);
    }
  });
  for (const Packet& packet : packets_of_corpora()) {
    const bool is_ipv6 = !packet.empty() && packet[0] >> 4 == 6;
    frames.push_back(fuzz::frame_of(fuzz::own_mac, is_ipv6 ? ethertype::ipv6 : ethertype::ipv4, packet));
  }
  return frames;
}

/// Of a datagram that begins there.
inline void mend_checksums_from(Packet& packet, std::size_t at) {
  Packet datagram = rest_of(packet, at);
  notation::mend_checksums(datagram);
  std::ranges::copy(datagram, packet.end() - static_cast<std::ptrdiff_t>(datagram.size()));
}

/// One to three octets changed, a part cut out, or the end of another packet; checksums mended or not.
inline Packet mutated(Packet packet, const std::vector<Packet>& others, std::size_t datagram_at, Random& random) {
  for (std::uint64_t changes = 1 + random.below(3); changes > 0 && !packet.empty(); --changes)
    packet[random.below(packet.size())] = static_cast<std::uint8_t>(random.next());
  const std::uint64_t more = random.below(8);
  if (more == 0 && !packet.empty()) packet.resize(random.below(packet.size()));
  if (more == 1) {
    packet.resize(random.below(packet.size() + 1));
    const Packet& other = others[random.below(others.size())];
    packet = packet + rest_of(other, random.below(other.size() + 1));
  }
  if (random.below(2) == 0) mend_checksums_from(packet, datagram_at);
  return packet;
}

/// All of `originals`, and then changed ones. `datagram_at`: behind the header of a frame.
inline std::vector<Packet> fuzzed(const std::vector<Packet>& originals, std::size_t datagram_at, std::size_t count) {
  Random random(7);
  std::vector<Packet> packets = originals;
  while (packets.size() < count)
    packets.push_back(mutated(originals[random.below(originals.size())], originals, datagram_at, random));
  packets.resize(count);
  return packets;
}

}  // namespace tunstack::test
