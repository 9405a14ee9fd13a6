// Another network namespace than that of the process, for as long as it takes to open something there: devices and
// sockets stay where they were opened.
#pragma once

#include <string>

#include "tunstack/device/file_descriptor.hpp"

namespace tunstack {

/// This thread is in the named network namespace, as `ip netns add` makes it, while this lives; with an empty name it
/// stays where it is. What it starts meanwhile stays there.
class NetworkVisit {
 public:
  /// Throws SystemError.
  explicit NetworkVisit(const std::string& name);
  ~NetworkVisit();
  NetworkVisit(const NetworkVisit&) = delete;
  NetworkVisit& operator=(const NetworkVisit&) = delete;

 private:
  FileDescriptor own_;
};

}  // namespace tunstack
