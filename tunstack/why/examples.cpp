#include "tunstack/why/examples.hpp"

#include <algorithm>

#include "tunstack/notation/frame_text.hpp"
#include "tunstack/why/arriving_frame.hpp"
#include "tunstack/why/other_answers.hpp"
#include "tunstack/why/packet_changes.hpp"

namespace tunstack::why {

namespace {

/// "A" stands for somebody's address, "B" for the node's own, "G" for a group or broadcast address.
constexpr std::string_view lines4[] = {
    "A > B ICMP echo request, id 5, seq 1, length 16",
    "A > G ICMP echo request, id 5, seq 1, length 16",
    "A > B ICMP timestamp request",
    "A > G ICMP timestamp request",
    "A > B ICMP address mask request",
    "A > B ICMP information request",
    "A > B ICMP router solicitation",
    "A > B ICMP router advertisement, length 16",
    "A > B ICMP source quench [B > A UDP 5 > 6]",
    "A > B ICMP destination unreachable, port unreachable [B > A UDP 5 > 6]",
    "A > B ICMP destination unreachable, fragmentation needed, mtu 1300 [B > A UDP 5 > 6]",
    "A > B ICMP destination unreachable, port unreachable [A > B UDP 5 > 6]",
    "A > B ICMP redirect for the host, gateway 192.0.2.9 [B > 198.51.100.1 UDP 5 > 6]",
    "A > B ICMP echo reply, id 5, seq 1, length 16",
    "A > B ICMP extended echo request, length 12",
    "A > B ICMP alternate host address, length 8",
    "A > B ICMP type 30, code 0, length 8",
    "A > B ICMP type 40, code 0, length 8",
    "A > B ICMP type 200, code 0, length 8",
    "A > B UDP 4444 > 33434, length 8",
    "A > G UDP 4444 > 33434, length 8",
    "A > B UDP 4444 > 9",
    "A > B UDP 19 > 7",
    "A > B TCP 4444 > 80, flags [S]",
    "A > G TCP 4444 > 80, flags [S]",
    "A > B TCP 4444 > 80, flags [R]",
    "A > B protocol 2, length 8",
    "A > B protocol 99, length 8",
    "A > B protocol 17, offset 16, length 8",
    "A > B protocol 17, mf, length 8",
    "A > B ICMP echo request, options 0702",
    "A > B ICMP echo request, options 070301",
    "A > B ICMP echo request, options 830704c0000209",
    "A > B ICMP echo request, options 44040102",
    "A > B ICMP echo request, options 44040504",
    "A > B ICMP echo request, options 0700",
};
constexpr std::string_view arp_lines[] = {
    "ARP who has B, tell A",
    "ARP who has A, tell B",
    "ARP who has B, tell 198.51.100.1",
    "ARP who has 198.51.100.1, tell A",
    "ARP A is at 02:00:5e:00:53:01",
    "02:00:5e:00:53:01 > 02:00:5e:00:53:99, A > B ICMP echo request",
    "02:00:5e:00:53:01 > ff:ff:ff:ff:ff:ff, A > B ICMP echo request",
    "02:00:5e:00:53:01 > ff:ff:ff:ff:ff:ff, Ethernet type 0x88cc, length 60",
};
constexpr std::string_view lines6[] = {
    "A > B ICMP6 echo request, id 5, seq 1, length 16",
    "A > G ICMP6 echo request, id 5, seq 1, length 16",
    "A > B ICMP6 echo reply, id 5, seq 1, length 16",
    "A > B ICMP6 destination unreachable, port unreachable [B > A UDP 5 > 6]",
    "A > B ICMP6 destination unreachable, port unreachable [A > B UDP 5 > 6]",
    "A > B ICMP6 packet too big, mtu 1280 [B > A UDP 5 > 6]",
    "A > B ICMP6 type 100, code 0, length 8",
    "A > B ICMP6 type 127, code 0, length 8",
    "A > B ICMP6 type 139, code 0, length 16",
    "A > B ICMP6 type 141, code 0, length 16",
    "A > B ICMP6 type 200, code 0, length 8",
    "A > B ICMP6 extended echo request, length 12",
    "fe80::1 > G ICMP6 neighbor solicitation of B",
    "fe80::1 > B ICMP6 neighbor advertisement of fe80::1",
    "fe80::1 > G ICMP6 router solicitation",
    "fe80::1 > G ICMP6 router advertisement",
    "A > G ICMP6 router advertisement",
    "fe80::1 > B ICMP6 redirect of fe80::1",
    "fe80::1 > G HBH, ICMP6 multicast listener query",
    "fe80::1 > G ICMP6 multicast listener query",
    "A > G ICMP6 multicast listener report",
    "A > B UDP 4444 > 33434, length 8",
    "A > B UDP 19 > 7",
    "A > B TCP 4444 > 80, flags [S]",
    "A > B next header 200, length 8",
    "A > B next header 59",
    "A > B RH type 0 left 1, ICMP6 echo request",
    "A > B DO, HBH, ICMP6 echo request",
    "A > B fragment, id 0x1, offset 0+, ICMP6 echo request, id 1, seq 1, length 16",
    "A > B fragment, id 0x1, offset 0+, ICMP6 echo request, id 1, seq 1, length 15",
    "A > B fragment, id 0x1, offset 16, length 0",
    "A > B HBH",
};

std::string replaced(std::string_view line, const std::string& other, const std::string& own,
                     const std::string& group) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool is_alone =
        (i == 0 || line[i - 1] == ' ' || line[i - 1] == '[') && (i + 1 == line.size() || line[i + 1] == ' ');
    if (is_alone && line[i] == 'A')
      text += other;
    else if (is_alone && line[i] == 'B')
      text += own;
    else if (is_alone && line[i] == 'G')
      text += group;
    else
      text += line[i];
  }
  return text;
}

