#include "tunstack/device/namespace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "tunstack/device/namespace_remedy.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr int cannot_run = 126;  // as env, nice and the shells have it
constexpr int command_not_found = 127;

bool write_text(const char* path, const std::string& text) {
  const FileDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  return file.is_open() && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

[[noreturn]] void throw_unshare_error(int error, bool as_user) {
  throw SystemError(fmt::format("cannot make a private network namespace: {}", std::strerror(error)),
                    as_user ? "the kernel does not let users make user namespaces"
                            : "root lacks CAP_SYS_ADMIN here, as in most containers, or there are too many",
                    namespace_remedy(!as_user));
}

void map_user_to_root(uid_t uid, gid_t gid) {
  write_text("/proc/self/setgroups", "deny");
  if (write_text("/proc/self/uid_map", fmt::format("0 {} 1", uid)) &&
      write_text("/proc/self/gid_map", fmt::format("0 {} 1", gid)))
    return;
  throw SystemError(fmt::format("cannot map user {} into the namespace: {}", uid, std::strerror(errno)),
                    "the kernel refused the user map", "run it with sudo");
}

std::string text_of(const char* path) {
  std::string text;
  const FileDescriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> part{};
  for (ssize_t size = 0; file.is_open() && (size = ::read(file.get(), part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(size));
  return text;
}

// Behind what the host has in /etc/hosts; the file that it is bound to is in memory, and nobody finds it elsewhere:
// what it was made in is covered by the next /proc.
void mount_own_hosts(const std::string& hosts) {
  constexpr const char* path = "/etc/hosts";
  if (hosts.empty() || ::mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4m") != 0) return;
  constexpr const char* made = "/proc/hosts";
  const FileDescriptor file(::open(made, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  const std::string text = text_of(path) + "\n" + hosts;
  if (file.is_open() && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()))
    ::mount(made, path, nullptr, MS_BIND, nullptr);
  ::umount2("/proc", MNT_DETACH);
}

// A shell that looks at /sys/class/net or /proc should see its own world. Where a container forbids the mounts
// only these views are the host's; nothing depends on them. Where mounts cannot be made private, as in a chroot whose
// "/" is no mount point, they would reach the host and stay there.
void mount_own_views(const std::string& hosts) {
  constexpr unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
  mount_own_hosts(hosts);
  ::mount("proc", "/proc", "proc", flags, nullptr);
  ::mount("sysfs", "/sys", "sysfs", flags, nullptr);
}

void unblock_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Replaces this process by the command, or tells `report` the errno and exits.
[[noreturn]] void become(const std::vector<std::string>& command, int report) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  unblock_signals();
  ::execvp(arguments[0], arguments.data());
  const int error = errno;
  if (::write(report, &error, sizeof error) < 0) ::_exit(cannot_run);
  ::_exit(error == ENOENT ? command_not_found : cannot_run);
}

/// Reaps all processes of the namespace that have ended, and ends with the status of the command if it is among them.
void reap(pid_t command) {
  int status = 0;
  for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;)
    if (ended == command && (WIFEXITED(status) || WIFSIGNALED(status)))
      ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/// Does what the stack says: to pass a signal on, or to end with everything in the namespace.
void obey(int orders, pid_t command) {
  unsigned char signal = 0;
  if (::read(orders, &signal, 1) != 1 || signal == SIGKILL) ::_exit(128 + SIGKILL);
  ::kill(command, signal);
}

/// What a process sends us is meant for the command. What a terminal sends, it sends to the command as well.
void pass_on(int signals, pid_t command) {
  signalfd_siginfo info{};
  if (::read(signals, &info, sizeof info) != sizeof info || info.ssi_code > 0) return;
  const auto signal = static_cast<int>(info.ssi_signo);
  if (signal == SIGTERM || signal == SIGHUP || signal == SIGINT) ::kill(command, signal);
}

/// Until the command ends, or the stack does. All signals are blocked.
[[noreturn]] void be_init(pid_t command, int orders) {
  sigset_t all;
  sigfillset(&all);
  const FileDescriptor signals(::signalfd(-1, &all, SFD_CLOEXEC));
  for (;;) {
    reap(command);
    std::array<pollfd, 2> files{{{orders, POLLIN, 0}, {signals.get(), POLLIN, 0}}};
    ::poll(files.data(), files.size(), -1);
    if (files[0].revents != 0) obey(orders, command);
    if (files[1].revents != 0) pass_on(signals.get(), command);
  }
}

/// The command has what it was given; its init needs neither that nor the device and the files of the stack.
void close_all_but(int kept) {
  ::close_range(STDERR_FILENO + 1, static_cast<unsigned>(kept) - 1, 0);
  ::close_range(static_cast<unsigned>(kept) + 1, ~0U, 0);
}

[[noreturn]] void run_in_namespace(const std::vector<std::string>& command, const std::string& hosts, int report,
                                   int orders) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // or its end of the pipe is closed already
  mount_own_views(hosts);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  const pid_t child = ::fork();
  if (child == 0) become(command, report);
  if (child < 0) ::_exit(cannot_run);
  close_all_but(orders);
  be_init(child, orders);
}

/// fork(), but the child is the first process of a new process namespace, with mounts of its own; later children of
/// this process are not.
pid_t fork_into_process_namespace() {
  return static_cast<pid_t>(
      ::syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

struct Pipe {
  FileDescriptor read_end, write_end;
};

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw SystemError(fmt::format("cannot make a pipe: {}", std::strerror(errno)), "too many files are open",
                      "close some");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

}  // namespace

void enter_private_network() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  const bool as_user = uid != 0;
  if (::unshare(CLONE_NEWNET | (as_user ? CLONE_NEWUSER : 0)) != 0) throw_unshare_error(errno, as_user);
  if (as_user) map_user_to_root(uid, gid);
}

SandboxedCommand::SandboxedCommand(const std::vector<std::string>& command, const std::string& hosts) {
  Pipe report = make_pipe();
  Pipe orders = make_pipe();
  init_ = fork_into_process_namespace();
  if (init_ < 0)
    throw SystemError(fmt::format("cannot start a process: {}", std::strerror(errno)),
                      "the limit of processes is reached", "see ulimit -u");
  if (init_ == 0) {
    orders.write_end = FileDescriptor();
    run_in_namespace(command, hosts, report.write_end.get(), orders.read_end.get());
  }
  orders_ = std::move(orders.write_end);
  pidfd_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, init_, 0)));
  report.write_end = FileDescriptor();
  int error = 0;
  if (::read(report.read_end.get(), &error, sizeof error) != sizeof error) return;
  const int status = exit_status();
  throw Fault(
      fmt::format("cannot run '{}': {}", command[0], std::strerror(error)),
      error == ENOENT ? "no such file, and no command of this name in PATH" : "the kernel refused to execute it",
      "check the name and its permissions", status);
}

SandboxedCommand::~SandboxedCommand() {
  if (reaped_) return;
  kill();
  exit_status();
}

void SandboxedCommand::send_signal(int signal) const {
  const auto order = static_cast<unsigned char>(signal);
  while (::write(orders_.get(), &order, 1) < 0 && errno == EINTR) {
  }
}
void SandboxedCommand::kill() const { send_signal(SIGKILL); }

int SandboxedCommand::exit_status() {
  int status = 0;
  while (::waitpid(init_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tunstack
