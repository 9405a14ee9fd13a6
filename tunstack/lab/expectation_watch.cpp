#include "tunstack/lab/expectation_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "protocols/wire/ip_version.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "tunstack/events/event_text.hpp"

namespace tunstack::lab {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_told = 5;  // decisions that are printed

/// As a field of an expectation is written.
std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// A field of the packet, or what is told beside them.
const Json* find_field(const Json& event, const std::string& key) {
  const Json& fields = event.at("fields");
  if (const auto found = fields.find(key); found != fields.end()) return &*found;
  const auto found = event.find(key);
  return found == event.end() || key == "id" ? nullptr : &*found;  // the id of an event is no field of its packet
}

/// However addresses and truths are written.
bool is_value(const Json& found, const std::string& wanted) {
  const std::string text = text_of(found);
  if (text == wanted || (text == "true" && wanted == "on") || (text == "false" && wanted == "off")) return true;
  const auto address = parse_address(wanted);
  return address && parse_address(text) == address;
}

Comparison wanted_count(const LabExpectation& expectation) {
  if (expectation.count) return expectation.count->value;
  return {.relation = Comparison::Relation::at_least, .value = 1, .unit = Comparison::Unit::number};
}

std::string relation_text(const Comparison& comparison) {
  static constexpr std::array<const char*, 6> texts{"", "not ", "less than ", "at most ", "more than ", "at least "};
  return fmt::format("{}{}", texts[static_cast<std::size_t>(comparison.relation)], comparison.value);
}

std::string text_of(const std::optional<Placed<std::string>>& text) { return text ? text->value : ""; }

std::string title_of(const LabExpectation& expectation) {
  std::string text = expectation.node ? expectation.node->value : "some node";
  const auto add = [&](const char* word, const auto& part) {
    if (part) text += fmt::format(", {} {}", word, part->value);
  };
  add("interface", expectation.interface);
  add("event", expectation.event);
  add("verdict", expectation.verdict);
  add("reason", expectation.reason);
  add("match", expectation.match);
  for (const Setting& field : expectation.fields) text += fmt::format(", {} {}", field.key, field.value);
  return text;
}

struct Measure {
  const char* key;
  double (*of)(const clients::ClientResult&);
  /// What there must be of, or nothing is measured.
  unsigned (*needs)(const clients::ClientResult&) = [](const clients::ClientResult&) { return 1U; };
  Comparison::Unit unit = Comparison::Unit::number;
};

unsigned sent_of(const clients::ClientResult& result) { return result.sent; }
unsigned received_of(const clients::ClientResult& result) { return result.received; }

constexpr std::array<Measure, 11> measures{{
    {"sent", [](const clients::ClientResult& r) { return static_cast<double>(r.sent); }},
    {"received", [](const clients::ClientResult& r) { return static_cast<double>(r.received); }},
    {"duplicates", [](const clients::ClientResult& r) { return static_cast<double>(r.duplicates); }},
    {"errors", [](const clients::ClientResult& r) { return static_cast<double>(r.errors); }},
    {"loss", [](const clients::ClientResult& r) { return 1 - static_cast<double>(r.received) / r.sent; }, sent_of,
     Comparison::Unit::share},
    {"least", [](const clients::ClientResult& r) { return r.least; }, received_of, Comparison::Unit::milliseconds},
    {"mean", [](const clients::ClientResult& r) { return r.mean; }, received_of, Comparison::Unit::milliseconds},
    {"most", [](const clients::ClientResult& r) { return r.most; }, received_of, Comparison::Unit::milliseconds},
    {"hops", [](const clients::ClientResult& r) { return static_cast<double>(r.hops); },
     [](const clients::ClientResult& r) { return r.hops; }},
    {"path_mtu", [](const clients::ClientResult& r) { return static_cast<double>(r.path_mtu); },
     [](const clients::ClientResult& r) { return r.path_mtu; }},
    {"reached", [](const clients::ClientResult& r) { return r.is_reached ? 1.0 : 0.0; }},
}};

clients::HopResult hop_of(const clients::ClientResult& result, std::size_t hop) {
  return hop <= result.each_hop.size() ? result.each_hop[hop - 1] : clients::HopResult();
}

/// A hop of a result as a result of its own.
clients::ClientResult result_of_hop(const clients::HopResult& hop) {
  return {.sent = hop.sent, .received = hop.received, .least = hop.least, .mean = hop.mean, .most = hop.most};
}

std::string senders_text(const clients::HopResult& hop) {
  std::string text;
  for (const IpAddress& address : hop.from) text += (text.empty() ? "" : " and ") + to_text(address);
  return text.empty() ? "nobody" : text;
}

const Measure* find_measure(const std::string& key) {
  return std::ranges::find_if(measures, [&](const Measure& one) { return key == one.key; });
}

/// Nothing where there was nothing to measure: of times, where nothing was received.
std::optional<double> measured(const std::string& key, const clients::ClientResult& result) {
  const auto* const measure = find_measure(key);
  if (measure == measures.end() || measure->needs(result) == 0) return std::nullopt;
  return measure->of(result);
}

/// "path_mtu[198.51.100.2]": the row of the list whose address it is, and what is asked of such a row.
struct StateList {
  const char* word;  // in expectations
  const char* list;  // in state
  const char* key;
  const char* value;
};
constexpr std::array<StateList, 5> lists{{{"path_mtu", "path_mtus", "destination", "mtu"},
                                          {"neighbors", "neighbors", "address", "state"},
                                          {"routers", "routers", "address", "reachability"},
                                          {"addresses", "addresses", "address", "state"},
                                          {"redirects", "redirects", "destination", "next_hop"}}};

std::string state_text(const Json& state, const std::string& path) {
  const std::size_t bracket = path.find('[');
  const std::string word = path.substr(0, bracket);
  if (bracket != std::string::npos) {
    const std::string key = path.substr(bracket + 1, path.size() - bracket - 2);
    for (const StateList& list : lists)
      if (word == list.word)
        for (const Json& row : state.value(list.list, Json::array()))
          if (is_value(row.value(list.key, Json("")), key)) return text_of(row.value(list.value, Json()));
    return "none";
  }
  const Json* at = &state;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    const auto found = at->is_object() ? at->find(path.substr(from, dot - from)) : at->end();
    if (!at->is_object() || found == at->end()) return "none";
    at = &*found;
    from = dot + 1;
  }
  return text_of(*at);
}

