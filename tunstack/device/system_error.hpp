// A system call that failed, told in three parts: what, why, what to do.
#pragma once

#include <stdexcept>
#include <string>

namespace tunstack {

/// Thrown by devices and set-up, never because of a packet.
class SystemError : public std::runtime_error {
 public:
  SystemError(const std::string& what, std::string why, std::string remedy)
      : std::runtime_error(what), why_(std::move(why)), remedy_(std::move(remedy)) {}

  const std::string& why() const { return why_; }
  const std::string& remedy() const { return remedy_; }

 private:
  std::string why_;
  std::string remedy_;
};

}  // namespace tunstack
