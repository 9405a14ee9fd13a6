// Whatever arrives, clients read no further than it goes, end in time and hold no more for it.
#include "protocols/base/random.hpp"
#include "tests/support/host.hpp"
#include "tests/tunstack/clients/at_door.hpp"

namespace tunstack::test::hostile_answers_test {
namespace {

const std::vector<std::string> clients = {"ping -c 3 -i 0.2 -R 203.0.113.3",
                                          "ping -c 2 -T tsandaddr 203.0.113.3",
                                          "ping -c 2 2001:db8:2::3",
                                          "ping -c 2 -s 3000 203.0.113.3",
                                          "ping -c 2 -s 3000 2001:db8:2::3",
                                          "ping -c 1 --tstamp 192.0.2.2",
                                          "ping -c 1 --probe-name x 192.0.2.2",
                                          "ping -c 2 -t 1 203.0.113.3",
                                          "traceroute -n -e -q 1 203.0.113.3",
                                          "traceroute -n -e -q 1 2001:db8:2::3",
                                          "traceroute -n -I -q 1 203.0.113.3",
                                          "traceroute -n -T -q 1 203.0.113.3",
                                          "traceroute -n -U -q 1 203.0.113.3",
                                          "traceroute -n --mtu -q 1 203.0.113.3",
                                          "traceroute -n -P 89 -q 1 203.0.113.3"};

/// Whatever comes back is changed by `change`, of its octets and a number that tells it from others.
void run_all(const std::function<void(Packet&, Random&)>& change) {
  for (const std::string& words : clients) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Random random{Seed(seed)};
      AtDoor door(chain_at_door(3, 1300, {"icmp.extensions=on", "probe.enable=on"}));
      door.on_way_back = [&](Packet& packet) {
        change(packet, random);
        return true;
      };
      door.run(words);
    }
  }
}

TEST(HostileAnswers, cut_anywhere) {
  run_all([](Packet& packet, Random& random) { packet.resize(random.below(packet.size() + 1)); });
}

TEST(HostileAnswers, cut_with_lengths_and_checksums_that_fit) {
  run_all([](Packet& packet, Random& random) {
    const std::size_t header = packet[0] >> 4 == 4 ? (packet[0] & 0xf) * 4U : 40;
    packet.resize(header + random.below(packet.size() - header + 1));
    if (packet[0] >> 4 == 6) return set_be16(packet, 4, static_cast<unsigned>(packet.size() - 40));
    set_be16(packet, 2, static_cast<unsigned>(packet.size()));
    mend_header_checksum(packet);
    if (packet.size() < header + 4 || packet[9] != 1) return;
    set_be16(packet, header + 2, 0);
    set_be16(packet, header + 2, plain_checksum(from(packet, header)));
  });
}

TEST(HostileAnswers, with_octets_of_chance_and_checksums_that_fit) {
  run_all([](Packet& packet, Random& random) {
    for (int i = 0; i < 3; ++i) packet[random.below(packet.size())] = static_cast<std::uint8_t>(random.below(256));
    if (packet[0] >> 4 != 4 || (packet[0] & 0xf) < 5 || packet.size() < 64) return;
    mend_header_checksum(packet);
    const std::size_t header = (packet[0] & 0xf) * 4U;
    set_be16(packet, header + 2, 0);
    set_be16(packet, header + 2, plain_checksum(from(packet, header)));
  });
}

}  // namespace
}  // namespace tunstack::test::hostile_answers_test
