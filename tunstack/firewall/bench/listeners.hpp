// Services of the machine under test: those that the rules must allow, and one that they must block. Whatever reaches
// one of UDP is told.
#pragma once

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/firewall/observation.hpp"

namespace tunstack::firewall {

struct Service {
  bool is_tcp = true;
  std::uint16_t port = 0;

  friend bool operator==(const Service&, const Service&) = default;
};

class Listeners {
 public:
  /// In both families. `only_at`: for who comes by this device alone, and not where the host has a service already.
  /// Throws SystemError.
  explicit Listeners(const std::vector<Service>& services, const std::string& only_at = {});

  /// Forgets what was delivered, and tells whether there was any.
  bool take_delivered();

 private:
  std::vector<FileDescriptor> udp_, tcp_;
};

}  // namespace tunstack::firewall
