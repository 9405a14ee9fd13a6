#include "tunstack/outlet/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

bool is_regular_file(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/// Open for both, a FIFO waits for nobody (fifo(7)); it then has a reader, so that it can be opened to write alone.
FileDescriptor open_unread_fifo(const char* path, int flags) {
  const FileDescriptor reader(::open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  return FileDescriptor(reader.is_open() ? ::open(path, flags, 0666) : -1);
}

/// Once more, if there is still the same regular file.
FileDescriptor opened_again(const char* path, int fd) {
  struct stat first{}, second{};
  FileDescriptor again(::open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK));
  const bool is_same = again.is_open() && ::fstat(fd, &first) == 0 && ::fstat(again.get(), &second) == 0 &&
                       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
  return is_same && S_ISREG(first.st_mode) ? std::move(again) : FileDescriptor();
}

void poll_for(int fd, short events) {
  pollfd file{fd, events, 0};
  ::poll(&file, 1, -1);
}

}  // namespace

OutputFile::OutputFile(FileDescriptor file, std::string name)
    : owned_(std::move(file)), fd_(owned_.get()), name_(std::move(name)), is_regular_(is_regular_file(fd_)) {}

OutputFile OutputFile::create(const std::string& path) {
  if (path == "-") return shared(STDOUT_FILENO, "stdout");
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK;
  FileDescriptor file(::open(path.c_str(), flags, 0666));
  const bool is_unread_fifo = !file.is_open() && errno == ENXIO;
  if (is_unread_fifo) file = open_unread_fifo(path.c_str(), flags);
  if (!file.is_open())
    throw UsageFault(fmt::format("cannot write {}", path), std::strerror(errno), "choose a place where you may write");
  OutputFile made(std::move(file), path);
  made.waits_for_reader_ = is_unread_fifo;
  if (made.is_regular_) made.whole_ = opened_again(path.c_str(), made.fd_);
  return made;
}

OutputFile OutputFile::shared(int fd, std::string name) {
  OutputFile file({}, std::move(name));
  file.fd_ = fd;
  file.is_regular_ = is_regular_file(fd);
  return file;
}

/// Where nobody reads a pipe, poll() says that writing would fail.
bool OutputFile::has_reader() {
  pollfd file{fd_, POLLOUT, 0};
  waits_for_reader_ = ::poll(&file, 1, 0) > 0 && (file.revents & POLLERR) != 0;
  return !waits_for_reader_;
}

OutputFile::Written OutputFile::write(std::string_view octets) {
  if (waits_for_reader_ && !has_reader()) return {.error = ENXIO};
  for (;;) {
    const ssize_t count = ::write(fd_, octets.data(), octets.size());
    if (count > 0) return {.octets = static_cast<std::size_t>(count)};
    if (count == 0) return {.error = EIO};
    if (errno == EAGAIN)
      poll_for(fd_, POLLOUT);  // ours, or somebody else made it so
    else if (errno != EINTR)
      return {.error = errno};
  }
}

void OutputFile::mark_whole() {
  if (whole_.is_open()) ::lseek(whole_.get(), ::lseek(fd_, 0, SEEK_CUR), SEEK_SET);
}

bool OutputFile::take_back(std::size_t octets) {
  const off_t at = ::lseek(fd_, 0, SEEK_CUR);
  struct stat status{};
  // Only where they are still the last ones: who shares the file may have written as well.
  if (!is_regular_ || ::fstat(fd_, &status) != 0 || status.st_size != at) return false;
  const off_t before = at - static_cast<off_t>(octets);
  return ::ftruncate(fd_, before) == 0 && ::lseek(fd_, before, SEEK_SET) == before;
}

}  // namespace tunstack
