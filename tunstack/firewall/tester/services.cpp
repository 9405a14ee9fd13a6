#include "tunstack/firewall/tester/services.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "tunstack/fault.hpp"

namespace tunstack::firewall {

namespace {

Service service_in(const std::string& word) {
  const std::size_t slash = word.find('/');
  const std::string protocol = word.substr(0, slash);
  std::uint16_t port = 0;
  const char* const end = word.data() + word.size();
  const char* const digits = slash == std::string::npos ? end : word.data() + slash + 1;
  const auto [rest, error] = std::from_chars(digits, end, port);
  if ((protocol != "tcp" && protocol != "udp") || error != std::errc{} || rest != end || port == 0)
    throw UsageFault(fmt::format("'{}' is no service", word),
                     "a service is tcp or udp, a slash and a port from 1 to 65535", "--open tcp/80,udp/53");
  return {protocol == "tcp", port};
}

Case case_of_service(const Service& service, Mode mode, Family family) {
  Case made;
  const char digit = family == Family::ipv4 ? '4' : '6';
  made.id =
      fmt::format("{}{}-OPEN-{}{}", mode == Mode::host ? 'H' : 'R', digit, service.is_tcp ? 'T' : 'U', service.port);
  made.group = service.is_tcp ? "tcp" : "udp-other";
  made.title = fmt::format("{} is open to everybody", to_text(service));
  made.mode = mode;
  made.family = family;
  made.level = Level::must_pass;
  made.effect = service.is_tcp || mode == Mode::router ? Effect::none : Effect::data;
  made.packets = {fmt::format("far > {} {} 40000 > {}{}", mode == Mode::host ? "host" : "server",
                              service.is_tcp ? "TCP" : "UDP", service.port,
                              service.is_tcp ? ", flags [S]" : ", length 16")};
  made.expected = mode == Mode::router ? "forwarded" : service.is_tcp ? "SYN-ACK" : "delivered";
  made.reference = "--open";
  made.consequence = fmt::format("nobody reaches {}", to_text(service));
  return made;
}

}  // namespace

std::string to_text(const Service& service) {
  return fmt::format("{}/{}", service.is_tcp ? "tcp" : "udp", service.port);
}

std::vector<Service> parse_services(const std::string& text) {
  std::vector<Service> services;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const Service service = service_in(text.substr(at, comma - at));
    if (std::ranges::find(services, service) == services.end()) services.push_back(service);
    at = comma + 1;
  }
  return services;
}

std::vector<Case> cases_of_services(const std::vector<Service>& services, Mode mode) {
  std::vector<Case> cases;
  bool first_of_tcp = true;
  for (const Service& service : services) {
    if (service.is_tcp && std::exchange(first_of_tcp, false)) continue;
    for (const Family family : {Family::ipv4, Family::ipv6}) cases.push_back(case_of_service(service, mode, family));
  }
  return cases;
}

bool needs_open_port(const Case& a_case) {
  const bool is_to_pass = a_case.level == Level::must_pass || a_case.level == Level::should_pass;
  return is_to_pass && std::ranges::any_of(a_case.packets, [](const std::string& packet) {
           return packet.contains("> open") || packet.contains("UDP open") || packet.contains("TCP open");
         });
}

}  // namespace tunstack::firewall
