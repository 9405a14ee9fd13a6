#include "tunstack/node/deliver.hpp"

#include <utility>

#include "tunstack/node/addresses.hpp"
#include "tunstack/node/error_reports.hpp"
#include "tunstack/node/groups.hpp"
#include "tunstack/node/masks.hpp"
#include "tunstack/node/neighbors.hpp"
#include "tunstack/node/routers.hpp"

namespace tunstack {

namespace {

/// One place for each Recipient; without a door nothing is done.
template <class Arrival>
using Door = MaybeReason (*)(const Arrival&, Turn&);
template <class Arrival>
using Doors = std::array<Door<Arrival>, recipients>;

/// A door that always does what it is asked for.
template <class Arrival, void (*take)(const Arrival&, Turn&)>
constexpr Door<Arrival> takes = [](const Arrival& arrival, Turn& turn) {
  take(arrival, turn);
  return MaybeReason{};
};

template <class Arrival>
constexpr Doors<Arrival> make_doors(std::initializer_list<std::pair<Recipient, Door<Arrival>>> rows) {
  Doors<Arrival> doors{};
  for (const auto& [recipient, door] : rows) doors[static_cast<std::size_t>(recipient)] = door;
  return doors;
}

constexpr auto ipv4_doors = make_doors<Ipv4Arrival>({
    {Recipient::icmp_error, takes<Ipv4Arrival, error_reports::on_error>},
    {Recipient::address_mask, takes<Ipv4Arrival, masks::on_reply>},
    {Recipient::irdp_solicitation, takes<Ipv4Arrival, routers::on_irdp_solicitation>},
    {Recipient::irdp_advertisement, takes<Ipv4Arrival, routers::on_irdp_advertisement>},
    {Recipient::redirect, takes<Ipv4Arrival, routers::on_redirect>},
    {Recipient::igmp_query, takes<Ipv4Arrival, groups::on_igmp_query>},
    {Recipient::igmp_report, takes<Ipv4Arrival, groups::on_igmp_report>},
});

constexpr auto ipv6_doors = make_doors<Ipv6Arrival>({
    {Recipient::icmp_error, takes<Ipv6Arrival, error_reports::on_error>},
    {Recipient::neighbor_solicitation, neighbors::on_solicitation},
    {Recipient::shared_address_solicitation, neighbors::on_shared_address_solicitation},
    {Recipient::neighbor_advertisement, takes<Ipv6Arrival, neighbors::on_advertisement>},
    {Recipient::untracked_neighbor, takes<Ipv6Arrival, neighbors::on_untracked_advertisement>},
    {Recipient::tentative_address, addresses::on_tentative_target},
    {Recipient::router_solicitation, takes<Ipv6Arrival, routers::on_solicitation>},
    {Recipient::router_advertisement, takes<Ipv6Arrival, routers::on_advertisement>},
    {Recipient::redirect, takes<Ipv6Arrival, routers::on_redirect>},
    {Recipient::mld_query, takes<Ipv6Arrival, groups::on_mld_query>},
    {Recipient::mld_report, takes<Ipv6Arrival, groups::on_mld_report>},
    {Recipient::mld_records, takes<Ipv6Arrival, groups::on_mld_records>},
});

template <class Arrival>
MaybeReason deliver_by(const Doors<Arrival>& doors, Recipient recipient, const Arrival& arrival, Turn& turn) {
  const Door<Arrival> door = doors[static_cast<std::size_t>(recipient)];
  return door ? door(arrival, turn) : MaybeReason{};
}

}  // namespace

MaybeReason deliver(Recipient recipient, const Ipv4Arrival& arrival, Turn& turn) {
  return deliver_by(ipv4_doors, recipient, arrival, turn);
}

MaybeReason deliver(Recipient recipient, const Ipv6Arrival& arrival, Turn& turn) {
  return deliver_by(ipv6_doors, recipient, arrival, turn);
}

}  // namespace tunstack
