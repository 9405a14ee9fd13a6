#include "tunstack/sandbox/caretaker.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <filesystem>
#include <string_view>

#include "tunstack/fault.hpp"
#include "tunstack/kernel_link/link_setup.hpp"
#include "tunstack/kernel_link/link_watch.hpp"
#include "tunstack/sandbox/sandbox.hpp"

namespace tunstack {

namespace {

constexpr std::string_view done = "done";

/// What a Fault says, a line for each part, as a message to the stack.
std::string message_of(const SystemError& error) {
  return fmt::format("{}\n{}\n{}", error.what(), error.why(), error.remedy());
}

[[noreturn]] void throw_message(std::string_view message) {
  std::array<std::string, 3> parts;
  for (std::string& part : parts) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    part = message.substr(0, end);
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  throw SystemError(parts[0], parts[1], parts[2]);
}

/// Signals of a terminal are for the stack; the device and all files are the stack's too and must end with it.
void stand_apart(int stack) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  ::setsid();
  ::prctl(PR_SET_NAME, "tunstack-care");
  if (stack > 0) ::close_range(0, static_cast<unsigned>(stack) - 1, 0);
  ::close_range(static_cast<unsigned>(stack) + 1, ~0U, 0);
}

void tell(int stack, std::string_view message) { ::send(stack, message.data(), message.size(), MSG_NOSIGNAL); }

/// The link as the stack is to have it, for as long as this lives.
class CaredLink {
 public:
  explicit CaredLink(const LinkDuty& duty) : watch_(duty.plan.device), setup_(duty.plan, duty.device_stays) {}

  int news_fd() const { return watch_.fd(); }
  void follow_news() {
    if (watch_.take_news().came_up && watch_.state() == LinkState::up) setup_.give_back();
  }

 private:
  LinkWatch watch_;  // before anything is set up: nothing is missed
  LinkSetup setup_;
};

// ---- files ----

/// A message with one descriptor, or room for it.
struct FileMessage {
  FileMessage() {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  FileMessage(const FileMessage&) = delete;
  FileMessage& operator=(const FileMessage&) = delete;

  char octet = 0;
  iovec part{&octet, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
};

/// Files that are to be cut where their whole records end. A stack that was broken into gains nothing: it may cut them
/// itself.
class KeptFiles {
 public:
  void take(const msghdr& message) {
    const cmsghdr* const part = CMSG_FIRSTHDR(&message);
    if (part == nullptr || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) return;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(part), sizeof fd);
    FileDescriptor file(fd);
    if (files_.size() < most_files) files_.push_back(std::move(file));
  }
  void cut() const {
    for (const FileDescriptor& file : files_) {
      struct stat status{};
      const off_t whole = ::lseek(file.get(), 0, SEEK_CUR);
      if (whole >= 0 && ::fstat(file.get(), &status) == 0 && status.st_size > whole)
        static_cast<void>(::ftruncate(file.get(), whole) == 0);
    }
  }

 private:
  static constexpr std::size_t most_files = 4;
  std::vector<FileDescriptor> files_;
};

/// False at the end of the stack.
bool hear(int stack, KeptFiles& files) {
  FileMessage message;
  const ssize_t got = ::recvmsg(stack, &message.header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got > 0) files.take(message.header);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void care_until_end_of(int stack, std::deque<CaredLink>& links, KeptFiles& kept) {
  std::vector<pollfd> files{pollfd{stack, POLLIN, 0}};
  for (const CaredLink& link : links) files.push_back({link.news_fd(), POLLIN, 0});
  for (;;) {
    if (::poll(files.data(), files.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < links.size(); ++i)
      if (files[i + 1].revents != 0) links[i].follow_news();
    if (files[0].revents != 0 && !hear(stack, kept)) return;
  }
}

/// Where it removes files.
std::vector<std::string> directories_of(const Duties& duties) {
  std::vector<std::string> all = socket_directories();
  if (!duties.pid_file.empty()) all.push_back(std::filesystem::path(duties.pid_file).parent_path());
  return all;
}

/// What was changed is taken back when the links go.
void care(const Duties& duties, int stack) try {
  if (duties.sandboxed) enter_sandbox_of_caretaker(directories_of(duties));
  std::deque<CaredLink> links;
  for (const LinkDuty& duty : duties.links) links.emplace_back(duty);
  tell(stack, done);
  KeptFiles files;
  care_until_end_of(stack, links, files);
  files.cut();
} catch (const SystemError& error) {
  tell(stack, message_of(error));
}

}  // namespace

Caretaker::Caretaker(const Duties& duties) {
  int ends[2] = {-1, -1};
  const bool connected = ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
  stack_end_ = FileDescriptor(ends[0]);
  FileDescriptor caretaker_end(ends[1]);
  if (connected) process_ = ::fork();
  if (process_ < 0)
    throw SystemError(fmt::format("cannot start a process: {}", std::strerror(errno)),
                      "the limit of processes or of files is reached", "see ulimit -u and ulimit -n");
  if (process_ == 0) {
    stand_apart(caretaker_end.get());
    care(duties, caretaker_end.get());
    remove_socket_of(duties.stack);
    if (!duties.pid_file.empty()) ::unlink(duties.pid_file.c_str());
    ::_exit(0);
  }
  caretaker_end = FileDescriptor();
  try {
    await_links();
  } catch (...) {
    ::waitpid(process_, nullptr, 0);
    throw;
  }
}

void Caretaker::await_links() {
  std::array<char, 1024> message;
  const ssize_t got = ::recv(stack_end_.get(), message.data(), message.size(), 0);
  if (got <= 0)
    throw SystemError("the process that looks after the link has ended", "somebody killed it", "start it again");
  const std::string_view said(message.data(), static_cast<std::size_t>(got));
  if (said != done) throw_message(said);
}

void Caretaker::keep_whole(int file) {
  FileMessage message;
  cmsghdr* const part = CMSG_FIRSTHDR(&message.header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof file);
  std::memcpy(CMSG_DATA(part), &file, sizeof file);
  ::sendmsg(stack_end_.get(), &message.header, MSG_NOSIGNAL);
}

Caretaker::~Caretaker() {
  ::shutdown(stack_end_.get(), SHUT_WR);  // other processes may have it open too
  ::waitpid(process_, nullptr, 0);
}

}  // namespace tunstack
