// A private network namespace, and a command that lives and dies in it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

/// Moves this process into a new network namespace, where nothing of the host's network is seen; for a user
/// without rights into a new user namespace first, whose root is that user. Only for a process with a single thread.
/// Throws SystemError.
void enter_private_network();

/// A command in a process namespace of its own, with a /proc and a /sys of its own: when it ends, when this process
/// ends, whatever way, the kernel ends every process that the command left behind.
class SandboxedCommand {
 public:
  /// Starts `command` (found by PATH) with no signal blocked; it finds `hosts` in its /etc/hosts too, where mounts are
  /// possible. Throws SystemError, or a Fault with the exit status 127 for a command that does not exist and 126 for
  /// one that cannot be run.
  explicit SandboxedCommand(const std::vector<std::string>& command, const std::string& hosts = {});
  ~SandboxedCommand();
  SandboxedCommand(const SandboxedCommand&) = delete;
  SandboxedCommand& operator=(const SandboxedCommand&) = delete;

  /// Readable once the command has ended.
  int ended_fd() const { return pidfd_.get(); }
  /// Passes a signal on to the command. By its init, since a stack in its sandbox signals nobody.
  void send_signal(int signal) const;
  /// Ends the command and all that it started.
  void kill() const;
  /// Its exit status; 128 and the number of the signal that ended it. Only once it has ended.
  int exit_status();

 private:
  pid_t init_ = -1;  // the first process of the namespace: starts the command, reaps, passes signals on
  FileDescriptor pidfd_;
  FileDescriptor orders_;  // to init: signals; its end is the end of all
  bool reaped_ = false;
};

}  // namespace tunstack
