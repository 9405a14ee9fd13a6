// Looks up random destinations in tables of 100,000 prefixes, as long as those of the Internet, beside a trie of one
// bit a step, a std::map for each length, and all routes in a row (of which there are 1,000 at most).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <map>
#include <random>

#include "protocols/ip/routes.hpp"

namespace tunstack::test {
namespace {

using Random64 = std::mt19937_64;

/// An address as a number of 128 bits would be: its first bits lead.
struct Bits {
  std::uint64_t high = 0, low = 0;

  bool at(unsigned position) const { return ((position < 64 ? high << position : low << (position - 64)) >> 63) != 0; }
  Bits first(unsigned length) const {
    if (length == 0) return {};
    return length <= 64 ? Bits{high & ~std::uint64_t{0} << (64 - length), 0}
                        : Bits{high, low & ~std::uint64_t{0} << (128 - length)};
  }
  Bits next(unsigned length) const {
    return length <= 64 ? Bits{high + (std::uint64_t{1} << (64 - length)), 0}
                        : Bits{high, low + (std::uint64_t{1} << (128 - length))};
  }
  friend auto operator<=>(const Bits&, const Bits&) = default;
};

Bits bits_of(Ipv4Address address) { return {std::uint64_t{address.value} << 32, 0}; }
Bits bits_of(const Ipv6Address& address) {
  const auto eight = [&](std::size_t at) {
    return std::uint64_t{load_be32(address.octets, at)} << 32 | load_be32(address.octets, at + 4);
  };
  return {eight(0), eight(8)};
}

template <class Address>
Address address_of(const Bits& bits) {
  if constexpr (std::is_same_v<Address, Ipv4Address>) {
    return {static_cast<std::uint32_t>(bits.high >> 32)};
  } else {
    Ipv6Address address;
    for (std::size_t i = 0; i < 8; ++i) {
      address.octets[i] = static_cast<std::uint8_t>(bits.high >> (56 - 8 * i));
      address.octets[8 + i] = static_cast<std::uint8_t>(bits.low >> (56 - 8 * i));
    }
    return address;
  }
}

struct Share {
  std::uint8_t length;
  double of_all;
};
// About the lengths of a tenth of the Internet's IPv4 table, and half of its IPv6 table. They lie in blocks that
// registries have given to somebody, half of them next to one another.
template <class Address>
struct Shares;
template <>
struct Shares<Ipv4Address> {
  static constexpr Share all[] = {{24, 0.60}, {22, 0.11}, {23, 0.10}, {20, 0.05}, {21, 0.05},
                                  {19, 0.03}, {16, 0.02}, {18, 0.02}, {17, 0.01}, {32, 0.01}};
  static constexpr unsigned block = 14, blocks = 1400;
  static constexpr std::uint64_t begin = 0x0100000000000000, end = 0xe000000000000000;  // unicast
};
template <>
struct Shares<Ipv6Address> {
  static constexpr Share all[] = {{48, 0.46}, {32, 0.13}, {44, 0.11}, {40, 0.10}, {36, 0.06},
                                  {46, 0.04}, {29, 0.04}, {47, 0.03}, {64, 0.02}, {128, 0.01}};
  static constexpr unsigned block = 28, blocks = 8000;
  static constexpr std::uint64_t begin = 0x2400000000000000, end = 0x2c00000000000000;
};

template <class Address>
std::vector<ip::Route> table_of(std::size_t count) {
  using S = Shares<Address>;
  Random64 random(14);
  std::vector<std::uint64_t> blocks;
  for (unsigned i = 0; i < S::blocks; ++i)
    blocks.push_back(Bits{S::begin + random() % (S::end - S::begin), 0}.first(S::block).high);
  std::vector<double> weights;
  for (const Share& share : S::all) weights.push_back(share.of_all);
  std::discrete_distribution<std::size_t> lengths(weights.begin(), weights.end());
  std::map<std::pair<Bits, std::uint8_t>, ip::Route> routes;
  Bits bits;
  std::uint8_t length = 0;
  while (routes.size() < count) {
    if (routes.empty() || random() % 2 == 0) {
      length = S::all[lengths(random)].length;
      bits = Bits{blocks[random() % blocks.size()] | random() >> S::block, random()}.first(length);
    } else {
      bits = bits.next(length);
    }
    routes[{bits, length}] = {.prefix = {address_of<Address>(bits), length},
                              .interface = InterfaceId(routes.size() % 7),
                              .gateway = address_of<Address>({random(), random()})};
  }
  std::vector<ip::Route> all;
  for (const auto& [_, route] : routes) all.push_back(route);
  std::ranges::shuffle(all, random);
  return all;
}

Bits bits_of(const IpAddress& address) { return address.is_ipv4() ? bits_of(address.ipv4()) : bits_of(address.ipv6()); }

/// Nine of ten in a prefix of the table, the others anywhere.
template <class Address>
std::vector<Address> destinations_in(const std::vector<ip::Route>& table, std::size_t count) {
  Random64 random(9);
  std::vector<Address> all;
  for (std::size_t i = 0; i < count; ++i) {
    const IpPrefix& prefix = table[random() % table.size()].prefix;
    const Bits anything{random(), random()}, inside = bits_of(prefix.address), same = anything.first(prefix.length);
    const Bits hit{inside.high | (anything.high ^ same.high), inside.low | (anything.low ^ same.low)};
    all.push_back(address_of<Address>(i % 10 == 0 ? anything : hit));
  }
  return all;
}

class OneBitTrie {
 public:
  explicit OneBitTrie(const std::vector<ip::Route>& table) : nodes_(1) {
    for (const ip::Route& route : table) {
      const Bits bits = bits_of(route.prefix.address);
      std::uint32_t at = 0;
      for (unsigned i = 0; i < route.prefix.length; ++i) {
        if (nodes_[at].next[bits.at(i)] == 0) {
          nodes_[at].next[bits.at(i)] = static_cast<std::uint32_t>(nodes_.size());
          nodes_.emplace_back();
        }
        at = nodes_[at].next[bits.at(i)];
      }
      nodes_[at].route = &route;
    }
  }
  const ip::Route* find(const auto& destination) const {
    const Bits bits = bits_of(destination);
    const ip::Route* longest = nullptr;
    std::uint32_t at = 0;
    for (unsigned i = 0; i == 0 || at != 0; ++i) {
      if (nodes_[at].route != nullptr) longest = nodes_[at].route;
      at = i < 128 ? nodes_[at].next[bits.at(i)] : 0;
    }
    return longest;
  }

