#include "tunstack/programs/programs.hpp"

#include <algorithm>
#include <utility>

#include "tunstack/node/egress.hpp"

namespace tunstack {

namespace {

bool is_usable(const discovery::InterfaceAddress& address) { return !address.address.is_link_local(); }

/// What a node is known by in a family: unspecified if it has none of it.
IpAddress own_address(const NodeState& state, Family family) {
  for (const Interface& interface : state.interfaces)
    for (const IpPrefix& own : interface.config.addresses)
      if (own.address.family() == family && !own.address.is_link_local()) return own.address;
  for (const Interface& interface : state.interfaces)
    if (family == Family::ipv6 && interface.addresses.ipv6)
      for (const discovery::InterfaceAddress& own : interface.addresses.ipv6->addresses())
        if (is_usable(own)) return own.address;
  return {};
}

/// Of what goes to a target by an interface: unspecified where that has no address for it.
IpAddress source_by(InterfaceId by, const IpAddress& target, const NodeState& state) {
  if (target.is_ipv4()) return state.addresses.source_for(by, target.ipv4()).value_or(Ipv4Address{});
  const auto source = state.addresses.source_for(by, target.ipv6());
  return source ? IpAddress(*source) : IpAddress(Ipv6Address{});
}

}  // namespace

// ---- names and addresses ----

std::vector<IpAddress> Programs::addresses_of(const void* of, const std::string& name) {
  std::vector<IpAddress> found;
  for (const Family family : {Family::ipv4, Family::ipv6})
    for (const NamedAddress& named : static_cast<const Program*>(of)->all->names_)
      if (named.name == name && named.address.family() == family) found.push_back(named.address);
  return found;
}

std::string Programs::name_of(const void* of, const IpAddress& address) {
  for (const NamedAddress& named : static_cast<const Program*>(of)->all->names_)
    if (named.address == address) return named.name;
  return {};
}

IpAddress Programs::source_to(const void* of, const IpAddress& target) {
  const auto& program = *static_cast<const Program*>(of);
  const NodeState& state = program.all->network_.node(program.node).state();
  const auto own = own_egress(target, InterfaceId{0}, program.began, state);
  const Egress egress = own ? *own : choose_egress(target, InterfaceId{0}, program.began, state);
  const InterfaceId by = egress.link.interface;
  if (own && target.is_ipv4() && is_own(state.addresses.kind_on(by, target.ipv4()))) return target;
  return source_by(by, target, state);
}

std::optional<IpAddress> Programs::source_on(const void* of, const std::string& link, const IpAddress& target) {
  const auto& program = *static_cast<const Program*>(of);
  const NodeState& state = program.all->network_.node(program.node).state();
  const auto found =
      std::ranges::find(state.interfaces, link, [](const Interface& interface) { return interface.config.name; });
  if (found == state.interfaces.end()) return std::nullopt;
  return source_by(InterfaceId(found - state.interfaces.begin()), target, state);
}

// RFC 1122 3.2.1.3 (g), RFC 4291 2.5.3: loopback addresses do not leave a node.
bool Programs::takes_source(const void* of, const IpAddress& source, const IpAddress& target) {
  const auto& program = *static_cast<const Program*>(of);
  const NodeState& state = program.all->network_.node(program.node).state();
  const auto is_here = [&](const IpAddress& address) {
    return own_egress(address, InterfaceId{0}, program.began, state).has_value();
  };
  const AddressKind kind = source.is_ipv4() ? kind_of(source.ipv4()) : kind_of(source.ipv6());
  return is_here(source) && (kind != AddressKind::loopback || is_here(target));
}

std::size_t Programs::mtu_to(const void* of, const IpAddress& target) {
  const auto& program = *static_cast<const Program*>(of);
  const NodeState& state = program.all->network_.node(program.node).state();
  return choose_egress(target, InterfaceId{0}, program.began, state).link.mtu;
}

clients::ClientPlace Programs::place_of(const Program& program, std::uint64_t seed) const {
  const NodeState& state = network_.node(program.node).state();
  return {.ipv4 = own_address(state, Family::ipv4),
          .ipv6 = own_address(state, Family::ipv6),
          .source_to = source_to,
          .takes_source = takes_source,
          .source_on = source_on,
          .seed = seed,
          .start = program.began,
          .mtu = state.interface(InterfaceId{0}).config.mtu,
          .mtu_to = mtu_to,
          .resolve = addresses_of,
          .name_of = name_of,
          .of = &program};
}

// ---- a program's life ----

Programs::Number Programs::start(NodeId node, const std::vector<std::string>& words, std::uint64_t seed, Instant now) {
  const auto place = running_.try_emplace(last_ + 1, Program{.all = this, .node = node, .began = now}).first;
  try {
    place->second.client = clients::make_client(words, place_of(place->second, seed));
  } catch (...) {
    running_.erase(place);
    throw;
  }
  return ++last_;
}

void Programs::interrupt(Number number, Instant now) {
  running_.at(number).client->interrupt(now);
  is_more_to_do_ = true;  // what it has printed is news
}

std::string Programs::take_text(Number number) { return running_.at(number).client->take_text(); }

bool Programs::is_at(NodeId node) const {
  return std::ranges::any_of(running_, [&](const auto& program) { return program.second.node == node; });
}

// ---- hearing and acting ----

void Programs::decided(const Decision& decision) {
  if (decision.packet.empty() || std::holds_alternative<Hold>(decision.verdict) || !is_at(decision.node)) return;
  if (heard_.size() == most_waiting || octets_heard_ + decision.packet.size() > most_octets_waiting) return;
  heard_.push_back({decision.node, {decision.packet.begin(), decision.packet.end()}});
  octets_heard_ += decision.packet.size();
}

Instant Programs::next_deadline() const {
  if (is_more_to_do_ || !heard_.empty()) return Instant{};
  Instant next = Instant::max();
  for (const auto& [number, program] : running_)
    if (!program.client->is_finished()) next = std::min(next, program.client->next_deadline());
  return next;
}

void Programs::act(Instant now, Outbox& out) {
  if (next_deadline() > now) return;
  is_more_to_do_ = false;
  const std::size_t before = sent_;
  while (!is_more_to_do_ && step(now, out)) is_more_to_do_ |= sent_ - before >= most_at_once;
  hears_news_();
}

/// Each hears what has arrived and does what is due, in the order in which they began. False if none had anything to
/// say.
bool Programs::step(Instant now, Outbox& out) {
  const std::vector<Heard> heard = std::exchange(heard_, {});
  octets_heard_ = 0;
  bool is_any = !heard.empty();
  for (auto& [number, program] : running_) {
    for (const Heard& one : heard)
      if (one.node == program.node) program.client->receive(one.datagram, now, program.to_send);
    const bool is_due = !program.client->is_finished() && program.client->next_deadline() <= now;
    if (is_due && program.to_send.empty()) program.client->tick(now, program.to_send);
    is_any |= is_due || !program.to_send.empty();
    if (!send(program, now, out)) is_more_to_do_ = true;
  }
  return is_any;
}

/// False if there is no room for all of it now.
bool Programs::send(Program& program, Instant now, Outbox& out) {
  for (; program.next_to_send < program.to_send.size(); ++program.next_to_send) {
    if (out.is_quarter_full()) return false;
    ++sent_;
    const std::vector<std::uint8_t>& datagram = program.to_send[program.next_to_send];
    network_.act(program.node, now, out, [&](Node& sender, Instant when, Outbox& box) {
      hears_sending_(program.node, datagram, when);
      sender.send_of_program(datagram, when, box);
    });
  }
  program.to_send.clear();
  program.next_to_send = 0;
  return true;
}

}  // namespace tunstack
