// What somebody wants to be otherwise of a network while it runs, as texts: "link.core.mtu=1280",
// "node.r1.misbehave.silent=true", "node.r1.icmp4.echo=off", and of the node behind the device without its name, as
// node_settings has it. Read from what is asked of a running stack, from the events of a lab, and from captures in
// which both stand; checked against the network as a whole, and then done.
#pragma once

#include "tunstack/network/network.hpp"
#include "tunstack/settings/link_setting.hpp"
#include "tunstack/settings/node_settings.hpp"

namespace tunstack {

/// What a text begins with that is about a link, or about a node that it names.
inline constexpr std::string_view settings_of_link = "link.", settings_of_node = "node.";

struct NetworkSettings {
  struct OfLink {
    std::size_t link;
    LinkSettings wanted = {};
  };
  struct OfNode {
    NodeId node;
    NodeSettings wanted = {};
    std::optional<Misbehaviour> misbehaviour = {};
  };
  std::vector<OfLink> links;
  std::vector<OfNode> nodes;
};

/// Throws UsageFault if there is none of this name.
NodeId node_named(const Network& network, const std::string& name);
/// Throws UsageFault where the network cannot be made so while it runs; nothing has changed then.
NetworkSettings read_settings(const Network& network, const std::vector<std::string>& texts, Instant now);
/// Of what read_settings() has read from the same network.
void apply(const NetworkSettings& settings, Network& network, Instant now, Outbox& out);

}  // namespace tunstack
