// What other programs read: valid by their own readers, and with all that a run tells.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/tunstack/firewall/report/sample_run.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/firewall/report/ci_reports.hpp"
#include "tunstack/firewall/report/html_report.hpp"
#include "tunstack/firewall/report/run_json.hpp"

namespace tunstack::firewall::file_reports_test {
namespace {

using sample::SampleRun;

using testing::HasSubstr;
using testing::Not;

/// With octets that neither UTF-8 nor XML allow.
SampleRun hostile_run() {
  SampleRun run = sample::run();
  run.ruleset = "a\"'<&>\x01\xff";
  run.rules[1].text = "]]></script><script>alert(1)</script>\x1b\xef\xbf\xbf";
  run.cases[1].a_case.title = "</details></td><img src=x>";
  run.cases[1].judgement.why = "\"><b>";
  run.cases[1].verdict.detail = "<b>";
  run.cases[1].observation.effects = {{Effect::data, "<b>"}};
  run.cases[1].observation.counters = {{"<b>", 1}};
  return run;
}

SampleRun named_run(std::string name) {
  SampleRun run;
  run.ruleset = std::move(name);
  run.mode = "host";
  return run;
}

// ---- JSON ----

constexpr const char* validate = R"(
import json, sys, jsonschema
schema = json.load(open(SCHEMA))
jsonschema.Draft202012Validator.check_schema(schema)
for fault in jsonschema.Draft202012Validator(schema).iter_errors(json.load(open(sys.argv[1]))): print(fault.json_path, fault.message)
)";

std::string faults_of(const std::string& json) {
  return sample::python(
      "SCHEMA = '" TUNSTACK_SOURCE_DIR "/docs/schemas/firewall.schema.json'\n" + std::string(validate), json);
}

TEST(RunJson, FW_015_is_as_its_schema_says) {
  EXPECT_EQ(faults_of(to_json(sample::run())), "");
  EXPECT_EQ(faults_of(to_json(hostile_run())), "");
  EXPECT_EQ(faults_of(to_json(named_run("none"))), "");
  EXPECT_THAT(faults_of("{}"), HasSubstr("'ruleset' is a required property"));
}

TEST(RunJson, tells_result_verdict_and_rule) {
  const auto json = nlohmann::json::parse(to_json(sample::run()));
  EXPECT_EQ(json["summary"]["FAIL"], 1);
  const auto& failed = json["cases"][1];
  EXPECT_EQ(failed["result"], "FAIL");
  EXPECT_EQ(failed["case"]["level"], "must-pass");
  EXPECT_EQ(failed["verdict"]["text"], "dropped");
  EXPECT_EQ(failed["rule"]["line"], 5);
  EXPECT_EQ(failed["packets"][0], "192.0.2.2 > 192.0.2.1  ICMP echo request, id 1281, seq 1, length 64");
  EXPECT_TRUE(json["cases"][2]["rule"].is_null());
}

TEST(RunJson, comes_back_as_it_was) {
  SampleRun run = sample::run();
  run.profile = Profile::server;
  run.cases[0].a_case.mode = Mode::router;
  run.cases[0].a_case.family = Family::ipv6;
  run.cases[0].a_case.wanted = Fate::rejected;
  run.cases[0].a_case.wanted_detail = "3/13";
  run.cases[0].verdict.left_as = {1, 2};
  const SampleRun back = run_from_json(to_json(run), "saved.json");
  EXPECT_EQ(to_json(back), to_json(run));
  EXPECT_EQ(back.profile, Profile::server);
  EXPECT_EQ(back.cases[0].a_case.family, Family::ipv6);
  EXPECT_EQ(back.cases[0].a_case.wanted, Fate::rejected);
  EXPECT_EQ(back.cases[0].verdict.left_as, run.cases[0].verdict.left_as);
  EXPECT_EQ(back.cases[1].verdict.rule, run.cases[1].verdict.rule);
  EXPECT_EQ(back.cases[1].mend, run.cases[1].mend);
  EXPECT_EQ(back.sysctls, run.sysctls);
}

std::string refusal_of(const std::string& text) {
  try {
    run_from_json(text, "saved.json");
  } catch (const UsageFault& fault) {
    return std::string(fault.what()) + ": " + fault.why();
  }
  return "none";
}

TEST(RunJson, what_is_no_saved_run_is_refused) {
  EXPECT_THAT(refusal_of("[1, 2"), HasSubstr("saved.json is not a saved run: "));
  EXPECT_THAT(refusal_of("{}"), HasSubstr("'schema' not found"));
  auto json = nlohmann::json::parse(to_json(sample::run()));
  json["schema"] = 2;
  EXPECT_THAT(refusal_of(json.dump()), HasSubstr("its schema is not 1"));
  json["schema"] = 1;
  json["cases"][0]["result"] = "perhaps";
  EXPECT_THAT(refusal_of(json.dump()), HasSubstr("perhaps"));
}

// ---- JUnit ----

constexpr const char* read_xml = R"(
import sys, xml.etree.ElementTree as xml
for suites in [xml.parse(sys.argv[1]).getroot()]:
  print(suites.tag, suites.get("tests"), suites.get("failures"), suites.get("errors"), suites.get("skipped"))
  for suite in suites:
    for test in suite:
      print(suite.get("name"), test.get("name"), *(f"{child.tag}={child.get('message')}" for child in test), sep="|")
)";

