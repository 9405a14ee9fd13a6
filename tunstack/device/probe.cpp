#include "tunstack/device/probe.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
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

// AppArmor lets users make namespaces, and then refuses what they may do there.
bool can_make_namespaces() {
  return succeeds_in_child([] {
    enter_private_network();
    const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq loopback{.ifr_ifrn = {"lo"}, .ifr_ifru = {}};
    loopback.ifr_flags = IFF_UP;
    return ::ioctl(socket.get(), SIOCSIFFLAGS, &loopback) == 0;
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
