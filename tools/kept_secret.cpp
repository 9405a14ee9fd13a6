#include "tools/kept_secret.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "tools/fresh_seed.hpp"
#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr std::size_t digits = 32;

/// A directory that the environment names, if it names one from the root on.
std::filesystem::path named_by(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value == '/' ? std::filesystem::path(value) : std::filesystem::path();
}

Fault cannot_keep(const std::filesystem::path& file, const char* what, const std::string& why) {
  return {fmt::format("cannot {} {}", what, file.string()), why,
          "set STATE_DIRECTORY to a directory that can be written, or choose a secret by --set slaac.secret=WORDS", 1};
}

std::string read(const std::filesystem::path& file, int descriptor) {
  std::array<char, digits + 1> text{};
  const ssize_t size = ::read(descriptor, text.data(), text.size());
  const bool is_whole = size >= static_cast<ssize_t>(digits);
  const std::string secret(text.data(), is_whole ? digits : 0);
  if (!is_whole || !std::ranges::all_of(secret, [](unsigned char c) { return std::isxdigit(c) != 0; }))
    throw cannot_keep(file, "use", "it does not hold 32 hexadecimal digits; it can be deleted, for new addresses");
  return secret;
}

/// Whole or not at all, and of two that start at the same time both end up with the first one's.
void make(const std::filesystem::path& file) {
  const Seed seed = fresh_seed();
  const std::string text =
      fmt::format("{:08x}{:08x}{:08x}{:08x}\n", seed.key[0], seed.key[1], seed.key[2], seed.key[3]);
  const std::filesystem::path draft = fmt::format("{}.{}", file.string(), ::getpid());
  const FileDescriptor opened(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const bool is_written =
      opened.get() >= 0 && ::write(opened.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool is_made = is_written && (::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const int error = errno;
  ::unlink(draft.c_str());
  if (!is_made) throw cannot_keep(file, "make", std::strerror(error));
}

}  // namespace

std::filesystem::path state_directory() {
  if (const auto given = named_by("STATE_DIRECTORY"); !given.empty()) return given;
  if (::geteuid() == 0) return "/var/lib/tunstack";
  if (const auto given = named_by("XDG_STATE_HOME"); !given.empty()) return given / "tunstack";
  const auto home = named_by("HOME");
  return home.empty() ? home : home / ".local/state/tunstack";
}

std::string kept_secret(const std::filesystem::path& directory) {
  if (directory.empty()) throw cannot_keep("secret", "keep the", "there is no state directory, and no HOME");
  const std::filesystem::path file = directory / "secret";
  std::error_code ignored;  // what could not be made cannot be opened either
  std::filesystem::create_directories(directory, ignored);
  for (const bool is_there : {false, true}) {
    const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (opened.get() >= 0) return read(file, opened.get());
    if (errno != ENOENT || is_there) break;
    make(file);
  }
  throw cannot_keep(file, "open", std::strerror(errno));
}

}  // namespace tunstack