TEST(Junit, FW_015_is_read_by_others) {
  EXPECT_EQ(sample::python(read_xml, junit_report(sample::run())),
            "testsuites 6 1 1 1\n"
            "icmp4-query|H4-Q-08 echo request, unicast\n"
            "icmp4-query|H4-SP-LO loopback source\n"
            "icmp4-query|H4-Q-13 timestamp request|system-out=None\n"
            "icmp4-query|H6-ND-133 echo request, unicast|skipped=cannot be told behind a TUN\n"
            "icmp4-error-related|H4-E-0304 fragmentation needed & <more>|failure=dropped, nothing to be seen; without "
            "rules passed, path MTU 1280\n"
            "icmp4-error-related|H4-E-0304T fragmentation needed about TCP|error=no SYN-ACK came for the host's "
            "connection\n");
}

TEST(Junit, stays_well_formed_whatever_rulesets_hold) {
  EXPECT_THAT(sample::python(read_xml, junit_report(hostile_run())),
              HasSubstr("|H4-E-0304 </details></td><img src=x>|failure=\"><b>\n"));
}

// ---- annotations ----

TEST(Annotations, stand_at_the_rule_that_decided) {
  SampleRun run = sample::run();
  run.rules[1].file = "a,b:c.nft";
  run.cases[1].judgement.why = "100 %";
  const std::string text = annotations(run);
  EXPECT_THAT(text,
              testing::StartsWith("::error file=a%2Cb%3Ac.nft,line=5,title=H4-E-0304 fragmentation needed & <more>::"
                                  "192.0.2.2 > 192.0.2.1  ICMP echo request, id 1281, seq 1, length 64%0Adropped by "));
  EXPECT_THAT(text, HasSubstr("%0A100 %25%0Alarge transfers from this host hang%0Amended by: "));
  EXPECT_THAT(text, HasSubstr("\n::warning file=rules/<my>.nft,line=4,title=H4-Q-13 timestamp request::"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST(Annotations, without_a_known_rule_have_no_place) {
  SampleRun run = sample::run();
  run.rules.clear();
  EXPECT_THAT(annotations(run), testing::StartsWith("::error title=H4-E-0304 "));
}

// ---- HTML ----

constexpr const char* read_html = R"(
import sys
from html.parser import HTMLParser
class Reader(HTMLParser):
  void = {"meta", "input"}
  def __init__(self): super().__init__(); self.open, self.tags, self.outside = [], {}, []
  def handle_starttag(self, tag, attributes):
    self.tags[tag] = self.tags.get(tag, 0) + 1
    self.outside += [value for name, value in attributes if name in ("src", "href") or name.startswith("on")]
    if tag not in self.void: self.open.append(tag)
  def handle_endtag(self, tag):
    if not self.open or self.open.pop() != tag: print("unbalanced", tag, self.getpos())
reader = Reader(); reader.feed(open(sys.argv[1], encoding="utf-8").read()); reader.close()
print(*reader.open, *reader.outside, *(f"{tag} {reader.tags.get(tag, 0)}" for tag in ("tr", "details", "script", "img", "b")), sep=", ")
)";

TEST(Html, FW_015_is_well_formed_and_asks_for_nothing_else) {
  const std::string html = html_report(sample::run());
  EXPECT_EQ(sample::python(read_html, html), "tr 7, details 6, script 1, img 0, b 0\n");
  EXPECT_THAT(html, Not(HasSubstr("http")));
}

TEST(Html, stays_well_formed_whatever_rulesets_hold) {
  EXPECT_EQ(sample::python(read_html, html_report(hostile_run())), "tr 7, details 6, script 1, img 0, b 0\n");
}

TEST(Html, rows_open_to_all_that_was_seen) {
  const std::string html = html_report(sample::run());
  for (const char* text :
       {"<li>outside: 192.0.2.2 &gt; 192.0.2.1  ICMP echo request, id 1281, seq 1, length 64</li>",
        "<li>input-last: 1</li>",
        "<li>packet 0: <code>inet filter input: ip protocol icmp drop comment &quot;a&amp;b&quot;</code> "
        "rules/&lt;my&gt;.nft:5: drop</li>",
        "<li>outside: 192.0.2.1 &gt; 192.0.2.2  ICMP echo reply, id 1281, seq 1, length 64</li>",
        "<li>InAddrErrors +1</li>", "<p>What it costs: large transfers from this host hang</p>",
        "prefers-color-scheme: dark", "<td class=\"fail\" data-key=\"0\">FAIL</td>"})
    EXPECT_THAT(html, HasSubstr(text));
}

}  // namespace
}  // namespace tunstack::firewall::file_reports_test
