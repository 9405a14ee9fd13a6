#include "tunstack/lab/closed_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "protocols/wire/ip_version.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/stand_ins.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/report/state_report.hpp"

namespace tunstack::lab {

namespace {

constexpr Duration longest = std::chrono::hours(1);
constexpr std::size_t most_said = 200'000;  // packets of programs: a flood where no time passes ends too
constexpr Duration last_packets = std::chrono::seconds(1);  // what is on its way when all else is over

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

IpAddress destination_of(Bytes datagram) {
  if (ip_version(datagram) == 4 && datagram.size() >= ipv4_header_size)
    return Ipv4Address::load(datagram, ipv4_offset::destination);
  if (datagram.size() >= ipv6_header_size) return Ipv6Address::load(datagram, ipv6_offset::destination);
  return {};
}

std::vector<IpAddress> addresses_of(const void* of, const std::string& name) {
  std::vector<IpAddress> found;
  for (const Family family : {Family::ipv4, Family::ipv6})
    for (const NamedAddress& named : static_cast<const LabPlan*>(of)->names)
      if (named.name == name && named.address.family() == family) found.push_back(named.address);
  return found;
}

std::string name_of(const void* of, const IpAddress& address) {
  for (const NamedAddress& named : static_cast<const LabPlan*>(of)->names)
    if (named.address == address) return named.name;
  return {};
}

}  // namespace

struct ClosedWorld::Program {
  std::string words;
  Instant began;
  NodeId node;
  std::unique_ptr<clients::Client> client;
  std::string text;
};

/// Hears all of it: for programs what arrives at their nodes, for expectations events, and the hash of all packets.
class ClosedWorld::Ears final : public EventSink, public TrafficWatcher {
 private:
  /// FNV-1a of 64 bits.
  class Hash {
   public:
    void add(Bytes octets) {
      for (const std::uint8_t octet : octets) value_ = (value_ ^ octet) * 0x100000001b3ULL;
    }
    void add(std::uint64_t number) {
      std::array<std::uint8_t, 8> octets{};
      store_be64(octets, 0, number);
      add(octets);
    }
    std::uint64_t value() const { return value_; }

   private:
    std::uint64_t value_ = 0xcbf29ce484222325ULL;
  };

 public:
  Ears(const LabFile& file, EventNames names, Instant start) : names_(std::move(names)) {
    for (const LabExpectation& expectation : file.expectations)
      if (!expectation.of && !expectation.state) watches_.emplace(&expectation, ExpectationWatch(expectation, start));
  }

  void take(const Event& event) override {
    for (auto& [expectation, watch] : watches_) watch.take(event, names_);
    if (event.kind == EventKind::decided && event.verdict != "hold" && !event.packet.empty())
      heard_.push_back({event.node, {event.packet.begin(), event.packet.end()}});
  }
  void arrives(NodeId node, const Received& received) override {
    ++packets_;
    hash_.add(static_cast<std::uint64_t>(received.now.time_since_epoch().count()));
    hash_.add(static_cast<std::uint64_t>(node));
    hash_.add(received.bytes);
  }

  struct Heard {
    NodeId node;
    std::vector<std::uint8_t> datagram;
  };
  std::vector<Heard> take_heard() { return std::exchange(heard_, {}); }
  const ExpectationWatch& watch_of(const LabExpectation& expectation) const { return watches_.at(&expectation); }
  std::uint64_t packets() const { return packets_; }
  std::uint64_t hash() const { return hash_.value(); }

