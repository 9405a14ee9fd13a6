// Labs behind the kernel, in real time: what comes about in a closed world comes about there, and what does not is
// said.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/system/network.hpp"

namespace tunstack::test::live_lab_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string small = R"(name = "small"
[host]
link = "edge"
addresses = ["192.0.2.1/24"]
[link.edge]
net = ["192.0.2.0/24"]
[node.server]
interfaces.eth0 = { link = "edge" }
)";
const std::string pings_both_ways = R"([[event]]
do = "ping host server -c 2 -i 0.2"
[[event]]
do = "ping server host -c 1"
)";
const std::string both_answer = R"([[expect]]
of = "ping 1"
received = 2
[[expect]]
of = "ping 2"
received = 1
[[expect]]
node = "server"
verdict = "reply"
count = 2
)";
const std::string one_fails = "[[expect]]\nof = \"ping 2\"\nreceived = 7\n";

class LiveLab : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    char name[] = "/tmp/live_lab_test.XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ + "/" + name) << text;
    return directory_ + "/" + name;
  }
  Outcome live(const std::string& text, const Command& more = {}) const {
    Command command = {"lab", "run", "--live", write("lab.toml", text)};
    command.insert(command.end(), more.begin(), more.end());
    return tunstack(command);
  }

 private:
  std::string directory_;
};

// ---- lab run --live ----

struct BuiltIn {
  std::string name, text;
};

/// Their events soon behind each other, where in virtual time minutes cost nothing.
std::vector<BuiltIn> built_in_labs() {
  std::vector<BuiltIn> labs;
  for (const auto& file : std::filesystem::directory_iterator(SOURCE_DIRECTORY "/tunstack/lab/built_in")) {
    if (file.path().extension() != ".toml" || file.path().stem() == "template") continue;
    std::ifstream stream(file.path());
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    for (const auto& [late, soon] : {std::pair("\"1m\"", "\"2s\""), {"\"2m\"", "\"4s\""}, {"\"20s\"", "\"8s\""}})
      if (const std::size_t at = text.find(late); at != std::string::npos) text.replace(at, std::strlen(late), soon);
    labs.push_back({file.path().stem(), std::move(text)});
  }
  return labs;
}

/// One thing of each of a list, in order.
std::vector<std::string> texts_of(const nlohmann::json& list, const char* key) {
  std::vector<std::string> texts;
  for (const nlohmann::json& one : list) texts.push_back(one.value(key, ""));
  std::ranges::sort(texts);
  return texts;
}

