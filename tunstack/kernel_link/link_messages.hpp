// What messages of rtnetlink say of the state of one link. Pure: whoever watches a link reads them and asks here.
#pragma once

#include "protocols/base/bytes.hpp"

namespace tunstack {

/// `up`: set up, and with a carrier. `out_of_sight`: moved to another network namespace, from where nothing is heard.
enum class LinkState : std::uint8_t { down, up, out_of_sight };

struct LinkHistory {
  LinkState state = LinkState::down;  // by now
  bool was_down = false;              // at some time meanwhile, or perhaps
};

/// Goes through the messages of one datagram of rtnetlink, aligned as a nlmsghdr, for those about the link `index`.
/// What is malformed, and all behind it, says nothing.
void read_link_messages(Bytes datagram, unsigned index, LinkHistory& history);

}  // namespace tunstack
