// Landlock by itself, without the limits on system calls that usually come first.
#include "tunstack/sandbox/file_access.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tunstack/device/file_descriptor.hpp"

namespace tunstack::test::file_access_test {
namespace {

class FileAccess : public testing::Test {
 protected:
  void SetUp() override {
    if (landlock_version() == 0) GTEST_SKIP() << "this kernel has no Landlock";
    char name[] = "/tmp/file_access_test.XXXXXX";
    directory = ::mkdtemp(name);
    for (const char* part : {"/may", "/may_not"}) std::filesystem::create_directory(directory + part);
    for (const char* part : {"/may/file", "/may_not/file"})
      FileDescriptor(::open((directory + part).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  }
  void TearDown() override {
    if (!directory.empty()) std::filesystem::remove_all(directory);
  }

  /// The errno of an attempt in a process that may remove files in `directory`/may only; 0 if it was done.
  template <class Attempt>
  int error_of(const Attempt& attempt) const {
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      forbid_file_access({directory + "/may", "/nonexistent"});
      ::_exit(attempt() < 0 ? errno : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int error_of_opening(const std::string& path, int flags) const {
    return error_of([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
  }

  std::string directory;
};

TEST_F(FileAccess, nothing_is_opened_or_made) {
  EXPECT_EQ(error_of_opening("/etc/passwd", O_RDONLY), EACCES);
  EXPECT_EQ(error_of_opening("/", O_RDONLY | O_DIRECTORY), EACCES);
  EXPECT_EQ(error_of_opening(directory + "/may/file", O_RDONLY), EACCES);
  EXPECT_EQ(error_of_opening(directory + "/may/file", O_WRONLY), EACCES);
  EXPECT_EQ(error_of_opening(directory + "/may/new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(error_of([&] { return ::mkdir((directory + "/may/new").c_str(), 0700); }), EACCES);
}

TEST_F(FileAccess, files_are_removed_where_that_is_allowed) {
  EXPECT_EQ(error_of([&] { return ::unlink((directory + "/may_not/file").c_str()); }), EACCES);
  EXPECT_EQ(error_of([&] { return ::unlink((directory + "/may/file").c_str()); }), 0);
  EXPECT_TRUE(std::filesystem::exists(directory + "/may_not/file"));
  EXPECT_FALSE(std::filesystem::exists(directory + "/may/file"));
}

TEST_F(FileAccess, what_is_open_stays_so) {
  const FileDescriptor file(::open((directory + "/may_not/file").c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_EQ(error_of([&] { return ::write(file.get(), "text", 4) == 4 && ::ftruncate(file.get(), 1) == 0 ? 0 : -1; }),
            0);
  EXPECT_EQ(std::filesystem::file_size(directory + "/may_not/file"), 1U);
}

TEST_F(FileAccess, nobody_outside_is_signalled) {
  if (landlock_version() < 6) GTEST_SKIP() << "the Landlock of this kernel does not know signals";
  EXPECT_EQ(error_of([] { return ::kill(::getppid(), 0); }), EPERM);
}

}  // namespace
}  // namespace tunstack::test::file_access_test
