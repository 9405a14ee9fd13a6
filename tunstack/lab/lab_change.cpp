#include "tunstack/lab/lab_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tunstack/fault.hpp"
#include "tunstack/lab/quantities.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::lab {

namespace {

[[noreturn]] void refuse(const Setting& setting, const std::string& why) {
  throw UsageFault(fmt::format("'{}' cannot be {}", setting.key, setting.value), why, "docs/labs.md has the forms");
}

/// A number too large where it is none.
unsigned long number_in(const std::string& text) {
  const bool is_number = !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::stoul(text) : ~0UL;
}

template <class Value>
Value required(const std::optional<Value>& value, const Setting& setting) {
  if (!value) refuse(setting, "it is no value of this kind");
  return *value;
}

std::size_t whole(const Setting& setting, unsigned long least, unsigned long most) {
  const unsigned long number = number_in(setting.value);
  if (number < least || number > most) refuse(setting, fmt::format("it is from {} to {}", least, most));
  return number;
}

bool truth_of(const Setting& setting) {
  const bool is_true = setting.value == "true" || setting.value == "on";
  if (!is_true && setting.value != "false" && setting.value != "off") refuse(setting, "it is true or false");
  return is_true;
}

constexpr unsigned long least_mtu = 68, most_mtu = 65535, most_waiting = 1'000'000;

/// With the one of them that `key` names.
Impairments changed(Impairments impairments, const std::string& key, const Setting& setting) {
  if (key == "loss") impairments.loss = required(parse_share(setting.value), setting);
  if (key == "duplicate") impairments.duplicate = required(parse_share(setting.value), setting);
  if (key == "reorder") impairments.reorder = required(parse_share(setting.value), setting);
  if (key == "corrupt") impairments.corrupt = required(parse_share(setting.value), setting);
  if (key == "delay") impairments.delay = required(parse_time(setting.value), setting);
  if (key == "jitter") impairments.jitter = required(parse_time(setting.value), setting);
  if (key == "rate") impairments.rate = required(parse_rate(setting.value), setting);
  if (key == "queue") impairments.queue = whole(setting, 1, most_waiting);
  return impairments;
}

void change_link(std::size_t link, const std::string& key, const Setting& setting, Network& network, Instant now,
                 Outbox& out) {
  if (key == "mtu") return network.set_link_mtu(link, whole(setting, least_mtu, most_mtu));
  if (key == "up") return network.set_link_up(link, truth_of(setting), now, out);
  network.impair_link(link, changed(network.impairments(link), key, setting));
}

/// What of a link or node: "mtu" of "link.core.mtu", "options.icmp4.quote" of "node.r1.options.icmp4.quote".
struct Path {
  std::string kind, name, rest;
};
Path path_of(const Setting& setting) {
  const std::size_t first = setting.key.find('.');
  const std::size_t second = first == std::string::npos ? first : setting.key.find('.', first + 1);
  if (second == std::string::npos) refuse(setting, "it is link.NAME.KEY or node.NAME.KEY");
  return {setting.key.substr(0, first), setting.key.substr(first + 1, second - first - 1),
          setting.key.substr(second + 1)};
}

constexpr std::string_view options_prefix = "options.", misdeeds_prefix = "misbehave.";

void change_node(NodeId node, const std::string& path, const Setting& setting, Network& network, Instant now,
                 Outbox& out) {
  if (path.starts_with(misdeeds_prefix)) {
    const Misbehaviour* const known = network.misbehaviour(node);
    if (known == nullptr) refuse(setting, "the node was not made so that it may misbehave");
    Misbehaviour misbehaviour = *known;
    apply_misdeed(path.substr(misdeeds_prefix.size()), setting.value, misbehaviour);
    return network.misbehave(node, misbehaviour);
  }
  if (!path.starts_with(options_prefix)) refuse(setting, "of a node options and misdeeds are set");
  NodeOptions options = network.node(node).state().options;
  const std::string text = path.substr(options_prefix.size()) + "=" + setting.value;
  if (const auto fault = set_option(options, text)) throw UsageFault(fault->what, fault->why, fault->remedy);
  network.act(node, now, out, [&](Node& changed, Instant when, Outbox& box) { changed.change(options, when, box); });
}

}  // namespace

std::vector<std::string> known_misdeeds() {
  std::vector<std::string> names;
  for (const MisdeedRow& row : misdeed_rows()) names.emplace_back(row.name);
  return names;
}

void apply_misdeed(const std::string& name, const std::string& value, Misbehaviour& misbehaviour) {
  const MisdeedRow* const row = find_misdeed(name);
  if (row == nullptr)
    throw UsageFault(fmt::format("'{}' is no misdeed", name), "no node can do it", "docs/labs.md lists them");
  if (value == "false" || value == "off") return misbehaviour.set(row->misdeed, std::nullopt);
  const bool is_said = value == "true" || value == "on";
  const unsigned long number = is_said ? row->least : number_in(value);
  if (number < row->least || number > row->most)
    throw UsageFault(fmt::format("{} cannot be {}", name, value),
                     fmt::format("it is from {} to {}", row->least, row->most), "true for the least");
  misbehaviour.set(row->misdeed, static_cast<std::uint32_t>(number));
}

void check_change(const Setting& setting) {
  static constexpr std::array<std::string_view, 10> keys{"mtu",     "up",    "loss",   "duplicate", "reorder",
                                                         "corrupt", "delay", "jitter", "rate",      "queue"};
  const Path path = path_of(setting);
  if (path.kind == "link" && std::ranges::find(keys, path.rest) == keys.end())
    refuse(setting, "this of a link cannot be set while it runs");
  if (path.kind == "link" && path.rest == "mtu")
    whole(setting, least_mtu, most_mtu);
  else if (path.kind == "link" && path.rest == "up")
    truth_of(setting);
  else if (path.kind == "link")
    changed({}, path.rest, setting);
  else if (path.rest.starts_with(misdeeds_prefix)) {
    Misbehaviour none;
    apply_misdeed(path.rest.substr(misdeeds_prefix.size()), setting.value, none);
  }
}

void apply_change(const Setting& setting, const LabPlan& plan, Network& network, Instant now, Outbox& out) {
  const auto [kind, name, rest] = path_of(setting);
  check_change(setting);
  if (kind == "link") {
    const auto& links = plan.network.links;
    const auto found = std::ranges::find(links, std::string_view(name), &PlannedLink::name);
    if (found == links.end()) refuse(setting, "there is no such link");
    return change_link(static_cast<std::size_t>(found - links.begin()), rest, setting, network, now, out);
  }
  const auto node = kind == "node" ? network.find_node(name) : std::nullopt;
  if (!node) refuse(setting, "there is no such node");
  change_node(*node, rest, setting, network, now, out);
}

}  // namespace tunstack::lab
