#include <fmt/format.h>

#include "tunstack/clients/ping.hpp"
#include "tunstack/clients/traceroute.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::clients {

std::unique_ptr<Client> make_client(const std::vector<std::string>& words, const ClientPlace& place) {
  const std::string name = words.empty() ? "" : words.front();
  if (name == "ping") return std::make_unique<Ping>(read_ping_arguments(words, place), place);
  if (name == "traceroute") return std::make_unique<Traceroute>(read_trace_arguments(words, place), place);
  throw UsageFault(fmt::format("'{}' is not a client", name), "ping and traceroute are",
                   "write it as: ping 192.0.2.2 -c 3, or: traceroute 192.0.2.2");
}

std::string client_help(const std::string& name) {
  if (name == "ping") return ping_help();
  return name == "traceroute" ? trace_help() : std::string();
}

}  // namespace tunstack::clients
