#include "tunstack/device/tun.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr const char* clone_device = "/dev/net/tun";

FileDescriptor open_clone_device() {
  FileDescriptor fd(::open(clone_device, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (fd.is_open()) return fd;
  const int error = errno;
  const std::string what = fmt::format("cannot open {}: {}", clone_device, std::strerror(error));
  if (error == ENOENT || error == ENODEV)
    throw SystemError(what, "the kernel's TUN driver is not loaded, or this container has no such device",
                      "as root: modprobe tun");
  throw SystemError(what, "its permissions keep this user out", fmt::format("as root: chmod 666 {}", clone_device));
}

[[noreturn]] void throw_attach_error(const std::string& name, int error) {
  const std::string what = fmt::format("cannot attach to the device {}: {}", name, std::strerror(error));
  if (error == EPERM)
    throw SystemError(what, "creating a TUN device on this host needs CAP_NET_ADMIN; this process has none",
                      "run it as root; or, without any rights: tunstack exec -- COMMAND; or once, for this user: "
                      "tunstack up --dry-run | sudo sh    (with the same options)");
  if (error == EBUSY)
    throw SystemError(what, "another process is attached to it",
                      "choose another name: --dev tun%d lets the kernel number it");
  if (error == EINVAL)
    throw SystemError(what, "it is another kind of device, or was made with other flags, as multi_queue",
                      "choose another name: --dev tun%d lets the kernel number it");
  throw SystemError(what, "the kernel refused this name", "choose another one with --dev");
}

}  // namespace

TunDevice::TunDevice(const std::string& name, DeviceKind kind) : fd_(open_clone_device()) {
  if (name.empty() || name.size() >= IFNAMSIZ)
    throw SystemError(fmt::format("cannot name a device '{}'", name),
                      fmt::format("a device name has 1 to {} characters", IFNAMSIZ - 1),
                      "choose a shorter one with --dev");
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), name.size());
  request.ifr_flags = static_cast<short>((kind == DeviceKind::tun ? IFF_TUN : IFF_TAP) | IFF_NO_PI);
  if (::ioctl(fd_.get(), TUNSETIFF, &request) != 0) throw_attach_error(name, errno);
  name_ = request.ifr_name;
  ifreq attached{};
  if (::ioctl(fd_.get(), TUNGETIFF, &attached) == 0) persistent_ = (attached.ifr_flags & IFF_PERSIST) != 0;
}

DeviceRead TunDevice::read(MutableBytes buffer) const {
  const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
  if (got >= 0) return {DeviceStatus::packet, buffer.first(static_cast<std::size_t>(got))};
  return {errno == EBADFD || errno == ENODEV ? DeviceStatus::gone : DeviceStatus::none, {}};
}

bool TunDevice::write(Bytes packet) const {
  return ::write(fd_.get(), packet.data(), packet.size()) == static_cast<ssize_t>(packet.size());
}

bool TunDevice::write(Bytes header, Bytes payload) const {
  const auto part = [](Bytes bytes) { return iovec{const_cast<std::uint8_t*>(bytes.data()), bytes.size()}; };
  const std::array<iovec, 2> parts{part(header), part(payload)};
  return ::writev(fd_.get(), parts.data(), parts.size()) == static_cast<ssize_t>(header.size() + payload.size());
}

}  // namespace tunstack
