#include "tunstack/sandbox/file_access.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

/// landlock_ruleset_attr of version 6; the headers of Debian 12 know version 2. Kernels take a larger one than they
/// know if the rest is zero.
struct Ruleset {
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scoped;
};

constexpr std::uint64_t bits(int count) { return (std::uint64_t{1} << count) - 1; }

/// All that this version can forbid.
Ruleset all_of(int version) {
  const int kinds_of_file_access = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
  return {.files = bits(kinds_of_file_access),
          .network = version >= 4 ? bits(2) : 0,  // to bind and to connect TCP
          .scoped = version >= 6 ? bits(2) : 0};  // abstract Unix sockets and signals
}

void require_landlock(bool done) {
  if (!done)
    throw SystemError(fmt::format("cannot forbid access to files: {}", std::strerror(errno)),
                      "the kernel's Landlock refused it", "--no-sandbox goes without this protection");
}

}  // namespace

int landlock_version() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

void forbid_file_access(const std::vector<std::string>& may_remove_in) {
  const int version = landlock_version();
  if (version == 0) return;
  const Ruleset ruleset = all_of(version);
  const FileDescriptor rules(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0)));
  require_landlock(rules.is_open());
  for (const std::string& path : may_remove_in) {
    const FileDescriptor directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open()) continue;  // then nothing is there to be removed
    const landlock_path_beneath_attr rule{.allowed_access = LANDLOCK_ACCESS_FS_REMOVE_FILE,
                                          .parent_fd = directory.get()};
    require_landlock(::syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0);
  }
  require_landlock(::syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0);
}

}  // namespace tunstack
