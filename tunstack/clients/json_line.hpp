// Events of clients as JSON, one object a line; nothing else is printed then.
#pragma once

#include <nlohmann/json.hpp>

#include "tunstack/clients/arrivals.hpp"
#include "tunstack/clients/words.hpp"

namespace tunstack::clients {

inline constexpr int client_json_schema = 1;

inline nlohmann::ordered_json client_event(const char* tool, const char* event) {
  return {{"tool", tool}, {"schema", client_json_schema}, {"event", event}};
}
/// Names may be of any octets.
inline std::string json_line(const nlohmann::ordered_json& event) {
  return event.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// Type and code, and the one field that the type has beside its quote.
inline void add_error(nlohmann::ordered_json& event, const ReportedError& error) {
  event["from"] = to_text(error.reporter);
  event["type"] = error.type;
  event["code"] = error.code;
  if (const auto mtu = error.mtu()) event["mtu"] = *mtu;
  if (error.type == (error.is_ipv4() ? 12 : 4)) event["pointer"] = error.info();
  if (error.is_ipv4() && error.type == 5) event["gateway"] = to_text(Ipv4Address{error.rest_of_header});
}

}  // namespace tunstack::clients
