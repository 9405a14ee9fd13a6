#include "protocols/discovery/routers/advertisement_reader.hpp"

namespace tunstack::discovery {

namespace {

/// RFC 4861 6.3.4 ignores the link-local prefix, and one of multicast could be neither on a link nor in an address.
bool is_prefix_of_hosts(const PrefixInformation& told) {
  return told.length <= 128 && !told.prefix.is_link_local() && !told.prefix.is_multicast();
}

std::optional<PrefixInformation> next_prefix(NdOptionReader& options) {
  while (const auto option = options.next()) {
    if (option->type() != nd_option::prefix_information) continue;
    const auto told = PrefixInformation::parse(*option);
    if (told && is_prefix_of_hosts(*told)) return told;
  }
  return std::nullopt;
}

void learn_on_link_prefixes(PrefixList& prefixes, Bytes options, Instant now) {
  NdOptionReader reader(options);
  while (const auto told = next_prefix(reader))
    if (told->on_link) prefixes.learn({told->prefix, told->length}, told->valid, now);
}

}  // namespace

std::optional<PrefixInformation> AutonomousPrefixReader::next() {
  while (const auto told = next_prefix(options_))
    if (told->autonomous && told->preferred <= told->valid) return told;
  return std::nullopt;
}

AdvertisementNews read_advertisement(HostRouting& routing, Bytes message, const Ipv6Address& router, Instant now,
                                     Random& random) {
  const auto header = RouterAdvertisementHeader::parse(message);
  const auto view = RouterAdvertisementView::of(message);
  routing.routers.learn(router, preference_of(header.preference), header.lifetime, now);
  if (header.lifetime != 0) routing.solicitor.hear_router();
  routing.link.learn(header, find_mtu_option(view.options()), now, random);
  learn_on_link_prefixes(routing.prefixes, view.options(), now);
  return {view.source_mac(), AutonomousPrefixReader(view.options())};
}

}  // namespace tunstack::discovery
