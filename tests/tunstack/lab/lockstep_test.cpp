// The lockstep door: lines in, lines out, and wrong lines that change nothing.
#include "tunstack/lab/lockstep.hpp"

#include <sstream>

#include "tests/tunstack/lab/closed_lab.hpp"
#include "tunstack/lab/built_in.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::test::lockstep_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string answers(const std::string& lines, const std::string& text = row_lab) {
  const lab::LabPlan plan = lab::plan_lab(read_good_lab(text));
  std::istringstream in(lines);
  std::ostringstream out;
  lab::run_lockstep(plan, in, out);
  return out.str();
}

std::string hex_of(const std::string& line) {
  const auto packet = notation::parse_packet(line).value();
  std::string digits;
  for (const std::uint8_t octet : packet) digits += fmt::format("{:02x}", octet);
  return digits;
}

std::string inject_echo() {
  return "inject host " + hex_of("192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq 1, length 64") + "\n";
}

TEST(Lockstep, a_packet_comes_back_when_its_time_has_come) {
  const std::string out = answers(inject_echo() + "advance 19999us\nadvance 1us\n");
  EXPECT_THAT(out, StartsWith("now 0.000000000\nnow 0.019999000\nout host 0.020000000 45"));
  EXPECT_THAT(out, testing::EndsWith("\nnow 0.020000000\n"));
}

TEST(Lockstep, the_same_lines_are_answered_alike) {
  const std::string lossy(lab::find_built_in("lossy")->text);
  std::string lines;
  for (int i = 0; i < 50; ++i) lines += inject_echo() + "advance 20ms\n";
  EXPECT_EQ(answers(lines, lossy), answers(lines, lossy));
  EXPECT_THAT(answers(lines, lossy), HasSubstr("out host 0.0"));
}

TEST(Lockstep, a_change_comes_about_at_once) {
  const std::string out = answers("set node.server.options.icmp4.echo off\n" + inject_echo() + "advance 1s\n");
  EXPECT_EQ(out, "now 0.000000000\nnow 0.000000000\nnow 1.000000000\n");
  EXPECT_THAT(answers("set node.server.misbehave.duplicate_replies 2\n" + inject_echo() + "advance 1s\n"),
              testing::ContainsRegex("out host [^\n]*\nout host [^\n]*\nout host"));
}

TEST(Lockstep, nothing_is_answered_behind_quit) { EXPECT_EQ(answers("now\nquit\nnow\n"), "now 0.000000000\n"); }

TEST(Lockstep, wrong_lines_are_told_and_nothing_happens) {
  for (const std::string line : {"fly",
                                 "inject",
                                 "inject host",
                                 "inject nowhere 45",
                                 "inject host 4",
                                 "inject host 4x",
                                 "advance",
                                 "advance 5",
                                 "advance -5s",
                                 "advance 1e99h",
                                 "advance nan",
                                 "set",
                                 "set x",
                                 "set link",
                                 "set link.core",
                                 "set link.core.mtu",
                                 "set link.core.mtu 67",
                                 "set link.core.mtu 99999999999999999999",
                                 "set link.core.mtu many",
                                 "set link.core.queue -1",
                                 "set link.nowhere.mtu 1300",
                                 "set link.core.color red",
                                 "set node.r1 x",
                                 "set node.r1.x y",
                                 "set node.r1.a_longer_word y",
                                 "set node.nobody.options.icmp4.echo off",
                                 "set node.r1.options.icmp4.ecoh off",
                                 "set node.r1.options.icmp4.echo maybe",
                                 "set node.r1.misbehave.kind true",
                                 "set node.r1.misbehave.silent maybe",
                                 "set host.r1.misbehave.silent true",
                                 "\x01\xff"}) {
    const std::string out = answers("advance 1s\n" + line + "\n");
    EXPECT_THAT(out, StartsWith("now 1.000000000\nerror ")) << line;
    EXPECT_THAT(out, testing::EndsWith("\nnow 1.000000000\n")) << line;
    EXPECT_EQ(std::ranges::count(out, '\n'), 3) << line << "\n" << out;
  }
}

TEST(Lockstep, lines_and_packets_that_are_too_long_are_told) {
  EXPECT_THAT(answers("inject host " + std::string(2 * 65550, '0') + "\n"), StartsWith("error "));
  EXPECT_THAT(answers("inject host " + std::string(1 << 19, '0') + "\n"), StartsWith("error "));
  EXPECT_THAT(answers("inject host " + std::string(2 * 65535, '0') + "\n"), Not(HasSubstr("error")));
}

TEST(Lockstep, time_goes_on_for_many_hours_but_not_beyond_its_end) {
  EXPECT_EQ(answers("advance 600h\nadvance 6h\n"), "now 2160000.000000000\nnow 2181600.000000000\n");
  EXPECT_THAT(answers("advance 900000h\n"), StartsWith("error "));
}

}  // namespace
}  // namespace tunstack::test::lockstep_test
