#include "tunstack/lab/lab_value.hpp"

#include <fmt/format.h>

#include <sstream>

#include "tunstack/node/interface_config.hpp"
#include "tunstack/settings/quantities.hpp"

namespace tunstack::lab {

namespace {

/// What a kind takes, and an example.
struct KindText {
  const char* what;
  const char* example;
};

KindText text_of(ValueKind kind) {
  using enum ValueKind;
  switch (kind) {
    case text:
      return {"a text", R"("...", in quotation marks)"};
    case truth:
      return {"true or false", "true, without quotation marks"};
    case number:
      return {"a whole number", "NUMBER, without quotation marks"};
    case time:
      return {"a time with its unit, us, ms, s, m or h, of an hour at most", R"("10ms")"};
    case share:
      return {"a share of packets", R"(0.01, "1%" or "every 10th")"};
    case rate:
      return {"a rate with its unit, bit/s, kbit/s, Mbit/s or Gbit/s", R"("10Mbit/s")"};
    case comparison:
      return {"a number, perhaps with a unit and a relation in front", R"(">=1", "<= 34%" or "< 50ms")"};
    case texts:
      return {"a list of texts", R"(["..."])"};
    case prefixes:
      return {"a list of prefixes", R"(["192.0.2.0/24", "2001:db8::/64"])"};
    case addresses:
      return {"a list of addresses", R"(["192.0.2.2/24", "2001:db8::2/64"])"};
    case gateways:
      return {"an address or a list of them", R"("192.0.2.1")"};
    case scalar:
      return {"a single value", "a number, a text, true or false"};
    default:
      return {"a table", "{ KEY = VALUE }"};
  }
}

class ValueReader {
 public:
  ValueReader(std::string_view key, ValueKind kind, Faults& faults) : key_(key), kind_(kind), faults_(faults) {}

  void refuse(const toml::node& node) {
    const KindText wanted = text_of(kind_);
    refuse(node, fmt::format("'{}' takes {}", key_, wanted.what), fmt::format("{} = {}", key_, wanted.example));
  }
  void refuse(const toml::node& node, std::string what, std::string remedy) {
    faults_.push_back({place_of(node), std::move(what), std::move(remedy)});
  }

  /// Whole or not.
  static std::optional<double> number_in(const toml::node& node) {
    return node.is_number() ? node.value<double>() : std::nullopt;
  }

  bool read_share(const toml::node& node, Share& share) {
    std::optional<Share> found;
    if (const auto text = node.value_exact<std::string>()) found = parse_share(*text);
    if (const auto number = number_in(node); number && *number >= 0 && *number <= 1) found = Share(*number);
    if (found) share = *found;
    return found.has_value();
  }

  bool read_comparison(const toml::node& node, Comparison& comparison) {
    std::optional<Comparison> found;
    if (const auto text = node.value_exact<std::string>()) found = parse_comparison(*text);
    if (const auto truth = node.value_exact<bool>()) found = Comparison{.value = *truth ? 1.0 : 0.0};
    if (const auto number = number_in(node)) found = Comparison{.value = *number};
    if (found) comparison = *found;
    return found.has_value();
  }

  std::optional<std::string> scalar_text(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return text;
    if (const auto truth = node.value_exact<bool>()) return *truth ? "on" : "off";
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
    const toml::array* const array = node.as_array();
    if (array == nullptr) return std::nullopt;
    std::string all;
    for (const toml::node& element : *array) {
      const auto one = element.is_array() ? std::nullopt : scalar_text(element);
      if (!one) return std::nullopt;
      all += (all.empty() ? "" : ",") + *one;
    }
    return all;
  }

  /// Dotted keys are tables within tables: those of options are written with and without quotation marks.
  void read_settings(const toml::table& table, const std::string& before, std::vector<Setting>& settings) {
    for (const auto& [key, value] : table) {
      const std::string name = before + std::string(key.str());
      if (value.is_table()) {
        read_settings(*value.as_table(), name + ".", settings);
      } else if (auto text = scalar_text(value)) {
        settings.push_back({name, std::move(*text), place_of(key.source()), place_of(value)});
      } else {
        refuse(value, fmt::format("'{}' takes a single value", name), "a number, a text, true or false");
      }
    }
  }

  template <class Take>
  bool each_text(const toml::node& node, const Take& take) {
    const toml::array* const array = node.as_array();
    if (array == nullptr) return false;
    for (const toml::node& element : *array) {
      const auto text = element.value_exact<std::string>();
      if (!text)
        refuse(element);
      else
        take(*text, element);
    }
    return true;
  }