/// What stations tell groups is no evidence of anything.
bool is_to_group(const Event& event) {
  if (!event.frame.empty()) return (event.frame[0] & 1U) != 0;  // the bit of groups in an Ethernet destination
  const Bytes datagram = event.packet;
  if (datagram.empty()) return false;
  if (ip_version(datagram) == 4 && datagram.size() >= ipv4_header_size)
    return datagram[ipv4_offset::destination] >> 4U == 0xe;
  return datagram.size() >= ipv6_header_size && datagram[ipv6_offset::destination] == 0xff;
}

/// A packet that went no further, or something that went wrong on purpose.
bool is_mishap(const Event& event) {
  if (event.kind == EventKind::decided) return event.verdict == "drop";
  const std::string_view reason = info(event.reason).name;
  return event.kind == EventKind::noted && (reason.starts_with("misbehave_") || reason.starts_with("link_"));
}

}  // namespace

std::vector<std::string> state_words() {
  std::vector<std::string> words{"counters"};
  for (const StateList& list : lists) words.emplace_back(list.word);
  return words;
}

ExpectationWatch::ExpectationWatch(const LabExpectation& expectation, Instant start)
    : expectation_(expectation),
      start_(start),
      asks_about_packets_(expectation.match || !expectation.fields.empty()),
      fails_without_any_(wanted_count(expectation).holds(0) == expectation.is_absent) {
  if (expectation.match) filter_ = EventFilter(expectation.match->value);
}

bool ExpectationWatch::is_of_place(const Event& event, const EventNames& names) const {
  if (expectation_.node && names.places.node(event.node) != expectation_.node->value) return false;
  return !expectation_.interface ||
         names.places.interface(event.node, event.interface) == expectation_.interface->value;
}

bool ExpectationWatch::is_in_time(const Event& event) const {
  return !expectation_.within || event.time - start_ <= expectation_.within->value;
}

