// A host on a device, from attaching to the summary: what `up` and `exec` have in common.
#pragma once

#include <optional>

#include "tools/host_arguments.hpp"
#include "tunstack/capture/recorder.hpp"
#include "tunstack/control/control_socket.hpp"
#include "tunstack/device/tun.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/run/run_loop.hpp"
#include "tunstack/sandbox/caretaker.hpp"

namespace tunstack {

class Session {
 public:
  /// Attaches to the device and sets the link up. SIGINT, SIGTERM and SIGHUP are blocked from here on and
  /// come to on_signal. Throws SystemError.
  explicit Session(const HostPlan& plan);

  const std::string& device_name() const { return device_.name(); }
  /// The stack on its device.
  using Loop = RunLoop<Node, TunDevice>;
  Loop& loop() { return loop_; }
  Instant now() const { return clock_.now(); }

  /// Gives up all rights that are not needed from here on, as far as the plan says so: to start a process, to open a
  /// file. Throws SystemError.
  void confine() const;
  /// Answers until it is known that no other node has the addresses of the stack.
  void settle();
  /// Calls `handle` with each signal, and whether a process sent it (rather than the terminal).
  void on_signal(std::function<void(int signal, bool from_process)> handle);
  /// Calls `expired` when the duration of the plan is over, if it has one.
  void on_duration(std::function<void()> expired);
  /// Throws UsageFault if not all of the capture could be written.
  void finish_capture();
  void print_summary() const;

 private:
  /// Lets `tunstack state` ask; without it everything else goes on.
  void open_control_socket(bool tells_why_not);

  TunDevice device_;
  Caretaker caretaker_;
  MonotonicClock clock_;
  Node node_;
  Explainer explainer_;
  std::optional<CaptureWriter> capture_;
  std::optional<Recorder> recorder_;
  Observers observers_;
  Loop loop_;
  FileDescriptor signals_;
  std::optional<double> duration_;
  std::optional<User> user_;
  bool sandboxed_;
  std::optional<ControlSocket> control_;
};

}  // namespace tunstack
