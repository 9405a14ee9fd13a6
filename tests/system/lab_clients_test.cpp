// Debian's ping and traceroute, run by the kernel behind the device, and ours in the closed world: the same text about
// the same lab. Each has a lab of its own, whose limits on errors are met by nobody before.
#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/system/network.hpp"

namespace tunstack::test::lab_clients_test {
namespace {

struct SharedCase {
  const char* lab;
  const char* typed;
};

// Debian's ping takes the IPv6 address of a name that has both, and with -4 it leaves the name out.
const SharedCase cases[] = {
    // Those that wait.
    {"docs/experiments/01-who-answers.toml", "ping -c 1 -W 4 198.51.100.99"},
    {"docs/experiments/01-who-answers.toml", "traceroute -n -q 1 -w 4,0,0 198.51.100.99"},
    {"docs/experiments/01-who-answers.toml", "traceroute -I -w 4,0,0 198.51.100.99"},
    {"docs/experiments/01-who-answers.toml", "ping -c 1 198.51.100.4"},
    {"docs/experiments/01-who-answers.toml", "traceroute -I -n guarded"},
    {"lossy", "ping -c 10 -i 0.2 198.51.100.2"},  // the same seed loses the same ones
    {"redirect", "ping -c 1 198.51.100.2"},
    {"chain", "ping -c 1 -W 1 203.0.113.77"},
    {"chain", "ping -c 1 -w 1 203.0.113.77"},
    {"chain", "ping -O -c 2 -i 0.2 -W 1 2001:db8:2::77"},
    {"chain", "traceroute -f 4 -m 7 -q 1 -w 1,0,0 203.0.113.77"},
    {"black-hole", "ping -c 1 -W 1 -s 1400 -M do 198.51.100.2"},
    {"black-hole", "traceroute -n -q 1 -w 1,0,0 server"},
    {"host", "ping -c 1 -W 1 192.0.2.9"},

    {"chain", "ping -6 -c 2 -i 0.2 server"},
    {"chain", "ping -6 -c 1 -n server"},
    {"chain", "ping -6 -c 1 -t 2 server"},
    {"chain", "ping -c 1 -t 1 203.0.113.2"},
    {"chain", "ping -c 1 -t 2 203.0.113.2"},
    {"chain", "ping -c 1 -p ff00 -s 20 203.0.113.2"},
    {"chain", "ping -c 2 -i 0.2 -q 203.0.113.2"},
    {"chain", "ping -c 1 -Q 16 203.0.113.2"},
    {"chain", "ping -c 1 -D 203.0.113.2"},
    {"chain", "ping -c 1 -s 3000 203.0.113.2"},
    {"chain", "ping -c 1 -t 3 -R 203.0.113.2"},
    {"chain", "ping -c 1 -t 3 -T tsonly 203.0.113.2"},
    {"chain", "ping -c 1 -t 3 -T tsandaddr 203.0.113.2"},
    {"chain", "ping -c 1 -T tsprespec 192.0.2.2 198.18.0.3 203.0.113.2"},
    {"chain", "ping -c 1 198.19.0.1"},
    {"chain", "ping -c 2 -i 0.2 2001:db8:ffff:f::1"},
    {"chain", "traceroute server"},
    {"chain", "traceroute -I server"},
    {"chain", "traceroute -T server"},
    {"chain", "traceroute -U -n -q 1 server"},
    {"chain", "traceroute -6 -q 2 server"},
    {"chain", "traceroute -m 3 -n server"},
    {"chain", "traceroute -f 2 -m 4 server"},
    {"chain", "traceroute -e -n -q 1 server"},
    {"chain", "traceroute --back -n -N 1 server"},
    {"chain", "traceroute -n 198.19.0.1"},
    {"chain", "traceroute -n 2001:db8:ffff:f::1"},
    {"pmtud", "ping -c 2 -i 0.2 -s 1400 -M do 198.51.100.2"},
    {"pmtud", "ping -c 1 -s 1472 -M do 198.51.100.2"},
    {"pmtud", "ping -c 1 -s 1473 -M do 198.51.100.2"},
    {"pmtud", "ping -c 2 -i 0.2 -s 1400 198.51.100.2"},
    {"pmtud", "ping -c 1 -s 1400 -M dont 198.51.100.2"},
    {"pmtud", "ping -6 -c 2 -i 0.2 -s 1400 -M do server"},
    {"pmtud", "ping -6 -c 2 -i 0.2 -s 1400 server"},
    {"pmtud", "traceroute --mtu server"},
    {"pmtud", "traceroute -F server 1400"},
    {"pmtud", "traceroute -6 -F -n -q 1 server 1400"},
    {"black-hole", "ping -c 1 -s 1400 -M dont 198.51.100.2"},
    {"loop", "ping -c 1 203.0.113.9"},
    {"loop", "ping -c 1 2001:db8:2::9"},
    {"loop", "traceroute -q 1 -m 6 203.0.113.9"},
    {"ecmp", "ping -6 -c 1 server"},
    {"ecmp", "traceroute -n -m 1 server"},  // behind it each program's own flow chooses the way
    {"ecmp", "traceroute -f 4 server"},
    {"historic", "ping -c 1 server"},
    {"historic", "ping -c 1 -t 1 server"},
    {"historic", "ping -b -c 1 198.51.100.255"},
    {"historic", "ping -c 1 -T tsprespec 198.51.100.2 192.0.2.2 server"},
    {"historic", "traceroute -n -q 1 server"},
    {"tunnel-1420", "ping -c 1 -s 1472 -M do 203.0.113.2"},
    {"tunnel-1420", "ping -6 -c 2 -i 0.2 -s 1452 -M do server"},
    {"tunnel-1420", "traceroute -6 -n --mtu server"},
    {"tunnel-1420", "traceroute -I --mtu -q 1 server"},
    {"host", "ping -6 -c 3 -i 0.2 -l 3 server"},
    {"host", "ping -6 -c 1 -F 0x12345 server"},
    {"host", "ping -c 1 -s 0 192.0.2.2"},
    {"host", "ping -c 1 -s 16000 192.0.2.2"},
    {"host", "ping -c 1 -I 192.0.2.1 192.0.2.2"},
    {"host", "traceroute -P 253 -q 1 server"},
};

std::string without_times(std::string text) {
  text = std::regex_replace(text, std::regex("[0-9][0-9./]* ?ms"), "T ms");
  text = std::regex_replace(text, std::regex("\t[0-9]+( absolute)?\n"), "\tT\n");
  return std::regex_replace(text, std::regex("(^|\n)\\[[0-9.]+\\]"), "$1[T]");
}

class LabClients : public SystemTest {
 protected:
  static std::string lab_of(const SharedCase& one) {
    return std::string(one.lab).ends_with(".toml") ? SOURCE_DIRECTORY "/" + std::string(one.lab) : one.lab;
  }

