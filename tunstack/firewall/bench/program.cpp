#include "tunstack/firewall/bench/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::size_t most_output = 64 << 10;

FileDescriptor memory_file() {
  FileDescriptor file(::memfd_create("tunstack", MFD_CLOEXEC));
  if (!file.is_open())
    throw SystemError(fmt::format("cannot make a file in memory: {}", std::strerror(errno)), "too many files are open",
                      "close some");
  return file;
}

std::string search_path() {
  const char* const path = std::getenv("PATH");
  return fmt::format("{}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin", path != nullptr ? path : "");
}

[[noreturn]] void become(const std::vector<std::string>& command, int input, int output, const std::string& path) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::setenv("PATH", path.c_str(), 1);
  ::setenv("LC_ALL", "C", 1);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(no_such_program);
}

}  // namespace

ProgramEnd run_program(const std::vector<std::string>& command, const std::string& input) {
  const FileDescriptor in = memory_file(), out = memory_file();
  std::size_t written = 0;
  while (written < input.size()) {
    const ssize_t more = ::write(in.get(), input.data() + written, input.size() - written);
    if (more <= 0) break;
    written += static_cast<std::size_t>(more);
  }
  ::lseek(in.get(), 0, SEEK_SET);
  const std::string path = search_path();
  const pid_t child = ::fork();
  if (child == 0) become(command, in.get(), out.get(), path);
  if (child < 0)
    throw SystemError(fmt::format("cannot start {}: {}", command[0], std::strerror(errno)),
                      "the limit of processes is reached", "see ulimit -u");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ProgramEnd end;
  end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::array<char, 4096> part{};
  ::lseek(out.get(), 0, SEEK_SET);
  for (ssize_t got = 0; end.output.size() < most_output && (got = ::read(out.get(), part.data(), part.size())) > 0;)
    end.output.append(part.data(), static_cast<std::size_t>(got));
  return end;
}

}  // namespace tunstack::firewall
