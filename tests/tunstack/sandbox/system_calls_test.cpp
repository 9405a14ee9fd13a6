// The lists of system calls: what a stack and its caretaker go on doing, and what neither does.
#include "tunstack/sandbox/system_calls.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <vector>

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/sandbox/sandbox.hpp"

namespace tunstack::test::system_calls_test {
namespace {

class SystemCalls : public testing::Test {
 protected:
  void SetUp() override {
    if (sanitizers_watch) GTEST_SKIP() << "sanitizers need more";
  }
  /// The errno of an attempt in a process with these limits; 0 if it was done.
  template <class Attempt>
  static int error_of(Confined who, const Attempt& attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      limit_system_calls(who);
      ::_exit(attempt() < 0 ? errno : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

int made_socket(int family) { return ::socket(family, SOCK_DGRAM, 0); }

TEST_F(SystemCalls, a_stack_writes_files_that_are_open) {
  const FileDescriptor file(::memfd_create("capture", MFD_CLOEXEC));
  EXPECT_EQ(error_of(Confined::stack,
                     [&] {
                       if (::write(file.get(), "packets", 7) != 7 || ::lseek(file.get(), 0, SEEK_END) != 7) return -1;
                       return ::ftruncate(file.get(), 6) | ::fsync(file.get());
                     }),
            0);
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 6);
}

TEST_F(SystemCalls, a_stack_makes_threads_and_takes_memory) {
  EXPECT_EQ(error_of(Confined::stack,
                     [] {
                       std::size_t taken = 0;
                       std::thread([&] { taken = std::vector<char>(std::size_t{1} << 24, 'x').size(); }).join();
                       return taken == std::size_t{1} << 24 ? 0 : -1;
                     }),
            0);
}

TEST_F(SystemCalls, a_thread_that_ran_before_has_the_same_limits) {
  int go[2];
  ASSERT_EQ(::pipe2(go, O_CLOEXEC), 0);
  const FileDescriptor ends[] = {FileDescriptor(go[0]), FileDescriptor(go[1])};
  const pid_t child = ::fork();
  if (child == 0) {
    int error = 0;
    std::thread older([&] {
      char none = 0;
      if (::read(go[0], &none, 1) == 1 && made_socket(AF_INET) < 0) error = errno;
    });
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit_system_calls(Confined::stack);
    if (::write(go[1], "x", 1) == 1) older.join();
    ::_exit(error);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), EPERM);
}

TEST_F(SystemCalls, the_caretaker_has_rtnetlink_and_no_other_sockets) {
  EXPECT_EQ(error_of(Confined::caretaker, [] { return made_socket(AF_NETLINK); }), 0);
  EXPECT_EQ(error_of(Confined::caretaker, [] { return made_socket(AF_INET); }), EPERM);
  EXPECT_EQ(error_of(Confined::stack, [] { return made_socket(AF_NETLINK); }), EPERM);
}

TEST_F(SystemCalls, neither_opens_files_nor_starts_processes) {
  for (const Confined who : {Confined::stack, Confined::caretaker}) {
    EXPECT_EQ(error_of(who, [] { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }), EPERM);
    EXPECT_EQ(error_of(who, [] { return ::fork(); }), EPERM);
    EXPECT_EQ(error_of(who, [] { return ::kill(::getppid(), 0); }), EPERM);
  }
}

}  // namespace
}  // namespace tunstack::test::system_calls_test
