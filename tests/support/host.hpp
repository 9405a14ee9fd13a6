// One host in memory with virtual time: send it a packet, look at what came back and why.
#pragma once

#include "tests/support/driver.hpp"

namespace tunstack::test {

/// 192.0.2.2/24 and 2001:db8::2/64 (so fe80::2 too) on an interface of MTU 1500, default options but for
/// mld.enable=off: nothing is told about groups.
NodeConfig host_config();

class Host : public Driver {
 public:
  explicit Host(const NodeConfig& config = host_config()) : Driver(config) {}
  /// A default host but for options, each "KEY=VALUE".
  explicit Host(std::initializer_list<std::string_view> settings);

  /// What the host sends in answer to `packet`.
  std::vector<Packet> send(const Packet& packet) { return packets_of(receive({packet})); }
  /// The same for a packet in a link-layer broadcast or multicast frame.
  std::vector<Packet> send_in_group_frame(const Packet& packet) {
    return packets_of(receive({packet}, InterfaceId{0}, true));
  }
  /// The one answer; a test failure and an empty packet if there is another number of them.
  Packet answer(const Packet& packet);

  /// Time passes, and nobody calls tick().
  void wait(Duration duration) { wait_asleep(duration); }
};

/// Checks the rule of silence as the catalogue means it: no answer, exactly this reason counted, and a
/// following plain echo is answered.
#define EXPECT_SILENT(host, packet, reason) ::tunstack::test::expect_silent(host, packet, reason, __FILE__, __LINE__)
void expect_silent(Host& host, const Packet& packet, Reason reason, const char* file, int line);

// Parts of what the host sent.
inline unsigned icmp4_type(const Packet& packet) { return packet.at(20); }
inline unsigned icmp4_code(const Packet& packet) { return packet.at(21); }
inline unsigned icmp6_type(const Packet& packet) { return packet.at(40); }
inline unsigned icmp6_code(const Packet& packet) { return packet.at(41); }
Packet from(const Packet& packet, std::size_t offset);                    // the rest of it
Packet part(const Packet& packet, std::size_t offset, std::size_t size);  // some of it
std::string source_of(const Packet& packet);
std::string destination_of(const Packet& packet);

}  // namespace tunstack::test
