// `tunstack state` asks the real program, in and out of sandboxes.
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/system/network.hpp"

namespace tunstack::test::state_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// Sockets are in a directory of the test's own. Stacks of other tests may be found in /tmp all the same, so each
/// device has a name that no other test has.
class State : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    char name[] = "/tmp/state_test.XXXXXX";
    directory = ::mkdtemp(name);
    if (const char* before = std::getenv("XDG_RUNTIME_DIR")) before_ = before;
    ::setenv("XDG_RUNTIME_DIR", directory.c_str(), 1);
  }
  void TearDown() override {
    std::filesystem::remove_all(directory);
    before_ ? ::setenv("XDG_RUNTIME_DIR", before_->c_str(), 1) : ::unsetenv("XDG_RUNTIME_DIR");
  }

  /// Of a command in the sandbox of `tunstack exec --tap`, where $0 is tunstack.
  Outcome in_sandbox(const std::string& script, Command options = {"--tap"}) const {
    options.insert(options.begin(), "exec");
    for (const std::string& word : {std::string("--"), std::string("sh"), std::string("-c"), script, program})
      options.push_back(word);
    return tunstack(options);
  }
  json state(Command options = {}) const {
    options.insert(options.begin(), {"state", "--json"});
    const Outcome outcome = tunstack(options);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return json::parse(outcome.out, nullptr, false);
  }
  /// `tunstack exec` of a shell that waits.
  std::unique_ptr<Process> sandbox(const std::string& device, const std::string& address) const {
    auto process = start_tunstack({"exec", "--dev", device, "--address", address, "--", "sh", "-c",
                                   "\"$0\" state; echo ready; sleep 1000", program});
    EXPECT_TRUE(eventually([&] { return process->out().contains("ready"); })) << process->err();
    return process;
  }
  std::vector<std::string> sockets() const {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) paths.push_back(entry.path());
    return paths;
  }

  std::string directory;

 private:
  std::optional<std::string> before_;
};

const std::string ping_once = "ping -c 1 192.0.2.2 >/dev/null && ";

TEST_F(State, the_kernel_is_a_neighbor_after_a_ping) {
  const Outcome outcome = in_sandbox(ping_once + "cat /sys/class/net/tun0/address && \"$0\" state --json");
  ASSERT_EQ(outcome.status, 0) << outcome;
  const std::string mac = lines_of(outcome.out).at(0);
  const json report = json::parse(outcome.out.substr(mac.size()), nullptr, false);
  ASSERT_TRUE(report.is_object()) << outcome;
  EXPECT_EQ(report["schema"], 1);
  EXPECT_EQ(report["interfaces"][0]["name"], "tun0");
  json kernel;
  for (const json& neighbor : report["neighbors"])
    if (neighbor["address"] == "192.0.2.1") kernel = neighbor;
  ASSERT_FALSE(kernel.is_null()) << outcome;
  EXPECT_EQ(kernel["link_layer_address"], mac);
  EXPECT_THAT(kernel["state"], testing::AnyOf("reachable", "delay")) << "it was heard, and sent to";
  EXPECT_EQ(report["counters"]["reasons"]["icmp4_echo_request_for_us"], 1);
  EXPECT_GE(report["counters"]["packets_in"], 2) << "ARP and the ping";
}

