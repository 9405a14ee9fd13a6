// The way out of the process, into files and pipes that make writers wait, have no room or no reader.
#include "tunstack/outlet/outlet.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tunstack/fault.hpp"

namespace tunstack::test::outlet_test {
namespace {

using testing::HasSubstr;
using testing::Optional;

/// A path of the test's own, gone with it.
struct Path {
  Path()
      : text(testing::TempDir() + "tunstack_outlet_" + std::to_string(::getpid()) + "_" +
             testing::UnitTest::GetInstance()->current_test_info()->name()) {}
  ~Path() { std::filesystem::remove(text); }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;

  std::string content() const {
    std::ifstream in(text, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  const std::string text;
};

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read_end = FileDescriptor(ends[0]);
    write_end = FileDescriptor(ends[1]);
  }
  OutputFile file() const { return OutputFile::shared(write_end.get(), "pipe"); }
  FileDescriptor read_end, write_end;
};

/// Until `size` octets have come.
std::string read_from(int fd, std::size_t size) {
  std::string text(size, '\0');
  std::size_t count = 0;
  while (count < size) {
    const ssize_t got = ::read(fd, text.data() + count, size - count);
    if (got <= 0) break;
    count += static_cast<std::size_t>(got);
  }
  text.resize(count);
  return text;
}

/// What is in a pipe now.
std::string read_waiting(int fd) {
  int size = 0;
  EXPECT_EQ(::ioctl(fd, FIONREAD, &size), 0);
  return read_from(fd, static_cast<std::size_t>(size));
}

constexpr std::size_t line_size = 100;
std::string line(int number) {
  std::string text = std::to_string(number);
  text.resize(line_size - 1, '.');
  return text + '\n';
}

std::string lines(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += line(i);
  return all;
}

void put_lines(Outlet& outlet, int count) {
  for (int i = 0; i < count; ++i) outlet.put(line(i));
}

constexpr int more_than_can_wait = 200'000;  // lines: 20 MB

TEST(Outlet, what_is_put_is_written_at_once_and_in_order) {
  const Path path;
  Outlet outlet(OutputFile::create(path.text), "lines", WhenFull::leave_out);
  outlet.put("head\n", false);
  outlet.start();
  put_lines(outlet, 1000);
  EXPECT_TRUE(outlet.flush());
  EXPECT_EQ(path.content(), "head\n" + lines(1000)) << "while it is still open";
  EXPECT_EQ(outlet.report().written, 1000U);
  EXPECT_EQ(outlet.report().left_out, 0U);
}

TEST(Outlet, DUMP_006_marks_where_whole_records_end) {
  const Path path;
  Outlet outlet(OutputFile::create(path.text), "lines", WhenFull::wait);
  const auto whole = [&] { return ::lseek(outlet.whole_fd(), 0, SEEK_CUR); };
  EXPECT_EQ(whole(), 0);
  put_lines(outlet, 3);
  ASSERT_TRUE(outlet.flush());
  outlet.close();
  EXPECT_EQ(whole(), static_cast<off_t>(3 * line_size));
}

TEST(Outlet, never_waits_for_a_reader_and_counts_what_it_left_out) {
  const Pipe pipe;
  Outlet outlet(pipe.file(), "lines", WhenFull::leave_out);
  outlet.start();
  outlet.put(line(0));
  EXPECT_TRUE(outlet.flush()) << "so that what comes next does not just fit";
  for (int i = 1; i < more_than_can_wait; ++i) outlet.put(line(i));
  EXPECT_THAT(outlet.take_news(), Optional(HasSubstr("lines for pipe are left out: it takes them too slowly")));
  EXPECT_EQ(outlet.take_news(), std::nullopt) << "told once";
  outlet.close();
  const OutletReport report = outlet.report();
  EXPECT_EQ(report.written + report.left_out, static_cast<std::uint64_t>(more_than_can_wait));
  EXPECT_GT(report.written, 0U);
  const std::string taken = read_waiting(pipe.read_end.get());
  EXPECT_EQ(taken, lines(static_cast<int>(report.written))) << "the last one is whole";
  EXPECT_THAT(loss_text(report), HasSubstr(" of 200000 lines for pipe were left out: it takes them too slowly\n"));
}

TEST(Outlet, a_reader_that_goes_on_gets_whole_lines) {
  const Pipe pipe;
  Outlet outlet(pipe.file(), "lines", WhenFull::leave_out);
  outlet.start();
  put_lines(outlet, more_than_can_wait);
  const std::uint64_t left_out = outlet.report().left_out;
  ASSERT_GT(left_out, 0U);
  const std::size_t rest = (more_than_can_wait - left_out) * line_size;
  const std::string taken = read_from(pipe.read_end.get(), rest);
  for (std::size_t at = 0; at < taken.size(); at += line_size)
    ASSERT_EQ(taken.substr(at, line_size), line(std::stoi(taken.substr(at, line_size))));
  outlet.put("again\n");
  EXPECT_EQ(read_from(pipe.read_end.get(), 6), "again\n");
}

TEST(Outlet, one_that_is_to_wait_leaves_out_nothing) {
  const Pipe pipe;
  Outlet outlet(pipe.file(), "lines", WhenFull::wait);
  std::string taken;
  std::thread reader([&] { taken = read_from(pipe.read_end.get(), more_than_can_wait * line_size); });
  put_lines(outlet, more_than_can_wait);
  EXPECT_TRUE(outlet.flush());
  reader.join();
  EXPECT_EQ(taken, lines(more_than_can_wait));
}

// SIGPIPE would end the test.
TEST(Outlet, a_reader_that_has_gone_is_told) {
  for (const WhenFull when_full : {WhenFull::leave_out, WhenFull::wait}) {
    Pipe pipe;
    Outlet outlet(pipe.file(), "lines", when_full);
    pipe.read_end = FileDescriptor();
    if (when_full == WhenFull::leave_out) outlet.start();
    put_lines(outlet, 3);
    EXPECT_FALSE(outlet.flush());
    outlet.put("later\n");
    EXPECT_THAT(outlet.take_news(), Optional(HasSubstr("cannot write pipe: its reader has gone; lines are left out")));
    EXPECT_EQ(outlet.report().left_out, 4U);
    EXPECT_EQ(outlet.report().error, EPIPE);
    EXPECT_EQ(outlet.report().flow, Flow::ended);
  }
}

TEST(Outlet, a_fifo_without_a_reader_keeps_nobody_waiting) {
  const Path path;
  ASSERT_EQ(::mkfifo(path.text.c_str(), 0600), 0);
  Outlet outlet(OutputFile::create(path.text), "packets", WhenFull::leave_out);
  outlet.start();
  put_lines(outlet, 10);
  EXPECT_FALSE(outlet.flush());
  EXPECT_THAT(outlet.take_news(), Optional(HasSubstr("nobody reads it; packets wait")));
  const FileDescriptor reader(::open(path.text.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(read_from(reader.get(), 10 * line_size), lines(10)) << "all that waited";
  pollfd news{outlet.news_fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&news, 1, -1), 1);
  EXPECT_THAT(outlet.take_news(), Optional(HasSubstr("is written again")));
}

TEST(Outlet, what_nobody_read_was_left_out) {
  const Path path;
  ASSERT_EQ(::mkfifo(path.text.c_str(), 0600), 0);
  Outlet outlet(OutputFile::create(path.text), "packets", WhenFull::leave_out);
  outlet.start();
  put_lines(outlet, 10);
  outlet.close();
  EXPECT_THAT(loss_text(outlet.report()), HasSubstr("10 of 10 packets for "));
  EXPECT_THAT(loss_text(outlet.report()), HasSubstr(" were left out: nobody reads it\n"));
}

/// Files of this process may grow to `size` only, for as long as this lives.
struct FileLimit {
  explicit FileLimit(rlim_t size) {
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit limit{size, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() { ::setrlimit(RLIMIT_FSIZE, &before); }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;
  rlimit before{};
};

// SIGXFSZ would end the test.
TEST(Outlet, no_line_is_torn_where_the_file_may_not_grow_and_all_come_when_it_may) {
  const Path path;
  Outlet outlet(OutputFile::create(path.text), "packets", WhenFull::leave_out);
  std::string first_part;
  bool is_written = true;
  {
    const FileLimit limit(10 * line_size + 50);
    outlet.start();
    put_lines(outlet, 20);
    is_written = outlet.flush();
    first_part = path.content();
  }
  EXPECT_FALSE(is_written);
  EXPECT_EQ(first_part, lines(10));
  EXPECT_THAT(outlet.take_news(), Optional(HasSubstr(": File too large; packets wait")));
  outlet.put(line(20));
  outlet.close();
  EXPECT_EQ(path.content(), lines(21));
  EXPECT_EQ(outlet.report().left_out, 0U);
}

TEST(Outlet, nothing_is_torn_where_it_ends_without_room) {
  const Path path;
  OutletReport report;
  {
    const FileLimit limit(10 * line_size + 50);
    Outlet outlet(OutputFile::create(path.text), "packets", WhenFull::leave_out);
    outlet.start();
    put_lines(outlet, 20);
    outlet.close();
    report = outlet.report();
  }
  EXPECT_EQ(path.content(), lines(10));
  EXPECT_EQ(report.written, 10U);
  EXPECT_EQ(report.left_out, 10U);
  EXPECT_THAT(loss_text(report), HasSubstr(": File too large\n"));
}

// Who shares the file may have written behind what was torn: then nothing is taken back.
TEST(OutputFile, takes_back_only_what_stands_at_the_end) {
  const Path path;
  OutputFile file = OutputFile::create(path.text);
  EXPECT_EQ(file.write("whole torn").octets, 10U);
  EXPECT_TRUE(file.take_back(5));
  EXPECT_EQ(path.content(), "whole");
  std::ofstream(path.text, std::ios::app) << "other";
  EXPECT_FALSE(file.take_back(2));
  EXPECT_EQ(path.content(), "wholeother");
}

TEST(OutputFile, a_place_where_nothing_can_be_is_a_fault) {
  EXPECT_THROW(OutputFile::create("/nonexistent/x"), UsageFault);
  EXPECT_THROW(OutputFile::create("/tmp"), UsageFault);
}

TEST(Outlet, dev_full_is_told_with_its_reason) {
  Outlet outlet(OutputFile::create("/dev/full"), "lines", WhenFull::leave_out);
  outlet.start();
  put_lines(outlet, 1);
  EXPECT_FALSE(outlet.flush());
  EXPECT_THAT(outlet.take_news(), Optional(HasSubstr("cannot write /dev/full: No space left on device; lines wait")));
}

}  // namespace
}  // namespace tunstack::test::outlet_test
