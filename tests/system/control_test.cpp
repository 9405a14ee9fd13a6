// A stack that runs is asked, watched, changed and made to send, with the real program.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/system/network.hpp"

namespace tunstack::test::control_test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class Control : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    char name[] = "/tmp/control_test.XXXXXX";
    directory = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  /// A script in the sandbox of `tunstack exec`, where $0 is tunstack.
  Outcome in_sandbox(const std::string& script, Command options = {}) const {
    options.insert(options.begin(), "exec");
    for (const std::string& word : {std::string("--"), std::string("sh"), std::string("-c"), script, program})
      options.push_back(word);
    return tunstack(options);
  }
  std::string content(const std::string& file) const {
    std::ifstream stream(directory + "/" + file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::string directory;
};

// ---- watch ----

TEST_F(Control, watch_shows_what_its_filter_matches_as_it_happens) {
  const Outcome outcome = in_sandbox("\"$0\" watch 'icmp and not verdict reply' >" + directory +
                                     "/seen & watcher=$!; "
                                     "for i in 1 2 3 4 5 6 7 8 9 10; do ping -c 1 -W 0.1 192.0.2.77 >/dev/null; [ -s " +
                                     directory +
                                     "/seen ] && break; done; "
                                     "ping -c 1 192.0.2.2 >/dev/null; sleep 0.1; kill $watcher");
  const std::vector<std::string> lines = lines_of(content("seen"));
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("192.0.2.1 > 192.0.2.77  ICMP echo request"), HasSubstr(" drop "),
                                    HasSubstr("ipv4_destination_not_ours  RFC 1122 3.2.1.3"))))
      << outcome;
  EXPECT_THAT(lines, Contains(HasSubstr(" > 192.0.2.2 > 192.0.2.1  ICMP echo reply")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr(" reply  icmp4_echo_request_for_us")))) << "replies are left out";
}

TEST_F(Control, a_watcher_that_goes_or_stops_disturbs_nothing) {
  const Outcome outcome = in_sandbox("\"$0\" watch | head -n 1 >" + directory +
                                     "/first & "
                                     "\"$0\" watch >/dev/null & stopped=$!; sleep 0.2; kill -STOP $stopped; "
                                     "ping -q -c 3000 -f 192.0.2.2; kill -KILL $stopped");
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("3000 packets transmitted, 3000 received")) << outcome;
  EXPECT_THAT(lines_of(content("first")), SizeIs(1));
}

TEST_F(Control, a_filter_that_is_none_is_a_fault) {
  EXPECT_THAT(in_sandbox("\"$0\" watch 'icmp and and'; \"$0\" watch 'verdict lost'").err,
              AllOf(HasSubstr("'icmp and and' is no filter"), HasSubstr("'verdict lost' matches nothing")));
  EXPECT_FAULT(tunstack({"watch", "--dev", "nobody0"}), 3);
}

// ---- get, set, send, ask ----

TEST_F(Control, options_are_changed_while_packets_come) {
  const Outcome outcome = in_sandbox(
      "ping -q -c 1 192.0.2.2 >/dev/null && echo first; \"$0\" set icmp4.echo=off; \"$0\" get icmp4.echo; "
      "ping -q -c 1 -W 0.2 192.0.2.2 >/dev/null || echo silent; \"$0\" set icmp4.echo=on; "
      "ping -q -c 1 192.0.2.2 >/dev/null && echo again");
  EXPECT_THAT(lines_of(outcome.out), testing::ElementsAre("first", "icmp4.echo=off", "silent", "again")) << outcome;
}

TEST_F(Control, what_cannot_be_changed_is_refused_whole) {
  const Outcome outcome = in_sandbox("\"$0\" set icmp4.echo=off ip4.frag.memory=1024; echo $?; \"$0\" get icmp4.echo");
  EXPECT_THAT(lines_of(outcome.out), testing::ElementsAre("2", "icmp4.echo=on")) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("ip4.frag.memory cannot be changed while the stack runs"));
}

