// A host on its devices, from attaching to the summary: what `up` and `exec` have in common.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "tools/attached_link.hpp"
#include "tools/host_plan.hpp"
#include "tools/stack_programs.hpp"
#include "tunstack/capture/recorder.hpp"
#include "tunstack/control/control_requests.hpp"
#include "tunstack/control/control_socket.hpp"
#include "tunstack/events/event_json.hpp"
#include "tunstack/explain/story.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/play.hpp"
#include "tunstack/network/at_doors.hpp"
#include "tunstack/outlet/outlet.hpp"
#include "tunstack/run/run_loop.hpp"
#include "tunstack/sandbox/caretaker.hpp"

namespace tunstack {

class Session {
 public:
  /// Attaches to the devices and sets their links up. SIGINT, SIGTERM, SIGHUP and SIGUSR1 are blocked from here on and
  /// come to on_signal. Throws SystemError.
  explicit Session(const HostPlan& plan);

  const Network& network() const { return network_; }
  /// By the doors of the network.
  const std::deque<AttachedLink>& links() const { return links_; }
  /// Of the first link, which names the stack.
  const std::string& device_name() const { return links_.front().name(); }
  /// How the kernel sends to the addresses that the stack was given, by now: on one link, or on all.
  std::vector<WayToStack> ways(const AttachedLink& link) const {
    const LinkEnd& end = network_.first_node_at(link.number());
    return link.ways(network_.node(NodeId(end.node)).state().interface(end.interface).config.addresses);
  }
  std::vector<WayToStack> ways() const;
  /// The device that was deleted, when the loop ended for that.
  const std::string& device_that_is_gone() const;
  /// The stack on its devices.
  using Loop = RunLoop<Stage<Network>, TunDevice>;
  Loop& loop() { return loop_; }
  Instant now() const { return clock_.now(); }

  /// Gives up all rights that are not needed from here on, as far as the plan says so: to start a process, to open a
  /// file. Then starts the threads that write what was said so far and from here on. Throws SystemError.
  void confine();
  /// Answers until it is known that no other node has the addresses of the stack; calls `waiting` if that takes time.
  void settle(const std::function<void()>& waiting);
  /// Calls `handle` with each signal but SIGUSR1, which prints the summary, and whether a process sent it (rather than
  /// the terminal).
  void on_signal(std::function<void(int signal, bool from_process)> handle);
  /// Calls `handle` when a link has come up, gone down, or both.
  void on_link_change(std::function<void(const AttachedLink&)> handle) { link_has_changed_ = std::move(handle); }
  /// Calls `expired` when the duration of the plan is over, if it has one.
  void on_duration(std::function<void()> expired);
  /// Has the events of the lab begin, where they are to be played.
  void begin_play();
  /// What came of the lab that was played: false, and it is said, if an expectation does not hold.
  [[nodiscard]] bool judge_play();
  /// Tells whoever waits for it that packets are answered.
  void tell_ready();
  /// Tells people, on stderr, as soon as they listen.
  void say(const std::string& text) { talk_.put(text); }
  /// Lets the stack take leave of its neighbors.
  void shut_down();
  enum class Summary : std::uint8_t { no, yes };
  /// Writes what is still to be written, as far as it is taken, and says what was not; of a summary the last state of
  /// the links is part. The last thing to do. False if a file did not take all that was to be written there.
  [[nodiscard]] bool finish(Summary summary);

 private:
  /// Lets others ask this stack; without it everything else goes on.
  void open_control_socket(bool tells_why_not);
  ControlledStack controlled();
  /// Programs hear and act as long as there are any.
  void begin_programs();
  void end_programs();
  void tell_programs();
  void mark_send(CaptureMark::Kind kind, const std::string& node, Bytes octets, bool is_frame, Instant now);
  void add_log(const HostPlan& plan, OutputFile file);
  /// The node does nothing for observers where nobody wants to know.
  void listen_as_needed();
  void tell_summary(SummaryLength length);
  void tell_why_nothing_came();
  void tell_impairments();
  void start_outlets();
  void follow(AttachedLink& link);
  void mark(const CaptureMark& mark, Instant now);
  void change_link(InterfaceId interface, bool up);
  std::vector<OutletReport> outlet_reports() const;

  FileDescriptor signals_;        // first: from then on they end the stack as they should
  Outlet talk_;                   // stderr
  std::vector<Outlet*> outlets_;  // those that are used
  std::deque<TunDevice> devices_;
  std::deque<Caretaker> caretakers_;  // one in each network namespace; the first in that of the stack
  MonotonicClock clock_;
  std::deque<AttachedLink> links_;
  NodeConfig config_;  // of the first node
  Network network_;
  Programs programs_;
  Stage<Network> stage_;
  Explainer explainer_;
  StoryTeller stories_;
  EventNames names_;
  std::deque<Outlet> log_outlets_;  // --json, --log
  std::deque<EventLog> logs_;
  EventTeller teller_;
  std::optional<CaptureWriter> capture_;
  std::optional<Recorder> recorder_;
  std::optional<AtDoors> at_doors_;
  Observers observers_;
  Loop loop_;
  std::function<void(const AttachedLink&)> link_has_changed_ = [](const AttachedLink&) {};
  SummaryLength summary_length_;
  std::optional<double> duration_;
  std::optional<User> user_;
  std::optional<int> ready_fd_;
  bool sandboxed_;
  bool has_bad_links_;
  StackPrograms stack_programs_;
  std::optional<lab::LabFile> played_;
  std::string played_from_;         // as the command line names it
  std::vector<std::string> doors_;  // of the lab: who is outside
  std::optional<lab::Play> play_;
  std::optional<ControlRequests> requests_;
  std::optional<ControlClients> clients_;
  std::optional<ControlSocket> control_;
};

}  // namespace tunstack
