// The stack as an in-memory program for side-by-side measurements with other stacks.
//   memory_peer CASEFILE SECONDS [--dump FILE]
// CASEFILE: u32 units; for each unit u32 packets; for each packet u32 length and its bytes (host byte order).
// Feeds all units through Node::receive again and again and prints units, answers, ns a unit and units a second;
// --dump writes the answers to the first 16 units in the same form, to be verified.
#include <sched.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "tunstack/node/interface_config.hpp"
#include "tunstack/node/node.hpp"

namespace {

using namespace tunstack;

using Packet = std::vector<std::uint8_t>;
using Unit = std::vector<Received>;  // as they are handed over: what is measured is the stack

struct Case {
  std::vector<Packet> packets;
  std::vector<Unit> units;
};

std::uint32_t read_u32(std::istream& in) {
  std::uint32_t value = 0;
  if (!in.read(reinterpret_cast<char*>(&value), sizeof value)) throw std::runtime_error("the case file is cut short");
  return value;
}

void write_u32(std::ostream& out, std::size_t size) {
  const auto value = static_cast<std::uint32_t>(size);
  out.write(reinterpret_cast<const char*>(&value), sizeof value);
}

Case read_case(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  Case read;
  read.units.resize(read_u32(in));
  for (Unit& unit : read.units) {
    unit.resize(read_u32(in));
    for (Received& received : unit) {
      Packet& packet = read.packets.emplace_back(read_u32(in));
      in.read(reinterpret_cast<char*>(packet.data()), static_cast<std::streamsize>(packet.size()));
      received.bytes = packet;  // stays where it is when `packets` grows
    }
  }
  return read;
}

NodeConfig config() {
  InterfaceConfig interface{"bench", {*parse_prefix("10.77.0.2/24"), *parse_prefix("fd77::2/64")}, 1500};
  add_link_local_address(interface);
  NodeOptions options;
  options.ipv4_error_limits.destination.rate = 0;  // out of the way, as the other stacks have them
  options.ipv6_error_limits.destination.rate = 0;
  options.own.reports_ipv6_groups = false;  // answers alone
  return {{interface}, options, 1};
}

class Peer {
 public:
  void feed(const Unit& unit) {
    for (const Received& received : unit) node_.receive(received, out_);
  }
  /// What was answered since the last call.
  std::size_t take() {
    const std::size_t answers = out_.packets().size();
    out_.clear();
    return answers;
  }
  std::span<const OutgoingPacket> answers() const { return out_.packets(); }

 private:
  Node node_{config()};
  Outbox out_;
};

void dump(const std::vector<Unit>& units, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  Peer peer;
  write_u32(out, 16);
  for (std::size_t i = 0; i < 16; ++i) {
    peer.feed(units[i]);
    write_u32(out, peer.answers().size());
    for (const OutgoingPacket& answer : peer.answers()) {
      write_u32(out, answer.bytes.size());
      out.write(reinterpret_cast<const char*>(answer.bytes.data()), static_cast<std::streamsize>(answer.bytes.size()));
    }
    peer.take();
  }
}

void measure(const std::vector<Unit>& units, double seconds) {
  using Clock = std::chrono::steady_clock;
  Peer peer;
  std::size_t fed = 0;
  std::size_t answers = 0;
  auto start = Clock::now();
  const auto warm = start + std::chrono::milliseconds(50);
  bool measuring = false;
  for (auto now = start; !measuring || std::chrono::duration<double>(now - start).count() < seconds;
       now = Clock::now()) {
    if (!measuring && now > warm) {
      measuring = true;
      start = now;
      fed = answers = 0;
    }
    for (const Unit& unit : units) {
      peer.feed(unit);
      answers += peer.take();
    }
    fed += units.size();
  }
  const double ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count() / static_cast<double>(fed);
  std::printf("units=%zu answers=%zu ns_per_unit=%.1f upps=%.0f\n", fed, answers, ns, 1e9 / ns);
}

void pin_to_second_core() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(1, &cores);
  sched_setaffinity(0, sizeof cores, &cores);  // best effort: with one core there is nothing to choose
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s CASEFILE SECONDS [--dump FILE]\n", argv[0]);
    return 2;
  }
  try {
    const Case input = read_case(argv[1]);
    if (argc > 4 && std::string(argv[3]) == "--dump") dump(input.units, argv[4]);
    pin_to_second_core();
    measure(input.units, std::atof(argv[2]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[1], error.what());
    return 2;
  }
  return 0;
}
