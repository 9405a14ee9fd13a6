#include "tunstack/events/event_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

std::string text_in(const Json& event, const char* name) {
  const auto found = event.find(name);
  if (found == event.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

double number_in(const Json& event, const char* name) {
  const auto found = event.find(name);
  return found != event.end() && found->is_number() ? found->get<double>() : 0;
}

char mark_of(const std::string& direction) { return direction == "in" ? '<' : direction == "out" ? '>' : '*'; }

std::string subject_of(const Json& event) {
  if (const std::string address = text_in(event, "address"); !address.empty()) return address;
  const std::string source = text_in(event, "source");
  std::string summary = text_in(event, "summary");
  if (summary.starts_with("ARP ")) return summary;  // it tells them
  if (source.empty()) return summary.empty() ? "" : "?  " + summary;
  return fmt::format("{} > {}  {}", source, text_in(event, "destination"), summary);
}

std::string cited(const Json& event) {
  const std::string rfc = text_in(event, "rfc"), section = text_in(event, "section");
  if (rfc.empty()) return "design";
  return section.empty() ? rfc : rfc + " " + section;
}

}  // namespace

std::string event_text(const Json& event, const Screen& screen) {
  if (text_in(event, "event") == "lost")
    return fmt::format("... {:.0f} events were lost: they were read too slowly", number_in(event, "count"));
  std::string reason = text_in(event, "reason");
  const auto withheld = event.find("withheld");
  if (withheld != event.end() && withheld->is_object())
    reason += fmt::format(" (no {}: {})", text_in(*withheld, "verdict"), text_in(*withheld, "reason"));
  const std::string verdict = text_in(event, "verdict");
  return laid_out({number_in(event, "time"), mark_of(text_in(event, "direction")), subject_of(event), verdict,
                   fmt::format("{}  {}: {}", reason, cited(event), text_in(event, "text"))},
                  screen);
}

}  // namespace tunstack
