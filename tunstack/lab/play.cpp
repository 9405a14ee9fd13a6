#include "tunstack/lab/play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "protocols/wire/quoted_packet.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/lab_change.hpp"
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

}  // namespace

ProgramWords program_words(const std::string& text) {
  std::istringstream stream(text);
  ProgramWords program;
  for (std::string word; stream >> word;) program.words.push_back(word);
  if (program.words.size() > 1) {
    program.node = program.words[1];
    program.words.erase(program.words.begin() + 1);
  }
  return program;
}

Play::Play(const LabFile& file, Network& network, Programs& programs, EventNames names, Instant start,
           std::vector<std::string> outside)
    : file_(file),
      network_(network),
      programs_(programs),
      names_(std::move(names)),
      start_(start),
      outside_(std::move(outside)) {
  for (const LabEvent& event : file_.events) events_.push_back({&event});
  std::ranges::stable_sort(events_, {}, [](const PlannedEvent& event) { return event.of->at.value; });
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
  for (const Setting& setting : event.of->set) change(setting, now, out);
  if (event.of->send) send(event.of->send->value, now, out);
} catch (const Fault& fault) {
  failures_.push_back({.place = event.of->place,
                       .what = "the event can happen",
                       .holds = false,
                       .found = fmt::format("{}: {}", fault.what(), fault.why()),
                       .against = {}});
}

/// Of who is outside nothing can be changed from here.
void Play::change(const Setting& setting, Instant now, Outbox& out) {
  const bool is_of_outside = std::ranges::any_of(outside_, [&](const std::string& name) {
    return setting.key.starts_with(std::string(settings_of_node) + name + ".");
  });
  if (is_of_outside) return;
  const std::vector<std::string> texts{setting.key + "=" + setting.value};
  const NetworkSettings settings = read_settings(network_, texts, now);
  hears_change_(texts, now);
  apply(settings, network_, now, out);
}

void Play::begin(PlannedEvent& event, Instant now) {
  const std::string& text = event.of->run->value;
  if (is_outside(program_words(text).node)) return;
  start_program(text, now);
  event.run = runs_.size() - 1;
}

void Play::start_program(const std::string& text, Instant now) {
  const auto [node, words] = program_words(text);
  const Programs::Number number = programs_.start(node_named(network_, node), words, file_.seed ^ runs_.size(), now);
  runs_.push_back({{.words = text, .began = now - start_, .text = {}, .result = {}}, number});
}

void Play::send(const std::string& text, Instant now, Outbox& out) {
  const std::size_t colon = text.find(": ");
  const std::string name = text.substr(0, colon), line = text.substr(colon + 2);
  if (is_outside(name)) return;
  network_.act(node_named(network_, name), now, out, [&](Node& sender, Instant when, Outbox& box) {
    if (const auto packet = notation::parse_packet(line)) {
      hears_sending_(name, *packet, false, when);
      sender.send_packet(way_to(*packet, when, sender.state()), *packet, when, box);
    } else if (const auto frame = notation::parse_frame(line)) {
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

bool Play::programs_are_finished() const {
  return std::ranges::none_of(runs_, [](const Run& run) { return run.number.has_value(); });
}

std::vector<ProgramRun> Play::programs() {
  gather();
  std::vector<ProgramRun> all;
  for (const Run& run : runs_) all.push_back(run.told);
  return all;
}

// ---- expectations ----

void Play::take(const Event& event) {
  for (auto& [expectation, watch] : watches_) watch.take(event, names_);
}

const Play::PlannedEvent* Play::program_of(const LabExpectation& expectation) const {
  const std::string& text = expectation.of->value;
  const std::string program = text.substr(0, text.find(' ') + 1);
  std::size_t left = std::stoul(text.substr(program.size()));
  for (const PlannedEvent& event : events_)
    if (event.of->run && event.of->run->value.starts_with(program) && --left == 0) return &event;
  return nullptr;
}

std::optional<ExpectationOutcome> Play::outcome(const LabExpectation& expectation, Instant now) const {
  if (expectation.of) {
    const PlannedEvent* const event = program_of(expectation);
    if (event != nullptr && is_outside(program_words(event->of->run->value).node)) return std::nullopt;
    const bool began = event != nullptr && event->run;
    return outcome_of(expectation, began ? runs_[*event->run].told.result : clients::ClientResult());
  }
  if (expectation.state) {
    const std::string name = expectation.state->value.substr(0, expectation.state->value.find('.'));
    if (is_outside(name)) return std::nullopt;
    return outcome_of(expectation, state_report(network_.node(node_named(network_, name)), now));
  }
  if (expectation.node && is_outside(expectation.node->value)) return std::nullopt;
  return watches_.at(&expectation).outcome();
}

std::vector<std::optional<ExpectationOutcome>> Play::expectations(Instant now) {
  gather();
  std::vector<std::optional<ExpectationOutcome>> all;
  for (const LabExpectation& expectation : file_.expectations) all.push_back(outcome(expectation, now));
  return all;
}

}  // namespace tunstack::lab