 private:
  EventNames names_;
  std::map<const LabExpectation*, ExpectationWatch> watches_;
  std::vector<Heard> heard_;
  std::uint64_t packets_ = 0;
  Hash hash_;
};

ClosedWorld::ClosedWorld(const LabFile& file) : file_(file), plan_(plan_lab(file)), network_(closed(plan_)) {
  now_ = plan_.network.start;
  ears_ = std::make_unique<Ears>(file_, EventNames{.places = network_.place_names()}, now_);
  teller_.add(*ears_);
  network_.observe(&teller_);
  network_.watch_traffic(ears_.get());
}

ClosedWorld::~ClosedWorld() {
  network_.observe(nullptr);
  network_.watch_traffic(nullptr);
}

NodeId ClosedWorld::node_named(const std::string& name) const {
  if (const auto node = network_.find_node(name)) return *node;
  throw UsageFault(fmt::format("there is no node '{}'", name), "neither a node nor a door has this name",
                   "a name of the lab");
}

// ---- what happens ----

std::size_t ClosedWorld::start_program(const std::string& text) {
  std::vector<std::string> words = split_words(text);
  const NodeId node = node_named(words.at(1));
  words.erase(words.begin() + 1);
  clients::ClientPlace place;
  place.seed = file_.seed ^ programs_.size();
  place.start = now_;
  place.resolve = addresses_of;
  place.name_of = name_of;
  place.of = &plan_;
  for (const Interface& interface : network_.node(node).state().interfaces)
    for (const IpPrefix& own : interface.config.addresses) {
      IpAddress& address = own.address.is_ipv4() ? place.ipv4 : place.ipv6;
      const bool is_link_local = !own.address.is_ipv4() && own.address.ipv6().is_link_local();
      if (address == IpAddress() && !is_link_local) address = own.address;
    }
  place.mtu = network_.node(node).state().interface(InterfaceId{0}).config.mtu;
  auto program = std::make_unique<Program>(Program{text, now_, node, clients::make_client(words, place), {}});
  programs_.push_back(std::move(program));
  settle();
  return programs_.size() - 1;
}

const clients::Client& ClosedWorld::program(std::size_t number) const { return *programs_.at(number)->client; }

bool ClosedWorld::programs_are_finished() const {
  if (said_ >= most_said) return true;
  return std::ranges::all_of(programs_, [](const auto& program) { return program->client->is_finished(); });
}

void ClosedWorld::send(const std::string& text) {
  const std::size_t colon = text.find(": ");
  const NodeId node = node_named(text.substr(0, colon));
  const std::string line = text.substr(colon + 2);
  if (const auto packet = notation::parse_packet(line); packet) {
    send_from(node, *packet);
  } else if (const auto frame = notation::parse_frame(line); frame) {
    network_.act(node, now_, out_, [&](Node& sender, Instant when, Outbox& box) {
      sender.send_frame(InterfaceId{0}, *frame, when, box);
    });
  }
  settle();
}

void ClosedWorld::change(const Setting& setting) {
  apply_change(setting, plan_, network_, now_, out_);
  settle();
}

/// Where a datagram that is given to a node leaves: to a neighbor, or by the route.
InterfaceId ClosedWorld::way_to(NodeId node, const IpAddress& destination) const {
  const NodeState& state = network_.node(node).state();
  for (std::size_t i = 0; i < state.interfaces.size(); ++i)
    if (std::ranges::any_of(state.interfaces[i].config.addresses,
                            [&](const IpPrefix& own) { return own.contains(destination); }))
      return InterfaceId(i);
  const auto routes = state.routes.find(destination);
  return routes.empty() ? InterfaceId{0} : routes[0].interface;
}

void ClosedWorld::send_from(NodeId node, const std::vector<std::uint8_t>& datagram) {
  const InterfaceId way = way_to(node, destination_of(datagram));
  network_.act(node, now_, out_,
               [&](Node& sender, Instant when, Outbox& box) { sender.send_packet(way, datagram, when, box); });
  out_.clear();
}

/// Until programs have nothing to say at this instant.
void ClosedWorld::settle() {
  out_.clear();
  while (true) {
    const auto heard = ears_->take_heard();
    if (said_ >= most_said) return;
    clients::ToSend to_send;
    bool any = !heard.empty();
    for (const auto& started : programs_) {
      Program& program = *started;
      to_send.clear();
      for (const Ears::Heard& one : heard)
        if (one.node == program.node) program.client->receive(one.datagram, now_, to_send);
      if (!program.client->is_finished() && program.client->next_deadline() <= now_)
        program.client->tick(now_, to_send), any = true;
      program.text += program.client->take_text();
      const auto sent = to_send;
      for (const auto& datagram : sent) send_from(program.node, datagram), any = true, ++said_;
    }
    if (!any) return;
  }
}

Instant ClosedWorld::next_deadline() const {
  Instant next = network_.next_deadline();
  if (said_ >= most_said) return next;
  for (const auto& program : programs_)
    if (!program->client->is_finished()) next = std::min(next, program->client->next_deadline());
  return next;
}

void ClosedWorld::run_until(Instant time) {
  while (next_deadline() <= time) {
    now_ = std::max(now_, next_deadline());
    network_.tick(now_, out_);
    settle();
  }
  now_ = std::max(now_, time);
}

LabOutcome ClosedWorld::outcome() {
  LabOutcome outcome;
  outcome.lasted = now_ - plan_.network.start;
  outcome.packets = ears_->packets();
  outcome.hash = ears_->hash();
  for (const auto& program : programs_)
    outcome.programs.push_back(
        {program->words, program->began - plan_.network.start, program->text, program->client->result()});
  for (const LabExpectation& expectation : file_.expectations) {
    if (expectation.of) {
      const std::vector<std::string> words = split_words(expectation.of->value);
      std::size_t left = std::stoul(words[1]);
      clients::ClientResult result;
      for (const auto& program : programs_)
        if (program->words.starts_with(words[0] + " ") && --left == 0) {
          result = program->client->result();
          break;
        }
      outcome.expectations.push_back(outcome_of(expectation, result));
    } else if (expectation.state) {
      const std::string name = expectation.state->value.substr(0, expectation.state->value.find('.'));
      outcome.expectations.push_back(outcome_of(expectation, state_report(network_.node(node_named(name)), now_)));
    } else {
      outcome.expectations.push_back(ears_->watch_of(expectation).outcome());
    }
  }
  return outcome;
}

LabOutcome run_closed(const LabFile& file) {
  ClosedWorld world(file);
  const Instant start = world.now();
  std::vector<const LabEvent*> events;
  events.reserve(file.events.size());
  for (const LabEvent& event : file.events) events.push_back(&event);
  std::ranges::stable_sort(events, {}, [](const LabEvent* event) { return event->at.value; });
  for (const LabEvent* const event : events) {
    world.run_until(start + event->at.value);
    if (event->run) world.start_program(event->run->value);
    for (const Setting& setting : event->set) world.change(setting);
    if (event->send) world.send(event->send->value);
  }
  while (!world.programs_are_finished() && world.next_deadline() - start <= longest)
    world.run_until(world.next_deadline());
  Duration end = world.now() - start + last_packets;
  for (const LabExpectation& expectation : file.expectations)
    if (expectation.within) end = std::max(end, Duration(expectation.within->value));
  world.run_until(start + end);
  return world.outcome();
}

}  // namespace tunstack::lab
