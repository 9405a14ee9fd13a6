#include "tunstack/clients/ping_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::clients {

namespace {

constexpr double least_interval = 0.002;
constexpr std::size_t record_route_slots = 9;

/// Words that need more than CLI11 does.
struct PingWords {
  std::vector<std::string> destinations;  // hops of a timestamp option, then the target
  std::string path_mtu, source, timestamp, pattern, probe_name, probe_address;
  std::uint32_t probe_index = 0;
  bool records_route = false, is_probe_remote = false, asks_time = false, asks_mask = false;
};

void add_ping_options(CLI::App& app, PingArguments& ping, PingWords& words) {
  app.add_option("destination", words.destinations, "whom to ask; before it the hops of -T tsprespec")->required();
  app.add_option("-c", ping.count, "stop after so many requests")->check(CLI::Range(1U, 4'000'000'000U));
  app.add_option("-i", ping.interval, "seconds between requests")->check(are_seconds());
  app.add_option("-s", ping.size, "octets of data");
  app.add_option("-t", ping.ttl, "time to live, or hop limit")->check(CLI::Range(1, 255));
  app.add_option("-W", ping.linger, "seconds to wait for the last answer")->check(are_seconds());
  app.add_option("-w", ping.deadline, "seconds after which all ends")->check(are_seconds());
  app.add_option("-M", words.path_mtu, "do: never fragment; want: only here; dont: anywhere")
      ->check(CLI::IsMember({"do", "want", "dont"}));
  app.add_option("-Q", ping.tos, "type of service, or traffic class")->check(CLI::Range(0, 255));
  app.add_option("-F", ping.flow_label, "flow label")->check(CLI::Range(0, 0xfffff));
  app.add_flag("-R", words.records_route, "record the route");
  app.add_option("-T", words.timestamp, "timestamps of hops: tsonly, tsandaddr, or tsprespec HOP...")
      ->check(CLI::IsMember({"tsonly", "tsandaddr", "tsprespec"}));
  app.add_option("-p", words.pattern, "data to fill requests with, in hexadecimal");
  app.add_option("-I,-S", words.source, "source address, or the name of a link");
  app.add_option("-l", ping.preload, "requests that are sent at once")->check(CLI::Range(1, 65536));
  app.add_flag("-q", ping.is_quiet, "print the statistics alone");
  app.add_flag("-D", ping.prints_time, "print the time before each line");
  app.add_flag("-n", ping.is_numeric, "print addresses without names");
  app.add_flag("-b", ping.allows_broadcast, "allow a broadcast address");
  app.add_flag("-f", ping.is_flood, "send as fast as answers come, 100 a second at least");
  app.add_flag("-v", ping.is_verbose, "print more");
  app.add_flag("-O", ping.reports_outstanding, "print requests that were not answered before the next one");
  ping.family.add_to(app);
  app.add_flag("--json", ping.json, "print one JSON object for each event, and a summary");
  CLI::Option* const name =
      app.add_option("--probe-name", words.probe_name, "ask about an interface by its name (RFC 8335)");
  CLI::Option* const index = app.add_option("--probe-index", words.probe_index, "likewise by its index");
  CLI::Option* const address = app.add_option("--probe-addr", words.probe_address, "likewise by its address");
  index->excludes(name);
  address->excludes(name)->excludes(index);
  app.add_flag("--tstamp", words.asks_time, "ask for the time, and tell how clocks differ");
  app.add_flag("--mask", words.asks_mask, "ask for the address mask");
  app.add_flag("--probe-remote", words.is_probe_remote, "the address is one of a neighbor of who is asked")
      ->needs(address);
}

// ---- options of IPv4 ----

std::vector<std::uint8_t> record_route() {
  std::vector<std::uint8_t> option(ipv4_options_largest);
  const std::size_t length = 3 + record_route_slots * Ipv4Address::size;
  option[0] = ipv4_option::record_route;
  option[1] = static_cast<std::uint8_t>(length);
  option[2] = 4;
  return option;  // an end of list behind it
}

enum TimestampForm : std::uint8_t { times_only = 0, times_and_addresses = 1, times_of_given_hops = 3 };

std::vector<std::uint8_t> timestamps(const std::string& form, const std::vector<Ipv4Address>& hops) {
  std::vector<std::uint8_t> option(ipv4_options_largest);
  const std::size_t length = form == "tsonly" ? 40 : form == "tsandaddr" ? 36 : 4 + 8 * hops.size();
  option[0] = ipv4_option::timestamp;
  option[1] = static_cast<std::uint8_t>(length);
  option[2] = 5;
  option[3] = form == "tsonly" ? times_only : form == "tsandaddr" ? times_and_addresses : times_of_given_hops;
  for (std::size_t i = 0; i < hops.size(); ++i) hops[i].store(option, 4 + 8 * i);
  return option;
}

Ipv4Address read_hop(const std::string& word) {
  const auto address = parse_address(word);
  if (address && address->is_ipv4()) return address->ipv4();
  throw UsageFault(fmt::format("ping: '{}' cannot be a hop", word), "hops of a timestamp option are IPv4 addresses",
                   "write it as 192.0.2.2");
}

std::vector<Ipv4Address> hops_of(const PingWords& words) {
  const std::size_t count = words.destinations.size() - 1;
  if (words.timestamp != "tsprespec") {
    require(count == 0, fmt::format("ping: '{}' is out of place", words.destinations.back()),
            "only -T tsprespec takes hops before the destination", "name one destination");
    return {};
  }
  require(count >= 1 && count <= 4, fmt::format("ping: -T tsprespec with {} hops", count),
          "the option has room for 1 to 4 hops",
          "write the hops before the destination: -T tsprespec 192.0.2.2 198.51.100.9");
  std::vector<Ipv4Address> hops;
  hops.reserve(count);
  for (std::size_t i = 0; i < count; ++i) hops.push_back(read_hop(words.destinations[i]));
  return hops;
}

std::vector<std::uint8_t> options_of(const PingWords& words, const IpAddress& target) {
  const auto hops = hops_of(words);
  if (!words.records_route && words.timestamp.empty()) return {};
  require(target.is_ipv4(), "ping: -R and -T are not for IPv6", "IPv6 has no such options",
          "leave them out, or name an IPv4 target");
  require(!words.records_route || words.timestamp.empty(), "ping: -R and -T exclude each other",
          "each fills the 40 octets that options can have", "leave one of them out");
  return words.records_route ? record_route() : timestamps(words.timestamp, hops);
}

// ---- extended echo ----

constexpr std::uint8_t probe_by_name = 1, probe_by_index = 2, probe_by_address = 3;  // c-types, RFC 8335 2.1

std::vector<std::uint8_t> probe_object(std::uint8_t c_type, const std::vector<std::uint8_t>& what) {
  std::vector<std::uint8_t> object(icmp_extension_object_header_size + (what.size() + 3) / 4 * 4);
  store_be16(object, icmp_object_offset::length, static_cast<std::uint16_t>(object.size()));
  object[icmp_object_offset::class_number] = extension_class::interface_identification;
  object[icmp_object_offset::c_type] = c_type;
  copy_bytes(MutableBytes(object).subspan(icmp_extension_object_header_size), what);
  return object;
}

std::vector<std::uint8_t> address_part(const IpAddress& address) {
  std::vector<std::uint8_t> part(icmp_address_part_offset::address + address.octets().size());
  store_be16(part, icmp_address_part_offset::family,
             address.is_ipv4() ? address_family_number::ipv4 : address_family_number::ipv6);
  part[icmp_address_part_offset::length] = static_cast<std::uint8_t>(address.octets().size());
  copy_bytes(MutableBytes(part).subspan(icmp_address_part_offset::address), address.octets());
  return part;
}

IpAddress read_probed(const std::string& word) {
  if (const auto address = parse_address(word)) return *address;
  throw UsageFault(fmt::format("ping: --probe-addr does not take '{}'", word), "it is not an address",
                   "write it as 192.0.2.1 or 2001:db8::1");
}

std::vector<std::uint8_t> probe_of(const PingWords& words) {
  if (!words.probe_name.empty()) return probe_object(probe_by_name, {words.probe_name.begin(), words.probe_name.end()});
  if (words.probe_index != 0) {
    std::vector<std::uint8_t> index(icmp_number_part_size);
    store_be32(index, icmp_number_part_offset, words.probe_index);
    return probe_object(probe_by_index, index);
  }
  return words.probe_address.empty() ? std::vector<std::uint8_t>()
                                     : probe_object(probe_by_address, address_part(read_probed(words.probe_address)));
}

// ---- what else can be asked for ----

PingKind kind_of(const PingWords& words, const PingArguments& ping) {
  const bool is_probe = !ping.probe_object.empty();
  require(is_probe + words.asks_time + words.asks_mask <= 1, "ping: more than one thing is asked for",
          "--tstamp, --mask and --probe-... exclude each other", "ask for one of them");
  require(ping.target.is_ipv4() || !(words.asks_time || words.asks_mask), "ping: --tstamp and --mask are not for IPv6",
          "ICMPv6 has no such queries", "leave them out, or name an IPv4 target");
  if (words.asks_time) return PingKind::timestamp;
  if (words.asks_mask) return PingKind::mask;
  return is_probe ? PingKind::probe : PingKind::echo;
}

/// Octets behind the ICMP header, of what is no echo.
std::optional<std::size_t> fixed_size(const PingArguments& ping) {
  switch (ping.kind) {
    case PingKind::probe:
      return icmp_extension_header_size + ping.probe_object.size();
    case PingKind::timestamp:
      return icmpv4_timestamp_size - icmp_header_size;
    case PingKind::mask:
      return icmpv4_address_mask_size - icmp_header_size;
    case PingKind::echo:
      break;
  }
  return std::nullopt;
}

// ---- what does not fit ----

void check(const PingArguments& ping) {
  require(ping.interval >= least_interval, fmt::format("ping: -i {} is too short", ping.interval),
          "requests are at least 0.002 s apart", "use -f to send as fast as answers come");
  const std::size_t largest = ping.target.is_ipv4() ? 65507 - ping.options.size() : 65527;
  require(ping.size <= largest, fmt::format("ping: -s {} is too much", ping.size),
          fmt::format("a datagram has room for {} octets of data", largest), fmt::format("give {} at most", largest));
  require(ping.allows_broadcast || ping.target != IpAddress(ipv4_limited_broadcast),
          "ping: this is a broadcast address", "every host there would answer", "add -b if that is what you want");
}

std::unique_ptr<CLI::App> ping_app(PingArguments& ping, PingWords& words) {
  auto app = std::make_unique<CLI::App>("Ask a host for an echo, and tell how long answers take.", "ping");
  add_ping_options(*app, ping, words);
  return app;
}

}  // namespace

PingArguments read_ping_arguments(const std::vector<std::string>& words_given, const ClientPlace& place) {
  PingArguments ping;
  PingWords words;
  read_words(*ping_app(ping, words), words_given);

  ping.target_word = words.destinations.back();
  ping.target = find_target(ping.target_word, ping.family, place);
  ping.source = choose_source(words.source, ping.target, place);
  ping.has_source = !words.source.empty();
  if (!parse_address(words.source)) ping.device = words.source;
  if (parse_address(ping.target_word)) ping.is_numeric = true;

  ping.options = options_of(words, ping.target);
  ping.pattern = read_pattern(words.pattern, "ping", "-p");
  ping.probe_object = probe_of(words);
  ping.kind = kind_of(words, ping);
  if (const auto size = fixed_size(ping)) ping.size = *size;
  ping.is_probe_local = !words.is_probe_remote;
  if (words.path_mtu == "do") ping.path_mtu = PathMtuPolicy::refuse;
  if (words.path_mtu == "dont") ping.path_mtu = PathMtuPolicy::cut_anywhere;
  check(ping);
  return ping;
}

std::string ping_help() {
  PingArguments ping;
  PingWords words;
  return ping_app(ping, words)->help();
}

}  // namespace tunstack::clients
