// A packet for which a reason decides, found by trying: plain packets of all kinds, each whole and broken in small
// ways, then under every other value of every option.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tunstack/why/question.hpp"

namespace tunstack::why {

struct Example {
  Octets packet;
  std::string setting;  // "icmp4.echo=off", or empty where the defaults do
};

/// Calls `each` with every packet that is tried, and what came of it, until it returns true.
void try_packets(const World& world, const std::function<bool(const Example&, const Outcome&)>& each);

/// Of a host that has an address of each family. Nothing: it needs more than one packet, or another kind of node.
std::optional<Example> example_of(const ReasonInfo& reason, const World& world);

}  // namespace tunstack::why
