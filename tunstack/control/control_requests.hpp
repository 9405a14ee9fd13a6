// What a running stack does when it is asked: one row for each kind of request. Fed by ControlClients with lines,
// answers with lines; both are JSON objects (docs/control.md). Bounded: a request is answered at once, or starts
// events.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "tunstack/control/control_clients.hpp"
#include "tunstack/network/network.hpp"
#include "tunstack/outlet/outlet.hpp"

namespace tunstack {

using NetworkChange = std::function<void(Network&, Instant, Outbox&)>;

/// What requests are about, as whoever runs the network sees it.
struct ControlledStack {
  const Network& network;
  std::function<Instant()> now;
  std::function<std::vector<OutletReport>()> outlets;
  /// Has something done to the network, and sends what it leaves in the outbox.
  std::function<void(const NetworkChange&)> act;
  /// Hears of settings right before they change, so that the same can be done again.
  std::function<void(const std::vector<std::string>&, Instant)> changes = [](const auto&, Instant) {};
  /// Likewise of a packet, or a frame, that is to be sent.
  std::function<void(const std::string& node, Bytes, bool is_frame, Instant)> sends = [](const auto&, Bytes, bool,
                                                                                         Instant) {};
  /// Starts a program at a node, whose job says what it prints. Throws UsageFault.
  struct StartedProgram {
    std::size_t job;
    IpAddress source, target;
  };
  std::function<StartedProgram(NodeId, const std::vector<std::string>& words)> start_program = {};
  /// What has come of the lab that is played, with what its programs have printed if that is asked for, and after it
  /// has ended them if so; null if none is.
  std::function<nlohmann::ordered_json(bool with_texts, bool ends)> play = {};
};

class ControlRequests {
 public:
  explicit ControlRequests(ControlledStack stack) : stack_(std::move(stack)) {}

  ControlAnswer answer(std::string_view request);

 private:
  using Json = nlohmann::ordered_json;
  struct Verb;
  static const Verb verbs[];

  // What follows the answer is put into it.
  Json state(const Json& request, ControlAnswer& answer);
  Json watch(const Json& request, ControlAnswer& answer);
  Json get(const Json& request, ControlAnswer& answer);
  Json set(const Json& request, ControlAnswer& answer);
  Json send(const Json& request, ControlAnswer& answer);
  Json ask(const Json& request, ControlAnswer& answer);
  Json program(const Json& request, ControlAnswer& answer);
  Json play(const Json& request, ControlAnswer& answer);

  /// That the request names, or the one behind the device.
  NodeId node_of(const Json& request) const;

  ControlledStack stack_;
};

}  // namespace tunstack
