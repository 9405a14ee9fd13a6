#include "tunstack/kernel_link/link_messages.hpp"

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>

#include <optional>

namespace tunstack {

namespace {

int look_for_new_namespace(const nlattr* attribute, void* found) {
  *static_cast<bool*>(found) |= mnl_attr_get_type(attribute) == IFLA_NEW_NETNSID;
  return MNL_CB_OK;
}

/// Rather than deleted.
bool was_moved(const nlmsghdr& message) {
  bool found = false;
  mnl_attr_parse(&message, sizeof(ifinfomsg), look_for_new_namespace, &found);
  return found;
}

/// Nothing if it is about another link, or not about links.
std::optional<LinkState> state_in(const nlmsghdr& message, unsigned index) {
  const bool is_about_links = message.nlmsg_type == RTM_NEWLINK || message.nlmsg_type == RTM_DELLINK;
  if (!is_about_links || mnl_nlmsg_get_payload_len(&message) < sizeof(ifinfomsg)) return std::nullopt;
  const auto& body = *static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message));
  if (body.ifi_index != static_cast<int>(index)) return std::nullopt;
  if (message.nlmsg_type == RTM_DELLINK) return was_moved(message) ? LinkState::out_of_sight : LinkState::down;
  const bool is_up = (body.ifi_flags & IFF_UP) != 0 && (body.ifi_flags & IFF_LOWER_UP) != 0;
  return is_up ? LinkState::up : LinkState::down;
}

}  // namespace

void read_link_messages(Bytes datagram, unsigned index, LinkHistory& history) {
  int left = static_cast<int>(datagram.size());
  for (const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.data()); mnl_nlmsg_ok(message, left);
       message = mnl_nlmsg_next(message, &left)) {
    const auto state = state_in(*message, index);
    if (!state) continue;
    history.state = *state;
    history.was_down |= *state == LinkState::down;
  }
}

}  // namespace tunstack
