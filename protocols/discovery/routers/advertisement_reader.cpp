#include "protocols/discovery/routers/advertisement_reader.hpp"

namespace tunstack::discovery {

namespace {

/// RFC 4861 6.3.4 ignores the link-local prefix, and one of multicast could be neither on a link nor in an address.
bool is_prefix_of_hosts(const PrefixInformation& prefix) {
  return prefix.length <= 128 && !prefix.prefix.is_link_local() && !prefix.prefix.is_multicast();
}

std::optional<PrefixInformation> next_prefix(NdOptionReader& options) {
  while (const auto option = options.next()) {
    if (option->type() != nd_option::prefix_information) continue;
    const auto prefix = PrefixInformation::parse(*option);
    if (prefix && is_prefix_of_hosts(*prefix)) return prefix;
  }
  return std::nullopt;
}

void learn_on_link_prefixes(PrefixList& prefixes, Bytes options, Instant now) {
  NdOptionReader reader(options);
  while (const auto prefix = next_prefix(reader))
    if (prefix->on_link) prefixes.learn({prefix->prefix, prefix->length}, prefix->valid, now);
}

}  // namespace

std::optional<PrefixInformation> AutonomousPrefixReader::next() {
  while (const auto prefix = next_prefix(options_))
    if (prefix->autonomous && prefix->preferred <= prefix->valid) return prefix;
  return std::nullopt;
}

AdvertisementNews read_advertisement(HostRouting& routing, Bytes message, const Ipv6Address& router, Instant now,
                                     Random& random) {
  const auto header = RouterAdvertisementHeader::parse(message);
  const auto view = RouterAdvertisementView::of(message);
  routing.routers.learn(router, preference_of(header.preference), header.lifetime, now);
  if (header.lifetime != 0) routing.solicitor.on_router_advertisement();
  routing.link.learn(header, find_mtu_option(view.options()), now, random);
  learn_on_link_prefixes(routing.prefixes, view.options(), now);
  return {view.source_mac(), AutonomousPrefixReader(view.options())};
}

}  // namespace tunstack::discovery
