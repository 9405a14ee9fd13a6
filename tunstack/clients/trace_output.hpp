// What traceroute says of its probes: as traceroute 2.1.2 prints it, or as JSON.
#pragma once

#include <memory>

#include "tunstack/clients/arrivals.hpp"
#include "tunstack/clients/traceroute_arguments.hpp"

namespace tunstack::clients {

struct TraceProbe {
  Instant sent{};
  bool is_sent = false, is_done = false;
  bool is_last = false;               // of the way: the destination was reached, or nobody goes on
  std::optional<Duration> took = {};  // if it was answered
  IpAddress from{};
  unsigned hop_limit = 0;  // of the answer
  std::string mark;        // "!H", "F=1300"; empty if there is nothing to be said
  std::string extensions;
};

struct TraceSummary {
  unsigned sent = 0, received = 0, hops = 0, path_mtu = 0;
  bool is_reached = false;
};

class TraceOutput {
 public:
  virtual ~TraceOutput() = default;
  virtual void begin() = 0;
  /// Probe `index` of `probes` is done, and so are those before it.
  virtual void probe(std::span<const TraceProbe> probes, std::size_t index) = 0;
  virtual void end(const TraceSummary& summary) = 0;

  std::string take_text() { return std::exchange(text_, {}); }

 protected:
  std::string text_;
};

std::unique_ptr<TraceOutput> trace_text(const TraceArguments& arguments, const ClientPlace& place);
std::unique_ptr<TraceOutput> trace_json(const TraceArguments& arguments, const ClientPlace& place);

/// What an error adds to a line: "!H", "!F-1300", "!<11-1>"; nothing where a hop limit ended, or a port is closed.
std::string trace_mark(const ReportedError& error);
/// "MPLS:L=16,E=0,S=1,T=1;INF:arriving,name=eth0": objects of RFC 4884 (RFC 4950, RFC 5837).
std::string extension_words(Bytes structure);
/// How many hops an answer came, if its sender began with one of the usual limits: 64, 128, 255.
unsigned hops_back(unsigned hop_limit);

}  // namespace tunstack::clients