  /// traceroute waits three times as long for a probe as another one of its hop took, which is next to nothing here:
  /// what a busy machine delays would be a star. So each is waited for as long as any.
  static std::string typed_of(const SharedCase& one) {
    const std::string typed = one.typed;
    const bool is_patient = !typed.starts_with("traceroute") || typed.contains(" -w ");
    return is_patient ? typed : "traceroute -w 5,0,0" + typed.substr(typed.find(' '));
  }

  std::unique_ptr<Process> start_debians(const SharedCase& one) const {
    return start_tunstack({"exec", "--lab", lab_of(one), "--", "sh", "-c", typed_of(one) + " 2>&1"});
  }

  /// Without what it tells about stars, which no program could know that asks the network alone.
  static Outcome ours(const SharedCase& one) {
    Command words = {program};
    std::istringstream typed(typed_of(one));
    for (std::string word; typed >> word;) words.push_back(word);
    words.insert(words.begin() + 2, {"--lab", lab_of(one)});
    Outcome outcome = Process(words).wait();
    outcome.out = outcome.out.substr(0, outcome.out.find("why stars are stars:\n"));
    return outcome;
  }
};

TEST_F(LabClients, PING_001_TRACE_001_print_what_those_of_Debian_do) {
  constexpr std::size_t at_once = 16;
  for (std::size_t first = 0; first < std::size(cases); first += at_once) {
    const std::size_t end = std::min(first + at_once, std::size(cases));
    std::vector<std::unique_ptr<Process>> debians;
    for (std::size_t i = first; i < end; ++i) debians.push_back(start_debians(cases[i]));
    for (std::size_t i = first; i < end; ++i) {
      const Outcome theirs = debians[i - first]->wait();
      const Outcome mine = ours(cases[i]);
      EXPECT_EQ(without_times(mine.out), without_times(theirs.out)) << cases[i].lab << ": " << cases[i].typed;
      EXPECT_EQ(mine.err, "");
      // traceroute of Debian says 0 wherever it ends; ours says whether it got there.
      if (std::string(cases[i].typed).starts_with("ping")) {
        EXPECT_EQ(mine.status, theirs.status) << cases[i].lab << ": " << cases[i].typed;
      }
    }
  }
}

}  // namespace
}  // namespace tunstack::test::lab_clients_test
