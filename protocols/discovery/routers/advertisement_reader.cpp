#include "protocols/discovery/routers/advertisement_reader.hpp"

namespace tunstack::discovery {

namespace {

/// RFC 4861 6.3.4 ignores the link-local prefix, and one of multicast is on no link.
bool may_be_on_link(const PrefixInformation& prefix) {
  return prefix.length <= 128 && !prefix.prefix.is_link_local() && !prefix.prefix.is_multicast();
}

/// Learns of one advertisement, and notes what is refused.
class Reader {
 public:
  Reader(HostRouting& routing, const Teller& router, Instant now) : routing_(routing), router_(router), now_(now) {}

  void note(MaybeReason reason, const IpAddress& about) {
    if (reason) refused_.push_back({*reason, about});
  }
  /// What is refused is as if it had not been said.
  RouterAdvertisementHeader within_bounds(RouterAdvertisementHeader header) {
    for (const BoundRule& rule : bound_rules)
      if (!rule.is_kept(header, routing_.bounds)) {
        note(rule.reason, router_.address);
        rule.clear(header);
      }
    return header;
  }
  /// Returns the options, or none if there is no prefix among them.
  Bytes learn_on_link_prefixes(Bytes options) {
    PrefixReader reader(options);
    Bytes read;
    while (const auto prefix = reader.next()) {
      read = options;
      if (prefix->on_link && may_be_on_link(*prefix)) note(learn_on_link(*prefix), prefix->prefix);
    }
    if (const auto prefix = reader.left_out()) note(Reason::router_prefix_share_used, prefix->prefix);
    return read;
  }
  std::vector<AdvertisementNews::Refused> take_refused() { return std::move(refused_); }

 private:
  /// A short prefix would take everything away from routers. What is held may still be ended.
  MaybeReason learn_on_link(const PrefixInformation& prefix) {
    if (prefix.length < routing_.bounds.least_prefix_length && prefix.valid != 0)
      return Reason::router_prefix_too_short;
    return routing_.prefixes.learn({prefix.prefix, prefix.length}, prefix.valid, now_, router_);
  }

  HostRouting& routing_;
  const Teller& router_;
  Instant now_;
  std::vector<AdvertisementNews::Refused> refused_;
};

}  // namespace

std::optional<PrefixInformation> PrefixReader::next() {
  if (left_ == 0) return std::nullopt;
  --left_;
  return find();
}

std::optional<PrefixInformation> PrefixReader::find() {
  while (const auto option = options_.next()) {
    if (option->type() != nd_option::prefix_information) continue;
    if (const auto prefix = PrefixInformation::parse(*option)) return prefix;
  }
  return std::nullopt;
}

AdvertisementNews read_advertisement(HostRouting& routing, Bytes message, const Teller& router, Instant now,
                                     Random& random) {
  Reader reader(routing, router, now);
  const auto header = reader.within_bounds(RouterAdvertisementHeader::parse(message));
  const auto view = RouterAdvertisementView::of(message);
  reader.note(routing.routers.learn(router.address, preference_of(header.preference), header.lifetime, now, router),
              router.address);
  if (header.lifetime != 0) routing.solicitor.on_router_advertisement();
  routing.link.learn(header, find_mtu_option(view.options()), now, random);
  const Bytes prefixes = reader.learn_on_link_prefixes(view.options());
  return {view.source_mac(), PrefixReader(prefixes), reader.take_refused()};
}

}  // namespace tunstack::discovery
