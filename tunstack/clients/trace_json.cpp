#include "tunstack/clients/json_line.hpp"
#include "tunstack/clients/trace_output.hpp"

namespace tunstack::clients {

namespace {

class TraceJson final : public TraceOutput {
 public:
  TraceJson(const TraceArguments& arguments, const ClientPlace& place) : trace_(arguments), place_(place) {}

  void begin() override {}

  void probe(std::span<const TraceProbe> probes, std::size_t index) override {
    const TraceProbe& probe = probes[index];
    auto event = client_event("traceroute", probe.took ? "reply" : "timeout");
    event["hop"] = index / trace_.probes + 1;
    event["probe"] = index % trace_.probes + 1;
    if (probe.took) {
      event["from"] = to_text(probe.from);
      if (!trace_.is_numeric && place_.name_of) event["name"] = place_.name_of(place_.of, probe.from);
      event["time_ms"] = milliseconds(*probe.took);
      event["ttl"] = probe.hop_limit;
    }
    if (!probe.mark.empty()) event["mark"] = probe.mark;
    if (!probe.extensions.empty()) event["extensions"] = probe.extensions;
    text_ += json_line(event);
  }

  void end(const TraceSummary& summary) override {
    auto event = client_event("traceroute", "summary");
    event["target"] = trace_.target_word;
    event["address"] = to_text(trace_.target);
    event["sent"] = summary.sent;
    event["received"] = summary.received;
    event["reached"] = summary.is_reached;
    if (summary.is_reached) event["hops"] = summary.hops;
    if (summary.path_mtu != 0) event["path_mtu"] = summary.path_mtu;
    text_ += json_line(event);
  }

 private:
  const TraceArguments& trace_;
  const ClientPlace& place_;
};

}  // namespace

std::unique_ptr<TraceOutput> trace_json(const TraceArguments& arguments, const ClientPlace& place) {
  return std::make_unique<TraceJson>(arguments, place);
}

}  // namespace tunstack::clients
