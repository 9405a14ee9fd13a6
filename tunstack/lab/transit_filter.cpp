#include "tunstack/lab/transit_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace tunstack::lab {

namespace {

using ip::FilterRule;
using Rules = std::vector<FilterRule>;
using Words = std::vector<std::string>;

constexpr std::string_view what_there_is =
    "a router asks for ip, ip6, icmp, icmp6, udp, tcp, proto N, [src|dst] host, net, port and portrange, "
    "icmp[icmptype] and icmp[icmpcode], joined by 'and'";

/// Brackets and "==" become words of their own.
Words words_of(std::string_view text) {
  Words words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (const char letter : text) {
    if (letter == '[' || letter == ']' || letter == '=') {
      end_word();
      if (letter != '=')
        words.emplace_back(1, letter);
      else if (words.empty() || words.back() != "=")
        words.emplace_back("=");
    } else if (letter == ' ' || letter == '\t') {
      end_word();
    } else {
      word += letter;
    }
  }
  end_word();
  return words;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

struct Protocol {
  std::string_view name;
  std::optional<Family> family;
  std::optional<std::uint8_t> number;
};
constexpr Protocol protocols[] = {{"ip", Family::ipv4, {}},
                                  {"ip6", Family::ipv6, {}},
                                  {"icmp", Family::ipv4, std::uint8_t{1}},
                                  {"icmp6", Family::ipv6, std::uint8_t{58}},
                                  {"tcp", {}, std::uint8_t{6}},
                                  {"udp", {}, std::uint8_t{17}}};

struct TypeName {
  std::string_view name;
  std::uint8_t type;
};
/// Names of pcap-filter(7).
constexpr TypeName type_names[] = {{"icmp-echoreply", 0},
                                   {"icmp-unreach", 3},
                                   {"icmp-redirect", 5},
                                   {"icmp-echo", 8},
                                   {"icmp-timxceed", 11},
                                   {"icmp-paramprob", 12},
                                   {"icmp6-destinationrunreach", 1},
                                   {"icmp6-packettoobig", 2},
                                   {"icmp6-timeexceeded", 3},
                                   {"icmp6-parameterproblem", 4},
                                   {"icmp6-echo", 128},
                                   {"icmp6-echoreply", 129}};

std::optional<std::uint8_t> type_of(std::string_view text) {
  const auto* const named = std::ranges::find(type_names, text, &TypeName::name);
  return named != std::end(type_names) ? std::optional(named->type) : number_of<std::uint8_t>(text);
}

class TransitFilterReader {
 public:
  explicit TransitFilterReader(std::string_view text) : words_(words_of(text)) {}

  std::expected<Rules, std::string> read() {
    rules_.emplace_back();
    if (words_.empty()) return rules_;
    do {
      if (!read_primitive()) return std::unexpected(fault_);
    } while (take("and") || take("&&"));
    if (at_ != words_.size())
      return std::unexpected(fmt::format("'{}' is not expected here: {}", word(), what_there_is));
    return rules_;
  }

 private:
  enum class Direction : std::uint8_t { either, source, destination };

  const std::string& word() const {
    static const std::string none;
    return at_ < words_.size() ? words_[at_] : none;
  }
  bool take(std::string_view wanted) {
    const bool found = word() == wanted;
    if (found) ++at_;
    return found;
  }
  std::string next() {
    std::string taken = word();
    if (at_ < words_.size()) ++at_;
    return taken;
  }
  bool refuse(std::string what) {
    fault_ = std::move(what);
    return false;
  }
  template <class Change>
  bool change_all(const Change& change) {
    for (FilterRule& rule : rules_) change(rule);
    return true;
  }

  bool read_primitive() {
    const auto* const protocol = std::ranges::find(protocols, word(), &Protocol::name);
    if (protocol == std::end(protocols)) return read_qualified();
    ++at_;
    change_all([&](FilterRule& rule) {
      if (protocol->family) rule.family = protocol->family;
      if (protocol->number) rule.protocol = protocol->number;
    });
    if (word() == "[") return read_octet(protocol->name);
    const std::string& following = word();
    const bool goes_on = following == "src" || following == "dst" || following == "port" || following == "portrange" ||
                         following == "host" || following == "net";
    return goes_on ? read_qualified() : true;
  }

  /// "[icmptype] == 8"
  bool read_octet(std::string_view protocol) {
    ++at_;
    const std::string which = next();
    const bool closes = take("]") && take("=");
    const std::string value = next();
    const bool is_type = which == "0" || which == std::string(protocol) + "type";
    const bool is_code = which == "1" || which == std::string(protocol) + "code";
    const auto number = is_type ? type_of(value) : number_of<std::uint8_t>(value);
    if (!protocol.starts_with("icmp") || !closes || (!is_type && !is_code) || !number)
      return refuse(fmt::format("'{}[{}]' cannot be asked for: {}", protocol, which, what_there_is));
    return change_all([&](FilterRule& rule) { (is_type ? rule.icmp_type : rule.icmp_code) = number; });
  }

  /// "src host A", "dst port 53", "proto 47"
  bool read_qualified() {
    if (take("proto")) {
      const std::string text = next();
      const auto number = number_of<std::uint8_t>(text);
      if (!number) return refuse(fmt::format("'{}' is no protocol", text));
      return change_all([&](FilterRule& rule) { rule.protocol = number; });
    }
    const Direction direction = take("src")   ? Direction::source
                                : take("dst") ? Direction::destination
                                              : Direction::either;
    if (take("port")) return read_ports(direction, false);
    if (take("portrange")) return read_ports(direction, true);
    const bool is_net = take("net");
    const bool is_host = !is_net && take("host");
    if (!is_net && !is_host && direction == Direction::either)
      return refuse(word().empty() ? fmt::format("something is missing at the end: {}", what_there_is)
                                   : fmt::format("'{}' is not known here: {}", word(), what_there_is));
    return read_address(direction, is_net);
  }

  bool read_address(Direction direction, bool is_net) {
    const std::string text = next();
    const auto prefix = parse_prefix(text);
    if (!prefix || (!is_net && prefix->length != prefix->width()))
      return refuse(fmt::format("'{}' is no {}", text, is_net ? "prefix" : "address"));
    change_all([&](FilterRule& rule) { rule.family = prefix->address.family(); });
    return change_by(direction,
                     [&](FilterRule& rule, bool of_source) { (of_source ? rule.source : rule.destination) = *prefix; });
  }

  bool read_ports(Direction direction, bool is_range) {
    const std::string text = next();
    const std::size_t dash = is_range ? text.find('-') : std::string::npos;
    const auto first = number_of<std::uint16_t>(std::string_view(text).substr(0, dash));
    const auto last =
        dash == std::string::npos ? first : number_of<std::uint16_t>(std::string_view(text).substr(dash + 1));
    if (!first || !last || (is_range && dash == std::string::npos) || *first > *last)
      return refuse(fmt::format("'{}' is no {}", text, is_range ? "range of ports: 1-1023" : "port: a number"));
    return change_by(direction, [&](FilterRule& rule, bool of_source) {
      (of_source ? rule.source_ports : rule.destination_ports) = {*first, *last};
    });
  }

  /// Of either direction there is a rule for each.
  template <class Change>
  bool change_by(Direction direction, const Change& change) {
    if (direction != Direction::either)
      return change_all([&](FilterRule& rule) { change(rule, direction == Direction::source); });
    Rules others = rules_;
    for (FilterRule& rule : rules_) change(rule, true);
    for (FilterRule& rule : others) change(rule, false);
    rules_.insert(rules_.end(), others.begin(), others.end());
    return true;
  }

  Words words_;
  std::size_t at_ = 0;
  Rules rules_;
  std::string fault_;
};

}  // namespace

std::expected<Rules, std::string> parse_transit_filter(std::string_view text) {
  return TransitFilterReader(text).read();
}

std::string take_action(std::string_view text, Rules& rules) {
  constexpr std::string_view reject = "reject ";
  const auto code = text.starts_with(reject) ? number_of<std::uint8_t>(text.substr(reject.size())) : std::nullopt;
  ip::FilterAction action = ip::FilterAction::accept;
  if (text == "drop")
    action = ip::FilterAction::drop;
  else if (text == "prohibit")
    action = ip::FilterAction::prohibit;
  else if (code && *code <= 15)
    action = ip::FilterAction::reject;
  else if (text != "accept")
    return fmt::format("'{}' is no action of a filter", text);
  for (FilterRule& rule : rules) {
    rule.action = action;
    rule.code = code.value_or(0);
  }
  return {};
}

}  // namespace tunstack::lab
