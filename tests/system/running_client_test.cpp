// ping and traceroute at nodes of a stack that runs: the kernel answers them, they end as Ctrl-C has it, and what is
// changed meanwhile shows.
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/system/network.hpp"

namespace tunstack::test::running_client_test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RunningClient : public SystemTest {
 protected:
  /// A script in the sandbox of `tunstack exec`, where $0 is tunstack.
  Outcome in_sandbox(const Command& options, const std::string& script) const {
    Command arguments = {"exec"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    for (const std::string& word : {std::string("--"), std::string("sh"), std::string("-c"), script, program})
      arguments.push_back(word);
    return tunstack(arguments);
  }
  std::unique_ptr<Process> lab() const { return up({"--lab", "pmtud"}); }
};

// ---- the kernel answers ----

TEST_F(RunningClient, PING_001_TRACE_003_from_a_node_of_a_lab_to_the_kernel) {
  const Outcome all = in_sandbox({"--lab", "pmtud"},
                                 "$0 ping --as server host -c 2 -i 0.2 && $0 ping --as server -6 host -c 1 && "
                                 "$0 traceroute --as server host -q 1 && $0 traceroute --as r1 -6 host -q 1 && "
                                 "$0 ping 192.0.2.1 -c 1");
  EXPECT_EQ(all.status, 0) << all;
  EXPECT_THAT(all.out, AllOf(HasSubstr("64 bytes from host (192.0.2.1): icmp_seq=2 ttl=63 time="),
                             HasSubstr("2 packets transmitted, 2 received, 0% packet loss"),
                             HasSubstr("64 bytes from host (2001:db8::1): icmp_seq=1 ttl=63 time=")));
  EXPECT_THAT(all.out, AllOf(HasSubstr("\n 1  r1 (198.51.100.1)  "), HasSubstr("\n 2  host (192.0.2.1)  "),
                             HasSubstr("\n 1  host (2001:db8::1)  ")));
  EXPECT_THAT(all.out, HasSubstr("64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=")) << "from the node at the device";
  EXPECT_EQ(all.err, "");
}

TEST_F(RunningClient, from_the_end_of_a_chain_and_from_a_node_alone) {
  const Outcome chain = in_sandbox(
      {"--chain", "3"}, "$0 ping --as server 192.0.2.1 -c 1 && $0 traceroute --as server -n -q 1 192.0.2.1 -w 5,0,0");
  EXPECT_EQ(chain.status, 0) << chain;
  EXPECT_THAT(chain.out, AllOf(HasSubstr("from 192.0.2.1: icmp_seq=1 ttl=61"), HasSubstr("\n 4  192.0.2.1  ")));
  const Outcome alone =
      in_sandbox({}, "$0 ping 192.0.2.1 -c 1 && $0 ping 2001:db8::1 -c 1 && $0 traceroute 192.0.2.1 -w 5,0,0");
  EXPECT_EQ(alone.status, 0) << alone;
  EXPECT_THAT(alone.out,
              AllOf(HasSubstr("64 bytes from 2001:db8::1: icmp_seq=1 ttl=64"), HasSubstr("\n 1  192.0.2.1")));
}

TEST_F(RunningClient, TAP_an_Ethernet_resolves_the_kernel_first) {
  const Outcome all = in_sandbox({"--tap"}, "$0 ping 192.0.2.1 -c 2 -i 0.2 && $0 ping 2001:db8::1 -c 1");
  EXPECT_EQ(all.status, 0) << all;
  EXPECT_THAT(all.out,
              AllOf(HasSubstr("2 packets transmitted, 2 received"), HasSubstr("from 2001:db8::1: icmp_seq=1")));
}

TEST_F(RunningClient, several_at_once_each_get_their_own) {
  const auto stack = lab();
  std::vector<std::unique_ptr<Process>> pings;
  for (const char* const node : {"server", "r1", "server", "r1"})
    pings.push_back(start_tunstack({"ping", "--as", node, "192.0.2.1", "-c", "3", "-i", "0.2"}));
  for (const auto& ping : pings) {
    const Outcome ended = ping->wait();
    EXPECT_EQ(ended.status, 0) << ended;
    EXPECT_THAT(ended.out, HasSubstr("3 packets transmitted, 3 received, 0% packet loss")) << ended;
  }
}

// ---- how they end ----

TEST_F(RunningClient, PING_007_an_interrupt_gives_the_statistics) {
  const auto stack = lab();
  const auto ping = start_tunstack({"ping", "--as", "server", "host", "-i", "0.1"});
  ASSERT_TRUE(eventually([&] { return ping->out().contains("icmp_seq=3"); })) << ping->err();
  ping->signal(SIGINT);
  const Outcome ended = ping->wait();
  EXPECT_EQ(ended.status, 0) << ended;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("\n--- host ping statistics ---\n"), HasSubstr("\nrtt min/avg/max/mdev = ")));
  EXPECT_EQ(ended.err, "");
}

