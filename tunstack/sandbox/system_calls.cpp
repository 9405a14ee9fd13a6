#include "tunstack/sandbox/system_calls.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

// ---- whatever their arguments ----

constexpr int stack_calls[] = {
    // Packets, captures, explanations: files that are open already.
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(lseek),
    SCMP_SYS(ftruncate), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(fstat), SCMP_SYS(close),
    // Waiting for them, and for time.
    SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_ctl), SCMP_SYS(poll),
    SCMP_SYS(ppoll), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(restart_syscall), SCMP_SYS(timerfd_settime),
    // Clients of `tunstack state`, and what rtnetlink tells: sockets that are open already.
    SCMP_SYS(accept4), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(shutdown),
    // Memory; none of it executable, see below.
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(getrandom),
    // Threads that run already or are made later.
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(membarrier),
    // Signals to ourselves.
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack),
    // The end: ours, and that of the command and of the caretaker.
    SCMP_SYS(wait4), SCMP_SYS(waitid), SCMP_SYS(exit), SCMP_SYS(exit_group)};

constexpr int caretaker_calls[] = {
    // The answers of rtnetlink; its sockets are below.
    SCMP_SYS(bind), SCMP_SYS(getsockname), SCMP_SYS(sendto), SCMP_SYS(setsockopt),
    // The socket of the stack; Landlock says in which directories.
    SCMP_SYS(newfstatat), SCMP_SYS(lstat), SCMP_SYS(geteuid), SCMP_SYS(unlink), SCMP_SYS(unlinkat)};

// ---- with some arguments only ----

struct Conditional {
  int call;
  scmp_arg_cmp condition;
};

scmp_arg_cmp equal(unsigned argument, std::uint64_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }
/// Of the bits of `mask` the argument has exactly `value`.
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

constexpr std::uint64_t new_namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                         CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME;

void allow_some_arguments(const auto& allow) {
  const auto own_pid = static_cast<std::uint64_t>(::getpid());
  const Conditional conditionals[] = {
      // No code but the program's own.
      {SCMP_SYS(mmap), masked(2, PROT_EXEC, 0)},
      {SCMP_SYS(mprotect), masked(2, PROT_EXEC, 0)},
      // Threads, no processes and no namespaces.
      {SCMP_SYS(clone), masked(0, CLONE_THREAD | new_namespaces, CLONE_THREAD)},
      {SCMP_SYS(prctl), equal(0, PR_SET_NAME)},
      // abort().
      {SCMP_SYS(tgkill), equal(0, own_pid)},
      // stdio looks at a file that is open before it writes: what it is, and whether it is a terminal.
      {SCMP_SYS(newfstatat), masked(3, AT_EMPTY_PATH, AT_EMPTY_PATH)},
      {SCMP_SYS(ioctl), equal(1, TCGETS)},
      {SCMP_SYS(fcntl), equal(1, F_GETFL)},
      {SCMP_SYS(fcntl), equal(1, F_SETFL)},
      // Answers to who has connected, to nobody else.
      {SCMP_SYS(sendto), equal(4, 0)},
  };
  for (const auto& [call, condition] : conditionals) allow(call, condition);
}

class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ERRNO(EPERM))) {
    if (context_ == nullptr) check(-ENOMEM);
    check(::seccomp_attr_set(context_, SCMP_FLTATR_CTL_TSYNC, 1));
    // Whoever finds it missing makes threads by clone(), whose flags can be looked at.
    check(::seccomp_rule_add(context_, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
  }
  ~Filter() { ::seccomp_release(context_); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  void allow(std::span<const int> calls) {
    for (const int call : calls) check(::seccomp_rule_add(context_, SCMP_ACT_ALLOW, call, 0));
  }
  void allow(int call, scmp_arg_cmp condition) {
    check(::seccomp_rule_add(context_, SCMP_ACT_ALLOW, call, 1, condition));
  }
  void load() { check(::seccomp_load(context_)); }

 private:
  static void check(int result) {
    if (result < 0)
      throw SystemError(fmt::format("cannot limit system calls: {}", std::strerror(-result)),
                        "the kernel lacks seccomp filters, or this container forbids them",
                        "--no-sandbox goes without this protection");
  }

  scmp_filter_ctx context_;
};

}  // namespace

void limit_system_calls(Confined who) {
  Filter filter;
  filter.allow(stack_calls);
  allow_some_arguments([&](int call, scmp_arg_cmp condition) { filter.allow(call, condition); });
  if (who == Confined::caretaker) {
    filter.allow(caretaker_calls);
    filter.allow(SCMP_SYS(socket), equal(0, AF_NETLINK));
  }
  filter.load();
}

}  // namespace tunstack
