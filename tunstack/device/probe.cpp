#include "tunstack/device/probe.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/device/namespace.hpp"

namespace tunstack {

namespace {

/// Whether `attempt` returns true in a child process, which it may change at will.
template <class Attempt>
bool succeeds_in_child(const Attempt& attempt) {
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) {
    bool ok = false;
    try {
      ok = attempt();
    } catch (const std::exception&) {
      ok = false;
    }
    ::_exit(ok ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

bool has_tun_driver() { return ::access("/dev/net/tun", F_OK) == 0; }

bool can_open_tun() { return FileDescriptor(::open("/dev/net/tun", O_RDWR | O_CLOEXEC)).is_open(); }

bool can_administer_network() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return false;
  return (data[0].effective & 1U << CAP_NET_ADMIN) != 0;
}

bool can_make_namespaces() {
  return succeeds_in_child([] {
    enter_private_network();
    return true;
  });
}

bool has_nft() {
  return succeeds_in_child([] {
    enter_private_network();
    const FileDescriptor null(::open("/dev/null", O_RDWR));
    if (!null.is_open()) return false;
    ::dup2(null.get(), STDOUT_FILENO);
    ::dup2(null.get(), STDERR_FILENO);
    ::execlp("nft", "nft", "list", "ruleset", nullptr);
    return false;
  });
}

}  // namespace tunstack
