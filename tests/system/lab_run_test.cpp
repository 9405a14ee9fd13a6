// `lab run`, `lab lockstep`, `ping` and `traceroute` in labs: what they print, and their exit statuses. Without a
// network: nothing here touches one.
#include <filesystem>
#include <fstream>

#include "tests/system/network.hpp"

namespace tunstack::test::lab_run_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Outcome tunstack(Command arguments) {
  arguments.insert(arguments.begin(), program);
  return Process(arguments).wait();
}

Outcome python(const std::string& script, Command arguments) {
  arguments.insert(arguments.begin(), {"python3", "-c", script});
  return Process(arguments).wait();
}

const std::string good = R"(name = "good"
[host]
link = "edge"
addresses = ["192.0.2.1/24"]
[link.edge]
net = ["192.0.2.0/24"]
[node.server]
interfaces.eth0 = { link = "edge" }
[[event]]
do = "ping host server -c 1"
)";
const std::string holds = "[[expect]]\nof = \"ping 1\"\nreceived = 1\n";
const std::string fails = "[[expect]]\nof = \"ping 1\"\nreceived = 2\n[[expect]]\nreason = \"icmp4_echo_off\"\n";

/// A directory of files, and of one below.
class LabRun : public testing::Test {
 protected:
  LabRun() : folder_(testing::TempDir() + "labs-" + std::to_string(::getpid())) {
    std::filesystem::create_directories(folder_ / "below");
  }
  ~LabRun() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::string path(const std::string& name = "") const { return (folder_ / name).string(); }
  static std::string read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(LabRun, the_status_says_whether_expectations_hold) {
  EXPECT_EQ(tunstack({"lab", "run", write("good.toml", good + holds)}).status, 0);
  const Outcome failed = tunstack({"lab", "run", write("fails.toml", good + fails)});
  EXPECT_EQ(failed.status, 1);
  EXPECT_THAT(failed.out, HasSubstr("FAIL  " + path("fails.toml") + ":11  ping 1, received 2 (received is 1)"));
}

TEST_F(LabRun, all_faults_of_all_files_are_told_and_nothing_runs) {
  const Outcome wrong = tunstack({"lab", "run", write("good.toml", good + holds), write("a.toml", "seed = -1\n[x]\n"),
                                  write("b.toml", good + "[[event]]\nset = { \"link.edge.mtu\" = 1 }\n")});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("a.toml:1:8: seed = -1"), HasSubstr("a.toml:2:2: 'x' is no key"),
                               HasSubstr("b.toml:12:27: '1' cannot be")));
  EXPECT_EQ(tunstack({"lab", "run", "no-such-lab"}).status, 2);
  EXPECT_EQ(tunstack({"lab", "run", path("none.toml")}).status, 2);
}

TEST_F(LabRun, files_of_a_directory_run_in_the_order_of_their_names) {
  EXPECT_EQ(tunstack({"lab", "run", path()}).status, 2) << "there is none yet";
  write("b.toml", good + holds);
  write("below/c.toml", good + fails);
  write("a.toml", good + holds);
  write("notes.txt", "no lab");
  const Outcome all = tunstack({"lab", "run", "--tap", path("tap"), path()});
  EXPECT_EQ(all.status, 1);
  const std::string tap = read(path("tap"));
  EXPECT_THAT(tap, StartsWith("TAP version 13\n1..4\nok 1 - " + path("a.toml") + ":11"));
  EXPECT_THAT(tap, AllOf(HasSubstr("\nok 2 - " + path("b.toml")), HasSubstr("\nnot ok 3 - " + path("below/c.toml"))));
}

TEST_F(LabRun, each_seed_runs_and_says_its_hash) {
  const Outcome seeds = tunstack({"lab", "run", "lossy", "--seeds", "5..7"});
  EXPECT_EQ(seeds.status, 0);
  const auto lines = lines_of(seeds.out);
  ASSERT_EQ(lines.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_THAT(lines[i], AllOf(StartsWith("lossy: 1 of 1"), HasSubstr("seed " + std::to_string(5 + i) + ", hash ")));
  EXPECT_EQ(seeds.out, tunstack({"lab", "run", "lossy", "--seeds", "5..7"}).out) << "the same again";
  for (const char* const wrong : {"7..5", "x", "1..", "..2", "1..9999999", "-1"})
    EXPECT_EQ(tunstack({"lab", "run", "lossy", "--seeds=" + std::string(wrong)}).status, 2) << wrong;
}

TEST_F(LabRun, machines_read_JSON_and_XML) {
  const std::string lab = write("both.toml", good + holds + fails);
  const std::string script =
      "import json, subprocess, sys, xml.etree.ElementTree as tree\n"
      "run = subprocess.run(sys.argv[1:4] + ['--json', '--junit', sys.argv[4], sys.argv[5]], capture_output=True)\n"
      "lab = json.loads(run.stdout)\n"
      "suite = tree.parse(sys.argv[4]).getroot()[0]\n"
      "print(run.returncode, lab['holds'], [e['holds'] for e in lab['expectations']])\n"
      "print(suite.get('tests'), suite.get('failures'), [case.find('failure') is not None for case in suite])\n";
  const Outcome read = python(script, {program, "lab", "run", path("junit.xml"), lab});
  EXPECT_EQ(read.out, "1 False [True, False, False]\n3 2 [False, True, True]\n") << read;
}

TEST_F(LabRun, a_workflow_is_told_the_lines_of_what_fails) {
  const std::string lab = write("fails.toml", good + holds + fails);
  const auto lines = lines_of(tunstack({"lab", "run", "--annotations", lab}).out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], StartsWith("::error file=" + lab + ",line=14,title=lab good seed 0::ping 1"));
}

