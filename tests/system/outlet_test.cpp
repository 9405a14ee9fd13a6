// Readers that have gone, stop or never come, and disks without room: the stack answers all the same, ends as it
// should, and says what it left out.
#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/system/network.hpp"

namespace tunstack::test::outlet_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Files and sockets are in a directory of the test's own.
class Outlets : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    char name[] = "/tmp/outlet_test.XXXXXX";
    directory = ::mkdtemp(name);
    std::filesystem::create_directory(path("sockets"));
    if (const char* before = std::getenv("XDG_RUNTIME_DIR")) before_ = before;
    ::setenv("XDG_RUNTIME_DIR", path("sockets").c_str(), 1);
  }
  void TearDown() override {
    std::filesystem::remove_all(directory);
    before_ ? ::setenv("XDG_RUNTIME_DIR", before_->c_str(), 1) : ::unsetenv("XDG_RUNTIME_DIR");
  }

  std::string path(const std::string& name) const { return directory + "/" + name; }
  std::string fifo(const std::string& name) const {
    EXPECT_EQ(::mkfifo(path(name).c_str(), 0600), 0);
    return path(name);
  }
  std::string no_room(const std::string& name) const {
    std::filesystem::create_symlink("/dev/full", path(name));
    return path(name);
  }
  /// `script` of a shell, where "$@" is tunstack with `arguments`.
  std::unique_ptr<Process> start_script(const std::string& script, Command arguments) const {
    arguments.insert(arguments.begin(), {"bash", "-c", script, "bash", program});
    return start(arguments);
  }
  bool has_link() const {
    return eventually([&] { return network.link().has_value() && network.link()->up; });
  }
  /// So many are answered. Without a deadline a flood ends before its last answer, if that takes longer than others.
  bool answers_all(int pings) const {
    const std::string count = std::to_string(pings);
    return network.run({"ping", "-q", "-f", "-c", count, "-w", "5", "192.0.2.2"}).out.contains(count + " received");
  }
  static bool says(const Process& process, const std::string& text) {
    return eventually([&] { return process.err().contains(text); });
  }
  void expect_clean_end(Process& process, int status = 0) const {
    process.signal(SIGTERM);
    const Outcome ended = process.wait();
    EXPECT_EQ(ended.status, status) << ended;
    EXPECT_TRUE(std::filesystem::is_empty(path("sockets")));
    EXPECT_FALSE(network.link());
  }
  /// One line for each packet; fails where the file is torn.
  std::vector<std::string> tshark(const std::string& file, const std::string& field) const {
    const Outcome outcome = network.run({"tshark", "-r", file, "-T", "fields", "-e", field});
    EXPECT_EQ(outcome.status, 0) << outcome;
    return lines_of(outcome.out);
  }

  std::string directory;

 private:
  std::optional<std::string> before_;
};

const Command router = {"--role", "router", "--set", "nd.adv.enable=on"};

