#include "tunstack/lab/lab_change.hpp"

#include <fmt/format.h>

#include "tunstack/fault.hpp"
#include "tunstack/settings/misdeed_setting.hpp"
#include "tunstack/settings/network_settings.hpp"

namespace tunstack::lab {

namespace {

/// What of a link or node: "mtu" of "link.core.mtu", "misbehave.silent" of "node.r1.misbehave.silent".
std::string rest_of(const Setting& setting) {
  const std::size_t first = setting.key.find('.');
  const std::size_t second = first == std::string::npos ? first : setting.key.find('.', first + 1);
  if (second != std::string::npos) return setting.key.substr(second + 1);
  throw UsageFault(fmt::format("'{}' cannot be set", setting.key), "it is link.NAME.KEY or node.NAME.KEY",
                   "docs/labs.md has the forms");
}

}  // namespace

void check_change(const Setting& setting) {
  constexpr std::string_view misdeeds = "misbehave.";
  const std::string rest = rest_of(setting);
  LinkSettings link;
  Misbehaviour misbehaviour;
  if (setting.key.starts_with(settings_of_link))
    read_link_setting(rest, setting.value, {}, link);
  else if (rest.starts_with(misdeeds))
    read_misdeed(rest.substr(misdeeds.size()), setting.value, misbehaviour);
}

}  // namespace tunstack::lab