TEST_F(Control, V4_RX_006_the_kernel_reaches_a_new_address_and_no_more_one_taken_away) {
  const auto stack = up();
  ASSERT_TRUE(answers("192.0.2.2"));
  EXPECT_FALSE(answers("192.0.2.9"));
  const Outcome set = tunstack({"set", "address+=192.0.2.9", "address-=192.0.2.2", "address+=198.51.100.2/24",
                                "address+=2001:db8:1::2/64", "address+=203.0.113.7/32"});
  EXPECT_EQ(set.out,
            "ip address add 198.51.100.1/24 dev tun0\nip address add 2001:db8:1::1/64 dev tun0 nodad\n"
            "ip route add 203.0.113.7/32 dev tun0\n")
      << set;
  EXPECT_TRUE(answers("192.0.2.9"));
  EXPECT_FALSE(answers("192.0.2.2"));
  EXPECT_FALSE(answers("198.51.100.2"));
  EXPECT_EQ(network.shell(set.out).status, 0);
  for (const char* address : {"198.51.100.2", "2001:db8:1::2", "203.0.113.7"}) EXPECT_TRUE(answers(address)) << address;
  EXPECT_EQ(tunstack({"get", "address"}).out,
            "address=2001:db8::2/64 fe80::2/64 192.0.2.9/24 198.51.100.2/24 2001:db8:1::2/64 203.0.113.7/32\n");
  EXPECT_THAT(tunstack({"state"}).out, AllOf(HasSubstr("198.51.100.2"), Not(HasSubstr("192.0.2.2 "))));
  EXPECT_THAT(tunstack({"why", "--running", "192.0.2.1 > 192.0.2.2  ICMP echo request"}).out,
              HasSubstr("ipv4_destination_not_ours"));
  EXPECT_EQ(tunstack({"set", "address+=198.51.100.9"}).out, "") << "the kernel has a way there now";
  const Outcome refused = tunstack({"set", "address+=192.0.2.5", "address+=192.0.2.1"});
  EXPECT_FAULT(refused, 2);
  EXPECT_THAT(refused.err, HasSubstr("192.0.2.1 cannot be on both ends of the link"));
  EXPECT_FALSE(answers("192.0.2.5"));
}

TEST_F(Control, ARP_012_DAD_001_on_an_Ethernet_a_new_address_is_checked_first) {
  const auto stack = up({"--tap", "--set", "acd.enable=on"});
  EXPECT_EQ(tunstack({"set", "address+=192.0.2.9", "address+=2001:db8::9"}).out, "");
  EXPECT_THAT(tunstack({"state"}).out, HasSubstr("tentative"));
  for (const char* address : {"192.0.2.9", "2001:db8::9"})
    EXPECT_TRUE(eventually([&] { return answers(address); })) << address;
}

TEST_F(Control, a_packet_is_sent_and_the_kernel_answers) {
  const Outcome outcome = in_sandbox(
      "\"$0\" send '192.0.2.2 > 192.0.2.1  ICMP echo request, id 7, seq 9' --expect icmp; "
      "echo $?; \"$0\" send '192.0.2.2 > 192.0.2.1  UDP 4000 > 9' --expect 'icmp6' --within 0.2; echo $?");
  EXPECT_THAT(outcome.out, HasSubstr("192.0.2.1 > 192.0.2.2  ICMP echo reply, id 7, seq 9")) << outcome;
  EXPECT_THAT(lines_of(outcome.out), Contains("0"));
  EXPECT_THAT(lines_of(outcome.out), Contains("1"));
  EXPECT_THAT(outcome.err, HasSubstr("nothing came within 0.2 s that 'icmp6' matches"));
}

TEST_F(Control, why_running_knows_the_state_and_changes_nothing) {
  const Outcome outcome = in_sandbox(
      "\"$0\" set icmp4.echo=off; \"$0\" why --running --json '192.0.2.1 > 192.0.2.2  ICMP echo request'; "
      "\"$0\" state --json | grep -c icmp4_echo_request_for_us");
  const json answer = json::parse(outcome.out.substr(0, outcome.out.rfind('}') + 1), nullptr, false);
  ASSERT_TRUE(answer.is_object()) << outcome;
  EXPECT_EQ(answer["verdict"], "drop");
  std::vector<std::string> changes;
  for (const json& other : answer["others"]) changes.push_back(other["change"]);
  EXPECT_THAT(changes, Contains("--set icmp4.echo=on")) << outcome;
  EXPECT_THAT(lines_of(outcome.out).back(), "0") << "no echo was counted";
}

TEST_F(Control, why_running_takes_frames_where_the_link_has_addresses) {
  const Outcome outcome = in_sandbox(
      "ping -q -c 1 192.0.2.2; \"$0\" why --running 'ARP who has 192.0.2.7, tell 192.0.2.1'; "
      "\"$0\" why --running '192.0.2.1 > 192.0.2.2  ICMP echo request'",
      {"--tap"});
  EXPECT_THAT(outcome.out, HasSubstr("arp_target_not_ours")) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("icmp4_echo_request_for_us")) << outcome;
}

// ---- events ----

