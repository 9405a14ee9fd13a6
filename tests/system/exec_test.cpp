// The command of `tunstack exec`: its status, its signals, and that nothing of it is left behind.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "tests/system/network.hpp"

namespace tunstack::test::exec_test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Exec : public SystemTest {
 protected:
  /// `tunstack exec` of a shell script that has written "ready".
  std::unique_ptr<Process> start_script(const std::string& script) const {
    auto process = start_tunstack({"exec", "--", "sh", "-c", script});
    EXPECT_TRUE(eventually([&] { return process->out().contains("ready"); })) << process->err();
    return process;
  }
  int status_of(const Command& command) const { return exec(command).status; }
};

void expect_all_gone(const std::vector<ProcessId>& family) {
  for (const ProcessId& process : family)
    EXPECT_TRUE(eventually([&] { return !is_alive(process); }, Milliseconds(5000))) << "process " << process.pid;
}

TEST_F(Exec, status_is_that_of_the_command) {
  EXPECT_EQ(status_of({"true"}), 0);
  EXPECT_EQ(status_of({"false"}), 1);
  EXPECT_EQ(status_of({"sh", "-c", "exit 42"}), 42);
  EXPECT_EQ(status_of({"sh", "-c", "exit 255"}), 255);
}

TEST_F(Exec, status_of_a_signal_is_128_and_its_number) {
  EXPECT_EQ(status_of({"sh", "-c", "kill -TERM $$"}), 128 + SIGTERM);
  EXPECT_EQ(status_of({"sh", "-c", "kill -KILL $$"}), 128 + SIGKILL);
  EXPECT_EQ(status_of({"sh", "-c", "kill -SEGV $$"}), 128 + SIGSEGV);
}

TEST_F(Exec, status_127_if_the_command_is_missing) {
  const Command found_by_path = {"env", "PATH=/usr/bin:/bin", program, "exec", "--", "no-such-command"};
  EXPECT_FAULT(network.run(found_by_path), 127);
  EXPECT_FAULT(exec({"/no/such/command"}), 127);
}

TEST_F(Exec, status_126_if_the_command_cannot_be_run) {
  EXPECT_FAULT(exec({"/etc/passwd"}), 126);
  EXPECT_FAULT(exec({"/etc"}), 126);
}

TEST_F(Exec, arguments_reach_the_command_unchanged) {
  EXPECT_EQ(exec({"printf", "<%s>", "a b", "", "--", "--help", "*"}).out, "<a b><><--><--help><*>");
}

TEST_F(Exec, the_shell_if_there_is_no_command) {
  const Outcome shell = network.run({"env", "SHELL=/bin/echo", program, "exec"});
  EXPECT_EQ(shell.status, 0) << shell;
  EXPECT_EQ(shell.out, "\n") << "echo, without arguments";
}

TEST_F(Exec, the_command_sees_its_own_network_only) {
  ASSERT_EQ(network.shell("ip tuntap add dev other mode tun").status, 0);
  const Outcome seen = exec({"sh", "-c", "ls /sys/class/net; ip -o link | cut -d: -f2"});
  EXPECT_THAT(seen.out, HasSubstr("tun0"));
  EXPECT_THAT(seen.out, Not(HasSubstr("other")));
  EXPECT_FALSE(network.link("tun0")) << "the network it was started from stays as it is";
}

TEST_F(Exec, signals_are_passed_to_the_command) {
  for (const auto& [name, number] : {std::pair{"TERM", SIGTERM}, {"INT", SIGINT}, {"HUP", SIGHUP}}) {
    const std::string trap = std::string("trap 'echo got it; exit 7' ") + name;
    const auto process = start_script(trap + "; echo ready; while :; do sleep 0.02; done");
    process->signal(number);
    const Outcome ended = process->wait();
    EXPECT_EQ(ended.status, 7) << name << '\n' << ended;
    EXPECT_EQ(ended.out, "ready\ngot it\n") << name;
  }
}

/// A terminal with no window: what is typed at `master` reaches the processes in front of `slave`.
struct Terminal {
  Terminal() : master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    ::grantpt(master.get());
    ::unlockpt(master.get());
    slave = FileDescriptor(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  }
  /// Makes it the terminal of the calling process, which leads a session.
  bool take() const {
    return ::ioctl(slave.get(), TIOCSCTTY, 0) == 0 && ::dup2(slave.get(), STDIN_FILENO) == STDIN_FILENO;
  }
  void type(char key) const { ASSERT_EQ(::write(master.get(), &key, 1), 1); }

