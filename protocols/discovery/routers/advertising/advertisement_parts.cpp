#include "protocols/discovery/routers/advertising/advertisement_parts.hpp"

#include "protocols/wire/ipv6.hpp"

namespace tunstack::discovery {

namespace {

constexpr std::size_t largest_option = 255 * nd_option_unit;

RouterAdvertisementHeader header_of(const AdvertisingConfig& config) {
  return {.hop_limit = config.hop_limit,
          .managed = config.managed,
          .other = config.other,
          .preference = config.preference,
          .lifetime = static_cast<std::uint16_t>(router_lifetime_of(config).count()),
          .reachable_time = config.reachable_time,
          .retransmit_time = config.retransmit_time};
}

void append(std::vector<std::uint8_t>& options, const auto& option) {
  const std::size_t at = options.size();
  options.resize(at + largest_option);
  options.resize(at + option.write(MutableBytes(options).subspan(at)));
}

}  // namespace

AdvertisementParts::Advertised::Advertised(const AdvertisingConfig& config) : header(header_of(config)) {
  if (config.mtu) append(options, MtuOption{*config.mtu});
  for (const auto& prefix : config.prefixes) append(options, prefix);
  for (const auto& route : config.routes) append(options, route);
  for (const auto& list : config.rdnss) append(options, list);
  for (const auto& list : config.dnssl) append(options, list);
  for (const auto& prefix : config.pref64) append(options, prefix);
}

AdvertisementParts::AdvertisementParts(const AdvertisingConfig& config, const std::optional<MacAddress>& source_mac,
                                       std::size_t link_mtu)
    : usual_(config.forwards ? config : withdrawn(config)), final_(withdrawn(config)), source_mac_(source_mac) {
  divide(link_mtu - ipv6_header_size - RouterAdvertisementMessage{{}, {}, source_mac, {}}.size());
}

void AdvertisementParts::divide(std::size_t room) {
  NdOptionReader options(usual_.options);
  std::size_t begin = 0, end = 0;
  while (const auto option = options.next()) {
    if (end + option->bytes.size() - begin > room) {
      ends_.push_back(end);
      begin = end;
    }
    end += option->bytes.size();
  }
  ends_.push_back(end);
}

RouterAdvertisementMessage AdvertisementParts::part(std::size_t i, bool is_final) const {
  const Advertised& advertised = is_final ? final_ : usual_;
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return {{}, advertised.header, source_mac_, Bytes(advertised.options).subspan(begin, ends_[i] - begin)};
}

}  // namespace tunstack::discovery
