// What a program found, read from what it printed: from recorded texts of Debian's programs, and from those of our own,
// which know what they found.
#include "tunstack/lab/printed_result.hpp"

#include <fstream>

#include "tests/tunstack/clients/at_door.hpp"
#include "tests/tunstack/lab/closed_lab.hpp"

namespace tunstack::test::printed_result_test {
namespace {

using clients::HopResult;
using lab::printed_result;

std::string first_word(const std::string& words) { return words.substr(0, words.find(' ')); }

// ---- Debian's ----

/// What tests/tunstack/clients/golden/record wrote down, by the words of each program.
std::map<std::string, std::string> recorded_texts() {
  std::ifstream file(TUNSTACK_SOURCE_DIR "/tests/tunstack/clients/golden/texts.txt");
  std::map<std::string, std::string> texts;
  std::string words;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("$ "))
      words = line.substr(2);
    else if (line != "%" && !line.starts_with("exit "))
      texts[words] += line + "\n";
  }
  return texts;
}

struct Recorded {
  const char* words;
  unsigned sent, received, errors;
  bool is_reached;
  unsigned path_mtu, hops;
};

// clang-format off
const Recorded recorded[] = {
    {"ping -c 2 -i 0.2 203.0.113.3", 2, 2, 0, true, 0, 0},
    {"ping -c 1 -q 203.0.113.3", 1, 1, 0, true, 0, 0},
    {"ping -c 3 -f 203.0.113.3", 3, 3, 0, true, 0, 0},
    {"ping -c 1 -t 2 203.0.113.3", 1, 0, 1, false, 0, 0},
    {"ping -c 2 -i 0.2 -t 2 2001:db8:2::3", 2, 0, 2, false, 0, 0},
    {"ping -c 2 -i 0.2 -s 1400 -M do 203.0.113.3", 2, 0, 2, false, 1300, 0},
    {"ping -c 2 -i 0.2 -s 1400 -M do 2001:db8:2::3", 2, 0, 2, false, 1300, 0},
};
// clang-format on

TEST(PrintedResult, what_ping_of_Debian_printed_is_read) {
  const auto texts = recorded_texts();
  for (const Recorded& one : recorded) {
    const ClientResult result = printed_result("ping", texts.at(one.words));
    EXPECT_EQ(result.sent, one.sent) << one.words;
    EXPECT_EQ(result.received, one.received) << one.words;
    EXPECT_EQ(result.errors, one.errors) << one.words;
    EXPECT_EQ(result.duplicates, 0U) << one.words;
    EXPECT_EQ(result.is_reached, one.is_reached) << one.words;
    EXPECT_EQ(result.path_mtu, one.path_mtu) << one.words;
    EXPECT_EQ(result.exit_status, one.is_reached ? 0 : 1) << one.words;
  }
}

TEST(PrintedResult, times_and_duplicates_of_ping_are_read) {
  const ClientResult result =
      printed_result("ping",
                     "PING server (198.51.100.2) 56(84) bytes of data.\n"
                     "64 bytes from server (198.51.100.2): icmp_seq=1 ttl=63 time=20.4 ms\n"
                     "64 bytes from server (198.51.100.2): icmp_seq=1 ttl=63 time=20.5 ms (DUP!)\n"
                     "\n"
                     "--- server ping statistics ---\n"
                     "12 packets transmitted, 10 received, +3 duplicates, +1 errors, "
                     "16.6667% packet loss, time 11012ms\n"
                     "rtt min/avg/max/mdev = 20.123/21.456/122.789/0.300 ms, pipe 2\n");
  EXPECT_EQ(result.sent, 12U);
  EXPECT_EQ(result.received, 10U);
  EXPECT_EQ(result.duplicates, 3U);
  EXPECT_EQ(result.errors, 1U);
  EXPECT_DOUBLE_EQ(result.least, 20.123);
  EXPECT_DOUBLE_EQ(result.mean, 21.456);
  EXPECT_DOUBLE_EQ(result.most, 122.789);
}

TEST(PrintedResult, the_path_MTU_is_the_last_one_that_ping_was_told) {
  const std::string end = "\n--- x ping statistics ---\n3 packets transmitted, 0 received, +3 errors\n";
  const std::pair<const char*, unsigned> texts[] = {
      {"From 192.0.2.2 icmp_seq=1 Frag needed and DF set (mtu = 1400)\n"
       "From 192.0.2.3 icmp_seq=2 Frag needed and DF set (mtu = 1300)\n",
       1300},
      {"From 2001:db8::2 icmp_seq=1 Packet too big: mtu=1400\nFrom 2001:db8::2 icmp_seq=2 Packet too big: mtu=1280\n",
       1280},
      {"ping: local error: message too long, mtu=1300\n", 1300},
      {"ping: local error: message too long, mtu: 1290\n", 1290},
      {"From 192.0.2.2 icmp_seq=1 Destination Host Unreachable\n", 0},
  };
  for (const auto& [text, mtu] : texts) EXPECT_EQ(printed_result("ping", text + end).path_mtu, mtu) << text;
}