TEST_F(RunningClient, PING_002_an_interrupt_without_an_answer_ends_with_1) {
  const auto stack = lab();
  const auto ping = start_tunstack({"ping", "--as", "server", "192.0.2.99", "-f"});
  ASSERT_TRUE(eventually([&] { return ping->out().contains("..."); })) << ping->err();
  ping->signal(SIGINT);
  const Outcome ended = ping->wait();
  EXPECT_EQ(ended.status, 1) << ended;
  EXPECT_THAT(ended.out, HasSubstr(" 0 received, "));
}

TEST_F(RunningClient, the_end_of_the_stack_ends_it) {
  const auto stack = lab();
  const auto ping = start_tunstack({"ping", "--as", "server", "host"});
  ASSERT_TRUE(eventually([&] { return ping->out().contains("icmp_seq=1"); })) << ping->err();
  stack->signal(SIGINT);
  EXPECT_EQ(stack->wait().status, 0);
  const Outcome ended = ping->wait();
  EXPECT_EQ(ended.status, 3) << ended;
  EXPECT_THAT(ended.err, StartsWith("tunstack: the stack on tun0 has ended\n"));
}

TEST_F(RunningClient, one_that_is_killed_leaves_nothing_behind) {
  const auto stack = lab();
  for (int i = 0; i < 10; ++i) {  // more than a stack has room for
    const auto ping = start_tunstack({"ping", "--as", "server", "host"});
    ASSERT_TRUE(eventually([&] { return ping->out().contains("icmp_seq=1"); })) << i << ": " << ping->err();
    ping->signal(SIGKILL);
    ping->wait();
  }
  const Outcome last = tunstack({"ping", "--as", "server", "host", "-c", "1"});
  EXPECT_EQ(last.status, 0) << last;
}

// ---- what is expected ----

TEST_F(RunningClient, the_status_says_whether_it_is_as_expected) {
  const auto stack = lab();
  EXPECT_EQ(
      tunstack({"ping", "--as", "server", "--expect", "received == 1", "--expect", "mean >= 20ms", "host", "-c", "1"})
          .status,
      0);
  const Outcome other = tunstack({"ping", "--as", "server", "--expect", "received == 2", "host", "-c", "1"});
  EXPECT_EQ(other.status, 1) << other;
  EXPECT_EQ(other.err, "tunstack: not as expected, received 2: received is 1\n");
  EXPECT_EQ(tunstack({"traceroute", "--as", "server", "--expect", "hops == 2", "host", "-I"}).status, 0);
  EXPECT_EQ(tunstack({"traceroute", "--as", "server", "--expect", "hops != 2", "host", "-I"}).status, 1);
  const Outcome silent = tunstack({"ping", "--as", "server", "--expect", "received == 0", "192.0.2.99", "-c", "1"});
  EXPECT_EQ(silent.status, 1) << "expected or not, there was no answer\n" << silent;
}

// ---- what is changed ----

TEST_F(RunningClient, TRACE_002_a_star_is_explained) {
  const auto stack = lab();
  const Command trace = {"traceroute", "--as", "server", "host", "-I", "-q", "1", "-w", "1"};  // echoes have no limit
  EXPECT_THAT(tunstack(trace).out, AllOf(HasSubstr("\n 1  r1 "), Not(HasSubstr("stars"))));
  ASSERT_EQ(tunstack({"set", "node.r1.misbehave.silent=true"}).status, 0);
  const Outcome hidden = tunstack(trace);
  EXPECT_EQ(hidden.status, 0) << hidden;
  EXPECT_THAT(hidden.out, AllOf(HasSubstr("\n 1  *\n 2  host (192.0.2.1)"),
                                EndsWith("why stars are stars:\n  r1: the node sends no errors, though it must: this "
                                         "one is kept (misbehave_silent)\n")));
  ASSERT_EQ(tunstack({"set", "node.r1.misbehave.silent=false"}).status, 0);
  EXPECT_THAT(tunstack(trace).out, HasSubstr("\n 1  r1 "));
}

