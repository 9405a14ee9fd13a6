#include "tunstack/device/memory.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "tunstack/fault.hpp"

namespace tunstack {

MemoryDevice::MemoryDevice() : waiting_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!waiting_.is_open())
    throw SystemError(std::string("cannot make an eventfd: ") + std::strerror(errno), "the kernel refused it",
                      "see ulimit -n");
}

DeviceRead MemoryDevice::read(MutableBytes buffer) {
  if (gone_) return {DeviceStatus::gone, {}};
  if (to_stack_.empty()) return {DeviceStatus::none, {}};
  const Packet packet = std::move(to_stack_.front());
  to_stack_.pop_front();
  if (to_stack_.empty()) set_readable(false);
  const Bytes fits = Bytes(packet).first(std::min(packet.size(), buffer.size()));
  copy_bytes(buffer, fits);
  return {DeviceStatus::packet, buffer.first(fits.size())};
}

bool MemoryDevice::write(Bytes header, Bytes payload) {
  if (gone_ || from_stack_.size() == capacity) return false;
  Packet packet(header.begin(), header.end());
  packet.insert(packet.end(), payload.begin(), payload.end());
  from_stack_.push_back(std::move(packet));
  return true;
}

bool MemoryDevice::put(Bytes packet) {
  if (gone_ || to_stack_.size() == capacity) return false;
  to_stack_.emplace_back(packet.begin(), packet.end());
  if (to_stack_.size() == 1) set_readable(true);
  return true;
}

std::optional<MemoryDevice::Packet> MemoryDevice::take() {
  if (from_stack_.empty()) return std::nullopt;
  Packet packet = std::move(from_stack_.front());
  from_stack_.pop_front();
  return packet;
}

void MemoryDevice::remove() {
  if (!std::exchange(gone_, true) && to_stack_.empty()) set_readable(true);
}

void MemoryDevice::set_readable(bool readable) const {
  std::uint64_t count = 1;
  const ssize_t done =
      readable ? ::write(waiting_.get(), &count, sizeof count) : ::read(waiting_.get(), &count, sizeof count);
  static_cast<void>(done);  // neither can fail: the count is 0 or 1
}

}  // namespace tunstack