  FileDescriptor master, slave;
};

TEST_F(Exec, the_interrupt_key_reaches_the_command_once) {
  const Terminal terminal;
  const std::string script =
      "trap 'echo interrupted' INT; trap 'exit 7' TERM; echo ready; while :; do sleep 0.02; done";
  Process process({program, "exec", "--", "sh", "-c", script}, [&] { return network.enter() && terminal.take(); });
  ASSERT_TRUE(eventually([&] { return process.out().contains("ready"); })) << process.err();
  terminal.type('\x03');
  ASSERT_TRUE(eventually([&] { return process.out().contains("interrupted"); })) << "the key is lost";
  process.signal(SIGTERM);
  const Outcome ended = process.wait();
  EXPECT_EQ(ended.status, 7) << "the key does not end tunstack itself\n" << ended;
  EXPECT_EQ(ended.out, "ready\ninterrupted\n");
}

TEST_F(Exec, a_command_without_handler_ends_by_the_signal) {
  const auto process = start_script("echo ready; exec sleep 1000");
  process->signal(SIGTERM);
  EXPECT_EQ(process->wait().status, 128 + SIGTERM);
}

TEST_F(Exec, background_processes_end_with_the_command) {
  const auto process = start_script(
      "sleep 1000 & (trap '' TERM HUP; setsid sleep 1001 & setsid sleep 1001 &) ; echo ready; "
      "trap 'exit 5' TERM; while :; do sleep 0.02; done");
  std::vector<ProcessId> family;
  ASSERT_TRUE(eventually([&] { return (family = family_of(process->pid())).size() >= 6; }))
      << "tunstack, init, the shell, three sleepers";
  process->signal(SIGTERM);
  EXPECT_EQ(process->wait().status, 5);
  for (const ProcessId& left : family) EXPECT_FALSE(is_alive(left)) << "process " << left.pid;
}

TEST_F(Exec, killing_tunstack_ends_the_command_and_all_it_started) {
  const auto process = start_script("setsid sleep 1000 & echo ready; exec sleep 1000");
  std::vector<ProcessId> family;
  ASSERT_TRUE(eventually([&] { return (family = family_of(process->pid())).size() >= 4; }));
  process->signal(SIGKILL);
  EXPECT_EQ(process->wait().status, 128 + SIGKILL);
  expect_all_gone(family);
}

TEST_F(Exec, killing_the_command_ends_tunstack) {
  const auto process = start_script("echo ready; exec sleep 1000");
  pid_t sleeper = -1;
  ASSERT_TRUE(eventually([&] { return (sleeper = pid_of(family_of(process->pid()), "sleep")) > 0; }));
  ::kill(sleeper, SIGKILL);
  EXPECT_EQ(process->wait().status, 128 + SIGKILL);
}

TEST_F(Exec, duration_ends_the_command_with_status_124_and_a_line) {
  const Outcome ended = tunstack({"exec", "--duration", "0.2", "--", "sleep", "1000"});
  EXPECT_EQ(ended.status, 124) << ended;
  EXPECT_EQ(ended.err, "tunstack: the time of the command is over (0.2 s): it gets SIGTERM\n");
}

TEST_F(Exec, duration_lets_the_command_take_leave) {
  const Outcome ended = tunstack({"exec", "--duration", "0.3", "--", "sh", "-c",
                                  "trap 'echo farewell; exit 3' TERM; while :; do sleep 0.02; done"});
  EXPECT_EQ(ended.status, 124) << ended;
  EXPECT_EQ(ended.out, "farewell\n");
}

TEST_F(Exec, duration_kills_a_command_that_does_not_end) {
  const auto before = std::chrono::steady_clock::now();
  const Outcome ended =
      tunstack({"exec", "--duration", "0.1", "--", "sh", "-c", "trap '' TERM; while :; do sleep 0.02; done"});
  EXPECT_EQ(ended.status, 124) << ended;
  EXPECT_GE(std::chrono::steady_clock::now() - before, Milliseconds(2100)) << "SIGKILL comes 2 s after SIGTERM";
}

