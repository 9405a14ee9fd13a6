// What a hop costs in a network: chains of routers of different lengths, few of many routers, and how long it takes to
// build a large one.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

#include "tunstack/network/chain.hpp"
#include "tunstack/network/network.hpp"
#include "tunstack/network/shortest_paths.hpp"

namespace tunstack::test {
namespace {

/// A chain of any number of routers: the n-th link is 10.N/30 and 2001:db8:N::/64. One of them has another door.
NetworkPlan long_chain(std::size_t routers, std::size_t with_exit) {
  NetworkPlan plan;
  const auto address4 = [](std::size_t link, std::uint32_t host) {
    return IpPrefix{Ipv4Address{0x0a000000U + static_cast<std::uint32_t>(link) * 4 + host}, 30};
  };
  const auto address6 = [](std::size_t link, std::uint8_t host) {
    Ipv6Address address{
        {0x20, 0x01, 0x0d, 0xb8, 0, 0, static_cast<std::uint8_t>(link >> 8), static_cast<std::uint8_t>(link)}};
    address.octets[15] = host;
    return IpPrefix{address, 64};
  };
  for (std::size_t i = 0; i < routers; ++i) {
    PlannedNode& node = plan.nodes.emplace_back();
    node.name = "r" + std::to_string(i + 1);
    for (std::size_t side = 0; side < 2; ++side)
      node.config.interfaces.push_back(
          {.name = side == 0 ? "left" : "right",
           .addresses = {address4(i + side, side == 0 ? 2 : 1), address6(i + side, side == 0 ? 2 : 1)},
           .role = Role::router});
  }
  for (std::size_t i = 0; i <= routers; ++i) {
    PlannedLink link{.name = "l" + std::to_string(i), .prefixes = {address4(i, 0), address6(i, 0)}, .ends = {}};
    if (i > 0) link.ends.push_back({.node = i - 1, .interface = InterfaceId{1}});
    if (i < routers) link.ends.push_back({.node = i, .interface = InterfaceId{0}});
    if (i == 0) link.ends.push_back({.door = 0});
    if (i == routers) link.ends.push_back({.door = 1});
    plan.links.push_back(std::move(link));
  }
  auto& interfaces = plan.nodes[with_exit - 1].config.interfaces;
  plan.links.push_back({.name = "exit",
                        .prefixes = {*parse_prefix("192.0.2.0/24"), *parse_prefix("2001:db8:ffff::/64")},
                        .ends = {{.node = with_exit - 1, .interface = InterfaceId(interfaces.size())}, {.door = 2}}});
  interfaces.push_back({.name = "exit",
                        .addresses = {*parse_prefix("192.0.2.1/24"), *parse_prefix("2001:db8:ffff::1/64")},
                        .role = Role::router});
  add_shortest_paths(plan);
  return plan;
}

std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// UDP of 64 octets from the first link to the exit.
std::vector<std::uint8_t> datagram4() {
  std::vector<std::uint8_t> packet(64);
  packet[0] = 0x45;
  packet[3] = 64;
  packet[8] = 255;
  packet[9] = protocol_number::udp;
  store_be32(packet, 12, 0x0a000001U);
  store_be32(packet, 16, 0xc0000202U);
  write_header_checksum(std::span(packet).first(20));
  return packet;
}
std::vector<std::uint8_t> datagram6() {
  std::vector<std::uint8_t> packet(64);
  packet[0] = 0x60;
  packet[5] = 24;
  packet[6] = protocol_number::udp;
  packet[7] = 255;
  copy_bytes(std::span(packet).subspan(8), parse_address("2001:db8::1")->octets());
  copy_bytes(std::span(packet).subspan(24), parse_address("2001:db8:ffff::2")->octets());
  return packet;
}

void build(benchmark::State& state) {
  const auto routers = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    const std::size_t before = resident();
    const Network network(long_chain(routers, 1));
    state.counters["octets/router"] = static_cast<double>(resident() - before) / static_cast<double>(routers);
  }
}
BENCHMARK(build)->Arg(10000)->Unit(benchmark::kMillisecond)->Iterations(1)->ArgNames({"routers"});

/// Through so many routers of a chain of so many.
void pass(benchmark::State& state, const std::vector<std::uint8_t>& packet) {
  const auto hops = state.range(0), together = state.range(2);
  Network network(long_chain(static_cast<std::size_t>(state.range(1)), static_cast<std::size_t>(hops)));
  Outbox out;
  std::array<Received, 16> all;
  Instant now = Instant(std::chrono::seconds(10));
  network.tick(now, out);  // what nodes say at their start
  for (auto _ : state) {
    out.clear();
    now += std::chrono::microseconds(1);
    const Received received{.interface = InterfaceId{0}, .bytes = packet, .now = now};
    for (auto& one : std::span(all).first(static_cast<std::size_t>(together))) one = received;
    network.receive_together(std::span(all).first(static_cast<std::size_t>(together)), out);
  }
  if (out.packets().size() != static_cast<std::size_t>(together) || out.packets()[0].interface != InterfaceId{2})
    state.SkipWithError("it did not arrive");
  state.SetItemsProcessed(state.iterations() * hops * together);
}
void through4(benchmark::State& state) { pass(state, datagram4()); }
void through6(benchmark::State& state) { pass(state, datagram6()); }

void chains(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"hops", "routers", "together"});
  for (const std::int64_t together : {1, 16})
    for (const auto& [hops, routers] : {std::pair{1, 1}, {3, 3}, {16, 16}, {64, 64}, {3, 10000}})
      benchmark->Args({hops, routers, together});
}
BENCHMARK(through4)->Apply(chains);
BENCHMARK(through6)->Apply(chains);

/// A thousand routers, and so many packets on their way through some of them at once: for each that leaves another one
/// comes in.
void on_the_way(benchmark::State& state) {
  constexpr std::size_t hops = 250;
  constexpr Duration delay = std::chrono::milliseconds(10);
  const auto packets = static_cast<std::size_t>(state.range(0));
  NetworkPlan plan = long_chain(1000, hops);
  for (PlannedLink& link : plan.links) link.impairments.delay = delay;
  Network network(plan);
  Outbox out;
  Instant now = Instant(std::chrono::seconds(10));
  network.tick(now, out);
  const std::size_t before = resident();
  const auto packet = datagram4();
  const auto one_more = [&] {
    out.clear();
    now += (hops + 1) * delay / packets;
    network.receive({.interface = InterfaceId{0}, .bytes = packet, .now = now}, out);
  };
  for (std::size_t i = 0; i < packets + 2; ++i) one_more();
  state.counters["octets/packet"] = static_cast<double>(resident() - before) / static_cast<double>(packets);
  for (auto _ : state) one_more();
  if (out.packets().size() != 1) state.SkipWithError("none arrives for each that comes in");
  state.counters["packets on their way"] = static_cast<double>(network.packets_on_their_way());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(hops));
}
BENCHMARK(on_the_way)->Arg(1000)->Arg(10'000)->Arg(100'000)->ArgNames({"packets"});

}  // namespace
}  // namespace tunstack::test

#ifndef NO_MAIN
BENCHMARK_MAIN();
#endif
