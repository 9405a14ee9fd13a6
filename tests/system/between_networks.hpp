// A router of ours between two networks, each with the kernel in it: what goes from one to the other goes through it.
#pragma once

#include "tests/system/network.hpp"

namespace tunstack::test {

inline const std::string near_door = "tun0=192.0.2.2/24,2001:db8::2/64",
                         far_door = "tun1=198.51.100.2/24,2001:db8:1::2/64";

Command with(Command first, const Command& more);

class BetweenNetworks : public SystemTest {
 protected:
  void SetUp() override;

  /// A router between both, and routes of the kernel on either side.
  std::unique_ptr<Process> router(const std::string& far = far_door, const Command& more = {}) const;
  /// Waits until a process wrote `text` on stderr.
  static bool says(const Process& process, const std::string& text);
  static void configure(const Network& where, const std::string& commands);
  /// Brings a device from `network` into the far one.
  void move_to_far_network(const std::string& device) const;

  Network far_network;
  std::unique_ptr<Process> inhabitant;  // by whose number the namespace is known
};

}  // namespace tunstack::test