Command operator+(Command left, const Command& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// ---- readers ----

TEST_F(Outlets, TUN_011_a_reader_that_has_gone_does_not_end_it) {
  const auto pipeline = start_script("\"$@\" | head -1; echo status ${PIPESTATUS[0]}",
                                     Command{"up", "--json", "--capture", path("all.pcapng")} + router);
  ASSERT_TRUE(says(*pipeline, " is up: "));
  const pid_t stack = pid_of(family_of(pipeline->pid()), "tunstack");
  ASSERT_GT(stack, 0);
  EXPECT_TRUE(answers_all(10));
  EXPECT_TRUE(says(*pipeline, "cannot write stdout: its reader has gone; lines are left out from here on"));
  EXPECT_TRUE(answers_all(10));
  EXPECT_TRUE(eventually([&] { return content(path("all.pcapng")).contains("router_advertisement_sent"); }));
  ::kill(stack, SIGTERM);
  const Outcome ended = pipeline->wait();
  EXPECT_THAT(ended.out, ContainsRegex("^\\{[^\n]*\\}\nstatus 0\n$"));
  EXPECT_THAT(ended.err, AllOf(HasSubstr("packets in, "), HasSubstr("lines for stdout were left out: its reader")));
  EXPECT_TRUE(std::filesystem::is_empty(path("sockets")));
  EXPECT_THAT(tshark(path("all.pcapng"), "icmpv6.nd.ra.router_lifetime"), Contains("0")) << "it takes leave";
}

TEST_F(Outlets, exec_keeps_the_status_of_its_command) {
  const std::string script = "exec >/dev/null; ping -q -f -c 20 192.0.2.2; ping -q -f -c 20 192.0.2.2; exit 42";
  const auto closed =
      start_script("\"$@\" | head -1; echo status ${PIPESTATUS[0]}", {"exec", "--json", "--", "sh", "-c", script});
  EXPECT_THAT(closed->wait().out, HasSubstr("status 42\n"));
  const auto full = start_script("exec \"$@\" >/dev/full",
                                 {"exec", "--json", "--capture", no_room("x.pcap"), "--", "sh", "-c", script});
  const Outcome ended = full->wait();
  EXPECT_EQ(ended.status, 42) << ended;
  EXPECT_THAT(ended.err, AllOf(ContainsRegex("packets for .*x.pcap were left out: No space left on device"),
                               HasSubstr("lines for stdout were left out: No space left on device")));
}

TEST_F(Outlets, what_could_not_be_written_is_no_success) {
  for (const Command& arguments :
       {Command{"--json"}, Command{"--log", no_room("x.jsonl")}, Command{"--capture", no_room("y.pcapng")}}) {
    Command command = {"exec"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.end(), {"--", "sh", "-c", "ping -q -c 1 192.0.2.2 >&2"});
    const Outcome full = start_script("exec \"$@\" >/dev/full", command)->wait();
    EXPECT_EQ(full.status, 3) << full;
    EXPECT_THAT(full.err, HasSubstr("were left out: No space left on device")) << arguments[0];
  }
}

TEST_F(Outlets, the_command_of_exec_has_the_signals_of_its_parent) {
  const std::string signals = "grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status";
  EXPECT_EQ(exec({"sh", "-c", signals}).out, network.shell(signals).out);
}

TEST_F(Outlets, a_reader_that_stops_is_not_waited_for) {
  const std::string pager = fifo("pager");
  const FileDescriptor reader(::open(pager.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const auto process = start_script("exec \"$@\" 2>" + pager, {"up", "--explain"});
  ASSERT_TRUE(has_link());
  EXPECT_TRUE(answers_all(1000)) << "some 100 lines fit into a pipe";
  expect_clean_end(*process);
  std::string taken(std::size_t{1} << 20, '\0');
  const ssize_t size = ::read(reader.get(), taken.data(), taken.size());
  ASSERT_GT(size, 1000);
  EXPECT_EQ(taken.at(static_cast<std::size_t>(size) - 1), '\n') << "no line is torn";
}

TEST_F(Outlets, what_a_reader_does_not_take_is_counted) {
  const std::string pager = fifo("pager");
  const FileDescriptor reader(::open(pager.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const auto process = start_script("exec \"$@\" >" + pager, {"up", "--json"});
  ASSERT_TRUE(says(*process, " is up: "));
  EXPECT_TRUE(eventually([&] {
    network.run({"ping", "-q", "-f", "-l", "64", "-c", "20000", "192.0.2.2"});
    return process->err().contains("lines for stdout are left out: it takes them too slowly");
  }));
  const auto state = nlohmann::json::parse(tunstack({"state", "--json"}).out);
  EXPECT_EQ(state["outlets"][1]["name"], "stdout");
  EXPECT_GT(state["outlets"][1]["left_out"], 0);
  EXPECT_THAT(tunstack({"state"}).out, HasSubstr("\nexplanations and captures\n"));
  expect_clean_end(*process);
  EXPECT_THAT(process->err(), ContainsRegex("[0-9]+ of [0-9]+ lines for stdout were left out"));
}

TEST_F(Outlets, a_fifo_that_nobody_reads_keeps_nothing_waiting) {
  const auto process = up({"--capture", fifo("x.pcapng")});
  EXPECT_TRUE(says(*process, "x.pcapng: nobody reads it; packets wait"));
  EXPECT_TRUE(answers_all(1000));
  expect_clean_end(*process);
  EXPECT_THAT(process->err(), ContainsRegex("packets for .*x.pcapng were left out: nobody reads it"));
}

TEST_F(Outlets, a_late_reader_of_a_fifo_gets_all) {
  const auto process = up({"--capture", fifo("x.pcapng")});
  EXPECT_TRUE(answers_all(10));
  const auto reader = start({"sh", "-c", "cat " + path("x.pcapng") + " > " + path("read.pcapng")});
  EXPECT_TRUE(says(*process, "x.pcapng is written again"));
  expect_clean_end(*process);
  EXPECT_EQ(reader->wait().status, 0);
  const std::size_t count = tshark(path("read.pcapng"), "frame.number").size();
  EXPECT_GE(count, 20U);
  EXPECT_THAT(process->err(), Not(HasSubstr("were left out")));
}

TEST_F(Outlets, a_closed_stderr_is_not_taken_for_the_device) {
  const auto process = start_script("exec \"$@\" 2>&-", {"up"});
  ASSERT_TRUE(has_link());
  EXPECT_EQ(std::filesystem::read_symlink("/proc/" + std::to_string(process->pid()) + "/fd/2"), "/dev/null");
  expect_clean_end(*process);
}

// ---- disks ----

TEST_F(Outlets, DUMP_006_a_capture_is_written_while_nothing_happens) {
  const auto process = up({"--capture", path("x.pcapng")});
  EXPECT_TRUE(answers_all(3));
  EXPECT_TRUE(eventually([&] { return content(path("x.pcapng")).contains(" | answers "); }));
  process->signal(SIGKILL);
  process->wait();
  EXPECT_THAT(tshark(path("x.pcapng"), "icmp.type"), Contains("0").Times(testing::Ge(1)));
}

TEST_F(Outlets, without_room_it_answers_and_keeps_its_summary) {
  const auto process = start_script("exec \"$@\" >/dev/full", {"up", "--json", "--capture", no_room("x.pcapng")});
  EXPECT_TRUE(says(*process, "x.pcapng: No space left on device; packets wait"));
  EXPECT_TRUE(answers_all(1000));
  expect_clean_end(*process, 3);
  EXPECT_THAT(process->err(), AllOf(HasSubstr("icmp4_echo_request_for_us"),
                                    ContainsRegex("packets for .*x.pcapng were left out: No space left on device")));
  const auto mute = start_script("exec \"$@\" 2>/dev/full", {"up", "--explain"});
  ASSERT_TRUE(has_link());
  EXPECT_TRUE(answers_all(100));
  expect_clean_end(*mute);
}

TEST_F(Outlets, a_disk_that_gets_room_again_gets_all_that_waited) {
  std::filesystem::create_directory(path("disk"));
  const std::string fill = "mount -t tmpfs -o size=1m none " + path("disk") + " && head -c 983040 /dev/zero > " +
                           path("disk/ballast") + " && exec \"$@\"";
  const auto process =
      start({"unshare", "--mount", "sh", "-c", fill, "sh", program, "up", "--capture", path("disk/x.pcapng")});
  ASSERT_TRUE(says(*process, " is up: "));
  const FileDescriptor disk(
      ::open(("/proc/" + std::to_string(process->pid()) + "/root" + path("disk")).c_str(), O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(disk.is_open());
  const std::string inside = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(disk.get()) + "/";
  EXPECT_TRUE(answers_all(200));
  ASSERT_TRUE(says(*process, "x.pcapng: No space left on device; packets wait"));
  const std::size_t in_time = tshark(inside + "x.pcapng", "frame.number").size();
  EXPECT_GT(in_time, 10U);
  EXPECT_TRUE(std::filesystem::remove(inside + "ballast"));
  EXPECT_TRUE(answers_all(10));
  process->signal(SIGTERM);
  const Outcome ended = process->wait();
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.err, Not(HasSubstr("were left out")));
  const auto directions = tshark(inside + "x.pcapng", "frame.packet_flags_direction");
  const auto in = std::ranges::count_if(directions, [](const std::string& d) { return d.ends_with("1"); });
  EXPECT_GT(directions.size(), in_time);
  EXPECT_THAT(ended.err, HasSubstr("tunstack: " + std::to_string(in) + " packets in, "));
}

TEST_F(Outlets, nothing_is_torn_at_the_limit_of_files) {
  const auto process =
      start_script("ulimit -f 32; exec \"$@\" >" + path("lines.json"), {"up", "--json", "--capture", path("x.pcapng")});
  ASSERT_TRUE(says(*process, " is up: "));
  EXPECT_TRUE(answers_all(500));
  EXPECT_TRUE(says(*process, "x.pcapng: File too large; packets wait"));
  EXPECT_TRUE(answers_all(10));
  expect_clean_end(*process, 3);
  EXPECT_THAT(process->err(), AllOf(ContainsRegex("packets for .*x.pcapng were left out: File too large"),
                                    HasSubstr("lines for stdout were left out: File too large")));
  EXPECT_THAT(tshark(path("x.pcapng"), "frame.number"), Not(IsEmpty()));
  const std::string lines = content(path("lines.json"));
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), '\n');
}

// ---- offline ----

TEST_F(Outlets, replay_waits_for_its_reader_and_says_what_could_not_be_written) {
  const auto recorded = up({"--capture", path("in.pcap")});
  EXPECT_TRUE(answers_all(500));
  expect_clean_end(*recorded);
  const std::size_t packets = tshark(path("in.pcap"), "frame.number").size();
  const Outcome slow = start_script("\"$@\" | (sleep 1; wc -l)", {"replay", path("in.pcap"), "--json"})->wait();
  EXPECT_GE(std::stoul(slow.out), packets);
  const Outcome head =
      start_script("\"$@\" | head -1; echo status ${PIPESTATUS[0]}", {"replay", path("in.pcap"), "--json"})->wait();
  EXPECT_THAT(head.out, HasSubstr("\nstatus 0\n")) << head;
  const Outcome full = start_script("exec \"$@\" >/dev/full", {"replay", path("in.pcap"), "--json"})->wait();
  EXPECT_EQ(full.status, 2);
  EXPECT_THAT(full.err, HasSubstr("tunstack: cannot write all lines to stdout\n  No space left on device\n"));
}

}  // namespace
}  // namespace tunstack::test::outlet_test