TEST_F(LiveLab, TOPO_002_every_built_in_lab_holds_behind_the_kernel_what_it_holds_in_a_closed_world) {
  const std::vector<BuiltIn> labs = built_in_labs();
  EXPECT_GE(labs.size(), 14U);
  std::vector<std::unique_ptr<Process>> live;
  for (const auto& [name, text] : labs)
    live.push_back(start_tunstack({"lab", "run", "--live", "--json", write(name + ".toml", text)}));
  for (std::size_t i = 0; i < labs.size(); ++i) {
    SCOPED_TRACE(labs[i].name);
    const Outcome there = live[i]->wait(Milliseconds(60'000));
    const Outcome here = tunstack({"lab", "run", "--json", write(labs[i].name + ".toml", labs[i].text)});
    EXPECT_EQ(there.status, 0) << there;
    const auto run = nlohmann::json::parse(there.out, nullptr, false);
    const auto closed = nlohmann::json::parse(here.out, nullptr, false);
    ASSERT_TRUE(run.is_object() && closed.is_object()) << there << here;
    EXPECT_EQ(run["live"], true);
    EXPECT_EQ(run["lab"], labs[i].name);
    EXPECT_EQ(run["file"], closed["file"]);
    EXPECT_EQ(texts_of(run["expectations"], "what"), texts_of(closed["expectations"], "what"));
    EXPECT_EQ(texts_of(run["programs"], "words"), texts_of(closed["programs"], "words"));
    for (const nlohmann::json& expectation : run["expectations"]) {
      EXPECT_EQ(expectation["holds"], true) << there;
      EXPECT_FALSE(expectation.contains("left_out")) << there;
    }
  }
}

TEST_F(LiveLab, programs_of_the_kernel_and_of_nodes_run_and_are_judged) {
  const Outcome good = live(small + pings_both_ways + both_answer);
  EXPECT_EQ(good.status, 0) << good;
  EXPECT_THAT(good.out, AllOf(HasSubstr("64 bytes from server (192.0.2.2): icmp_seq=2 ttl=64"),
                              HasSubstr("64 bytes from host (192.0.2.1): icmp_seq=1 ttl=64"),
                              HasSubstr("3 of 3 expectations hold")));
}

TEST_F(LiveLab, what_does_not_come_about_fails_with_its_line) {
  const Outcome failed = live(small + pings_both_ways + both_answer + one_fails, {"--quiet"});
  EXPECT_EQ(failed.status, 1) << failed;
  EXPECT_THAT(failed.out, AllOf(HasSubstr("FAIL  "), HasSubstr("lab.toml:23  ping 2, received 7 (received is 1)"),
                                HasSubstr("3 of 4 expectations hold")));
  const Outcome by_kernel = live(small + pings_both_ways + "[[expect]]\nof = \"ping 1\"\nloss = \">0\"\n");
  EXPECT_EQ(by_kernel.status, 1) << by_kernel;
  EXPECT_THAT(by_kernel.out, HasSubstr("ping 1, loss more than 0 (loss is 0)"));
}

TEST_F(LiveLab, what_the_kernel_does_not_tell_is_left_out) {
  const Outcome outcome = live(small + pings_both_ways +
                               "[[expect]]\nnode = \"host\"\nreason = \"icmp4_echo_request_for_us\"\n" + both_answer);
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("it is about the kernel, which does not tell"));
}

TEST_F(LiveLab, PMTU4_001_what_the_kernel_knows_of_a_path_is_asked) {
  const std::string lab = R"(
[host]
link = "edge"
addresses = ["192.0.2.1/24"]
routes = ["198.51.100.0/24"]
[link.edge]
net = ["192.0.2.0/24"]
[link.core]
net = ["198.51.100.0/24"]
mtu = 1300
[node.r1]
role = "router"
interfaces.left = { link = "edge" }
interfaces.right = { link = "core" }
[node.server]
interfaces.eth0 = { link = "core" }
[[event]]
do = "ping host server -c 1 -s 1400 -M do"
[[event]]
send = "host: 192.0.2.1 > 198.51.100.2 UDP 4000 > 9"
[[expect]]
node = "server"
match = "udp dst port 9"
[[expect]]
state = "host.path_mtu[198.51.100.2]"
equals = )";
  const Outcome known = live(lab + "1300\n");
  EXPECT_EQ(known.status, 0) << known;
  EXPECT_THAT(known.out, HasSubstr("2 of 2 expectations hold"));
  EXPECT_EQ(live(lab + "1299\n").status, 1);
}

TEST_F(LiveLab, an_event_that_cannot_happen_fails) {
  const Outcome outcome = live(small + "[[event]]\ndo = \"ping server host -I 203.0.113.77\"\n");
  EXPECT_EQ(outcome.status, 1) << outcome;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("lab.toml:9  the event can happen"), HasSubstr("203.0.113.77 cannot be the source")));
}

TEST_F(LiveLab, what_changes_our_end_of_a_link_alone_is_said) {
  const Outcome outcome = live(small + "[[event]]\nset = { \"link.edge.mtu\" = 1400 }\n");
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("link.edge.mtu changes our end of the link, and not that of the kernel"));
}

TEST_F(LiveLab, a_program_that_is_not_there_says_so) {
  const Process without({"env", "PATH=/nowhere", program, "lab", "run", "--live",
                         write("lab.toml", small + "[[event]]\ndo = \"ping host server -c 1\"\n"
                                                   "[[expect]]\nof = \"ping 1\"\nreceived = 0\n")},
                        [&] { return network.enter(); });
  ASSERT_TRUE(eventually([&] { return without.has_ended(); }));
  EXPECT_THAT(without.out(), HasSubstr("(the program is not there: apt install iputils-ping traceroute)"))
      << without.err();
}

