// A run as the tests of reports make it up: each result, a rule with a place, and texts that would be markup.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tests/tunstack/firewall/observations.hpp"
#include "tunstack/firewall/report/run.hpp"

namespace tunstack::firewall::sample {

using SampleRun = Run;  // in a test of googletest, Run is a function of it

inline LoadedRule loaded(std::uint64_t handle, std::string text, unsigned line, std::string chain = "input") {
  return {.family = "inet",
          .table = "filter",
          .chain = std::move(chain),
          .handle = handle,
          .text = std::move(text),
          .file = "rules/<my>.nft",
          .line = line};
}

inline CaseRun one(std::string id, std::string title, Level level, const observed::Seen& seen, Judgement judgement) {
  CaseRun made;
  made.a_case.id = std::move(id);
  made.a_case.group = made.a_case.id.contains("-E-") ? "icmp4-error-related" : "icmp4-query";
  made.a_case.title = std::move(title);
  made.a_case.level = level;
  made.a_case.expected = "answered";
  made.observation = seen.observation();
  made.observation.id = made.a_case.id;
  made.verdict = seen.verdict();
  made.judgement = std::move(judgement);
  return made;
}

inline CaseRun ok(std::string id) {
  return one(std::move(id), "echo request, unicast", Level::should_pass,
             observed::Seen()
                 .at({Point::prerouting, Point::input_first, Point::input_last})
                 .traced(observed::rule_step("accept", 5))
                 .reacted(observed::echo_reply()),
             {Result::ok, "as without rules"});
}

inline CaseRun failed(std::string id) {
  CaseRun made = one(std::move(id), "fragmentation needed & <more>", Level::must_pass,
                     observed::Seen().at({Point::prerouting, Point::input_first}).traced(observed::rule_step("drop")),
                     {Result::fail, "dropped, nothing to be seen; without rules passed, path MTU 1280"});
  made.a_case.reference = "RFC 1191 6";
  made.a_case.consequence = "large transfers from this host hang";
  made.mend = "ct state established,related accept";
  return made;
}

inline CaseRun kernels(std::string id) {
  return one(std::move(id), "loopback source", Level::must_drop,
             observed::Seen().at({Point::prerouting}).counted("InAddrErrors"),
             {Result::ok_by_kernel, "the kernel decides, whatever the rules say"});
}

inline Run run() {
  Run made;
  made.ruleset = "rules/<my>.nft";
  made.mode = "host";
  made.kernel = "6.18.0";
  made.sysctls = {{"net.ipv4.conf.all.rp_filter", "0"}};
  made.seconds = 1.94;
  made.rules = {loaded(5, "icmp type echo-request accept", 4), loaded(7, "ip protocol icmp drop comment \"a&b\"", 5),
                loaded(8, "tcp dport 22 accept", 6), loaded(0, "policy drop", 2)};
  made.cases = {ok("H4-Q-08"), failed("H4-E-0304"), kernels("H4-SP-LO")};
  CaseRun warned = ok("H4-Q-13");
  warned.a_case.title = "timestamp request";
  warned.judgement = {Result::warn, "answered: ICMP timestamp reply"};
  CaseRun unopened = one("H4-E-0304T", "fragmentation needed about TCP", Level::must_pass, observed::Seen(),
                         {Result::precondition, "no SYN-ACK came for the host's connection"});
  unopened.observation.failed_precondition = unopened.judgement.why;
  unopened.verdict = verdict_of(unopened.a_case, unopened.observation);
  CaseRun untold = ok("H6-ND-133");
  untold.judgement = {Result::not_testable, "cannot be told behind a TUN"};
  made.cases.push_back(std::move(warned));
  made.cases.push_back(std::move(unopened));
  made.cases.push_back(std::move(untold));
  return made;
}

/// What python3 says of a text that it finds at sys.argv[1]: its output, and "exit N" where that is not 0.
inline std::string python(const std::string& program, const std::string& text) {
  const std::string path = testing::TempDir() + "firewall_report_" + std::to_string(::getpid());
  std::ofstream(path) << text;
  std::ofstream(path + ".py") << program;
  FILE* pipe = ::popen(("python3 '" + path + ".py' '" + path + "' 2>&1").c_str(), "r");
  std::string said;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) said += static_cast<char>(c);
  const int status = ::pclose(pipe);
  std::remove(path.c_str());
  std::remove((path + ".py").c_str());
  return status == 0 ? said : said + "exit " + std::to_string(status);
}

}  // namespace tunstack::firewall::sample