HopResult hop(unsigned sent, unsigned received, std::vector<std::string> from, double least = 0, double mean = 0,
              double most = 0) {
  HopResult result{.sent = sent, .received = received, .from = {}, .least = least, .mean = mean, .most = most};
  for (const std::string& address : from) result.from.push_back(*parse_address(address));
  return result;
}

void expect_same(const HopResult& read, const HopResult& known, const std::string& what) {
  EXPECT_EQ(read.sent, known.sent) << what;
  EXPECT_EQ(read.received, known.received) << what;
  EXPECT_EQ(read.from, known.from) << what;
  EXPECT_NEAR(read.least, known.least, 0.001) << what;
  EXPECT_NEAR(read.mean, known.mean, 0.001) << what;
  EXPECT_NEAR(read.most, known.most, 0.001) << what;
}

TEST(PrintedResult, what_traceroute_of_Debian_prints_is_read) {
  const ClientResult result =
      printed_result("traceroute",
                     "traceroute to server (203.0.113.2), 30 hops max, 60 byte packets\n"
                     " 1  r1 (192.0.2.2)  1.000 ms  2.000 ms  6.000 ms\n"
                     " 2  r2 (10.0.0.2)  1.500 ms r3 (10.0.1.2)  2.500 ms r2 (10.0.0.2)  2.000 ms\n"
                     " 3  * * *\n"
                     " 4  r4 (10.0.2.2)  3.000 ms F=1300 !H *\n"
                     " 5  server (203.0.113.2)  4.000 ms  5.000 ms  6.000 ms\n");
  EXPECT_TRUE(result.is_reached);
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_EQ(result.hops, 5U);
  EXPECT_EQ(result.path_mtu, 1300U);
  EXPECT_DOUBLE_EQ(result.least, 4);
  EXPECT_DOUBLE_EQ(result.mean, 5);
  EXPECT_DOUBLE_EQ(result.most, 6);
  const HopResult hops[] = {hop(3, 3, {"192.0.2.2"}, 1, 3, 6), hop(3, 3, {"10.0.0.2", "10.0.1.2"}, 1.5, 2, 2.5),
                            hop(3, 0, {}), hop(2, 1, {"10.0.2.2"}, 3, 3, 3), hop(3, 3, {"203.0.113.2"}, 4, 5, 6)};
  ASSERT_EQ(result.each_hop.size(), std::size(hops));
  for (std::size_t i = 0; i < std::size(hops); ++i) expect_same(result.each_hop[i], hops[i], std::to_string(i + 1));
}

TEST(PrintedResult, the_target_is_as_far_as_it_answers_first) {
  const ClientResult result = printed_result("traceroute",
                                             "traceroute to 203.0.113.2 (203.0.113.2), 30 hops max, 60 byte packets\n"
                                             " 1  203.0.113.2  1.000 ms *\n"
                                             " 2  203.0.113.2  2.000 ms\n"
                                             " 256  203.0.113.2  3.000 ms\n");
  EXPECT_EQ(result.hops, 1U);
  EXPECT_DOUBLE_EQ(result.most, 1);
  EXPECT_EQ(result.each_hop.size(), 2U) << "there is no hop 256";
}

TEST(PrintedResult, a_traceroute_that_does_not_get_there_has_not_reached_it) {
  const ClientResult result =
      printed_result("traceroute",
                     "traceroute to 2001:db8:2::9 (2001:db8:2::9), 2 hops max, 80 byte packets\n"
                     " 1  2001:db8::2  1.000 ms\n"
                     " 2  2001:db8:1::2  2.000 ms !N\n");
  EXPECT_FALSE(result.is_reached);
  EXPECT_EQ(result.hops, 0U);
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_EQ(result.each_hop.size(), 2U);
  EXPECT_EQ(result.received, 2U);
}

TEST(PrintedResult, of_what_is_no_such_text_nothing_is_read) {
  for (const char* const program : {"ping", "traceroute"})
    for (const std::string& text :
         {std::string(), std::string("ping: nobody: Name or service not known\n"), std::string("\n\n  \n"),
          std::string(" ping statistics ---"), std::string("traceroute to"), std::string(" 0  x\n 256  y\n"),
          std::string("traceroute to x (\n 1 (\n"), std::string("mtu = "), std::string(1000, '(')}) {
      const ClientResult result = printed_result(program, text);
      EXPECT_EQ(result.sent + result.received + result.hops, 0U) << program << ": " << text;
      EXPECT_FALSE(result.is_reached);
      EXPECT_EQ(result.exit_status, 1);
    }
}

