#include "tunstack/settings/network_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tunstack/fault.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/options/suggestion.hpp"
#include "tunstack/settings/misdeed_setting.hpp"

namespace tunstack {

namespace {

constexpr std::string_view options_prefix = "options.", misdeeds_prefix = "misbehave.";

/// What of whom: "mtu=1280" of "core" in "link.core.mtu=1280".
struct Named {
  std::string name, rest;
};
Named named_in(std::string_view text, std::string_view prefix) {
  const std::size_t end = text.find('.', prefix.size());
  if (end == std::string_view::npos)
    throw UsageFault(fmt::format("'{}' is no setting", text.substr(0, 60)), "what of it stands behind its name",
                     fmt::format("{}NAME.KEY=VALUE", prefix));
  return {std::string(text.substr(prefix.size(), end - prefix.size())), std::string(text.substr(end + 1))};
}

struct KeyAndValue {
  std::string key, value;
};
KeyAndValue split(const std::string& text) {
  const std::size_t sign = text.find('=');
  if (sign == std::string::npos)
    throw UsageFault(fmt::format("'{}' has no value", text.substr(0, 60)), "a setting is KEY=VALUE",
                     fmt::format("{}=VALUE", text.substr(0, 60)));
  return {text.substr(0, sign), text.substr(sign + 1)};
}

std::size_t link_named(const Network& network, const std::string& name) {
  if (const auto link = network.find_link(name)) return *link;
  throw UsageFault(fmt::format("there is no link '{}'", name.substr(0, 40)),
                   fmt::format("the network has {}", network.link_names().size()),
                   did_you_mean(name, network.link_names()) + "the file of the lab names all");
}

/// What is wanted, put together by whom it is about.
class Reader {
 public:
  Reader(const Network& network, Instant now) : network_(network), now_(now) {}

  void read(const std::string& text) {
    if (text.starts_with(settings_of_link)) return read_of_link(text);
    if (text.starts_with(settings_of_node)) {
      const auto [name, rest] = named_in(text, settings_of_node);
      return read_of_node(node_named(network_, name), rest);
    }
    read_of_node(network_.node_at(InterfaceId{0}), text);
  }

  NetworkSettings all() const {
    NetworkSettings settings;
    for (const auto& [link, wanted] : links_) settings.links.push_back({link, wanted});
    for (const auto& [node, texts] : nodes_) {
      NetworkSettings::OfNode& one = settings.nodes.emplace_back(node);
      one.wanted = read_settings(network_.node(node), texts, now_);
      if (const auto wrong = misdeeds_.find(node); wrong != misdeeds_.end()) one.misbehaviour = wrong->second;
    }
    return settings;
  }

 private:
  void read_of_link(const std::string& text) {
    const auto [name, rest] = named_in(text, settings_of_link);
    const auto [key, value] = split(rest);
    const std::size_t link = link_named(network_, name);
    LinkSettings& wanted = links_[link];
    read_link_setting(key, value, network_.impairments(link), wanted);
    if (const auto mtu = wanted.mtu) check_mtu(link, *mtu);
  }
  void check_mtu(std::size_t link, std::size_t mtu) {
    for (const LinkEnd& end : network_.ends_of(link)) {
      if (end.door) continue;
      InterfaceConfig config = network_.node(NodeId(end.node)).state().interface(end.interface).config;
      config.mtu = mtu;
      if (const auto fault = mtu_fault(config))
        throw UsageFault(fmt::format("an MTU of {} is not possible at {}", mtu, network_.name(NodeId(end.node))),
                         *fault, "choose a larger one");
    }
  }
  void read_of_node(NodeId node, const std::string& text) {
    std::vector<std::string>& texts = nodes_[node];
    if (text.starts_with(misdeeds_prefix)) return read_misdeed_of(node, text.substr(misdeeds_prefix.size()));
    texts.push_back(text.starts_with(options_prefix) ? text.substr(options_prefix.size()) : text);
  }
  void read_misdeed_of(NodeId node, const std::string& text) {
    if (!network_.may_misbehave())
      throw UsageFault("the stack is one node on its own links, which does nothing wrong",
                       "misdeeds are those of nodes of a network", "start it as a lab: up --lab, exec --lab");
    const bool has_value = text.contains('=');
    const auto [name, value] = has_value ? split(text) : KeyAndValue{text, ""};
    read_misdeed(name, value, misdeeds_.try_emplace(node, network_.misbehaviour(node)).first->second);
  }

  const Network& network_;
  Instant now_;
  std::map<std::size_t, LinkSettings> links_;
  std::map<NodeId, std::vector<std::string>> nodes_;
  std::map<NodeId, Misbehaviour> misdeeds_;
};

}  // namespace

NodeId node_named(const Network& network, const std::string& name) {
  if (const auto found = network.find_node(name)) return *found;
  throw UsageFault(
      fmt::format("there is no node '{}'", name.substr(0, 40)),
      fmt::format("the stack has {}", network.size() == 1 ? "one node alone" : fmt::format("{} nodes", network.size())),
      did_you_mean(name, network.node_names()) +
          "'tunstack state --json' names those of a stack, 'lab graph' those of a lab");
}

NetworkSettings read_settings(const Network& network, const std::vector<std::string>& texts, Instant now) {
  Reader reader(network, now);
  for (const std::string& text : texts) reader.read(text);
  return reader.all();
}

void apply(const NetworkSettings& settings, Network& network, Instant now, Outbox& out) {
  for (const auto& [link, wanted] : settings.links) {
    if (wanted.mtu) network.set_link_mtu(link, *wanted.mtu);
    if (wanted.impairments) network.impair_link(link, *wanted.impairments);
    if (wanted.up) network.set_link_up(link, *wanted.up, now, out);
  }
  for (const auto& [node, wanted, misbehaviour] : settings.nodes) {
    if (misbehaviour) network.misbehave(node, *misbehaviour);
    network.act(node, now, out, [&](Node& changed, Instant when, Outbox& box) { apply(wanted, changed, when, box); });
  }
}

}  // namespace tunstack
