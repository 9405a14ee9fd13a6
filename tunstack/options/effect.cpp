#include "tunstack/options/effect.hpp"

#include <algorithm>
#include <functional>

namespace tunstack::option {

namespace {

// ---- values in words ----

std::string in_list(const auto& values, const SpecialWord& empty, const auto& text_of) {
  std::string list;
  for (const auto& value : values) list += (list.empty() ? "" : ",") + text_of(value);
  return list.empty() ? std::string(empty.word) : list;
}

std::string text_of(const Flag& kind, NodeOptions& options) { return *kind.slot(options) ? "on" : "off"; }

std::string text_of(const Number& kind, NodeOptions& options) {
  const auto special = std::ranges::find(kind.special, *kind.slot(options), &SpecialNumber::value);
  return special == kind.special.end() ? std::to_string(*kind.slot(options)) : std::string(special->word);
}

std::string text_of(const OneOf& kind, NodeOptions& options) {
  const auto chosen = std::ranges::find(kind.choices, *kind.slot(options), &Choice::value);
  return chosen == kind.choices.end() ? std::string() : std::string(chosen->word);
}

std::string text_of(const SetOf& kind, NodeOptions& options) {
  std::string words;
  for (const Choice& choice : kind.choices)
    if ((*kind.slot(options) & choice.value) != 0) words += (words.empty() ? "" : ",") + std::string(choice.word);
  return words;
}

std::string text_of(const Names& kind, NodeOptions& options) {
  return in_list(*kind.slot(options), kind.empty, [](const std::string& name) { return name; });
}

/// Prefixes or Addresses.
std::string text_of(const auto& kind, NodeOptions& options) {
  return in_list(*kind.slot(options), kind.empty, [](const IpPrefix& prefix) { return to_text(prefix); });
}

// ---- effects ----

/// Where a value lives among those of `options`.
const void* place_of(const OptionRow& row, NodeOptions& options) {
  return std::visit([&](const auto& kind) { return static_cast<const void*>(kind.slot(options)); }, row.kind);
}

bool lies_in(const void* place, const auto& part) {
  const auto* const begin = reinterpret_cast<const std::byte*>(&part);
  const std::less<const void*> before;
  return !before(place, begin) && before(place, begin + sizeof(part));
}

/// Memory and secrets that are taken once.
bool is_fixed(const void* place, const NodeOptions& options) {
  return lies_in(place, options.reassembly4) || lies_in(place, options.reassembly6) ||
         lies_in(place, options.neighbors) || lies_in(place, options.learn_mask) || lies_in(place, options.own.secret);
}

/// What interfaces are made with.
bool is_of_links(const void* place, const NodeOptions& options) {
  return lies_in(place, options.own) || lies_in(place, options.router) || lies_in(place, options.router4) ||
         lies_in(place, options.proxied.ipv6) || lies_in(place, options.amplification_rate) ||
         lies_in(place, options.accept_advertisements) || lies_in(place, options.solicits_for_ever) ||
         lies_in(place, options.discovers_routers4) || lies_in(place, options.least_hop_limit) ||
         lies_in(place, options.least_prefix_length) || lies_in(place, options.redirect_lifetime) ||
         lies_in(place, options.ipv6_hop_limit) || lies_in(place, options.neighbor_discovery.reachable) ||
         lies_in(place, options.neighbor_discovery.retransmit);
}

/// Of ARP, of the checks of addresses, and of asking for neighbors.
bool is_of_stations(const void* place, const NodeOptions& options) {
  const AddressOptions& own = options.own;
  return lies_in(place, options.arp) || lies_in(place, options.proxied.ipv4) ||
         lies_in(place, options.solicitation_rate) || lies_in(place, own.probes) || lies_in(place, own.mode) ||
         lies_in(place, own.checks_ipv4) || lies_in(place, own.defence) || lies_in(place, own.retry);
}

template <class Each>
void for_each_changed(const NodeOptions& before, const NodeOptions& after, const Each& each) {
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      if (value_text(row.kind, before) != value_text(row.kind, after)) each(row);
}

}  // namespace

std::string value_text(const Kind& kind, const NodeOptions& options) {
  NodeOptions copy = options;  // slots lead to what may be written
  return std::visit([&](const auto& each) { return text_of(each, copy); }, kind);
}

Effect effect_of(const OptionRow& row) {
  NodeOptions options;
  const void* const place = place_of(row, options);
  if (is_fixed(place, options)) return Effect::at_start;
  return is_of_links(place, options) ? Effect::with_links : Effect::at_once;
}

bool needs_stations(const OptionRow& row) {
  NodeOptions options;
  return is_of_stations(place_of(row, options), options);
}

bool is_secret(const OptionRow& row) {
  NodeOptions options;
  return lies_in(place_of(row, options), options.own.secret);
}

Effect effect_of_change(const NodeOptions& before, const NodeOptions& after) {
  Effect latest = Effect::at_once;
  for_each_changed(before, after, [&](const OptionRow& row) { latest = std::max(latest, effect_of(row)); });
  return latest;
}

const OptionRow* fixed_row_changed(const NodeOptions& before, const NodeOptions& after) {
  const OptionRow* fixed = nullptr;
  for_each_changed(before, after, [&](const OptionRow& row) {
    if (fixed == nullptr && effect_of(row) == Effect::at_start) fixed = &row;
  });
  return fixed;
}

}  // namespace tunstack::option
