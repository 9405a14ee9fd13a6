#include "tools/running_oracle.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "tunstack/fault.hpp"
#include "tunstack/why/outcome_json.hpp"

namespace tunstack {

namespace {

std::vector<IpPrefix> addresses_of(const nlohmann::ordered_json& report) {
  std::vector<IpPrefix> addresses;
  for (const auto& row : report.value("addresses", nlohmann::ordered_json::array()))
    if (const auto prefix =
            parse_prefix(fmt::format("{}/{}", row.value("address", std::string()), row.value("prefix_length", 0))))
      addresses.push_back(*prefix);
  return addresses;
}

std::optional<MacAddress> link_address_of(const nlohmann::ordered_json& report) {
  for (const auto& row : report.value("interfaces", nlohmann::ordered_json::array()))
    if (const auto address = row.find("link_layer_address"); address != row.end() && address->is_string())
      return parse_mac_address(address->get<std::string>());
  return std::nullopt;
}

NodeConfig node_of(const std::string& device, const nlohmann::ordered_json& report) {
  InterfaceConfig interface{.name = device, .addresses = addresses_of(report)};
  interface.link_address = link_address_of(report);
  return {.interfaces = {std::move(interface)}, .options = {}, .seed = 0};
}

}  // namespace

RunningOracle::RunningOracle(const StackChoice& choice)
    : choice_(choice),
      stack_(connect_to_stack(choice)),
      node_(node_of(stack_.name().device, stack_.ask(about(choice, {{"request", "state"}})))) {}

std::optional<why::Outcome> RunningOracle::ask(Bytes packet, const std::string& setting) try {
  const auto answer = stack_.ask(about(
      choice_, {{"request", "ask"}, {"octets", fmt::format("{:02x}", fmt::join(packet, ""))}, {"setting", setting}}));
  auto outcome = why::outcome_of(answer);
  if (outcome) return outcome;
  throw SystemError(fmt::format("the stack on {} sent an answer that this tunstack cannot read", stack_.name().device),
                    "it is another version", "use the same version for both");
} catch (const UsageFault&) {
  if (setting.empty()) throw;
  return std::nullopt;  // it cannot have that value while it runs
}

}  // namespace tunstack
