#include "tunstack/clients/traceroute_arguments.hpp"

#include <fmt/format.h>

#include <optional>
#include <sstream>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/tcp.hpp"
#include "protocols/wire/udp.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::clients {

namespace {

constexpr const char* description =
    "Show the routers on the way to a host: each answers the probe whose hop limit ends there.\n\n"
    "All probes are of one flow (the same ports, the same ICMP checksum), so that where there are several paths they\n"
    "take one of them; --no-paris gives each probe ports of its own. Paths may change between probes all the same, "
    "and\n"
    "answers may come back another way than probes went: --back shows where the number of hops back differs.";

constexpr std::size_t default_size_behind_ip = 40;
constexpr std::size_t largest_probe = 65000, most_gateways = 8;
constexpr std::uint16_t first_udp_port = 33434, service_port = 53, tcp_port = 80, first_sequence = 1;
constexpr std::uint8_t experimental_protocol = 253;

/// Words that need more than CLI11 does.
struct TraceWords {
  std::string target, source, device, wait, method, pattern;
  std::optional<std::size_t> size;
  std::optional<unsigned> port, protocol;
  std::vector<std::string> gateways;
  double pause = 0;
  bool icmp = false, tcp = false, udp_service = false;
};

void add_trace_options(CLI::App& app, TraceArguments& trace, TraceWords& words) {
  app.add_option("host", words.target, "whom to find the way to")->required();
  app.add_option("packet_len", words.size, "octets of a probe, IP header included")
      ->check(CLI::Range(std::size_t{0}, largest_probe));
  app.add_option("-f,--first", trace.first_hop, "the first hop")->check(CLI::Range(1, 255));
  app.add_option("-m,--max-hops", trace.most_hops, "the last hop")->check(CLI::Range(1, 255));
  app.add_option("-q,--queries", trace.probes, "probes for each hop")->check(CLI::Range(1, 10));
  app.add_option("-N,--sim-queries", trace.parallel, "probes on their way at once")->check(CLI::Range(1, 255));
  app.add_option("-w,--wait", words.wait, "seconds to wait: MAX, or MAX,HERE,NEAR");
  app.add_option("-z,--sendwait", words.pause, "seconds between probes; above 10: milliseconds")->check(are_seconds());
  app.add_option("-p,--port", words.port, "port of the destination; of -I the first sequence number")
      ->check(CLI::Range(1, 65535));
  app.add_option("--sport", trace.source_port, "port of the source")->check(CLI::Range(1, 65535));
  app.add_option("--pattern", words.pattern, "data to fill probes with, in hexadecimal");
  app.add_option("-s,--source", words.source, "source address");
  app.add_option("-i,--interface", words.device, "the link to send by");
  app.add_option("-t,--tos", trace.tos, "type of service, or traffic class")->check(CLI::Range(0, 255));
  app.add_option("-l,--flowlabel", trace.flow_label, "flow label")->check(CLI::Range(0, 0xfffff));
  app.add_option("-g,--gateway", words.gateways, "route by way of these, loosely")
      ->delimiter(',')
      ->expected(1)
      ->take_all();
  app.add_option("-P,--protocol", words.protocol, "probes of this protocol")->check(CLI::Range(0, 255));
  app.add_option("-M,--module", words.method, "default, icmp, tcp, udp or raw")
      ->check(CLI::IsMember({"default", "icmp", "tcp", "udp", "raw"}));
  app.add_flag("-I,--icmp", words.icmp, "probes are echo requests");
  app.add_flag("-T,--tcp", words.tcp, "probes are SYNs, to port 80");
  app.add_flag("-U,--udp", words.udp_service, "probes are UDP to one port, 53");
  app.add_flag("-n", trace.is_numeric, "print addresses without names");
  app.add_flag("-F,--dont-fragment", trace.refuses_fragments, "probes must not be fragmented");
  app.add_flag("-e,--extensions", trace.shows_extensions, "show what errors say of labels and interfaces");
  app.add_flag("--mtu", trace.finds_mtu, "find the MTU of the path");
  app.add_flag("--back", trace.shows_way_back, "show the number of hops back where it differs");
  CLI::Option* const paris = app.add_flag("--paris,!--no-paris", trace.is_one_flow, "all probes are of one flow");
  app.add_flag("--dublin", trace.is_dublin, "of one flow, and told apart by identification, of IPv6 by length")
      ->excludes(paris);
  app.add_flag("--json", trace.json, "print one JSON object for each probe, and a summary");
  trace.family.add_to(app);
}

TraceMethod method_of(const TraceWords& words) {
  const int chosen = words.icmp + words.tcp + words.udp_service + words.protocol.has_value() + !words.method.empty();
  require(chosen <= 1, "traceroute: more than one method is chosen", "probes are of one kind",
          "give one of -I, -T, -U, -P and -M");
  if (words.icmp || words.method == "icmp") return TraceMethod::icmp;
  if (words.tcp || words.method == "tcp") return TraceMethod::tcp;
  if (words.udp_service || words.method == "udp") return TraceMethod::udp_service;
  if (words.protocol || words.method == "raw") return TraceMethod::raw;
  return TraceMethod::udp;
}

std::uint16_t default_port(TraceMethod method) {
  switch (method) {
    case TraceMethod::tcp:
      return tcp_port;
    case TraceMethod::udp_service:
      return service_port;
    case TraceMethod::icmp:
      return first_sequence;
    default:
      return first_udp_port;
  }
}

/// "5", or "5,3,10".
void read_wait(const std::string& text, TraceArguments& trace) {
  if (text.empty()) return;
  const std::array<double*, 3> parts = {&trace.wait, &trace.times_as_here, &trace.times_as_near};
  std::istringstream stream(text);
  std::size_t count = 0;
  bool is_right = true;
  for (std::string part; is_right && std::getline(stream, part, ','); ++count) {
    std::size_t end = 0;
    is_right = count < parts.size() && !part.empty() && std::isdigit(static_cast<unsigned char>(part[0])) != 0;
    if (is_right) *parts[count] = std::stod(part.substr(0, 12), &end);
    is_right = is_right && end == part.size();
  }
  require(is_right && trace.wait <= 1e6, fmt::format("traceroute: -w does not take '{}'", text),
          "it takes seconds, and perhaps how many times as long as answers of the same hop and of later ones",
          "write it as -w 5 or -w 5,3,10");
}

std::vector<Ipv4Address> gateways_of(const TraceWords& words, const TraceArguments& trace, const ClientPlace& place) {
  require(words.gateways.size() <= most_gateways, fmt::format("traceroute: {} gateways", words.gateways.size()),
          "a source route has room for 8", "leave some out");
  require(words.gateways.empty() || trace.target.is_ipv4(), "traceroute: -g is not for IPv6",
          "routers ignore source routes of IPv6 (RFC 5095)", "leave it out, or name an IPv4 target");
  FamilyChoice only_ipv4;
  only_ipv4.only_ipv4 = true;
  std::vector<Ipv4Address> gateways;
  gateways.reserve(words.gateways.size());
  for (const std::string& word : words.gateways) gateways.push_back(find_target(word, only_ipv4, place).ipv4());
  return gateways;
}

void choose_size(const TraceWords& words, const ClientPlace& place, TraceArguments& trace) {
  const std::size_t headers = trace_ip_header_size(trace) + trace_method_header_size(trace.method);
  trace.size =
      trace.finds_mtu ? largest_probe : words.size.value_or(trace_ip_header_size(trace) + default_size_behind_ip);
  trace.size = std::max(trace.size, headers);
  require(!trace.refuses_fragments || trace.finds_mtu || trace.size <= place.mtu,
          fmt::format("traceroute: -F with probes of {} octets", trace.size),
          fmt::format("the link takes {} octets", place.mtu), fmt::format("give {} octets at most", place.mtu));
}

std::unique_ptr<CLI::App> trace_app(TraceArguments& trace, TraceWords& words) {
  auto app = std::make_unique<CLI::App>(description, "traceroute");
  add_trace_options(*app, trace, words);
  return app;
}

}  // namespace

