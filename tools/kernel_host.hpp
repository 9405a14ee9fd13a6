// The host of this system at the door of a lab: what it runs, sends and knows.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/lab/lab_plan.hpp"

namespace tunstack {

/// A program that runs beside this process; what it prints is kept. It is ended with this process.
class KernelProgram {
 public:
  /// Found by PATH. Throws SystemError if there is none.
  explicit KernelProgram(const std::vector<std::string>& command);
  KernelProgram(const KernelProgram&) = delete;
  KernelProgram(KernelProgram&& other) noexcept;
  KernelProgram& operator=(const KernelProgram&) = delete;
  KernelProgram& operator=(KernelProgram&&) = delete;
  ~KernelProgram();

  bool has_ended();
  /// As Ctrl-C does.
  void interrupt();
  /// Until it has ended; then there is what it has printed.
  void wait();
  /// Of stdout and stderr, the first MiB.
  const std::string& text() const { return text_; }
  /// Whether there is such a program.
  bool is_there() const { return is_there_; }

 private:
  pid_t process_ = -1;
  FileDescriptor output_;  // in memory: it never waits for a reader
  std::string text_;
  bool is_there_ = true;
};

/// Sends a packet or frame, in the notation of docs/packets.md, as it is written: where the link has addresses a packet
/// goes by the kernel's routes, who puts its checksum of IPv4 right. Throws SystemError.
void send_from_kernel(const lab::PlannedDoor& door, const std::string& line);

/// Of "host.path_mtu[192.0.2.1]" as `tunstack state` would have it; nothing of what the kernel does not tell.
std::optional<nlohmann::ordered_json> state_of_kernel(const std::string& path);

}  // namespace tunstack
