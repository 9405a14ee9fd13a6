#include "protocols/discovery/routers/advertisement_reader.hpp"

namespace tunstack::discovery {

namespace {

/// RFC 4861 6.3.4 ignores the link-local prefix, and one of multicast is on no link.
bool may_be_on_link(const PrefixInformation& prefix) {
  return prefix.length <= 128 && !prefix.prefix.is_link_local() && !prefix.prefix.is_multicast();
}

void learn_on_link_prefixes(PrefixList& prefixes, Bytes options, Instant now) {
  PrefixReader reader(options);
  while (const auto prefix = reader.next())
    if (prefix->on_link && may_be_on_link(*prefix))
      prefixes.learn({prefix->prefix, prefix->length}, prefix->valid, now);
}

}  // namespace

std::optional<PrefixInformation> PrefixReader::next() {
  while (const auto option = options_.next()) {
    if (option->type() != nd_option::prefix_information) continue;
    if (const auto prefix = PrefixInformation::parse(*option)) return prefix;
  }
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
  return {view.source_mac(), PrefixReader(view.options())};
}

}  // namespace tunstack::discovery
