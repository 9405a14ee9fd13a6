// The result of a program as JSON: one form for whoever is told of it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tunstack/clients/client.hpp"

namespace tunstack::clients {

/// Without its hops.
nlohmann::ordered_json json_of(const ClientResult& result);
/// What json_of() has made; what is not there, or is of another kind, is as if it had not happened.
ClientResult result_in(const nlohmann::ordered_json& json);

}  // namespace tunstack::clients
