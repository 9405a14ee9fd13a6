#include "tunstack/lab/lab_change.hpp"

#include <fmt/format.h>

#include <algorithm>

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

bool truth_of(const Setting& setting) {
  if (setting.value != "true" && setting.value != "false") refuse(setting, "it is true or false");
  return setting.value == "true";
}

void change_link(std::size_t link, const std::string& key, const Setting& setting, Network& network, Instant now,
                 Outbox& out) {
  if (key == "mtu") return network.set_link_mtu(link, std::stoul(setting.value));
  if (key == "up") return network.set_link_up(link, truth_of(setting), now, out);
  Impairments impairments = network.impairments(link);
  if (key == "loss") impairments.loss = required(parse_share(setting.value), setting);
  if (key == "duplicate") impairments.duplicate = required(parse_share(setting.value), setting);
  if (key == "reorder") impairments.reorder = required(parse_share(setting.value), setting);
  if (key == "corrupt") impairments.corrupt = required(parse_share(setting.value), setting);
  if (key == "delay") impairments.delay = required(parse_time(setting.value), setting);
  if (key == "jitter") impairments.jitter = required(parse_time(setting.value), setting);
  if (key == "rate") impairments.rate = required(parse_rate(setting.value), setting);
  if (key == "queue") impairments.queue = std::stoul(setting.value);
  network.impair_link(link, impairments);
}

void change_node(NodeId node, const std::string& path, const Setting& setting, Network& network, Instant now,
                 Outbox& out) {
  constexpr std::string_view of_options = "options.", of_misdeeds = "misbehave.";
  if (path.starts_with(of_misdeeds)) {
    const Misbehaviour* const known = network.misbehaviour(node);
    Misbehaviour misbehaviour = known != nullptr ? *known : Misbehaviour();
    apply_misdeed(path.substr(of_misdeeds.size()), setting.value, misbehaviour);
    return network.misbehave(node, misbehaviour);
  }
  NodeOptions options = network.node(node).state().options;
  const std::string text = path.substr(of_options.size()) + "=" + setting.value;
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

void apply_change(const Setting& setting, const LabPlan& plan, Network& network, Instant now, Outbox& out) {
  const std::size_t first = setting.key.find('.'), second = setting.key.find('.', first + 1);
  const std::string kind = setting.key.substr(0, first), name = setting.key.substr(first + 1, second - first - 1);
  const std::string rest = setting.key.substr(second + 1);
  if (kind == "link") {
    const auto& links = plan.network.links;
    const auto found = std::ranges::find(links, name, &PlannedLink::name);
    if (found == links.end()) refuse(setting, "there is no such link");
    return change_link(static_cast<std::size_t>(found - links.begin()), rest, setting, network, now, out);
  }
  const auto node = network.find_node(name);
  if (!node) refuse(setting, "there is no such node");
  change_node(*node, rest, setting, network, now, out);
}

}  // namespace tunstack::lab