bool ExpectationWatch::has_reason(const Event& event) const {
  return expectation_.reason && expectation_.reason->value == info(event.reason).name;
}

bool ExpectationWatch::is_decided_so(const Event& event) const {
  static constexpr std::array<const char*, 3> kinds{"decided", "sent", "noted"};
  if (expectation_.event && expectation_.event->value != kinds[static_cast<std::size_t>(event.kind)]) return false;
  if (expectation_.verdict && expectation_.verdict->value != event.verdict) return false;
  return !expectation_.reason || has_reason(event);
}

/// How many of the fields are others; all and more of a packet that `match` is not about.
std::size_t ExpectationWatch::differences(const Event& event, const EventNames& names) const {
  if (!filter_.matches(event, names)) return std::string::npos;
  if (expectation_.fields.empty()) return 0;
  const Json json = Json::parse(event_line(event, names));
  return static_cast<std::size_t>(std::ranges::count_if(expectation_.fields, [&](const Setting& field) {
    const Json* const found = find_field(json, field.key);
    return found == nullptr || !is_value(*found, field.value);
  }));
}

void ExpectationWatch::take(const Event& event, const EventNames& names) {
  const bool keeps_evidence = fails_without_any_ && count_ == 0;
  const bool is_here = is_of_place(event, names), is_so = is_decided_so(event);
  if (!(is_here && is_so) && !keeps_evidence) return;
  const std::size_t differing = differences(event, names);
  const bool is_such = differing == 0;
  const bool is_all = is_here && is_so && is_such;
  if (is_all && is_in_time(event)) {
    ++count_;
    return keep(matched_, event, names);
  }
  if (!keeps_evidence) return;
  if (const auto near = is_all ? std::optional(Near::late) : nearness(event, is_here, differing))
    keep(near_[static_cast<std::size_t>(*near)], event, names);
  if (!is_here && is_such && (asks_about_packets_ || is_so))
    elsewhere_ =
        fmt::format("{} after {:.3f} s: {}, {}", names.places.place(event.node, event.interface),
                    std::chrono::duration<double>(event.time - start_).count(), event.verdict, info(event.reason).name);
}

/// Of what is not all that is expected.
std::optional<ExpectationWatch::Near> ExpectationWatch::nearness(const Event& event, bool is_here,
                                                                 std::size_t differing) const {
  if (is_here && differing == 0 && asks_about_packets_) return Near::other_decision;
  if (is_here && differing == 1 && (expectation_.match || expectation_.fields.size() > 1)) return Near::other_field;
  if (is_here && has_reason(event)) return Near::other_packet;
  if (is_to_group(event)) return std::nullopt;
  if (is_mishap(event)) {
    const Near near = is_here ? Near::mishap : Near::mishap_elsewhere;
    const bool is_told = std::ranges::any_of(
        lines_of(near), [&](const std::string& line) { return line.contains(info(event.reason).name); });
    return is_told ? std::nullopt : std::optional(near);  // one of each kind
  }
  return is_here && !asks_about_packets_ ? std::optional(Near::other) : std::nullopt;
}

void ExpectationWatch::keep(std::vector<std::string>& lines, const Event& event, const EventNames& names) const {
  if (lines.size() < most_told)
    lines.push_back(
        fmt::format("{}: {}", names.places.node(event.node), event_text(Json::parse(event_line(event, names)))));
}

/// That nothing of the kind was where it should be, and where it was last.
std::string ExpectationWatch::absence() const {
  std::string text = asks_about_packets_ ? "packet that matches" : "such decision";
  text = expectation_.node ? fmt::format("{} saw no {}", expectation_.node->value, text) : "no node saw a " + text;
  if (expectation_.interface) text += " at " + expectation_.interface->value;
  return elsewhere_.empty() ? text : fmt::format("{}; the last one was at {}", text, elsewhere_);
}

