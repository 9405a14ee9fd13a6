// The options --loss, --delay, --duplicate, --reorder and --corrupt of a link, and what they amount to.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "tunstack/network/impairment.hpp"

namespace tunstack {

/// As they are typed.
struct ImpairmentArguments {
  std::optional<std::string> loss, duplicate, reorder, corrupt, delay;
};

void add_impairment_options(CLI::App& command, ImpairmentArguments& arguments);

/// Throws UsageFault.
Impairments impairments_of(const ImpairmentArguments& arguments);

}  // namespace tunstack