TEST_F(Exec, duration_ends_a_command_that_is_stopped) {
  const Outcome ended = tunstack({"exec", "--duration", "0.2", "--", "sh", "-c", "kill -STOP $$"});
  EXPECT_EQ(ended.status, 124) << ended;
}

TEST_F(Exec, duration_leaves_the_status_of_a_command_that_ends_in_time) {
  EXPECT_EQ(tunstack({"exec", "--duration", "100", "--", "sh", "-c", "exit 42"}).status, 42);
}

TEST_F(Exec, mounts_nothing_on_the_host_from_a_chroot_whose_root_is_no_mount_point) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, for chroot");
  // Mounts of this mount namespace are shared, as those of a host are by systemd.
  const std::string script =
      "mount --make-rshared / && root=$(mktemp -d) && trap 'umount -lR $root; rm -d $root' EXIT && "
      "mount -t tmpfs none $root && mkdir $root/host && cd $root/host && "
      "mkdir usr dev proc sys tmp && ln -s usr/bin usr/lib usr/lib64 . && "
      "mount --rbind /usr usr && mount --rbind /dev dev && mount -t proc none proc && mount -t sysfs none sys && "
      "cp \"$0\" tunstack && before=$(cat /proc/self/mounts) && "
      "chroot . /tunstack exec -- sh -c 'echo it ran' && "
      "[ \"$before\" = \"$(cat /proc/self/mounts)\" ] && echo nothing new; cd /";
  const Outcome outcome = network.run({"unshare", "--mount", "--propagation", "private", "sh", "-c", script, program});
  EXPECT_EQ(outcome.out, "it ran\nnothing new\n") << outcome;
}

TEST_F(Exec, a_deleted_device_ends_the_command) {
  const Outcome ended = exec({"sh", "-c", "ip link delete tun0; exec sleep 1000"});
  EXPECT_NE(ended.status, 0) << ended;
  EXPECT_NE(ended.status, -1) << "it did not end";
}

TEST_F(Exec, options_of_the_stack) {
  const Outcome ping =
      tunstack({"exec", "--address", "198.51.100.9/28", "--host", "198.51.100.1/28", "--dev", "lab%d", "--mtu", "1280",
                "--", "sh", "-c", "ping -c 1 -I lab0 198.51.100.9 && ip link show lab0"});
  EXPECT_EQ(ping.status, 0) << ping;
  EXPECT_THAT(ping.out, HasSubstr("mtu 1280"));
}

TEST_F(Exec, the_command_begins_with_the_first_word_that_is_no_option) {
  EXPECT_EQ(tunstack({"exec", "echo", "a", "--", "--dev=", "--help"}).out, "a -- --dev= --help\n");
  const Outcome named = tunstack({"exec", "--dev", "tun7", "--set=icmp4.echo=on", "sh", "-c", "echo $TUNSTACK_DEV"});
  EXPECT_EQ(named.out, "tun7\n") << named;
  EXPECT_EQ(tunstack({"exec", "watch", "--version"}).status, 0) << "also where tunstack has a subcommand of this name";
  EXPECT_FAULT(tunstack({"exec", "--no-such-option", "true"}), 2);
}

TEST_F(Exec, the_command_finds_the_addresses_in_its_environment) {
  const std::string script = "echo $TUNSTACK_DEV $TUNSTACK_ADDRESS4 $TUNSTACK_ADDRESS6 $TUNSTACK_HOST4 $TUNSTACK_HOST6";
  EXPECT_EQ(exec({"sh", "-c", script}).out, "tun0 192.0.2.2 2001:db8::2 192.0.2.1 2001:db8::1\n");
  const Outcome ipv4_alone =
      tunstack({"exec", "--address", "192.0.2.9/24", "sh", "-c", "echo ${TUNSTACK_ADDRESS6-none}"});
  EXPECT_EQ(ipv4_alone.out, "none\n") << ipv4_alone;
}

TEST_F(Exec, a_person_is_greeted_with_the_addresses_and_a_script_is_not) {
  const Outcome shell = network.run({"script", "-qec", "SHELL=/bin/true '" + program + "' exec", "/dev/null"});
  EXPECT_THAT(shell.out, HasSubstr("the stack has 192.0.2.2 and 2001:db8::2, this shell 192.0.2.1 and 2001:db8::1"));
  EXPECT_EQ(exec({"true"}).err, "");
}