std::size_t trace_ip_header_size(const TraceArguments& trace) {
  if (!trace.target.is_ipv4()) return ipv6_header_size;
  return ipv4_header_size + (trace.gateways.empty() ? 0 : 4 + trace.gateways.size() * Ipv4Address::size);
}

std::size_t trace_method_header_size(TraceMethod method) {
  switch (method) {
    case TraceMethod::tcp:
      return 2 * tcp_header_size;  // half of it options
    case TraceMethod::raw:
      return 0;
    default:
      return udp_header_size;  // as large as that of echo
  }
}

TraceArguments read_trace_arguments(const std::vector<std::string>& words_given, const ClientPlace& place) {
  TraceArguments trace;
  TraceWords words;
  read_words(*trace_app(trace, words), words_given);

  trace.target_word = words.target;
  trace.target = find_target(words.target, trace.family, place);
  trace.source = choose_source(words.source.empty() ? words.device : words.source, trace.target, place);
  trace.method = method_of(words);
  trace.raw_protocol = static_cast<std::uint8_t>(words.protocol.value_or(experimental_protocol));
  trace.port = static_cast<std::uint16_t>(words.port.value_or(default_port(trace.method)));
  trace.gateways = gateways_of(words, trace, place);
  trace.pattern = read_pattern(words.pattern, "traceroute", "--pattern");
  read_wait(words.wait, trace);
  trace.pause = words.pause > 10 ? words.pause / 1000 : words.pause;
  if (trace.finds_mtu) {
    trace.refuses_fragments = true;
    trace.parallel = 1;
  }
  const bool is_udp = trace.method == TraceMethod::udp || trace.method == TraceMethod::udp_service;
  require(!trace.is_dublin || (is_udp && !trace.finds_mtu), "traceroute: --dublin does not go with that",
          "it is about probes of UDP, whose size does not change otherwise", "leave out -I, -T, -P or --mtu");
  choose_size(words, place, trace);
  require(trace.first_hop <= trace.most_hops,
          fmt::format("traceroute: -f {} lies behind -m {}", trace.first_hop, trace.most_hops),
          "the first hop is not behind the last one", "give -m at least what -f says");
  return trace;
}

std::string trace_help() {
  TraceArguments trace;
  TraceWords words;
  return trace_app(trace, words)->help();
}

}  // namespace tunstack::clients
