// Every lab with a hundred seeds: the packets are those that were frozen, octet for octet and at the same times,
// whatever compiler built this (clang with sanitizers, g++ without) and whatever runs beside it. With
// TUNSTACK_WRITE_FROZEN=1 frozen_hashes.txt is written anew, to be looked at.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/tunstack/lab/closed_lab.hpp"
#include "tunstack/lab/built_in.hpp"

namespace tunstack::test::frozen_hashes_test {
namespace {

const std::string source = TUNSTACK_SOURCE_DIR;
const std::string frozen = source + "/tests/tunstack/lab/frozen_hashes.txt";
constexpr std::uint64_t seeds = 100;

std::string text_of_file(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

struct Lab {
  std::string name, text;
};

/// Its network follows from the seed, and all that links can do befalls packets.
constexpr const char* random_lab = R"(name = "random"
[host]
link = "edge"
addresses = ["192.0.2.1/24", "2001:db8::1/64"]
routes = ["default"]
[link.edge]
net = ["192.0.2.0/24", "2001:db8::/64"]
delay = "3ms"
jitter = "2ms"
loss = "2%"
duplicate = "3%"
reorder = "5%"
corrupt = "1%"
[link.far]
net = ["203.0.113.0/24", "2001:db8:2::/64"]
rate = "300kbit/s"
queue = 4
jitter = "1ms"
[topology]
kind = "random"
size = 12
link = "edge"
to = "far"
[node.server]
interfaces.eth0 = { link = "far" }
[[event]]
do = "ping host server -c 20 -i 0.01 -s 400"
[[event]]
at = "1s"
do = "traceroute host server -6"
)";

/// The built-in ones, the experiments, and the random one.
std::vector<Lab> all_labs() {
  std::vector<Lab> labs{{"random", random_lab}};
  for (const lab::BuiltInLab& one : lab::built_in_labs())
    labs.push_back({std::string(one.name), std::string(one.text)});
  for (const auto& entry : std::filesystem::directory_iterator(source + "/docs/experiments"))
    if (entry.path().extension() == ".toml") labs.push_back({entry.path().stem(), text_of_file(entry.path())});
  std::ranges::sort(labs, {}, &Lab::name);
  return labs;
}

/// A line a lab: its name, and a hash of what comes of all seeds (FNV-1a, as each of them is).
std::string hashes_of(const std::vector<Lab>& labs) {
  std::string lines;
  for (const Lab& one : labs) {
    std::uint64_t all = 0xcbf29ce484222325ULL;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const lab::LabOutcome outcome = run_lab(one.text, {fmt::format("seed={}", seed)});
      for (const std::uint64_t part : {outcome.hash, outcome.packets}) all = (all ^ part) * 0x100000001b3ULL;
    }
    lines += fmt::format("{} {:016x}\n", one.name, all);
  }
  return lines;
}

TEST(FrozenHashes, TOPO_007_every_lab_gives_the_same_packets_for_each_seed_in_two_threads_at_once) {
  const std::vector<Lab> labs = all_labs();
  std::string one, other;
  {
    const std::jthread beside([&] { other = hashes_of(labs); });
    one = hashes_of(labs);
  }
  EXPECT_EQ(one, other);
  if (std::getenv("TUNSTACK_WRITE_FROZEN") != nullptr) std::ofstream(frozen, std::ios::trunc) << one;
  EXPECT_EQ(one, text_of_file(frozen)) << "what changes packets of labs on purpose writes them anew";
}

}  // namespace
}  // namespace tunstack::test::frozen_hashes_test
