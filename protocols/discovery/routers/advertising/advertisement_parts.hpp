// The messages that advertise a configuration: one, or several where the options do not fit one packet (RFC
// 4861 6.2.3).
#pragma once

#include "protocols/discovery/routers/advertising/advertising_config.hpp"

namespace tunstack::discovery {

/// Written once, so that sending takes no memory.
class AdvertisementParts {
 public:
  /// `config` is without fault. `source_mac` stands in every part, if there is one; `link_mtu` is at least
  /// 1280.
  AdvertisementParts(const AdvertisingConfig& config, const std::optional<MacAddress>& source_mac,
                     std::size_t link_mtu);

  /// At least 1.
  std::size_t count() const { return ends_.size(); }
  /// Part `i`, valid as long as this object. Final ones say that the router is none any more.
  RouterAdvertisementMessage part(std::size_t i, bool is_final) const;

 private:
  struct Advertised {
    explicit Advertised(const AdvertisingConfig& config);
    RouterAdvertisementHeader header;
    std::vector<std::uint8_t> options;
  };

  void divide(std::size_t room);

  Advertised usual_;
  Advertised final_;  // its options are as long as the usual ones
  std::optional<MacAddress> source_mac_;
  std::vector<std::size_t> ends_;  // of the options of each part
};

}  // namespace tunstack::discovery
