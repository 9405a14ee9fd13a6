// Which host a capture is about: the one that most is asked of. Who speaks first to another asks it.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/mac_address.hpp"
#include "tunstack/capture/link_layer.hpp"

namespace tunstack {

struct GuessedHost {
  std::vector<IpPrefix> addresses;  // one of each family at most; empty if nobody is asked
  std::optional<MacAddress> mac;    // where frames tell it
};

class HostGuess {
 public:
  explicit HostGuess(LinkType type) : type_(type) {}

  void see(Bytes frame);
  GuessedHost host() const;

 private:
  struct InOrder {
    bool operator()(const IpAddress& a, const IpAddress& b) const {
      return std::ranges::lexicographical_compare(a.octets(), b.octets());
    }
  };
  struct Asked {
    std::size_t packets = 0;
    std::set<IpAddress, InOrder> by = {};
    std::optional<MacAddress> mac = {};
  };
  static constexpr std::size_t most_hosts = 4096;    // of those that are asked
  static constexpr std::size_t most_askers = 65536;  // of all of them together
  using Candidates = std::map<IpAddress, Asked, InOrder>;

  IpPrefix prefix_of(const Candidates::value_type& host) const;

  LinkType type_;
  Candidates asked_;
  std::size_t askers_ = 0;
};

}  // namespace tunstack
