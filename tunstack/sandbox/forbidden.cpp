#include "tunstack/sandbox/forbidden.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/if_tun.h>
#include <linux/kexec.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/sandbox/sandbox.hpp"

namespace tunstack {

namespace {

/// Negative, with errno set, where it was not done. Arguments are such that it does no harm: where it is not refused
/// it mostly fails for another reason.
struct Forbidden {
  const char* what;
  long (*attempt)();
};

constexpr const char* nowhere = "/nonexistent/file";
constexpr int no_file = -1;

long opened(const char* path, int flags) {
  const FileDescriptor file(::open(path, flags | O_CLOEXEC, 0600));
  return file.get();
}

long socket_made(int family, int type, int protocol) {
  const FileDescriptor socket(::socket(family, type | SOCK_CLOEXEC, protocol));
  return socket.get();
}

long child_made() {
  const long child = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) ::_exit(0);
  return child;
}

long memory_made(int protection) {
  void* const memory = ::mmap(nullptr, 1, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? -1 : 0;
}

long memory_made_executable() {
  void* const memory = ::mmap(nullptr, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return ::mprotect(memory, 1, PROT_READ | PROT_EXEC);
}

long program_run() {
  char* const none[] = {nullptr};
  return ::execve(nowhere, none, none);
}

long limit_raised() {
  const rlimit same{0, 0};
  return ::setrlimit(RLIMIT_CORE, &same);
}

/// A stack has one open, to hear of its link.
int open_netlink_socket = no_file;

/// Asks for no change, of the loopback device.
long link_changed() {
  struct {
    nlmsghdr header{sizeof(nlmsghdr) + sizeof(ifinfomsg), RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 0, 0};
    ifinfomsg link{AF_UNSPEC, 0, 0, 1, 0, 0};
  } request;
  struct {
    nlmsghdr header;
    nlmsgerr failure;
  } answer{};
  if (::send(open_netlink_socket, &request, sizeof request, 0) < 0) return -1;
  if (::recv(open_netlink_socket, &answer, sizeof answer, 0) < 0) return -1;
  errno = -answer.failure.error;
  return errno == 0 ? 0 : -1;
}

constexpr Forbidden all_forbidden[] = {
    {"read a file", [] { return opened("/etc/hostname", O_RDONLY); }},
    {"make a file", [] { return opened("/tmp", O_WRONLY | O_TMPFILE); }},
    {"list a directory", [] { return opened("/", O_RDONLY | O_DIRECTORY); }},
    {"read the memory of processes", [] { return opened("/proc/self/mem", O_RDONLY); }},
    {"see whether a file exists", [] { return long{::access("/etc/hostname", F_OK)}; }},
    {"make a directory", [] { return long{::mkdir(nowhere, 0700)}; }},
    {"remove a file", [] { return long{::unlink(nowhere)}; }},
    {"rename a file", [] { return long{::rename(nowhere, nowhere)}; }},
    {"link to a file", [] { return long{::symlink(nowhere, nowhere)}; }},
    {"make a device node", [] { return long{::mknod(nowhere, S_IFCHR, 0)}; }},
    {"change the mode of a file", [] { return long{::chmod(nowhere, 0700)}; }},
    {"change the owner of a file", [] { return long{::chown(nowhere, 0, 0)}; }},
    {"change the directory", [] { return long{::chdir("/")}; }},
    {"change the root directory", [] { return long{::chroot("/")}; }},
    {"mount", [] { return long{::mount("none", nowhere, "proc", 0, nullptr)}; }},
    {"unmount", [] { return long{::umount2(nowhere, 0)}; }},
    {"swap root file systems", [] { return ::syscall(SYS_pivot_root, nowhere, nowhere); }},
    {"start a process", child_made},
    {"run a program", program_run},
    {"run a program from memory", [] { return long{::memfd_create("program", MFD_CLOEXEC)}; }},
    {"make executable memory", [] { return memory_made(PROT_READ | PROT_EXEC); }},
    {"make memory executable", memory_made_executable},
    {"signal another process", [] { return long{::kill(::getppid(), 0)}; }},
    {"trace another process", [] { return ::ptrace(PTRACE_SEIZE, 0, nullptr, nullptr); }},
    {"read another process", [] { return ::syscall(SYS_process_vm_readv, ::getppid(), nullptr, 0, nullptr, 0, 0); }},
    {"take a handle of another process", [] { return ::syscall(SYS_pidfd_open, 1, 0); }},
    {"make a TCP socket", [] { return socket_made(AF_INET, SOCK_STREAM, 0); }},
    {"make a UDP socket", [] { return socket_made(AF_INET6, SOCK_DGRAM, 0); }},
    {"make a raw socket", [] { return socket_made(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
    {"make a packet socket", [] { return socket_made(AF_PACKET, SOCK_RAW, 0); }},
    {"make a netlink socket", [] { return socket_made(AF_NETLINK, SOCK_RAW, 0); }},
    {"change a link by an open one", link_changed},
    {"make a Unix socket", [] { return socket_made(AF_UNIX, SOCK_STREAM, 0); }},
    {"connect a socket", [] { return long{::connect(no_file, nullptr, 0)}; }},
    {"bind a socket", [] { return long{::bind(no_file, nullptr, 0)}; }},
    {"pass a file to another process", [] { return long{::sendmsg(no_file, nullptr, 0)}; }},
    {"attach to another device", [] { return long{::ioctl(no_file, TUNSETIFF, nullptr)}; }},
    {"type into the terminal", [] { return long{::ioctl(no_file, TIOCSTI, "")}; }},
    {"become root", [] { return ::syscall(SYS_setresuid, 0, 0, 0); }},
    {"change groups", [] { return ::syscall(SYS_setgroups, 0, nullptr); }},
    {"take capabilities", [] { return ::syscall(SYS_capset, nullptr, nullptr); }},
    {"make namespaces", [] { return long{::unshare(CLONE_NEWNS)}; }},
    {"enter a namespace", [] { return long{::setns(no_file, 0)}; }},
    {"show its memory again", [] { return long{::prctl(PR_SET_DUMPABLE, 1)}; }},
    {"change limits", limit_raised},
    {"change priorities", [] { return long{::setpriority(PRIO_PROCESS, 0, 19)}; }},
    {"load a BPF program", [] { return ::syscall(SYS_bpf, 5, nullptr, 0); }},
    {"watch the kernel (perf)", [] { return ::syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0); }},
    {"make an io_uring", [] { return ::syscall(SYS_io_uring_setup, 1, nullptr); }},
    {"use the keyring", [] { return ::syscall(SYS_keyctl, 0, 0, 0); }},
    {"load a kernel module", [] { return ::syscall(SYS_init_module, nullptr, 0, ""); }},
    {"load another kernel", [] { return ::syscall(SYS_kexec_load, 0, 0, nullptr, KEXEC_ARCH_MASK); }},
    {"reboot", [] { return ::syscall(SYS_reboot, 0, 0, 0, nullptr); }},
    {"set the clock", [] { return ::syscall(SYS_clock_settime, CLOCK_REALTIME, nullptr); }},
    {"name the host", [] { return long{::sethostname("", static_cast<std::size_t>(-1))}; }},
};

constexpr std::size_t attempts = std::size(all_forbidden);
using Errors = std::array<int, attempts>;

/// In the process that tries: how it went, and stays until nobody listens any more.
[[noreturn]] void try_all(bool sandboxed, int report, int stay) {
  Errors errors{};
  open_netlink_socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  try {
    if (sandboxed) enter_sandbox();
    for (std::size_t i = 0; i < attempts; ++i) {
      errno = 0;
      errors[i] = all_forbidden[i].attempt() < 0 ? errno : 0;
    }
    char none = 0;
    if (::write(report, errors.data(), sizeof errors) == sizeof errors) (void)!::read(stay, &none, 1);
  } catch (const SystemError&) {
    ::_exit(1);  // without a report, which is how its absence is told
  }
  ::_exit(0);
}

/// What /proc/PID/status should say, and what that means.
std::vector<std::string> missing_in_status(pid_t process) {
  constexpr std::array<std::pair<const char*, const char*>, 5> wanted{
      {{"NoNewPrivs:\t1", "no new privileges"},
       {"Seccomp:\t2", "system calls limited by seccomp"},
       {"CapEff:\t0000000000000000", "no effective capabilities"},
       {"CapPrm:\t0000000000000000", "no permitted capabilities"},
       {"CapAmb:\t0000000000000000", "no ambient capabilities"}}};
  std::ifstream file(fmt::format("/proc/{}/status", process));
  const std::string status((std::istreambuf_iterator<char>(file)), {});
  if (status.empty()) return {"/proc, which would tell of capabilities and the like"};
  std::vector<std::string> missing;
  for (const auto& [line, meaning] : wanted)
    if (!status.contains(std::string("\n") + line + "\n")) missing.emplace_back(meaning);
  return missing;
}

}  // namespace

SandboxTrial try_what_is_forbidden(bool sandboxed) {
  int report[2] = {-1, -1};
  int stay[2] = {-1, -1};
  if (::pipe2(report, O_CLOEXEC) != 0 || ::pipe2(stay, O_CLOEXEC) != 0)
    throw SystemError(fmt::format("cannot make a pipe: {}", std::strerror(errno)), "too many files are open",
                      "see ulimit -n");
  const FileDescriptor report_read(report[0]);
  FileDescriptor report_write(report[1]);
  const FileDescriptor stay_read(stay[0]);
  FileDescriptor stay_write(stay[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    stay_write = FileDescriptor();
    try_all(sandboxed, report[1], stay[0]);
  }
  report_write = FileDescriptor();
  Errors errors{};
  const bool reported = child > 0 && ::read(report[0], errors.data(), sizeof errors) == sizeof errors;
  SandboxTrial trial;
  if (reported) trial.missing = missing_in_status(child);
  stay_write = FileDescriptor();
  if (child > 0) ::waitpid(child, nullptr, 0);
  if (!reported)
    throw SystemError("the sandbox cannot be entered here",
                      "the kernel lacks seccomp filters, or a container forbids them",
                      "tunstack up --no-sandbox goes without this protection");
  for (std::size_t i = 0; i < attempts; ++i) {
    const bool refused = errors[i] == EPERM || errors[i] == EACCES;
    trial.attempts.push_back(
        {all_forbidden[i].what, errors[i] == 0 ? "it was done" : std::strerror(errors[i]), refused});
  }
  return trial;
}

}  // namespace tunstack
