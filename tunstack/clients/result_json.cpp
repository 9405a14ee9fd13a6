#include "tunstack/clients/result_json.hpp"

#include <nlohmann/json.hpp>

namespace tunstack::clients {

namespace {

using Json = nlohmann::ordered_json;

template <class Number>
void take(const Json& json, const char* key, Number& number) {
  const auto found = json.find(key);
  if (found != json.end() && found->is_number()) number = found->get<Number>();
}

}  // namespace

Json json_of(const ClientResult& result) {
  return {{"sent", result.sent},
          {"received", result.received},
          {"duplicates", result.duplicates},
          {"errors", result.errors},
          {"reached", result.is_reached},
          {"least", result.least},
          {"mean", result.mean},
          {"most", result.most},
          {"hops", result.hops},
          {"path_mtu", result.path_mtu},
          {"exit_status", result.exit_status}};
}

ClientResult result_in(const Json& json) {
  ClientResult result;
  take(json, "sent", result.sent);
  take(json, "received", result.received);
  take(json, "duplicates", result.duplicates);
  take(json, "errors", result.errors);
  take(json, "least", result.least);
  take(json, "mean", result.mean);
  take(json, "most", result.most);
  take(json, "hops", result.hops);
  take(json, "path_mtu", result.path_mtu);
  take(json, "exit_status", result.exit_status);
  const auto reached = json.find("reached");
  result.is_reached = reached != json.end() && reached->is_boolean() && reached->get<bool>();
  return result;
}

}  // namespace tunstack::clients
