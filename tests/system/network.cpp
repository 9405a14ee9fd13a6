#include "tests/system/network.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace tunstack::test {

namespace {

void write_text(const char* path, const std::string& text) { std::ofstream(path) << text; }

/// In a process of its own: makes the namespaces, tells how it went, and stays until it is killed.
[[noreturn]] void hold_namespaces(int report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  int error = ::unshare(CLONE_NEWNET | (uid == 0 ? 0 : CLONE_NEWUSER)) == 0 ? 0 : errno;
  if (error == 0 && uid != 0) {
    write_text("/proc/self/setgroups", "deny");
    write_text("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
    write_text("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
  }
  if (::write(report, &error, sizeof error) == sizeof error) ::pause();
  ::_exit(0);
}

FileDescriptor namespace_of(pid_t pid, const char* kind) {
  const std::string path = "/proc/" + std::to_string(pid) + "/ns/" + kind;
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

bool can_open_tun() { return FileDescriptor(::open("/dev/net/tun", O_RDWR | O_CLOEXEC)).is_open(); }

nlohmann::json parsed(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  return json.is_array() ? json : nlohmann::json::array();
}

}  // namespace

Network::Network() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    fault_ = std::strerror(errno);
    return;
  }
  const FileDescriptor read_end(ends[0]);
  const FileDescriptor write_end(ends[1]);
  const pid_t holder = ::fork();
  if (holder == 0) hold_namespaces(ends[1]);
  int error = ECHILD;
  if (holder > 0 && ::read(read_end.get(), &error, sizeof error) == sizeof error && error == 0) {
    user_ = namespace_of(holder, "user");
    net_ = namespace_of(holder, "net");
  }
  if (holder > 0) ::kill(holder, SIGKILL);
  if (holder > 0) ::waitpid(holder, nullptr, 0);
  if (error != 0) fault_ = std::string("no network namespace can be made here: ") + std::strerror(error);
  if (!can_open_tun()) fault_ = std::string("this user may not open /dev/net/tun: ") + std::strerror(errno);
}

bool Network::enter() const {
  if (::geteuid() != 0 && ::setns(user_.get(), CLONE_NEWUSER) != 0) return false;
  return ::setns(net_.get(), CLONE_NEWNET) == 0;
}

Outcome Network::run(const Command& command, Milliseconds limit) const {
  return Process(command, [this] { return enter(); }).wait(limit);
}

std::optional<Link> Network::link(const std::string& name) const {
  const nlohmann::json links = parsed(run({"ip", "-j", "address", "show", "dev", name}).out);
  if (links.empty()) return std::nullopt;
  const nlohmann::json& shown = links[0];
  const auto flags = shown.at("flags").get<std::vector<std::string>>();
  Link link{.up = std::ranges::find(flags, "UP") != flags.end(), .mtu = shown.at("mtu"), .addresses = {}};
  for (const nlohmann::json& address : shown.at("addr_info"))
    if (address.at("scope") == "global")
      link.addresses.insert(address.at("local").get<std::string>() + "/" +
                            std::to_string(address.at("prefixlen").get<int>()));
  return link;
}

std::set<std::string> Network::routes(const std::string& name) const {
  std::set<std::string> destinations;
  for (const char* family : {"-4", "-6"})
    for (const nlohmann::json& route : parsed(run({"ip", family, "-j", "route", "show", "dev", name}).out))
      if (route.at("dst") != "fe80::/64") destinations.insert(route.at("dst"));
  return destinations;
}

namespace {

/// Where stacks keep what outlives them, as long as the tests run.
class StateDirectory {
 public:
  StateDirectory() {
    char name[] = "/tmp/tunstack-state.XXXXXX";
    if (::mkdtemp(name) != nullptr) path_ = name;
    ::setenv("STATE_DIRECTORY", path_.c_str(), 1);
  }
  ~StateDirectory() { std::filesystem::remove_all(path_); }

 private:
  std::string path_;
};

}  // namespace

void SystemTest::SetUp() {
  static const StateDirectory state_directory;
  SKIP_UNLESS(network.fault().empty(), network.fault());
}

Outcome SystemTest::tunstack(Command arguments, Milliseconds limit) const {
  arguments.insert(arguments.begin(), program);
  return network.run(arguments, limit);
}

Outcome SystemTest::exec(const Command& command) const {
  Command arguments = {"exec", "--"};
  arguments.insert(arguments.end(), command.begin(), command.end());
  return tunstack(arguments);
}

std::unique_ptr<Process> SystemTest::start(const Command& command) const {
  return std::make_unique<Process>(command, [this] { return network.enter(); });
}

std::unique_ptr<Process> SystemTest::start_tunstack(Command arguments) const {
  arguments.insert(arguments.begin(), program);
  return start(arguments);
}

std::unique_ptr<Process> SystemTest::up(Command arguments) const {
  arguments.insert(arguments.begin(), "up");
  auto process = start_tunstack(arguments);
  const auto is_up = [&] { return process->err().contains(" is up: "); };
  EXPECT_TRUE(eventually([&] { return is_up() || process->has_ended(); }) && is_up()) << process->err();
  return process;
}

bool SystemTest::answers(const std::string& address) const {
  return network.run({"ping", "-c", "1", "-W", "2", address}).out.contains("1 received");
}

void expect_fault(const Outcome& outcome, int status, const char* file, int line) {
  const testing::ScopedTrace trace(file, line, testing::PrintToString(outcome));
  EXPECT_EQ(outcome.status, status);
  EXPECT_EQ(outcome.out, "");
  const std::vector<std::string> lines = lines_of(outcome.err);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], testing::StartsWith("tunstack: "));
  EXPECT_THAT(lines[1], testing::StartsWith("  "));
  EXPECT_THAT(lines[2], testing::StartsWith("  try: "));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace tunstack::test