TEST_F(Control, events_are_those_of_the_schema) {
  const std::string log = directory + "/log.jsonl";
  const Outcome outcome = in_sandbox(
      "ping -q -c 2600 -f 192.0.2.2; ping -q -c 2600 -f 2001:db8::2; ping -c 1 -W 0.1 192.0.2.77; "
      "for i in 1 2 3 4 5; do echo x >/dev/udp/192.0.2.2/9; done",
      {"--log", log, "--tap"});
  const std::string text = content("log.jsonl");
  EXPECT_GT(lines_of(text).size(), 10'000U) << outcome;
  const Outcome valid = network.run({"python3", "-c", R"(
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
validator = jsonschema.Draft202012Validator(schema["$defs"]["event"] | {"$defs": schema["$defs"]})
lines = open(sys.argv[2]).read().splitlines()
bad = [line for line in lines if not validator.is_valid(json.loads(line))]
print(len(lines), len(bad), *bad[:3], sep="\n")
)",
                                     SCHEMAS "/event.schema.json", log},
                                    Milliseconds(60'000));
  ASSERT_THAT(lines_of(valid.out), SizeIs(2)) << valid;
  EXPECT_EQ(lines_of(valid.out)[1], "0") << valid;
}

TEST_F(Control, json_of_exec_never_mixes_with_what_the_command_prints) {
  const Outcome outcome = in_sandbox("echo from the command; ping -c 1 192.0.2.2", {"--json"});
  EXPECT_THAT(outcome.err, HasSubstr("from the command"));
  for (const std::string& line : lines_of(outcome.out)) EXPECT_TRUE(json::accept(line)) << line;
  EXPECT_THAT(outcome.out, HasSubstr("icmp4_echo_request_for_us"));
}

TEST_F(Control, a_log_stands_beside_text) {
  const Outcome outcome = in_sandbox("ping -c 1 192.0.2.2", {"--explain", "--log", directory + "/log"});
  EXPECT_THAT(outcome.err, HasSubstr(" reply  icmp4_echo_request_for_us"));
  EXPECT_THAT(content("log"), HasSubstr(R"("reason":"icmp4_echo_request_for_us")"));
  EXPECT_THAT(outcome.out, HasSubstr("1 packets transmitted, 1 received"));
}

// ---- for scripts ----

TEST_F(Control, who_waits_is_told_when_packets_are_answered) {
  const Outcome outcome = network.run(
      {"sh", "-c",
       "mkfifo $1/ready; \"$0\" up --duration 5 --ready-fd 7 --pid-file $1/pid 7>$1/ready & "
       "read line <$1/ready; ping -q -c 1 192.0.2.2 >/dev/null && echo answered; kill -0 $(cat $1/pid) && echo alive; "
       "kill -USR1 $(cat $1/pid); sleep 0.2; kill $(cat $1/pid); wait; ls $1",
       program, directory});
  EXPECT_THAT(outcome.out, HasSubstr("answered\nalive\nready\n")) << "no file pid is left: " << outcome;
  std::size_t summaries = 0;
  for (const std::string& line : lines_of(outcome.err)) summaries += line.contains(" packets in, ");
  EXPECT_EQ(summaries, 2U) << "of the signal, and of the end: " << outcome;
}

TEST_F(Control, the_pid_file_goes_with_a_stack_that_is_killed) {
  const auto stack = start_tunstack({"up", "--duration", "10", "--pid-file", directory + "/pid"});
  ASSERT_TRUE(eventually([&] { return stack->err().contains("is up"); })) << stack->err();
  EXPECT_EQ(content("pid"), std::to_string(stack->pid()) + "\n");
  ::kill(stack->pid(), SIGKILL);
  EXPECT_TRUE(eventually([&] { return std::filesystem::is_empty(directory); }));
}

TEST_F(Control, the_pid_file_of_a_running_stack_is_not_overwritten_but_an_old_one_is) {
  const auto stack = up({"--pid-file", directory + "/pid"});
  const Outcome second = tunstack({"up", "--dev", "tun1", "198.51.100.2/24", "--pid-file", directory + "/pid"});
  EXPECT_FAULT(second, 2);
  EXPECT_THAT(second.err, HasSubstr("kill " + std::to_string(stack->pid())));
  EXPECT_EQ(content("pid"), std::to_string(stack->pid()) + "\n");
  std::ofstream(directory + "/old") << ::getpid() << "\n";  // which is another program now
  const auto third = up({"--dev", "tun2", "203.0.113.2/24", "--pid-file", directory + "/old"});
  EXPECT_EQ(content("old"), std::to_string(third->pid()) + "\n");
}

}  // namespace
}  // namespace tunstack::test::control_test
