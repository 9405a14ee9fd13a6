#include "tunstack/lab/static_route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <vector>

namespace tunstack::lab {

namespace {

struct ActionName {
  std::string_view name;
  ip::RouteAction action;
};
constexpr ActionName action_names[] = {{"blackhole", ip::RouteAction::blackhole},
                                       {"unreachable", ip::RouteAction::unreachable},
                                       {"prohibit", ip::RouteAction::prohibit},
                                       {"reject", ip::RouteAction::reject}};

std::optional<std::uint8_t> parse_code(const std::string& text) {
  unsigned code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc{} || end != text.data() + text.size() || code > 15) return std::nullopt;
  return static_cast<std::uint8_t>(code);
}

class RouteReader {
 public:
  explicit RouteReader(std::string_view text) {
    std::istringstream stream{std::string(text)};
    for (std::string word; stream >> word;) words_.push_back(word);
  }

  std::expected<StaticRoute, std::string> read() {
    StaticRoute found;
    const auto* const action = std::ranges::find(action_names, next_is(), &ActionName::name);
    if (action != std::end(action_names)) {
      found.route.action = action->action;
      ++at_;
    }
    if (found.route.action == ip::RouteAction::reject) {
      const std::string text = next();
      const auto code = parse_code(text);
      if (!code) return std::unexpected(fmt::format("'{}' is no code of Destination Unreachable", text));
      found.route.code = *code;
    }
    const std::string prefix = next();
    if (found.route.forwards() && next_is() == "via") {
      ++at_;
      const std::string gateway = next();
      found.route.gateway = parse_address(gateway);
      if (!found.route.gateway) return std::unexpected(fmt::format("'{}' is not the address of a gateway", gateway));
    }
    if (found.route.forwards() && next_is() == "dev") {
      ++at_;
      found.interface = next();
    }
    return finish(std::move(found), prefix);
  }

 private:
  std::string next_is() const { return at_ < words_.size() ? words_[at_] : std::string(); }
  std::string next() {
    std::string word = next_is();
    if (at_ < words_.size()) ++at_;
    return word;
  }

  std::expected<StaticRoute, std::string> finish(StaticRoute found, const std::string& text) {
    const auto& gateway = found.route.gateway;
    if (at_ != words_.size()) return std::unexpected(fmt::format("'{}' is not expected here", next()));
    if (found.route.forwards() && !gateway && found.interface.empty())
      return std::unexpected("it says no way: via ADDRESS or dev INTERFACE");
    if (text == "default" && gateway) {
      found.route.prefix = gateway->is_ipv4() ? IpPrefix{Ipv4Address{}, 0} : IpPrefix{Ipv6Address{}, 0};
      return found;
    }
    const auto prefix = parse_prefix(text);
    if (!prefix) return std::unexpected(fmt::format("'{}' is not a prefix", text));
    if (network_of(*prefix) != *prefix)
      return std::unexpected(
          fmt::format("{} is an address in a prefix; the prefix is {}", text, to_text(network_of(*prefix))));
    if (gateway && gateway->family() != prefix->address.family())
      return std::unexpected(fmt::format("{} and {} are of two families", text, to_text(*gateway)));
    found.route.prefix = *prefix;
    return found;
  }

  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

}  // namespace

std::expected<StaticRoute, std::string> parse_static_route(std::string_view text) { return RouteReader(text).read(); }

}  // namespace tunstack::lab