  void take_prefix(const std::string& text, const toml::node& node, Prefixes& prefixes) {
    const auto prefix = text.find('/') == std::string::npos ? std::nullopt : parse_prefix(text);
    if (!prefix)
      return refuse(node, fmt::format("'{}' is not a prefix", text.substr(0, 60)),
                    R"(an address and the length of the prefix: "192.0.2.0/24" or "2001:db8::/64")");
    if (network_of(*prefix) != *prefix)
      return refuse(node, fmt::format("{} is an address in a prefix, not the prefix", text),
                    fmt::format(R"("{}")", to_text(network_of(*prefix))));
    prefixes.push_back({*prefix, place_of(node)});
  }

  void take_address(const std::string& text, const toml::node& node, Prefixes& addresses) {
    const auto address = parse_host_address(text);
    if (!address) return refuse(node, address.error().what + ": " + address.error().why, address.error().remedy);
    addresses.push_back({*address, place_of(node)});
  }

  void take_gateway(const std::string& text, const toml::node& node, Addresses& gateways) {
    const auto address = parse_address(text);
    if (!address)
      return refuse(node, fmt::format("'{}' is not the address of a gateway", text.substr(0, 60)),
                    R"(the address alone, without a prefix length: "192.0.2.1")");
    gateways.push_back({*address, place_of(node)});
  }

  bool read_number(const toml::node& node, const NumberLimits& limits, std::int64_t& number) {
    const auto found = node.value_exact<std::int64_t>();
    if (!found) return false;
    number = *found;
    if (number < limits.least || number > limits.most)
      refuse(node, fmt::format("{} = {} is out of its limits", key_, number),
             fmt::format("a number from {} to {}", limits.least, limits.most));
    return true;
  }

  /// False: it is of another kind.
  bool read(const toml::node& node, const NumberLimits& limits, LabValue& value) {
    using enum ValueKind;
    const auto text_value = node.value_exact<std::string>();
    switch (kind_) {
      case text:
        if (text_value) value.text = *text_value;
        return text_value.has_value();
      case truth:
        value.truth = node.value_exact<bool>().value_or(false);
        return node.is_boolean();
      case number:
        return read_number(node, limits, value.number);
      case time: {
        const auto found = text_value ? parse_time(*text_value) : std::nullopt;
        value.time = found.value_or(Duration(0));
        return found.has_value();
      }
      case rate: {
        const auto found = text_value ? parse_rate(*text_value) : std::nullopt;
        value.rate = found.value_or(0);
        return found.has_value();
      }
      case share:
        return read_share(node, value.share);
      case comparison:
        return read_comparison(node, value.comparison);
      case texts:
        return each_text(node, [&](const std::string& one, const toml::node& element) {
          value.texts.push_back({one, place_of(element)});
        });
      case prefixes:
        return each_text(node, [&](const std::string& one, const toml::node& element) {
          take_prefix(one, element, value.prefixes);
        });
      case addresses:
        return each_text(node, [&](const std::string& one, const toml::node& element) {
          take_address(one, element, value.prefixes);
        });
      case gateways:
        if (text_value) take_gateway(*text_value, node, value.gateways);
        return text_value || each_text(node, [&](const std::string& one, const toml::node& element) {
                 take_gateway(one, element, value.gateways);
               });
      case scalar: {
        const auto found = scalar_text(node);
        value.text = found.value_or("");
        return found.has_value();
      }
      case settings:
        if (node.is_table()) read_settings(*node.as_table(), "", value.settings);
        return node.is_table();
      default:
        return true;
    }
  }

 private:
  std::string_view key_;
  ValueKind kind_;
  Faults& faults_;
};

}  // namespace

Place place_of(const toml::source_region& source) { return {source.begin.line, source.begin.column}; }
Place place_of(const toml::node& node) { return place_of(node.source()); }

std::optional<LabValue> read_value(const toml::key& key, const toml::node& node, ValueKind kind,
                                   const NumberLimits& limits, Faults& faults) {
  LabValue value;
  value.place = place_of(node);
  value.key = key.str();
  const std::size_t before = faults.size();
  ValueReader reader(key.str(), kind, faults);
  if (!reader.read(node, limits, value)) reader.refuse(node);
  return faults.size() == before ? std::optional(std::move(value)) : std::nullopt;
}

}  // namespace tunstack::lab
