// Packets a second through Node::receive with all checks and counters on; rate limits out of the way.
#include <benchmark/benchmark.h>

#include "tests/conformance/forwarding/two_doors.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test {
namespace {

NodeConfig unlimited() {
  NodeConfig config = host_config();
  config.options.ipv4_error_limits.destination.rate = 0;
  config.options.ipv6_error_limits.destination.rate = 0;
  return config;
}

void receive(benchmark::State& state, const Packet& packet, const NodeConfig& config = unlimited()) {
  Node node(config);
  Outbox out;
  for (auto _ : state) {
    node.receive({.interface = InterfaceId{0}, .bytes = packet, .now = Instant{}}, out);
    benchmark::DoNotOptimize(out.packets().data());
    out.clear();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(packet.size()));
}

// Sizes are those of the whole datagram.
void echo4_of(benchmark::State& state) {
  receive(state, echo4({}, counting(static_cast<std::size_t>(state.range(0)) - 28)));
}
void echo6_of(benchmark::State& state) {
  receive(state, echo6({}, counting(static_cast<std::size_t>(state.range(0)) - 48)));
}
void udp4_closed(benchmark::State& state) { receive(state, udp4()); }
void udp6_closed(benchmark::State& state) { receive(state, udp6()); }
void not_ours4(benchmark::State& state) { receive(state, echo4({.destination = "192.0.2.77"})); }
void not_ours6(benchmark::State& state) { receive(state, echo6({.destination = "2001:db8::77"})); }
/// One hop between two links without addresses: by the prefix of the far one, or by a route beyond.
void forward4(benchmark::State& state) {
  receive(state, echo4({.destination = forwarding::far4}, counting(36)), forwarding::two_doors());
}
void forward6(benchmark::State& state) {
  receive(state, echo6({.destination = forwarding::far6}, counting(16)), forwarding::two_doors());
}
void forward4_beyond(benchmark::State& state) {
  receive(state, echo4({.destination = forwarding::beyond4}, counting(36)), forwarding::two_doors());
}
void forward6_beyond(benchmark::State& state) {
  receive(state, echo6({.destination = forwarding::beyond6}, counting(16)), forwarding::two_doors());
}
/// The same where two routes lead there.
NodeConfig several_ways() {
  NodeConfig config = forwarding::two_doors();
  config.routes.push_back(forwarding::route("203.0.113.0/24", forwarding::far, "198.51.100.3"));
  config.routes.push_back(forwarding::route("2001:db8:9::/48", forwarding::far, "2001:db8:1::3"));
  return config;
}
void forward4_several(benchmark::State& state) {
  receive(state, echo4({.destination = forwarding::beyond4}, counting(36)), several_ways());
}
void forward6_several(benchmark::State& state) {
  receive(state, echo6({.destination = forwarding::beyond6}, counting(16)), several_ways());
}
/// The same behind a filter of ten rules, of which none matches.
NodeConfig filtering() {
  NodeConfig config = forwarding::two_doors();
  for (std::uint16_t port = 1; port <= 10; ++port)
    config.filter.push_back({.protocol = 17, .destination_ports = {port, port}, .action = ip::FilterAction::drop});
  return config;
}
void forward4_filtered(benchmark::State& state) {
  receive(state, udp4({.destination = forwarding::far4}, 33434, counting(36)), filtering());
}
void forward6_filtered(benchmark::State& state) {
  receive(state, udp6({.destination = forwarding::far6}, 33434, counting(16)), filtering());
}

BENCHMARK(forward4);
BENCHMARK(forward6);
BENCHMARK(forward4_beyond);
BENCHMARK(forward6_beyond);
BENCHMARK(forward4_several);
BENCHMARK(forward6_several);
BENCHMARK(forward4_filtered);
BENCHMARK(forward6_filtered);
BENCHMARK(echo4_of)->Arg(64)->Arg(1400);
BENCHMARK(echo6_of)->Arg(64)->Arg(1400);
BENCHMARK(udp4_closed);
BENCHMARK(udp6_closed);
BENCHMARK(not_ours4);
BENCHMARK(not_ours6);

}  // namespace
}  // namespace tunstack::test

BENCHMARK_MAIN();
