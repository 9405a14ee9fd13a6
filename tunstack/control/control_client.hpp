// The other end of a control socket: who asks a running stack.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tunstack/control/control_socket.hpp"

namespace tunstack {

inline constexpr std::size_t longest_answer = 4U
                                              << 20;  // octets of a line; a report of full tables takes a third of it

class ControlClient {
 public:
  explicit ControlClient(RunningStack stack) : stack_(std::move(stack)) {}

  const StackName& name() const { return stack_.name; }
  /// Waits for the answer, a few seconds at most. Throws what the stack says is wrong with the request (UsageFault), or
  /// SystemError if it does not answer or says something that this version cannot read.
  nlohmann::ordered_json ask(const nlohmann::ordered_json& request);
  /// Ends what was asked for and goes on: a job hears it as an interrupt.
  void say_no_more();
  /// The next line, without its end; nothing when the stack has ended. Waits as long as it takes, or until `until`, and
  /// then throws nothing but returns an empty line.
  std::optional<std::string> next_line(std::optional<std::chrono::steady_clock::time_point> until = {});

 private:
  /// More of what the stack says. False at its end.
  bool read_more();
  std::optional<std::string> take_line();

  RunningStack stack_;
  std::string heard_;
};

}  // namespace tunstack
