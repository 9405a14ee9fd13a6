#include "tunstack/clients/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tunstack/fault.hpp"

namespace tunstack::clients {

namespace {

std::string call_for_help(const CLI::App& app) { return fmt::format("{} --help lists what it takes", app.get_name()); }

UsageFault fault_of(const CLI::App& app, const CLI::ParseError& error) {
  if (const auto extra = app.remaining(); !extra.empty())
    return {fmt::format("{}: '{}' is out of place", app.get_name(), extra.front()),
            extra.front().starts_with("-") ? "it has no such option" : "there are more words than it takes",
            call_for_help(app)};
  return {fmt::format("{}: {}", app.get_name(), error.what()), "it cannot be called like that", call_for_help(app)};
}

bool is_unspecified(const IpAddress& address) {
  return std::ranges::all_of(address.octets(), [](auto o) { return o == 0; });
}

/// Its own addresses, those that it has.
std::vector<IpAddress> own_addresses(const ClientPlace& place) {
  std::vector<IpAddress> own;
  for (const IpAddress& address : {place.ipv4, place.ipv6})
    if (!is_unspecified(address)) own.push_back(address);
  return own;
}

std::vector<IpAddress> addresses_of(const std::string& word, const ClientPlace& place) {
  const auto address = parse_address(word);
  if (word == "0" || (address && is_unspecified(*address))) {
    auto own = own_addresses(place);
    std::erase_if(own, [&](const IpAddress& one) { return one.is_ipv4() != (!address || address->is_ipv4()); });
    return own;
  }
  if (address) return {*address};
  auto found = place.resolve ? place.resolve(place.of, word) : std::vector<IpAddress>();
  return found.empty() && word == "localhost" ? own_addresses(place) : found;
}

}  // namespace

void read_words(CLI::App& app, const std::vector<std::string>& words) {
  app.set_help_flag();  // it is asked for otherwise: by client_help
  std::vector<std::string> reversed(words.rbegin(), words.rend() - 1);
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    throw fault_of(app, error);
  }
}

void FamilyChoice::add_to(CLI::App& app) {
  CLI::Option* const ipv4 = app.add_flag("-4", only_ipv4, "IPv4 only");
  app.add_flag("-6", only_ipv6, "IPv6 only")->excludes(ipv4);
}

IpAddress find_target(const std::string& word, const FamilyChoice& choice, const ClientPlace& place) {
  const auto all = addresses_of(word, place);
  const auto found = std::ranges::find_if(all, [&](const IpAddress& address) { return choice.allows(address); });
  if (found != all.end()) return *found;
  if (all.empty())
    throw UsageFault(fmt::format("{}: Name or service not known", word),
                     "it is not an address, and nothing here has that name",
                     "write an address as 192.0.2.1 or 2001:db8::1, or a name that is known here");
  throw UsageFault(fmt::format("{}: Address family for hostname not supported", word),
                   fmt::format("{} has no address of the family that is asked for", word), "leave out -4 or -6");
}

IpAddress choose_source(const std::string& word, const IpAddress& target, const ClientPlace& place) {
  if (const auto said = parse_address(word)) {
    require(said->family() == target.family(), fmt::format("{} cannot be the source", word),
            "source and destination are of one family", "give a source of the other family, or none");
    require(!place.takes_source || place.takes_source(place.of, *said, target),
            fmt::format("{} cannot be the source of what goes to {}", word, to_text(target)),
            "it is no address of where this runs, or one that does not leave it",
            "give an address from there, or none; packets with any source: tunstack send, or send in an event");
    return *said;
  }
  const IpAddress usual = target.is_ipv4() ? place.ipv4 : place.ipv6;
  const bool is_by_link = !word.empty() && place.source_on != nullptr;
  const auto of_link = is_by_link ? place.source_on(place.of, word, target) : std::nullopt;
  require(!is_by_link || of_link, fmt::format("there is no link '{}' here", word.substr(0, 40)),
          "it is neither an address nor the name of one", "tunstack state lists the links");
  const IpAddress own = of_link ? *of_link : place.source_to ? place.source_to(place.of, target) : usual;
  require(own.family() == target.family() && !is_unspecified(own),
          fmt::format("{} cannot be reached from here", to_text(target)), "there is no address of that family here",
          "give the node an address of that family, or name another target");
  return own;
}

std::string name_and_address(const IpAddress& address, bool is_numeric, const ClientPlace& place) {
  const std::string name = !is_numeric && place.name_of ? place.name_of(place.of, address) : std::string();
  return name.empty() ? to_text(address) : fmt::format("{} ({})", name, to_text(address));
}

Duration seconds(double count) {
  constexpr double most = 1e9;
  const double bounded = count >= 0 ? std::min(count, most) : 0;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(bounded));
}

// CLI11's own range takes what is not a number.
CLI::Validator are_seconds() {
  return {[](const std::string& text) {
            double count = -1;
            const bool is_number = CLI::detail::lexical_cast(text, count);
            return is_number && count >= 0 && count <= 1e6 ? std::string() : "it is seconds, from 0 to 1000000";
          },
          "SECONDS"};
}

double milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

std::vector<std::uint8_t> read_pattern(const std::string& text, const std::string& program, const std::string& option) {
  constexpr std::size_t longest = 32;
  require(text.size() <= longest && std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; }),
          fmt::format("{}: '{}' cannot be a pattern", program, text), "a pattern is up to 16 octets in hexadecimal",
          fmt::format("write it as {} ff00", option));
  std::vector<std::uint8_t> octets;
  for (std::size_t i = 0; i < text.size(); i += 2)
    octets.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  return octets;
}

void require(bool is_right, const std::string& what, const std::string& why, const std::string& remedy) {
  if (!is_right) throw UsageFault(what, why, remedy);
}

}  // namespace tunstack::clients
