#include "tunstack/events/event_json.hpp"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "tunstack/events/packet_fields.hpp"
#include "tunstack/explain/describe.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kind_names[] = {"decided", "sent", "noted"};
constexpr std::string_view directions[] = {"in", "out", ""};  // by kind

Json or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }
Json or_null(PacketNumber number) { return number == 0 ? Json() : Json(number); }

PacketText text_of(const Event& event) {
  if (event.sent != nullptr) return describe(*event.sent);
  if (event.address) return {to_text(*event.address), {}, {}};
  if (event.kind == EventKind::noted) return {};
  return event.frame.empty() ? describe(event.packet) : describe_frame(event.frame);
}

/// ARP, or a frame as a whole.
bool is_no_datagram(const Event& event) { return event.sent != nullptr && event.sent->payload != LinkPayload::ip; }

/// The packet, or what a note is about.
void add_subject(Json& json, const Event& event) {
  const PacketText text = text_of(event);
  if (event.kind == EventKind::noted) {
    json.update({{"address", or_null(text.source)}, {"source", nullptr}, {"destination", nullptr}});
    json.update({{"length", nullptr}, {"summary", nullptr}, {"fields", Json::object()}});
    return;
  }
  json["address"] = nullptr;
  json["source"] = or_null(text.source);
  json["destination"] = or_null(text.destination);
  json["length"] = event.packet.size();
  json["summary"] = text.summary;
  json["fields"] = is_no_datagram(event) ? Json::object() : packet_fields(event.packet);
}

void add_reason(Json& json, Reason deciding) {
  const ReasonInfo& reason = info(deciding);
  json["reason"] = reason.name;
  json["rfc"] = reason.rfc.starts_with("RFC") ? Json(reason.rfc) : Json();
  json["section"] = or_null(reason.section);
  json["link"] = or_null(link_of(reason));
  json["requirement"] = or_null(reason.requirement);
  json["text"] = reason.text;
}

}  // namespace

std::string timestamp(Duration since_1970) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
  const std::chrono::sys_seconds time{seconds};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), (since_1970 - seconds).count());
}

Json event_json(const Event& event, const EventNames& names) {
  const auto interface = static_cast<std::size_t>(event.interface);
  const auto kind = static_cast<std::size_t>(event.kind);
  Json json{{"schema", event_schema},
            {"event", kind_names[kind]},
            {"id", or_null(event.ids.number)},
            {"cause", or_null(event.ids.cause)},
            {"node", names.node},
            {"interface", interface < names.interfaces.size() ? Json(names.interfaces[interface]) : Json()},
            {"time", std::chrono::duration<double>(event.time.time_since_epoch()).count()},
            {"timestamp", timestamp(names.started_at + event.time.time_since_epoch())},
            {"direction", or_null(directions[kind])},
            {"verdict", event.verdict}};
  add_reason(json, event.reason);
  json["withheld"] = nullptr;
  if (event.withheld)
    json["withheld"] = {{"verdict", event.withheld->verdict}, {"reason", info(event.withheld->reason).name}};
  add_subject(json, event);
  return json;
}

std::string event_line(const Event& event, const EventNames& names) {
  return event_json(event, names).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void EventLog::take(const Event& event) {
  if (only_drops_ && event.verdict != "drop") return;
  out_.put(event_line(event, names_));
}

}  // namespace tunstack