TEST_F(State, the_text_form) {
  const Outcome outcome = in_sandbox(ping_once + "\"$0\" state");
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, testing::ContainsRegex("^tun0 in process [0-9]+, network namespace [0-9]+\nrunning for "));
  EXPECT_THAT(outcome.out, HasSubstr("\nneighbors\n  interface  address"));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("tun0 +192.0.2.1 +[0-9a-f:]{17} +(reachable|delay)"));
  EXPECT_THAT(outcome.out, HasSubstr("icmp4_echo_request_for_us  RFC 1122 3.2.2.6"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\nredirects\n")));
}

TEST_F(State, the_device_has_the_name_that_the_kernel_gave_it) {
  const Outcome outcome = in_sandbox("\"$0\" state --dev state0 --json", {"--dev", "state%d"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(json::parse(outcome.out)["interfaces"][0]["name"], "state0");
}

TEST_F(State, no_stack_is_status_3) {
  const Outcome outcome = tunstack({"state", "--dev", "nobody0"});
  EXPECT_FAULT(outcome, 3);
  EXPECT_THAT(outcome.err, HasSubstr("no stack is running on the device nobody0"));
  EXPECT_FAULT(tunstack({"state", "--pid", "1", "--json"}), 3);
}

TEST_F(State, transitions_need_no_stack) {
  const Outcome text = tunstack({"state", "--transitions"});
  EXPECT_EQ(text.status, 0) << text;
  EXPECT_THAT(text.out, testing::ContainsRegex("\n  delay +timeout +solicit +probe\n"));
  const Outcome rows = tunstack({"state", "--transitions", "--json"});
  EXPECT_EQ(json::parse(rows.out).size() + 1, lines_of(text.out).size()) << "a title and a line for each";
}

TEST_F(State, killing_a_stack_leaves_nothing_that_disturbs_the_next) {
  const auto killed = up({"--dev", "killed0"});
  ASSERT_THAT(sockets(), SizeIs(1));
  killed->signal(SIGKILL);
  killed->wait();
  EXPECT_FAULT(tunstack({"state", "--dev", "killed0"}), 3);
  const auto next = up({"--dev", "killed0"});
  EXPECT_EQ(state({"--dev", "killed0"})["interfaces"][0]["name"], "killed0");
  EXPECT_THAT(sockets(), SizeIs(1)) << "the next one cleans up";
  next->signal(SIGTERM);
  EXPECT_EQ(next->wait().status, 0);
  EXPECT_THAT(sockets(), IsEmpty());
}

TEST_F(State, the_socket_of_a_stack_that_ended_without_leave_is_removed_by_who_asks) {
  const auto killed = up({"--dev", "killed1"});
  // Whoever would take the socket away is killed first.
  const std::vector<ProcessId> family = family_of(killed->pid());
  ASSERT_THAT(family, SizeIs(2)) << "the stack and its caretaker";
  ::kill(family[1].pid, SIGKILL);
  killed->signal(SIGKILL);
  killed->wait();
  ASSERT_THAT(sockets(), SizeIs(1));
  EXPECT_FAULT(tunstack({"state", "--dev", "killed1"}), 3);
  EXPECT_THAT(sockets(), IsEmpty());
}

TEST_F(State, a_stack_in_another_network_is_shown_only_on_request) {
  const auto elsewhere = sandbox("else0", "198.51.100.2/24");
  const Outcome without_request = tunstack({"state"});
  EXPECT_FAULT(without_request, 3);
  EXPECT_THAT(without_request.err, HasSubstr("no stack is running in this network namespace"));
  EXPECT_THAT(without_request.err, HasSubstr("else0 (process " + std::to_string(elsewhere->pid()) + ")"));
  for (const Command& request : {Command{"--dev", "else0"}, {"--pid", std::to_string(elsewhere->pid())}}) {
    const Outcome shown = tunstack({"state", request[0], request[1]});
    EXPECT_EQ(shown.status, 0) << shown;
    EXPECT_THAT(lines_of(shown.out).at(0), HasSubstr("(another one than this)"));
  }
}

TEST_F(State, of_one_device_name_in_two_networks_each_sandbox_finds_its_own) {
  const auto first = sandbox("twin0", "192.0.2.2/24");
  const auto second = sandbox("twin0", "198.51.100.2/24");
  EXPECT_THAT(first->out(), HasSubstr("192.0.2.2 "));
  EXPECT_THAT(second->out(), HasSubstr("198.51.100.2 "));
  EXPECT_THAT(second->out(), Not(HasSubstr("192.0.2.2 ")));

  const Outcome several = tunstack({"state", "--dev", "twin0"});
  EXPECT_FAULT(several, 2);
  for (const auto* process : {&first, &second})
    EXPECT_THAT(several.err, HasSubstr("twin0 (process " + std::to_string((*process)->pid()) + ")"));
  EXPECT_EQ(state({"--pid", std::to_string(first->pid())})["addresses"][0]["address"], "192.0.2.2");
  EXPECT_EQ(state({"--pid", std::to_string(second->pid())})["addresses"][0]["address"], "198.51.100.2");
}

TEST_F(State, the_stack_of_this_network_comes_first) {
  const auto elsewhere = sandbox("here0", "198.51.100.2/24");
  const auto here = up({"192.0.2.2/24", "--dev", "here0"});
  EXPECT_EQ(state()["addresses"][0]["address"], "192.0.2.2");
}

/// Connects, and never reads.
FileDescriptor silent_client(const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
  return socket;
}

TEST_F(State, clients_that_never_read_stop_nothing) {
  Command arguments = {"--dev", "silent0", "192.0.2.2/24"};
  constexpr int many = 1500;  // addresses: their report is more than a socket holds
  for (int i = 0; i < many; ++i) arguments.push_back("2001:db8::5:" + std::to_string(i) + "/64");
  const auto process = up(arguments);
  std::vector<FileDescriptor> clients;
  const std::string path = sockets().at(0);
  for (int i = 0; i < 20; ++i) {
    clients.push_back(silent_client(path));
    EXPECT_TRUE(answers("192.0.2.2")) << "with " << i << " clients";
  }
  const long before = cpu_ticks(process->pid());
  std::this_thread::sleep_for(Milliseconds(1000));  // the measure is time
  EXPECT_LT(cpu_ticks(process->pid()) - before, 20) << "it spins";
  EXPECT_THAT(state({"--dev", "silent0"})["addresses"], SizeIs(many + 2)) << "who reads gets all";
}

TEST_F(State, a_stack_goes_on_without_a_socket) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, to make /tmp read-only for the command");
  const std::string read_only = "mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp && exec \"$0\" exec ";
  const Command without = {"unshare", "-m", "env", "XDG_RUNTIME_DIR=/nowhere", "sh", "-c"};
  for (const bool explains : {false, true}) {
    Command command = without;
    command.push_back(read_only + (explains ? "--explain " : "") + "-- ping -c 1 192.0.2.2");
    command.push_back(program);
    const Outcome outcome = network.run(command);
    EXPECT_EQ(outcome.status, 0) << outcome;
    EXPECT_EQ(outcome.err.contains("tunstack: cannot make the socket /tmp/tunstack-"), explains) << outcome;
  }
}

}  // namespace
}  // namespace tunstack::test::state_test
