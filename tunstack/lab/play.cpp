#include "tunstack/lab/play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocols/wire/ethernet.hpp"
#include "protocols/wire/quoted_packet.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/lab_check.hpp"
#include "tunstack/node/egress.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/report/state_report.hpp"
#include "tunstack/settings/network_settings.hpp"

namespace tunstack::lab {

namespace {

constexpr std::size_t most_text = std::size_t{1} << 20U;  // octets of what a program prints

/// Where a packet as it is written leaves a node.
InterfaceId way_to(Bytes datagram, Instant now, const NodeState& state) {
  if (const auto ipv4 = QuotedIpv4::parse(datagram))
    return choose_egress(ipv4->destination(), InterfaceId{0}, now, state).link.interface;
  if (const auto ipv6 = QuotedIpv6::parse(datagram))
    return choose_egress(ipv6->destination(), InterfaceId{0}, now, state).link.interface;
  return InterfaceId{0};
}

/// What is given goes out as it is: nobody cuts it.
void check_size(Bytes packet, std::size_t most) {
  if (packet.size() > most)
    throw UsageFault(fmt::format("a packet of {} octets is not sent", packet.size()),
                     fmt::format("the link takes {}", most), "send its fragments, or a smaller one");
}

/// "link.edge.mtu": of a link with a door, what its two ends have each for itself.
bool has_end_outside(const std::string& key, const Network& network) {
  const std::vector<std::string> links = network.link_names();
  for (std::size_t i = 0; i < links.size(); ++i)
    for (const char* const of_end : {".mtu", ".up"})
      if (key == std::string(settings_of_link) + links[i] + of_end)
        return std::ranges::any_of(network.ends_of(i), [](const LinkEnd& end) { return end.door.has_value(); });
  return false;
}

}  // namespace

ProgramWords program_words(const std::string& text) {
  ProgramWords program{.node = {}, .words = words_in(text)};
  if (program.words.size() > 1) {
    program.node = program.words[1];
    program.words.erase(program.words.begin() + 1);
  }
  return program;
}

const std::string& program_text(const LabEvent& event) {
  static const std::string none;
  return event.run ? event.run->value : none;
}

std::vector<const LabEvent*> events_in_order(const LabFile& file) {
  std::vector<const LabEvent*> events;
  events.reserve(file.events.size());
  for (const LabEvent& event : file.events) events.push_back(&event);
  std::ranges::stable_sort(events, {}, [](const LabEvent* event) { return event->at.value; });
  return events;
}

const LabEvent* program_of(const LabExpectation& expectation, const LabFile& file) {
  if (!expectation.of) return nullptr;
  const std::string& text = expectation.of->value;
  const std::string program = text.substr(0, text.find(' ') + 1);
  std::size_t left = std::stoul(text.substr(program.size()));
  for (const LabEvent* const event : events_in_order(file))
    if (event->run && event->run->value.starts_with(program) && --left == 0) return event;
  return nullptr;
}

Duration longest_within(const LabFile& file) {
  Duration all{};
  for (const LabExpectation& expectation : file.expectations)
    if (expectation.within) all = std::max(all, Duration(expectation.within->value));
  return all;
}

ExpectationOutcome impossible(const LabEvent& event, const std::string& why) {
  return {.place = event.place, .what = "the event can happen", .holds = false, .found = why, .against = {}};
}

ExpectationOutcome left_out(const LabEvent& event, const std::string& why) {
  ExpectationOutcome outcome = impossible(event, why);
  outcome.holds = outcome.is_left_out = true;
  return outcome;
}

Play::Play(const LabFile& file, Network& network, Programs& programs, EventNames names, Instant start,
           std::vector<std::string> outside)
    : file_(file),
      network_(network),
      programs_(programs),
      names_(std::move(names)),
      start_(start),
      outside_(std::move(outside)) {
  for (const LabEvent* const event : events_in_order(file_)) events_.push_back({event});
  for (const LabExpectation& expectation : file_.expectations)
    if (!expectation.of && !expectation.state) watches_.emplace(&expectation, ExpectationWatch(expectation, start));
}

bool Play::is_outside(const std::string& name) const { return std::ranges::find(outside_, name) != outside_.end(); }

// ---- events ----

Instant Play::next_deadline() const {
  return next_event_ == events_.size() ? Instant::max() : start_ + events_[next_event_].of->at.value;
}

void Play::act(Instant now, Outbox& out) {
  while (next_deadline() <= now) {
    happen(events_[next_event_++], now, out);
    programs_.act(now, out);
  }
  gather();
}

void Play::happen(PlannedEvent& event, Instant now, Outbox& out) try {
  if (event.of->run) begin(event, now);
  for (const Setting& setting : event.of->set) change(*event.of, setting, now, out);
  if (event.of->send) send(event.of->send->value, now, out);
} catch (const Fault& fault) {
  failures_.push_back(impossible(*event.of, fmt::format("{}: {}", fault.what(), fault.why())));
}

/// Of who is outside nothing can be changed from here.
void Play::change(const LabEvent& event, const Setting& setting, Instant now, Outbox& out) {
  const bool is_of_outside = std::ranges::any_of(outside_, [&](const std::string& name) {
    return setting.key.starts_with(std::string(settings_of_node) + name + ".");
  });
  if (is_of_outside) return failures_.push_back(left_out(event, setting.key + " is of the kernel, not of ours"));
  const std::vector<std::string> texts{setting.key + "=" + setting.value};
  const NetworkSettings settings = read_settings(network_, texts, now);
  hears_change_(texts, now);
  apply(settings, network_, now, out);
  if (!outside_.empty() && has_end_outside(setting.key, network_))
    failures_.push_back(left_out(event, setting.key + " changes our end of the link, and not that of the kernel"));
}

void Play::begin(PlannedEvent& event, Instant now) {
  const std::string& text = program_text(*event.of);
  if (is_outside(program_words(text).node)) return;
  start_program(text, now);
  event.run = runs_.size() - 1;
}

Programs::Number Play::start_program(const std::string& text, Instant now) {
  const auto [node, words] = program_words(text);
  const Programs::Number number = programs_.start(node_named(network_, node), words, file_.seed ^ runs_.size(), now);
  runs_.push_back({{.words = text, .began = now - start_, .text = {}, .result = {}}, number});
  return number;
}

void Play::send(const std::string& text, Instant now, Outbox& out) {
  const std::size_t colon = text.find(": ");
  const std::string name = text.substr(0, colon), line = text.substr(colon + 2);
  if (is_outside(name)) return;
  network_.act(node_named(network_, name), now, out, [&](Node& sender, Instant when, Outbox& box) {
    if (const auto packet = notation::parse_packet(line)) {
      const InterfaceId way = way_to(*packet, when, sender.state());
      check_size(*packet, sender.state().interface(way).config.mtu);
      hears_sending_(name, *packet, false, when);
      sender.send_packet(way, *packet, when, box);
    } else if (const auto frame = notation::parse_frame(line)) {
      check_size(*frame, ethernet_header_size + sender.state().interface(InterfaceId{0}).config.mtu);
      hears_sending_(name, *frame, true, when);
      sender.send_frame(InterfaceId{0}, *frame, when, box);
    }
  });
}

// ---- programs ----

/// What they printed; of those that have finished, what they found too.
void Play::gather() {
  for (Run& run : runs_) {
    if (!run.number) continue;
    const std::string text = programs_.take_text(*run.number);
    if (run.told.text.size() < most_text && run.told.text.size() + text.size() >= most_text)
      run.told.text += text + "... and more\n";
    else if (run.told.text.size() < most_text)
      run.told.text += text;
    run.told.result = programs_.result(*run.number);
    if (!programs_.is_finished(*run.number)) continue;
    programs_.end(*run.number);
    run.number.reset();
  }
}

void Play::interrupt_programs(Instant now) {
  for (const Run& run : runs_)
    if (run.number) programs_.interrupt(*run.number, now);
}

bool Play::programs_are_finished() const {
  return std::ranges::none_of(runs_, [&](const Run& run) { return run.number && !programs_.is_finished(*run.number); });
}

std::vector<ProgramRun> Play::programs() {
  gather();
  std::vector<ProgramRun> all;
  all.reserve(runs_.size());
  for (const Run& run : runs_) all.push_back(run.told);
  return all;
}

// ---- expectations ----

void Play::take(const Event& event) {
  for (auto& [expectation, watch] : watches_) watch.take(event, names_);
}

std::optional<ExpectationOutcome> Play::outcome_of_program(const LabExpectation& expectation) const {
  const LabEvent* const wanted = program_of(expectation, file_);
  const auto event = std::ranges::find(events_, wanted, &PlannedEvent::of);
  if (event == events_.end()) return did_not_run(expectation);
  if (const auto run = event->run) return outcome_of(expectation, runs_[*run].told.result);
  return is_outside(program_words(program_text(*wanted)).node) ? std::nullopt : std::optional(did_not_run(expectation));
}

std::optional<ExpectationOutcome> Play::outcome(const LabExpectation& expectation, Instant now) const {
  if (expectation.of) return outcome_of_program(expectation);
  if (expectation.state) {
    const std::string name = expectation.state->value.substr(0, expectation.state->value.find('.'));
    if (is_outside(name)) return std::nullopt;
    return outcome_of(expectation, state_report(network_.node(node_named(network_, name)), now));
  }
  if (expectation.node && is_outside(expectation.node->value)) return std::nullopt;
  return watches_.at(&expectation).outcome();
}

std::vector<ExpectationOutcome> Play::left_over() const {
  std::vector<ExpectationOutcome> all;
  for (std::size_t i = next_event_; i < events_.size(); ++i)
    all.push_back(left_out(*events_[i].of, "the run ended before its time"));
  return all;
}

std::vector<std::optional<ExpectationOutcome>> Play::expectations(Instant now) {
  gather();
  std::vector<std::optional<ExpectationOutcome>> all;
  all.reserve(file_.expectations.size());
  for (const LabExpectation& expectation : file_.expectations) all.push_back(outcome(expectation, now));
  return all;
}

}  // namespace tunstack::lab
