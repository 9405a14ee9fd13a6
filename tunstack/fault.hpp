// What went wrong outside of packets, told in three parts: what, why, what to do. Never thrown because of a packet.
#pragma once

#include <stdexcept>
#include <string>

namespace tunstack {

inline constexpr int exit_usage = 2;   // a wrong command line
inline constexpr int exit_rights = 3;  // missing rights or devices

class Fault : public std::runtime_error {
 public:
  Fault(const std::string& what, std::string why, std::string remedy, int exit_status)
      : std::runtime_error(what), why_(std::move(why)), remedy_(std::move(remedy)), exit_status_(exit_status) {}

  const std::string& why() const { return why_; }
  const std::string& remedy() const { return remedy_; }
  /// What the program ends with.
  int exit_status() const { return exit_status_; }

 private:
  std::string why_;
  std::string remedy_;
  int exit_status_;
};

/// The user asked for something that cannot be.
class UsageFault : public Fault {
 public:
  UsageFault(const std::string& what, std::string why, std::string remedy)
      : Fault(what, std::move(why), std::move(remedy), exit_usage) {}
};

/// A system call failed.
class SystemError : public Fault {
 public:
  SystemError(const std::string& what, std::string why, std::string remedy)
      : Fault(what, std::move(why), std::move(remedy), exit_rights) {}
};

}  // namespace tunstack
