#include "tests/system/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <ostream>
#include <sstream>

namespace tunstack::test {

namespace {

FileDescriptor file_in_memory(const char* name) { return FileDescriptor(::memfd_create(name, MFD_CLOEXEC)); }

std::string content(const FileDescriptor& file) {
  struct stat status{};
  ::fstat(file.get(), &status);
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

[[noreturn]] void become(const Command& command, const std::function<bool()>& prepare, int out, int err) {
  ::setsid();
  ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  if (prepare && !prepare()) {
    std::perror("cannot prepare the process");
    ::_exit(125);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  std::perror(arguments[0]);
  ::_exit(127);
}

/// What /proc/PID/stat says, from the name of the program on.
struct Stat {
  std::string name;
  std::vector<std::string> fields;  // the first is number 3 of proc(5): the state

  pid_t parent() const { return std::stoi(fields.at(1)); }
  long ticks() const { return std::stol(fields.at(11)) + std::stol(fields.at(12)); }
  const std::string& start_time() const { return fields.at(19); }
};

std::optional<Stat> stat_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const std::size_t open = line.find('(');
  const std::size_t close = line.rfind(')');  // the name may hold parentheses itself
  Stat stat{.name = line.substr(open + 1, close - open - 1), .fields = {}};
  std::istringstream rest(line.substr(close + 1));
  for (std::string field; rest >> field;) stat.fields.push_back(field);
  return stat;
}

std::map<pid_t, Stat> all_processes() {
  std::map<pid_t, Stat> all;
  DIR* directory = ::opendir("/proc");
  while (const dirent* entry = ::readdir(directory)) {
    const auto pid = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (pid <= 0) continue;
    if (auto stat = stat_of(pid)) all.emplace(pid, std::move(*stat));
  }
  ::closedir(directory);
  return all;
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const Outcome& outcome) {
  return stream << "status " << outcome.status << "\n-- stdout\n" << outcome.out << "-- stderr\n" << outcome.err;
}

Process::Process(const Command& command, const std::function<bool()>& prepare)
    : out_(file_in_memory("stdout")), err_(file_in_memory("stderr")), pid_(::fork()) {
  if (pid_ == 0) become(command, prepare, out_.get(), err_.get());
  pidfd_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

Process::~Process() {
  if (pid_ > 0 && !reaped_) wait(Milliseconds(0));
}

void Process::signal(int number) const {
  if (pid_ > 0 && !reaped_) ::kill(pid_, number);
}

bool Process::has_ended() const {
  pollfd ended{pidfd_.get(), POLLIN, 0};
  return pid_ < 0 || ::poll(&ended, 1, 0) > 0;
}

std::string Process::out() const { return content(out_); }
std::string Process::err() const { return content(err_); }

Outcome Process::wait(Milliseconds limit) {
  if (pid_ < 0) return {};
  pollfd ended{pidfd_.get(), POLLIN, 0};
  const bool in_time = ::poll(&ended, 1, static_cast<int>(limit.count())) > 0;
  if (!in_time) {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);  // it may not have made its group yet
  }
  int status = 0;
  reaped_ = ::waitpid(pid_, &status, 0) == pid_;
  const int ended_with = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {.status = in_time ? ended_with : -1, .out = out(), .err = err()};
}

std::vector<ProcessId> family_of(pid_t pid) {
  const std::map<pid_t, Stat> all = all_processes();
  std::vector<ProcessId> family;
  if (const auto own = all.find(pid); own != all.end()) family.push_back({pid, own->second.start_time()});
  for (std::size_t i = 0; i < family.size(); ++i)
    for (const auto& [child, stat] : all)
      if (stat.parent() == family[i].pid) family.push_back({child, stat.start_time()});
  return family;
}

bool is_alive(const ProcessId& process) {
  const auto stat = stat_of(process.pid);
  return stat && stat->start_time() == process.start_time;
}

pid_t pid_of(const std::vector<ProcessId>& family, const std::string& name) {
  for (const ProcessId& process : family)
    if (const auto stat = stat_of(process.pid); stat && stat->name == name) return process.pid;
  return -1;
}

long cpu_ticks(pid_t pid) {
  const auto stat = stat_of(pid);
  return stat ? stat->ticks() : -1;
}

}  // namespace tunstack::test
