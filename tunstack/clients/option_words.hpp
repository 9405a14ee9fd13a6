// The IPv4 options of an answer as ping prints them: routes and timestamps.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack::clients {

class OptionWords {
 public:
  using Name = std::function<std::string(const IpAddress&)>;
  explicit OptionWords(Name name) : name_(std::move(name)) {}

  /// What follows the line of the answer. A route that is the same as the last one is said to be so.
  std::string of(Bytes options);

 private:
  std::string address_at(Bytes option, std::size_t at) const;
  std::string route(Bytes option);
  std::string source_route(Bytes option, char kind) const;
  std::string times(Bytes option) const;

  Name name_;
  std::vector<std::uint8_t> last_route_;
};

}  // namespace tunstack::clients