/// Lines with the addresses of a host of the family; none where it has none.
class LinesAbout {
 public:
  LinesAbout(const NodeConfig& node, Family family)
      : node_(node), own_(own_address(node, family)), group_(family == Family::ipv4 ? "224.0.0.1" : "ff02::1") {}

  /// As they arrive: in frames where the link has addresses.
  void add_to(std::vector<Octets>& packets, std::span<const std::string_view> lines) const {
    if (!own_) return;
    for (const std::string_view line : lines) {
      const std::string text = replaced(line, to_text(neighbor_of(*own_)), to_text(*own_), group_);
      const bool is_frame = notation::is_frame_line(text);
      const auto packet = is_frame ? notation::parse_frame(text) : notation::parse_packet(text);
      if (packet) packets.push_back(is_frame ? *packet : arriving(node_, *packet));
    }
  }

 private:
  const NodeConfig& node_;
  std::optional<IpAddress> own_;
  std::string group_;
};

/// What is wrong with a packet, one thing each.
std::vector<Octets> broken(const Octets& packet, const NodeConfig& node) {
  std::vector<Octets> all;
  for (const PacketChange& change : packet_changes(node, packet)) all.push_back(change.packet);
  for (const PacketChange& change : packet_faults(node, packet)) all.push_back(change.packet);
  return all;
}

std::vector<Octets> candidates(const NodeConfig& node) {
  std::vector<Octets> packets;
  const LinesAbout family4(node, Family::ipv4);
  family4.add_to(packets, lines4);
  if (has_frames(node)) family4.add_to(packets, arp_lines);
  LinesAbout(node, Family::ipv6).add_to(packets, lines6);
  return packets;
}

}  // namespace

void try_packets(const World& world, const std::function<bool(const Example&, const Outcome&)>& each) {
  const std::vector<Octets> plain = candidates(world.node);
  WorldOracle oracle(world);
  for (const Octets& packet : plain)
    if (const auto outcome = oracle.ask(packet, {}); outcome && each({packet, {}}, *outcome)) return;
  for (const Octets& packet : plain)
    for (const Octets& other : broken(packet, world.node))
      if (const auto outcome = oracle.ask(other, {}); outcome && each({other, {}}, *outcome)) return;
  bool ended = false;
  for_each_setting([&](const std::string& setting) {
    for (const Octets& packet : plain) {
      if (ended) return;
      const auto outcome = oracle.ask(packet, setting);
      ended = outcome && each({packet, setting}, *outcome);
    }
  });
}

std::optional<Example> example_of(const ReasonInfo& reason, const World& world) {
  std::optional<Example> found;
  try_packets(world, [&](const Example& example, const Outcome& outcome) {
    if (info(outcome.reason).name != reason.name) return false;
    found = example;
    return true;
  });
  return found;
}

}  // namespace tunstack::why
