#include <fmt/format.h>

#include "tunstack/clients/trace_output.hpp"

namespace tunstack::clients {

namespace {

class TraceText final : public TraceOutput {
 public:
  TraceText(const TraceArguments& arguments, const ClientPlace& place) : trace_(arguments), place_(place) {}

  void begin() override {
    text_ += fmt::format("traceroute to {} ({}), {} hops max, {} byte packets\n", trace_.target_word,
                         to_text(trace_.target), trace_.most_hops, trace_.size);
  }

  void probe(std::span<const TraceProbe> probes, std::size_t index) override {
    const TraceProbe& probe = probes[index];
    const std::size_t in_hop = index % trace_.probes;
    if (in_hop == 0) line_ = fmt::format("{:2} ", hop_of(index));
    if (!probe.took) {
      line_ += " *";
    } else if (is_another(probes.subspan(index - in_hop, in_hop), probe)) {
      line_ += sender(probe) + way_back(probe, hop_of(index));
    }
    if (probe.took) line_ += fmt::format("  {:.3f} ms", milliseconds(*probe.took));
    if (!probe.mark.empty()) line_ += " " + probe.mark;
    if (in_hop + 1 == trace_.probes) text_ += std::exchange(line_, {}) + "\n";
  }

  void end(const TraceSummary&) override {}

 private:
  unsigned hop_of(std::size_t index) const { return static_cast<unsigned>(index / trace_.probes) + 1; }

  /// Whether the sender is to be named again, after those that answered before in the line.
  bool is_another(std::span<const TraceProbe> before, const TraceProbe& probe) const {
    while (!before.empty() && !before.back().took) before = before.first(before.size() - 1);
    if (before.empty()) return true;
    const TraceProbe& last = before.back();
    return last.from != probe.from || last.extensions != probe.extensions ||
           (trace_.shows_way_back && last.hop_limit != probe.hop_limit);
  }

  std::string sender(const TraceProbe& probe) const {
    const std::string address = to_text(probe.from);
    const std::string named = name_and_address(probe.from, false, place_);
    std::string text = " " + (trace_.is_numeric  ? address
                              : named != address ? named
                                                 : fmt::format("{0} ({0})", address));
    if (!probe.extensions.empty()) text += fmt::format(" <{}>", probe.extensions);
    return text;
  }

  std::string way_back(const TraceProbe& probe, unsigned hop) const {
    const unsigned hops = hops_back(probe.hop_limit);
    return trace_.shows_way_back && hops != hop ? fmt::format(" '-{}'", hops) : "";
  }

  const TraceArguments& trace_;
  const ClientPlace& place_;
  std::string line_;
};

}  // namespace

std::unique_ptr<TraceOutput> trace_text(const TraceArguments& arguments, const ClientPlace& place) {
  return std::make_unique<TraceText>(arguments, place);
}

}  // namespace tunstack::clients
