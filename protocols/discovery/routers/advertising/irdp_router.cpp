#include "protocols/discovery/routers/advertising/irdp_router.hpp"

#include <algorithm>
#include <array>

namespace tunstack::discovery {

namespace {

using std::chrono::seconds;

// RFC 1256 6.
constexpr Duration max_initial_advert_interval = seconds(16);
constexpr Duration max_response_delay = seconds(2);

struct Bound {
  bool (*broken_by)(const IrdpRouterConfig&);
  std::string_view text;
};

bool lists_an_address_twice(const IrdpRouterConfig& c) {
  return std::ranges::any_of(c.addresses, [&](const auto& a) {
    return std::ranges::count(c.addresses, a.address, &IrdpRouterConfig::Address::address) > 1;
  });
}

// RFC 1256 4.1.
constexpr std::array bounds = {
    Bound{[](const IrdpRouterConfig& c) {
            return c.advertisement_address != ipv4_all_systems && c.advertisement_address != ipv4_limited_broadcast;
          },
          "the advertisement address is 224.0.0.1 or 255.255.255.255"},
    Bound{[](const IrdpRouterConfig& c) { return c.max_interval < seconds(4) || c.max_interval > seconds(1800); },
          "the maximum advertisement interval is 4 to 1800 seconds"},
    Bound{[](const IrdpRouterConfig& c) {
            return c.min_interval && (*c.min_interval < seconds(3) || *c.min_interval > c.max_interval);
          },
          "the minimum advertisement interval is 3 seconds up to the maximum interval"},
    Bound{[](const IrdpRouterConfig& c) {
            return c.advertised_lifetime() < c.max_interval || c.advertised_lifetime() > seconds(9000);
          },
          "the advertisement lifetime is the maximum interval up to 9000 seconds"},
    Bound{[](const IrdpRouterConfig& c) { return c.addresses.size() > irdp_max_addresses; },
          "at most 68 addresses of an interface are listed"},
    Bound{lists_an_address_twice, "an address is listed once"},
};

std::vector<AdvertisedRouter> advertised_routers(const IrdpRouterConfig& config) {
  std::vector<AdvertisedRouter> routers;
  for (const auto& [address, advertise, preference] : config.addresses)
    if (config.advertise && advertise) routers.push_back({address, preference});
  return routers;
}

}  // namespace

std::optional<std::string_view> fault_of(const IrdpRouterConfig& config) {
  for (const Bound& bound : bounds)
    if (bound.broken_by(config)) return bound.text;
  return std::nullopt;
}

// The first one waits a little too: several routers may come up together when power returns.
IrdpRouter::IrdpRouter(const IrdpRouterConfig& config, Instant now, Random& random)
    : advertisement_address_(config.advertisement_address),
      min_interval_(config.shortest_interval()),
      max_interval_(config.max_interval),
      lifetime_(static_cast<std::uint16_t>(config.advertised_lifetime().count())),
      solicited_unicast_(config.solicited_unicast),
      unicast_limit_(config.unicast_limit),
      routers_(advertised_routers(config)),
      stopped_(routers_.empty()),
      next_multicast_(stopped_ ? Instant::max() : now + random.up_to(max_response_delay)) {}

void IrdpRouter::on_solicitation(Ipv4Address source, Instant now, Random& random) {
  if (stopped_ || is_waiting(source)) return;
  const bool may_be_unicast = solicited_unicast_ && source.value != 0 && solicitors_.size() < max_solicitors;
  if (may_be_unicast && unicasts_.take(unicast_limit_, now))
    solicitors_.push_back({source, now + random.up_to(max_response_delay)});
  else
    answer_all(now, random);
}

bool IrdpRouter::is_waiting(Ipv4Address source) const {
  return std::ranges::find(solicitors_, source, &Solicitor::address) != solicitors_.end();
}

// A multicast that is due within the delay of an answer is the answer. Otherwise the delay begins a full one after the
// last multicast at the earliest, so that strangers cannot make us flood the link.
void IrdpRouter::answer_all(Instant now, Random& random) {
  const Instant latest = now + max_response_delay;
  if (next_multicast_ <= latest) return;
  const Instant earliest = std::max(now, no_answer_before_);
  next_multicast_ = earliest + random.up_to(latest - earliest);
}

void IrdpRouter::stop(Instant now) {
  if (stopped_) return;
  stopped_ = true;
  next_multicast_ = now;
}

std::optional<IrdpRouter::Due> IrdpRouter::take_due(Instant now, Random& random) {
  if (next_multicast_ <= now) return take_multicast(now, random);
  const auto waiting = std::ranges::find_if(solicitors_, [now](const Solicitor& s) { return s.due <= now; });
  if (waiting == solicitors_.end()) return std::nullopt;
  const Due due{waiting->address};
  *waiting = solicitors_.back();
  solicitors_.pop_back();
  return due;
}

// It answers everybody who waits.
IrdpRouter::Due IrdpRouter::take_multicast(Instant now, Random& random) {
  solicitors_.clear();
  no_answer_before_ = now + max_response_delay;
  next_multicast_ = stopped_ ? Instant::max() : now + next_interval(random);
  return {advertisement_address_, stopped_};
}

Duration IrdpRouter::next_interval(Random& random) {
  const Duration interval = random.between(min_interval_, max_interval_);
  if (initial_left_ == 0) return interval;
  --initial_left_;
  return std::min(interval, max_initial_advert_interval);
}

Instant IrdpRouter::next_deadline() const {
  Instant next = next_multicast_;
  for (const Solicitor& solicitor : solicitors_) next = std::min(next, solicitor.due);
  return next;
}

}  // namespace tunstack::discovery
