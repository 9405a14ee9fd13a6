// What a router says of itself on its links, by both families: when it begins, while it goes on, and when it, or an
// address of it, ceases to be there. Part of the service `routers`.
#pragma once

#include "tunstack/node/output.hpp"

namespace tunstack::routers {

/// Sends the advertisements that are due.
void step_advertising(InterfaceId interface, Turn& turn);
/// The link begins anew with this role: what it will not advertise any more is withdrawn, once, at once.
void say_farewell(InterfaceId interface, Role role, Turn& turn);
/// The final advertisements become due (RFC 4861 6.2.5, RFC 1256 4.3).
void shut_down(NodeState& state, Instant now);

/// Other addresses are about to be those of the interface: what is said of those that go is withdrawn while they are
/// still there to send from (RFC 4861 6.2.8, RFC 1256 4.3).
void withdraw_addresses(InterfaceId interface, const std::vector<IpPrefix>& wanted, Turn& turn);
/// They are in the configuration now; those `before` are not forgotten yet.
void on_addresses_changed(InterfaceId interface, const std::vector<IpPrefix>& before, Turn& turn);
/// It is known that nobody else has an address: what waited for it begins.
void on_address_in_use(InterfaceId interface, const IpAddress& address, Turn& turn);

}  // namespace tunstack::routers
