// What a stack may still do once it answers packets, and that it does all it has to do with that.
#include "tunstack/sandbox/sandbox.hpp"

#include <csignal>
#include <fstream>

#include "tests/system/left_behind.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::sandbox_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* no_capabilities = "0000000000000000";

/// The value of a line of /proc/PID/status.
std::string status_of(pid_t pid, const std::string& title) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(title + ":\t")) return line.substr(title.size() + 2);
  return "none";
}

class Sandbox : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (sanitizers_watch) GTEST_SKIP() << "sanitizers need what the sandbox forbids";
  }
  static void expect_confined(pid_t pid) {
    EXPECT_TRUE(eventually([&] { return status_of(pid, "Seccomp") == "2"; })) << "no seccomp filter";
    EXPECT_EQ(status_of(pid, "NoNewPrivs"), "1");
    for (const char* set : {"CapEff", "CapPrm", "CapInh", "CapAmb"}) EXPECT_EQ(status_of(pid, set), no_capabilities);
  }
  static pid_t caretaker_of(const Process& process) { return pid_of(family_of(process.pid()), "tunstack-care"); }
};

TEST_F(Sandbox, all_that_is_forbidden_is_refused) {
  const Outcome trial = tunstack({"doctor", "--security"});
  EXPECT_EQ(trial.status, 0) << trial;
  const std::vector<std::string> lines = lines_of(trial.out);
  EXPECT_GT(lines.size(), 40U);
  EXPECT_THAT(lines, testing::Contains(testing::StartsWith("refused  read a file ")));
  EXPECT_THAT(trial.out, testing::Not(HasSubstr("ALLOWED")));
}

TEST_F(Sandbox, without_it_nothing_of_that_is_refused) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, who is refused nothing");
  const Outcome trial = tunstack({"doctor", "--security", "--no-sandbox"});
  EXPECT_EQ(trial.status, 3) << "it is told";
  EXPECT_THAT(trial.out, testing::Not(HasSubstr("refused  "))) << "an attempt that is worth nothing";
  EXPECT_THAT(trial.out, HasSubstr("MISSING  system calls limited by seccomp"));
}

TEST_F(Sandbox, up_answers_in_it) {
  const auto stack = up();
  expect_confined(stack->pid());
  EXPECT_TRUE(answers("192.0.2.2"));
  EXPECT_TRUE(answers("2001:db8::2"));
}

TEST_F(Sandbox, exec_answers_in_it) {
  const auto stack =
      start_tunstack({"exec", "--tap", "--", "sh", "-c", "ping -c 1 192.0.2.2 && echo ready && sleep 1000"});
  ASSERT_TRUE(eventually([&] { return stack->out().contains("ready"); })) << stack->err();
  expect_confined(stack->pid());
  const auto command = [&] { return pid_of(family_of(stack->pid()), "sleep"); };
  ASSERT_TRUE(eventually([&] { return command() != -1; })) << "the shell goes on to it";
  EXPECT_EQ(status_of(command(), "Seccomp"), "0") << "the command is not in it";
}

TEST_F(Sandbox, the_caretaker_may_change_links_and_remove_files) {
  const auto stack = up();
  const pid_t caretaker = caretaker_of(*stack);
  ASSERT_GT(caretaker, 0);
  EXPECT_EQ(status_of(caretaker, "Seccomp"), "2");
  EXPECT_EQ(status_of(caretaker, "NoNewPrivs"), "1");
  EXPECT_EQ(status_of(caretaker, "CapEff"), "0000000000001002") << "CAP_NET_ADMIN and CAP_DAC_OVERRIDE";
}

TEST_F(Sandbox, can_be_left_out) {
  const auto stack = up({"--no-sandbox"});
  EXPECT_EQ(status_of(stack->pid(), "Seccomp"), "0");
  EXPECT_EQ(status_of(stack->pid(), "NoNewPrivs"), "0");
  EXPECT_EQ(status_of(caretaker_of(*stack), "Seccomp"), "0");
  EXPECT_TRUE(answers("192.0.2.2"));
}

class AnotherUser : public Sandbox {
 protected:
  void SetUp() override {
    Sandbox::SetUp();
    SKIP_UNLESS(::geteuid() == 0, "only root can become another user");
  }
};

TEST_F(AnotherUser, answers_and_leaves_all_as_it_was) {
  const LeftBehind left;
  ASSERT_EQ(network.shell("ip tuntap add dev tun0 mode tun && ip link set tun0 mtu 1400").status, 0);
  const auto stack = up({"--user", "nobody"});
  EXPECT_EQ(status_of(stack->pid(), "Uid"), "65534\t65534\t65534\t65534");
  EXPECT_EQ(status_of(stack->pid(), "Groups"), "65534 ");
  expect_confined(stack->pid());
  EXPECT_TRUE(answers("192.0.2.2"));
  EXPECT_EQ(tunstack({"state"}).status, 0) << "who started it may ask it";
  stack->signal(SIGTERM);
  EXPECT_EQ(stack->wait().status, 0);
  EXPECT_THAT(left.files(), IsEmpty());
  EXPECT_EQ(network.link()->mtu, 1400U);
  EXPECT_THAT(network.link()->addresses, IsEmpty());
}

TEST_F(AnotherUser, of_exec_ends_the_command_all_the_same) {
  const auto stack = start_tunstack({"exec", "--user", "nobody", "--", "sh", "-c",
                                     "trap 'exit 7' TERM; id -u; echo ready; while :; do sleep 0.02; done"});
  ASSERT_TRUE(eventually([&] { return stack->out().contains("ready"); })) << stack->err();
  EXPECT_EQ(stack->out(), "0\nready\n") << "the command stays root";
  stack->signal(SIGTERM);
  EXPECT_EQ(stack->wait().status, 7);
}

}  // namespace
}  // namespace tunstack::test::sandbox_test