TEST_F(RunningClient, PMTU4_007_the_kernel_sees_another_MTU_of_a_link) {
  const auto stack = lab();
  const auto ping = [&](const char* size) {
    return network.run({"ping", "-c", "1", "-M", "do", "-s", size, "198.51.100.2"}).out;
  };
  EXPECT_THAT(ping("1260"), HasSubstr("1 received"));
  ASSERT_EQ(tunstack({"set", "link.core.mtu=1284"}).status, 0);
  EXPECT_THAT(ping("1260"), HasSubstr("Frag needed and DF set (mtu = 1284)"));
  const Outcome ours = tunstack({"ping", "--as", "server", "host", "-c", "1", "-M", "do", "-s", "1260"});
  EXPECT_EQ(ours.status, 1) << ours;
  EXPECT_THAT(ours.out, HasSubstr("message too long, mtu=1284"));
}

// ---- what cannot be ----

TEST_F(RunningClient, what_cannot_begin_is_a_fault) {
  EXPECT_FAULT(tunstack({"ping", "192.0.2.1", "-c", "1"}), 3);
  EXPECT_FAULT(tunstack({"traceroute", "192.0.2.1"}), 3);
  const auto stack = lab();
  const std::pair<Command, const char*> faults[] = {
      {{"ping", "--as", "sever", "host"}, "did you mean server?"},
      {{"ping", "--as", "server", "nobody"}, "nobody: Name or service not known"},
      {{"ping", "--as", "server", "host", "--nonsense"}, "'--nonsense' is out of place"},
      {{"ping", "--as", "server", "host", "-c", "none"}, "-c"},
      {{"traceroute", "--as", "server", "host", "-q", "0"}, "-q"},
      {{"ping", "--as", "server"}, "it is not said whom to ping"},
      {{"ping", "--as", "server", "--expect", "lost == 1", "host"}, "did you mean loss?"},
      {{"ping", "--virtual-time", "host"}, "--virtual-time needs --lab"},
      {{"ping", "--lab", "chain", "--dev", "tun0", "host"}, "--lab and --dev exclude each other"},
      {{"ping", "--as", "server", "--with", "link.core.mtu=1280", "host"}, "--with changes a lab, and none is named"},
  };
  for (const auto& [words, said] : faults) {
    const Outcome fault = tunstack(words);
    EXPECT_FAULT(fault, 2);
    EXPECT_THAT(fault.err, HasSubstr(said)) << fault;
  }
  EXPECT_EQ(tunstack({"ping", "host", "-c", "1"}).status, 0) << "none of it disturbs the stack";
}

// ---- captures ----

TEST_F(RunningClient, DUMP_006_a_capture_with_programs_in_it_replays_as_the_same) {
  const std::string file = testing::TempDir() + "programs-" + std::to_string(::getpid()) + ".pcapng";
  for (const Command& stack : {Command{"--lab", "pmtud"}, Command{"--tap"}}) {
    const bool is_lab = stack[0] == "--lab";
    Command options = stack;
    options.insert(options.end(), {"--capture", file});
    const std::string script =
        is_lab ? "$0 ping --as server host -c 2 -i 0.2 -s 2000 && $0 set link.core.mtu=1280 && "
                 "$0 traceroute --as server -6 host -q 1 && $0 ping --as r1 host -c 1 -M do && ping -c 1 -4 server"
               : "$0 ping 192.0.2.1 -c 2 -i 0.2 && $0 traceroute 2001:db8::1 -q 1";
    const Outcome live = in_sandbox(options, script);
    EXPECT_EQ(live.status, 0) << live;
    const Outcome again = tunstack({"replay", file});
    EXPECT_EQ(again.status, 0) << again;
    EXPECT_THAT(again.err, HasSubstr("the same")) << again;
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace tunstack::test::running_client_test
