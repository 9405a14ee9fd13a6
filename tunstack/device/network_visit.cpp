#include "tunstack/device/network_visit.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>

#include <cerrno>
#include <cstring>
#include <exception>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

FileDescriptor open_network(const std::string& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

[[noreturn]] void throw_visit_error(const std::string& name, int error) {
  const std::string what = fmt::format("cannot enter the network namespace {}: {}", name, std::strerror(error));
  if (error == ENOENT)
    throw SystemError(what, fmt::format("there is no /run/netns/{}", name),
                      fmt::format("as root: ip netns add {}", name));
  if (error == EINVAL)
    throw SystemError(what, fmt::format("/run/netns/{} is no network namespace", name),
                      fmt::format("as root: ip netns add another one than {}", name));
  throw SystemError(what, "that needs CAP_SYS_ADMIN; this process has none", "run it as root");
}

}  // namespace

NetworkVisit::NetworkVisit(const std::string& name) {
  if (name.empty()) return;
  const FileDescriptor there = open_network("/run/netns/" + name);
  if (!there.is_open()) throw_visit_error(name, errno);
  own_ = open_network("/proc/self/ns/net");
  if (!own_.is_open()) throw_visit_error(name, errno);
  if (::setns(there.get(), CLONE_NEWNET) != 0) throw_visit_error(name, errno);
}

NetworkVisit::~NetworkVisit() {
  if (own_.is_open() && ::setns(own_.get(), CLONE_NEWNET) != 0) std::terminate();  // all else would be elsewhere
}

}  // namespace tunstack