// ---- our own, who know what they found ----

/// Of a traceroute, what was sent behind the target is not printed.
void expect_same(const std::string& words, const std::string& text, const ClientResult& known) {
  const ClientResult read = printed_result(first_word(words), text);
  const std::string what = words + "\n" + text;
  EXPECT_EQ(read.is_reached, known.is_reached) << what;
  EXPECT_EQ(read.hops, known.hops) << what;
  EXPECT_EQ(read.path_mtu, known.path_mtu) << what;
  EXPECT_EQ(read.exit_status, known.exit_status) << what;
  EXPECT_NEAR(read.least, known.least, 0.001) << what;
  EXPECT_NEAR(read.mean, known.mean, 0.001) << what;
  EXPECT_NEAR(read.most, known.most, 0.001) << what;
  ASSERT_EQ(read.each_hop.size(), known.each_hop.size()) << what;
  for (std::size_t i = 0; i < read.each_hop.size(); ++i) expect_same(read.each_hop[i], known.each_hop[i], what);
  if (first_word(words) != "ping") return;
  EXPECT_EQ(read.sent, known.sent) << what;
  EXPECT_EQ(read.received, known.received) << what;
  EXPECT_EQ(read.duplicates, known.duplicates) << what;
  EXPECT_EQ(read.errors, known.errors) << what;
}

struct LabProgram {
  const char* program;
  const char* before = "";  // what is changed at the start
};

// clang-format off
const LabProgram runs[] = {
    {"ping host server -c 3"},
    {"ping host server -6 -c 3 -i 0.2"},
    {"ping host server -c 2 -q"},
    {"ping host server -c 3 -f"},
    {"ping host server -c 4 -l 4"},
    {"ping host 198.51.100.77 -c 2"},
    {"ping host 203.0.113.1 -c 2 -W 1"},
    {"ping host server -c 1 -t 1"},
    {"ping host server -c 2 -s 1400 -M do", R"("link.core.mtu" = 1300)"},
    {"ping host server -c 2 -s 1400 -M do -6", R"("link.core.mtu" = 1300)"},
    {"ping host server -c 20 -i 0.2", R"("link.core.loss" = 0.3)"},
    {"ping host server -c 5 -i 0.2", R"("link.core.duplicate" = 1.0)"},
    {"ping host server -c 2", R"("node.server.misbehave.silent" = true)"},
    {"ping host server -c 30 -i 0.2", R"("link.core.jitter" = "5ms")"},
    {"ping host server -c 2 -D"},
    {"traceroute host server"},
    {"traceroute host server -6"},
    {"traceroute host server -n -q 1"},
    {"traceroute host server -I -q 2"},
    {"traceroute host server -T -q 5"},
    {"traceroute host 198.51.100.77 -m 4"},
    {"traceroute host 203.0.113.1 -m 3 -q 1"},
    {"traceroute host server -q 1", R"("node.r1.misbehave.silent" = true)"},
    {"traceroute host server --mtu -q 1", R"("link.core.mtu" = 1300)"},
    {"traceroute host server -m 5 -q 3", R"("link.core.loss" = 0.4)"},
    {"traceroute host server -q 3", R"("link.core.jitter" = "5ms")"},
    {"traceroute host server -f 2"},
    {"traceroute host server -e"},
};
// clang-format on

TEST(PrintedResult, what_is_read_of_our_own_text_is_what_the_program_found) {
  for (const LabProgram& run : runs) {
    const std::string set = *run.before == '\0' ? "" : std::string("[[event]]\nset = { ") + run.before + " }\n";
    const lab::LabOutcome outcome = run_row(set + "[[event]]\ndo = \"" + run.program + "\"\n");
    ASSERT_EQ(outcome.programs.size(), 1U) << run.program;
    expect_same(run.program, outcome.programs[0].text, outcome.programs[0].result);
  }
}

TEST(PrintedResult, what_is_read_of_each_recorded_text_is_what_our_own_program_finds_there) {
  const auto texts = recorded_texts();
  ASSERT_EQ(texts.size(), 40U);
  for (const auto& [words, text] : texts) {
    AtDoor door(chain_at_door(3, 1300));
    ClientResult known = door.run(words);
    const ClientResult read = printed_result(first_word(words), text);
    EXPECT_EQ(read.is_reached, known.is_reached) << words;
    EXPECT_EQ(read.hops, known.hops) << words;
    if (!words.starts_with("ping")) continue;
    EXPECT_EQ(read.sent, known.sent) << words;
    EXPECT_EQ(read.received, known.received) << words;
    EXPECT_EQ(read.errors, known.errors) << words;
  }
}

}  // namespace
}  // namespace tunstack::test::printed_result_test
