// What the user did wrong, told in three lines: what, why, what to do. Ends with status 2.
#pragma once

#include <stdexcept>
#include <string>

namespace tunstack {

class UsageFault : public std::runtime_error {
 public:
  UsageFault(const std::string& what, std::string why, std::string remedy)
      : std::runtime_error(what), why_(std::move(why)), remedy_(std::move(remedy)) {}

  const std::string& why() const { return why_; }
  const std::string& remedy() const { return remedy_; }

 private:
  std::string why_;
  std::string remedy_;
};

inline constexpr int exit_usage = 2;
inline constexpr int exit_rights = 3;  // missing rights or devices

}  // namespace tunstack