TEST_F(Exec, default_route_leads_everything_to_the_stack) {
  const Outcome ping =
      tunstack({"exec", "--explain", "--route", "default", "ping", "-c", "1", "-W", "1", "198.51.100.9"});
  EXPECT_THAT(ping.err, HasSubstr("192.0.2.1 > 198.51.100.9  ICMP echo request"));
  EXPECT_THAT(ping.err, Not(HasSubstr("no packet")));
}

TEST_F(Exec, says_at_the_end_why_nothing_came) {
  const Outcome ping = tunstack({"exec", "--explain", "ping", "-c", "1", "198.51.100.9"});
  const std::vector<std::string> lines = lines_of(ping.err);
  ASSERT_GE(lines.size(), 3U);
  EXPECT_EQ(lines[lines.size() - 3], "tunstack: no packet for the stack came");
  EXPECT_EQ(lines[lines.size() - 2],
            "  ip route get says: 192.0.2.2 dev tun0 src 192.0.2.1; 2001:db8::2 dev tun0 src 2001:db8::1");
  EXPECT_THAT(lines[lines.size() - 1], HasSubstr("ping 192.0.2.2; --route PREFIX"));
}

TEST_F(Exec, the_kernel_asks_for_no_routers_in_a_network_of_our_own) {
  const std::string asks = "cat /proc/sys/net/ipv6/conf/tun0/router_solicitations";
  EXPECT_EQ(exec({"sh", "-c", asks}).out, "0\n");
  EXPECT_NE(tunstack({"exec", "--role", "router", "sh", "-c", asks}).out, "0\n") << "it is to hear a router soon";
}

TEST_F(Exec, waits_for_no_duplicates_where_there_can_be_none) {
  const Outcome at_once = tunstack({"exec", "--tap", "--explain", "true"});
  EXPECT_THAT(at_once.err, HasSubstr("address_in_use"));
  EXPECT_THAT(at_once.err, Not(HasSubstr("address_probed")));
  const Outcome asked_for = tunstack({"exec", "--tap", "--explain", "--set", "dad.transmits=1", "true"});
  EXPECT_THAT(asked_for.err, HasSubstr("address_probed"));
  EXPECT_THAT(asked_for.err, Not(HasSubstr("the command starts when"))) << "that is for people";
}

TEST_F(Exec, says_what_it_waits_for) {
  const auto by_hand = [&](const std::string& options) {
    return network.run({"script", "-qec", "'" + program + "' exec --tap " + options + " true", "/dev/null"}).out;
  };
  EXPECT_THAT(by_hand("--set dad.transmits=1"), HasSubstr("the command starts when"));
  EXPECT_THAT(by_hand("--set acd.enable=on"), HasSubstr("the command starts when"));
  EXPECT_EQ(by_hand(""), "");
}

TEST_F(Exec, greets_with_what_works) {
  const auto greeting = [&](const std::string& options) {
    return network.run({"script", "-qec", "SHELL=/bin/true '" + program + "' exec " + options, "/dev/null"}).out;
  };
  EXPECT_THAT(greeting(""), HasSubstr("try: ping $TUNSTACK_ADDRESS4 "));
  EXPECT_THAT(greeting("--address 2001:db8::2/64"), HasSubstr("try: ping $TUNSTACK_ADDRESS6 "));
  EXPECT_THAT(greeting("--address fe80::5/64"), HasSubstr("try: ping fe80::5%tun0 "));
  EXPECT_THAT(greeting("--host none"), Not(HasSubstr("try: ping")));
}

TEST_F(Exec, dry_run_starts_nothing) {
  const Outcome dry = tunstack({"exec", "--dry-run", "--", "echo", "started"});
  EXPECT_EQ(dry.status, 0);
  EXPECT_THAT(dry.out, testing::StartsWith("unshare "));
  EXPECT_THAT(dry.out, Not(HasSubstr("started")));
  EXPECT_EQ(network.shell(dry.out).status, 0) << "it runs as it is printed\n" << dry;
}

}  // namespace
}  // namespace tunstack::test::exec_test