/// The most telling lines, of none that is right.
std::vector<std::string> ExpectationWatch::evidence() const {
  std::vector<std::string> lines;
  for (const std::string& line : lines_of(Near::late)) lines.push_back("too late: " + line);
  const auto add = [&](Near near) {
    for (const std::string& line : lines_of(near))
      if (lines.size() < most_told) lines.push_back(line);
  };
  add(Near::other_decision);
  if (!lines.empty()) return lines;
  if (asks_about_packets_ || !elsewhere_.empty()) lines.push_back(absence());
  const std::size_t said = lines.size();
  add(Near::other_field);
  add(Near::other_packet);
  if (lines.size() > said) return lines;
  add(Near::mishap);
  add(Near::mishap_elsewhere);
  add(Near::other);
  return lines;
}

ExpectationOutcome ExpectationWatch::outcome() const {
  const Comparison count = wanted_count(expectation_);
  const bool holds = count.holds(static_cast<double>(count_)) != expectation_.is_absent;
  return {.place = expectation_.place,
          .what = fmt::format("{}: {}{} times", title_of(expectation_), expectation_.is_absent ? "never " : "",
                              relation_text(count)),
          .holds = holds,
          .found = fmt::format("{} times", count_),
          .against = holds        ? std::vector<std::string>()
                     : count_ > 0 ? matched_
                                  : evidence()};
}

std::vector<std::string> result_words() {
  std::vector<std::string> words;
  words.reserve(measures.size());
  for (const Measure& measure : measures) words.emplace_back(measure.key);
  return words;
}

std::string result_remedy(const LabResult& wanted) {
  const Comparison& comparison = wanted.comparison;
  const Comparison::Unit unit = find_measure(wanted.key)->unit;
  const bool is_plain = comparison.unit == Comparison::Unit::number;
  if (unit == Comparison::Unit::share)
    return (is_plain || comparison.unit == unit) && comparison.value >= 0 && comparison.value <= 1
               ? ""
               : "a share of what was sent, from 0% to 100%: '<= 34%'";
  if (comparison.unit == unit || (is_plain && comparison.value == 0)) return "";
  return unit == Comparison::Unit::milliseconds ? "a time with its unit: '<= 20ms'" : "a number without a unit";
}

ExpectationOutcome outcome_of(const LabExpectation& expectation, const clients::ClientResult& result) {
  ExpectationOutcome outcome{
      .place = expectation.place, .what = text_of(expectation.of), .holds = true, .found = {}, .against = {}};
  if (expectation.hop) outcome.what += fmt::format(", hop {}", expectation.hop->value);
  if (expectation.hop && expectation.from) {
    const std::string senders = senders_text(hop_of(result, expectation.hop->value));
    outcome.what += ", from " + expectation.from->value;
    outcome.found = "it is from " + senders;
    const auto wanted = parse_address(expectation.from->value);
    outcome.holds = wanted && senders == to_text(*wanted);
  }
  bool is_measured = true;
  for (const LabResult& wanted : expectation.results) {
    const auto value =
        measured(wanted.key, expectation.hop ? result_of_hop(hop_of(result, expectation.hop->value)) : result);
    outcome.what += fmt::format(", {} {}", wanted.key, relation_text(wanted.comparison));
    outcome.found += fmt::format("{}{} is {}", outcome.found.empty() ? "" : ", ", wanted.key,
                                 value ? fmt::format("{:.4g}", *value) : "not known: there was nothing to measure");
    outcome.holds &= value && wanted.comparison.holds(*value);
    is_measured &= value.has_value();
  }
  if (expectation.is_absent && is_measured) outcome.holds = !outcome.holds;
  return outcome;
}

ExpectationOutcome did_not_run(const LabExpectation& expectation) {
  ExpectationOutcome outcome = outcome_of(expectation, clients::ClientResult());
  outcome.holds = false;
  outcome.found = "it did not run";
  return outcome;
}

ExpectationOutcome outcome_of(const LabExpectation& expectation, const Json& state) {
  const std::string path = text_of(expectation.state);
  const std::string wanted = expectation.equals ? expectation.equals->value : "none";
  const std::string value = state_text(state, path.substr(path.find('.') + 1));
  return {.place = expectation.place,
          .what = fmt::format("{} is {}", path, wanted),
          .holds = is_value(value, wanted) != expectation.is_absent,
          .found = "it is " + value,
          .against = {}};
}

}  // namespace tunstack::lab
