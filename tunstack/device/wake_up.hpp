// A file that is readable when another one is, or when a time has come: what a device gives to a loop that waits for
// packets that are still on their way.
#pragma once

#include "protocols/base/time.hpp"
#include "tunstack/device/file_descriptor.hpp"

namespace tunstack {

class WakeUp {
 public:
  /// Throws SystemError.
  explicit WakeUp(int file);

  int fd() const { return poll_.get(); }
  /// Readable from then on, until it is set anew.
  void in(Duration left) const;
  /// Readable with the file alone.
  void never() const;

 private:
  FileDescriptor poll_, timer_;
};

}  // namespace tunstack