TEST_F(LabRun, what_is_blessed_holds_from_then_on) {
  const std::string lab = write("new.toml", good);
  EXPECT_EQ(tunstack({"lab", "run", "--bless", lab}).status, 0);
  EXPECT_THAT(read(lab), AllOf(StartsWith(good), HasSubstr("received = 1\n")));
  EXPECT_THAT(tunstack({"lab", "run", lab}).out, HasSubstr("1 of 1 expectations hold"));
  const std::string blessed = read(lab);
  EXPECT_THAT(tunstack({"lab", "run", "--bless", lab}).err, HasSubstr("nothing to add"));
  EXPECT_EQ(read(lab), blessed);
  EXPECT_EQ(tunstack({"lab", "run", lab, "--with", "node.server.options.icmp4.echo=off"}).status, 1);
  EXPECT_THAT(tunstack({"lab", "run", "--bless", "host"}).out, StartsWith("[[expect]]  # ping host server"));
  EXPECT_EQ(tunstack({"lab", "run", "--bless", "--seeds", "1..2", lab}).status, 2);
}

// ---- programs ----

struct ProgramCall {
  Command words;
  int status;
  const char* said;
};

TEST(LabPrograms, ping_and_traceroute_end_as_those_of_the_system_do) {
  const ProgramCall calls[] = {
      {{"ping", "--lab", "chain", "server", "-c", "1"}, 0, "64 bytes from server (203.0.113.2): icmp_seq=1 ttl=59"},
      {{"ping", "--lab", "chain", "-c", "1", "server"}, 0, "1 received"},
      {{"ping", "--lab", "chain", "--virtual-time", "-c", "1", "server"}, 0, "1 received"},
      {{"ping", "--lab", "chain", "--as", "r5", "host", "-c", "1"}, 0, "ttl=60"},
      {{"ping", "--lab", "chain", "203.0.113.99", "-c", "1"}, 1, "100% packet loss"},
      {{"ping", "--lab", "pmtud", "server", "-c", "1", "-s", "1400", "-M", "do"}, 1, "(mtu = 1300)"},
      {{"ping", "--lab", "pmtud", "--with", "link.core.mtu=1500", "server", "-c", "1", "-s", "1400"}, 0, "1408 bytes"},
      {{"traceroute", "--lab", "chain", "server", "-q", "1"}, 0, " 6  server (203.0.113.2)"},
      {{"traceroute", "--lab", "chain", "203.0.113.99", "-q", "1", "-m", "2"}, 1, " 2  r2 ("},
      {{"ping", "--lab", "chain"}, 2, "whom to ping"},
      {{"ping", "server", "--lab", "chain"}, 3, "no stack is running"},
      {{"ping", "--with", "link.core.mtu=1280", "server"}, 2, "--with changes a lab, and none is named"},
      {{"ping", "--lab", "nolab", "server"}, 2, "there is no lab 'nolab'"},
      {{"ping", "--lab", "chain", "--as", "nobody", "server"}, 2, "there is no node 'nobody'"},
      {{"ping", "--lab", "chain", "nobody"}, 2, "nobody"},
      {{"traceroute", "--lab", "chain", "server", "-q", "x"}, 2, "Value x"},
  };
  for (const ProgramCall& call : calls) {
    const Outcome outcome = tunstack(call.words);
    EXPECT_EQ(outcome.status, call.status) << outcome;
    EXPECT_THAT(outcome.out + outcome.err, HasSubstr(call.said)) << outcome;
  }
}

TEST(LabPrograms, a_star_is_explained) {
  const Outcome hidden = tunstack({"traceroute", "--lab", "black-hole", "server", "-n", "-q", "1"});
  EXPECT_EQ(hidden.status, 0);
  EXPECT_THAT(hidden.out, AllOf(HasSubstr("\n 1  *\n 2  198.51.100.2"),
                                HasSubstr("why stars are stars:\n  r1: no ICMPv4 error is sent at all: "
                                          "icmp4.errors is off (icmp4_errors_off)\n"),
                                Not(HasSubstr("  host: ")), Not(HasSubstr("group"))));
  EXPECT_THAT(tunstack({"traceroute", "--lab", "chain", "server", "-n", "-q", "1"}).out, Not(HasSubstr("why stars")));
}

TEST(LabPrograms, a_script_drives_hours_of_neighbor_discovery_in_lockstep) {
  const Outcome driven = Process({"python3", LOCKSTEP_NEIGHBORS, program}).wait(Milliseconds(60'000));
  EXPECT_EQ(driven.status, 0) << driven;
  EXPECT_THAT(driven.out, HasSubstr("six hours are over"));
}

}  // namespace
}  // namespace tunstack::test::lab_run_test
