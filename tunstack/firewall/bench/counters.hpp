// What the kernel counts in this network (/proc/net/snmp, netstat, snmp6): a witness of why it dropped a packet that no
// rule saw.
#pragma once

#include <map>

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/firewall/observation.hpp"

namespace tunstack::firewall {

class KernelCounters {
 public:
  KernelCounters();

  /// What grew since the last call, of those that tell of errors.
  std::vector<Counted> take_grown();

 private:
  std::map<std::string, std::int64_t> read() const;

  std::vector<FileDescriptor> files_;
  std::map<std::string, std::int64_t> before_;
};

}  // namespace tunstack::firewall