TEST_F(LiveLab, what_real_time_does_not_allow_is_refused) {
  const std::string lab = write("lab.toml", small + pings_both_ways);
  for (const Command& more : {Command{"--seeds", "1..2"}, Command{"--bless"}}) {
    Command command = {"lab", "run", "--live", lab};
    command.insert(command.end(), more.begin(), more.end());
    const Outcome refused = tunstack(command);
    EXPECT_FAULT(refused, 2);
    EXPECT_THAT(refused.err, HasSubstr("--live and " + more[0] + " exclude each other"));
  }
  EXPECT_EQ(tunstack({"lab", "run", "--live", "no-such-lab"}).status, 2);
  EXPECT_EQ(tunstack({"lab", "run", "--live", write("wrong.toml", "seed = -1\n")}).status, 2);
}

TEST_F(LiveLab, one_that_cannot_run_fails_and_the_others_go_on) {
  const std::string good = write("a.toml", small + pings_both_ways + both_answer);
  const std::string bad = write("b.toml", R"([host]
link = "edge"
device = "lo"
[link.edge]
net = ["192.0.2.0/24"]
[node.server]
interfaces.eth0 = { link = "edge" }
)");
  const Outcome both = tunstack({"lab", "run", "--live", "--quiet", bad, good});
  EXPECT_EQ(both.status, 1) << both;
  EXPECT_THAT(both.out, AllOf(HasSubstr("b.toml:1  the lab can run ("), HasSubstr("small: 3 of 3 expectations hold")));
}

// ---- exec --play, up --play ----

TEST_F(LiveLab, exec_plays_beside_its_command_and_says_what_did_not_come_about) {
  const std::string node_pings = small + "[[event]]\ndo = \"ping server host -c 1\"\n";
  const auto play = [&](const std::string& text, const std::string& script) {
    return tunstack({"exec", "--lab", write("lab.toml", text), "--play", "--", "sh", "-c", script});
  };
  const std::string received_1 = "[[expect]]\nof = \"ping 1\"\nreceived = 1\n";
  const Outcome good = play(node_pings + received_1, "sleep 0.5");
  EXPECT_EQ(good.status, 0) << good;
  EXPECT_THAT(good.err, HasSubstr("1 of 1 expectations hold"));
  const Outcome failed = play(node_pings + "[[expect]]\nof = \"ping 1\"\nreceived = 2\n", "sleep 0.5");
  EXPECT_EQ(failed.status, 1) << failed;
  EXPECT_THAT(failed.err, AllOf(HasSubstr("lab.toml:11  ping 1, received 2 (received is 1)"),
                                HasSubstr("0 of 1 expectations hold")));
  EXPECT_EQ(play(node_pings + received_1, "sleep 0.5; exit 5").status, 5) << "that of the command goes first";
  const std::string kernel_pings = small + "[[expect]]\nnode = \"server\"\nreason = \"icmp4_echo_request_for_us\"\n";
  EXPECT_EQ(play(kernel_pings, "true").status, 1);
  EXPECT_EQ(play(kernel_pings, "ping -c 1 192.0.2.2").status, 0);
  EXPECT_EQ(play(small, "true").status, 0) << "where nothing is expected";
}

TEST_F(LiveLab, without_play_nothing_happens_of_itself) {
  const Outcome outcome =
      tunstack({"exec", "--lab", write("lab.toml", small + pings_both_ways + one_fails), "--", "true"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(outcome.err, "");
}

TEST_F(LiveLab, up_plays_too) {
  const auto play = [&](const char* received) {
    return tunstack({"up", "--lab",
                     write("lab.toml", small +
                                           "[[event]]\nat = \"0.1s\"\ndo = \"ping server host -c 1\"\n"
                                           "[[expect]]\nof = \"ping 1\"\nreceived = " +
                                           received),
                     "--play", "--duration", "0.5"});
  };
  const Outcome good = play("1\n");
  EXPECT_EQ(good.status, 0) << good;
  EXPECT_THAT(good.err, HasSubstr("1 of 1 expectations hold"));
  const Outcome failed = play("2\n");
  EXPECT_EQ(failed.status, 1) << failed;
  EXPECT_THAT(failed.err, HasSubstr("lab.toml:12  ping 1, received 2 (received is 1)"));
}

TEST_F(LiveLab, play_needs_a_lab) { EXPECT_FAULT(tunstack({"exec", "--play", "--", "true"}), 2); }

}  // namespace
}  // namespace tunstack::test::live_lab_test
