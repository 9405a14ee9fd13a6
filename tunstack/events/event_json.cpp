#include "tunstack/events/event_json.hpp"

#include <chrono>

#include "tunstack/events/packet_fields.hpp"
#include "tunstack/explain/describe.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/explain/joined.hpp"

namespace tunstack {

namespace {

constexpr std::string_view kind_names[] = {"decided", "sent", "noted"};
constexpr std::string_view directions[] = {"in", "out", ""};  // by kind

void add_number(JsonObject& json, std::string_view name, PacketNumber number) {
  number == 0 ? json.add_null(name) : json.add(name, number);
}

PacketText text_of(const Event& event) {
  if (event.sent != nullptr) return describe(*event.sent);
  if (event.address) return {to_text(*event.address), {}, {}};
  if (event.kind == EventKind::noted) return {};
  return event.frame.empty() ? describe(event.packet) : describe_frame(event.frame);
}

/// ARP, or a frame as a whole.
bool is_no_datagram(const Event& event) { return event.sent != nullptr && event.sent->payload != LinkPayload::ip; }

/// The packet, or what a note is about.
void add_subject(JsonObject& json, const Event& event) {
  const PacketText text = text_of(event);
  const bool is_note = event.kind == EventKind::noted;
  const std::string_view source = text.source;
  json.add_plain_or_null("address", is_note ? source : "");
  json.add_plain_or_null("source", is_note ? "" : source);
  json.add_plain_or_null("destination", text.destination);
  if (is_note) {
    json.add_null("length");
    json.add_null("summary");
  } else {
    json.add("length", event.packet.size());
    json.add("summary", text.summary);
  }
  JsonObject fields(json.begin("fields"));
  if (!is_note && !is_no_datagram(event)) add_packet_fields(fields, event.packet);
}

/// The same for each event with this reason.
std::string members_of(const ReasonInfo& reason) {
  JsonLine line;
  {
    JsonObject json(line);
    json.add("reason", reason.name);
    json.add_or_null("rfc", reason.rfc.starts_with("RFC") ? reason.rfc : "");
    json.add_or_null("section", reason.section);
    json.add_or_null("link", link_of(reason));
    json.add_or_null("requirement", reason.requirement);
    json.add("text", reason.text);
  }
  return {line.data() + 1, line.size() - 2};
}

const std::string& members_of(Reason reason) {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> members;
    for (const ReasonInfo& one : all_reasons()) members.push_back(members_of(one));
    return members;
  }();
  return all[static_cast<std::size_t>(reason)];
}

/// Who, where and when.
void add_circumstances(JsonObject& json, const Event& event, const EventNames& names) {
  add_number(json, "id", event.ids.number);
  add_number(json, "cause", event.ids.cause);
  json.add("node", names.places.node(event.node));
  json.add_or_null("interface", names.places.interface(event.node, event.interface));
  json.add("time", std::chrono::duration<double>(event.time.time_since_epoch()).count());
  json.add_plain("timestamp", timestamp(names.started_at + event.time.time_since_epoch()));
}

void add_withheld(JsonObject& json, const Event& event) {
  if (!event.withheld) return json.add_null("withheld");
  JsonObject withheld(json.begin("withheld"));
  withheld.add("verdict", event.withheld->verdict);
  withheld.add("reason", info(event.withheld->reason).name);
}

}  // namespace

std::string timestamp(Duration since_1970) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
  const std::chrono::sys_seconds time{seconds};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string text = "0000-00-00T00:00:00.000000000Z";
  const auto put = [&text](std::size_t at, std::size_t digits, auto number) {
    put_digits(std::span(text).subspan(at, digits), static_cast<std::uint32_t>(number));
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 9, (since_1970 - seconds).count());
  return text;
}

void append_event(JsonLine& line, const Event& event, const EventNames& names) {
  const auto kind = static_cast<std::size_t>(event.kind);
  {
    JsonObject json(line);
    json.add("schema", event_schema);
    json.add_plain("event", kind_names[kind]);
    add_circumstances(json, event, names);
    json.add_plain_or_null("direction", directions[kind]);
    json.add_plain("verdict", event.verdict);
    json.add_members(members_of(event.reason));
    add_withheld(json, event);
    add_subject(json, event);
  }
  line.push_back('\n');
}

std::string event_line(const Event& event, const EventNames& names) {
  JsonLine line;
  append_event(line, event, names);
  return {line.data(), line.size()};
}

void EventLog::take(const Event& event) {
  if (only_drops_ && event.verdict != "drop") return;
  line_.clear();
  append_event(line_, event, names_);
  out_.put({line_.data(), line_.size()});
}

}  // namespace tunstack