 private:
  struct Node {
    std::uint32_t next[2] = {};  // 0: none
    const ip::Route* route = nullptr;
  };
  std::vector<Node> nodes_;
};

class MapOfEachLength {
 public:
  explicit MapOfEachLength(const std::vector<ip::Route>& table) {
    for (const ip::Route& route : table) lengths_[route.prefix.length].emplace(bits_of(route.prefix.address), &route);
  }
  const ip::Route* find(const auto& destination) const {
    const Bits bits = bits_of(destination);
    for (const auto& [length, routes] : lengths_)
      if (const auto found = routes.find(bits.first(length)); found != routes.end()) return found->second;
    return nullptr;
  }

 private:
  std::map<unsigned, std::map<Bits, const ip::Route*>, std::greater<>> lengths_;
};

class InARow {
 public:
  explicit InARow(const std::vector<ip::Route>& table) : routes_(table) {
    std::ranges::sort(routes_, std::greater(), [](const ip::Route& r) { return r.prefix.length; });
  }
  const ip::Route* find(const IpAddress& destination) const {
    const auto found =
        std::ranges::find_if(routes_, [&](const ip::Route& r) { return r.prefix.contains(destination); });
    return found == routes_.end() ? nullptr : &*found;
  }

 private:
  std::vector<ip::Route> routes_;
};

class Table {
 public:
  explicit Table(const std::vector<ip::Route>& table) { routes_.add(table); }
  const ip::Route* find(const auto& destination) const {
    const auto found = routes_.find(destination);
    return found.empty() ? nullptr : found.data();
  }

 private:
  ip::Routes routes_;
};

/// A table of so many prefixes, asked for so many destinations in turn, which are fewer in traffic than addresses that
/// there could be.
template <class Address, class Structure>
void look_up(benchmark::State& state) {
  const auto table = table_of<Address>(static_cast<std::size_t>(state.range(0)));
  const auto asked = destinations_in<Address>(table, static_cast<std::size_t>(state.range(1)));
  const Structure structure(table);
  std::size_t at = 0, hits = 0;
  for (auto _ : state) {
    const ip::Route* const route = structure.find(asked[at]);
    at = at + 1 == asked.size() ? 0 : at + 1;
    if (route != nullptr) hits += 1 + (static_cast<unsigned>(route->interface) >> 7);  // what it says is fetched
    benchmark::DoNotOptimize(hits);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["hits"] = static_cast<double>(hits) / static_cast<double>(state.iterations());
}

template <class Address>
void add_and_remove(benchmark::State& state) {
  const auto table = table_of<Address>(static_cast<std::size_t>(state.range(0)));
  ip::Routes routes;
  routes.add(table);
  std::size_t i = 0;
  for (auto _ : state) {
    const ip::Route& route = table[i++ % table.size()];
    routes.remove(route.prefix, route.interface);
    routes.add(route);
  }
  state.SetItemsProcessed(2 * state.iterations());
}

template <class Address>
void fill(benchmark::State& state) {
  const auto table = table_of<Address>(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    ip::Routes routes;
    routes.add(table);
    benchmark::DoNotOptimize(routes);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(look_up<Ipv4Address, Table>)->Args({5, 1'000})->Args({100'000, 1'000})->Args({100'000, 65'536});
BENCHMARK(look_up<Ipv4Address, OneBitTrie>)->Args({5, 1'000})->Args({100'000, 1'000})->Args({100'000, 65'536});
BENCHMARK(look_up<Ipv4Address, MapOfEachLength>)->Args({5, 1'000})->Args({100'000, 1'000})->Args({100'000, 65'536});
BENCHMARK(look_up<Ipv4Address, InARow>)->Args({5, 1'000})->Args({1'000, 1'000});
BENCHMARK(look_up<Ipv6Address, Table>)->Args({5, 1'000})->Args({100'000, 1'000})->Args({100'000, 65'536});
BENCHMARK(look_up<Ipv6Address, OneBitTrie>)->Args({5, 1'000})->Args({100'000, 1'000})->Args({100'000, 65'536});
BENCHMARK(look_up<Ipv6Address, MapOfEachLength>)->Args({5, 1'000})->Args({100'000, 1'000})->Args({100'000, 65'536});
BENCHMARK(look_up<Ipv6Address, InARow>)->Args({5, 1'000})->Args({1'000, 1'000});
BENCHMARK(add_and_remove<Ipv4Address>)->Arg(100'000);
BENCHMARK(add_and_remove<Ipv6Address>)->Arg(100'000);
BENCHMARK(fill<Ipv4Address>)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(fill<Ipv6Address>)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tunstack::test

BENCHMARK_MAIN();
