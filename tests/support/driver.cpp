#include "tests/support/driver.hpp"

#include <algorithm>
#include <chrono>

#include "tests/support/frames.hpp"

namespace tunstack::test {

namespace {

MakeListener& listeners() {
  static MakeListener make;
  return make;
}

BeforePacket& watcher() {
  static BeforePacket look;
  return look;
}

}  // namespace

unsigned SentPacket::type() const {
  if (is_arp) return 0;
  return octets.at(0) >> 4 == 4 ? 0x400 + icmp4_type(octets) : 0x600 + icmp6_type(octets);
}

std::string SentPacket::asks_for() const {
  if (is_arp && be16(octets, 6) == 1) return to_text(IpAddress(Ipv4Address::load(octets, 24)));
  if (type() == 0x600 + 135) return to_text(IpAddress(Ipv6Address::load(octets, 48)));
  return "";
}

void PrintTo(const SentPacket& sent, std::ostream* out) {
  *out << std::chrono::duration<double>(sent.at).count() << " s: " << testing::PrintToString(sent.octets);
}

std::vector<Packet> packets_of(const std::vector<SentPacket>& sent) {
  std::vector<Packet> packets;
  for (const SentPacket& one : sent) packets.push_back(one.octets);
  return packets;
}

MakeListener listen_to_every_node(MakeListener make) { return std::exchange(listeners(), std::move(make)); }

MakeListener who_listens_to_every_node() { return listeners(); }

void before_every_packet(BeforePacket look) { watcher() = std::move(look); }

Driver::Driver(const NodeConfig& config, Outbox out) : node_(config), out_(std::move(out)), now_(config.start) {
  for (const InterfaceConfig& interface : config.interfaces) link_addresses_.push_back(interface.link_address);
  if (listeners()) listener_ = listeners()();
  if (listener_) observe(*listener_);
}

Driver::~Driver() {
  node_.observe(nullptr);
  if (listener_) listener_->ended(node_);
}

void Driver::add_station(std::string_view address, const Packet& mac, bool is_router, InterfaceId interface) {
  remove_station(address);
  stations_.push_back({std::string(address), mac, is_router, interface});
}

void Driver::remove_station(std::string_view address) {
  std::erase_if(stations_, [&](const Station& station) { return station.address == address; });
}

std::string Driver::station_with(const Packet& mac) const {
  const auto station = std::ranges::find(stations_, mac, &Station::mac);
  return station == stations_.end() ? "" : station->address;
}

std::optional<Packet> Driver::mac_of_station(std::string_view address) const {
  const auto station = std::ranges::find(stations_, address, &Station::address);
  return station == stations_.end() ? std::nullopt : std::optional(station->mac);
}

std::vector<SentPacket> Driver::receive(const std::vector<Packet>& packets, InterfaceId interface,
                                        bool link_layer_group) {
  begin();
  for (const Packet& packet : packets) arrive(received(packet, interface, link_layer_group));
  return take();
}

void Driver::arrive(const Received& packet) {
  if (watcher()) watcher()(node_, packet);
  node_.receive(packet, out_);
}

std::vector<SentPacket> Driver::run_for(Duration duration) {
  begin();
  const Instant end = now_ + duration;
  for (std::size_t i = 0; i < 100000 && node_.next_deadline() <= end; ++i) {
    now_ = std::max(now_, node_.next_deadline());
    node_.tick(now_, out_);
    collect();
  }
  EXPECT_GT(node_.next_deadline(), end) << "what was due is still due after tick()";
  now_ = end;
  return take();
}

std::vector<SentPacket> Driver::set_link(bool up, InterfaceId interface) {
  begin();
  node_.link_changed(interface, up, now_, out_);
  return take();
}

std::vector<SentPacket> Driver::tick() {
  begin();
  node_.tick(now_, out_);
  return take();
}

std::vector<SentPacket> Driver::shut_down() {
  begin();
  node_.shut_down(now_, out_);
  return take();
}

Driver::Changed Driver::change(const NodeOptions& options) {
  begin();
  const OptionRow* const fixed = node_.change(options, now_, out_);
  return {fixed, take()};
}

std::vector<SentPacket> Driver::set_role(Role role, InterfaceId interface) {
  begin();
  node_.set_role(interface, role, now_, out_);
  return take();
}

Driver::Readdressed Driver::set_addresses(std::initializer_list<std::string_view> prefixes, InterfaceId interface) {
  begin();
  std::vector<IpPrefix> addresses;
  for (const std::string_view prefix : prefixes) addresses.push_back(parse_prefix(prefix).value());
  const MaybeReason refused = node_.set_addresses(interface, addresses, now_, out_);
  return {refused, take()};
}

Driver::Given Driver::send_packet(const Packet& datagram, InterfaceId interface) {
  begin();
  given_.push_back(datagram);
  const MaybeReason unsent = node_.send_packet(interface, datagram, now_, out_);
  return {unsent, take()};
}

Driver::Given Driver::send_frame(const Packet& frame, InterfaceId interface) {
  begin();
  given_.push_back(frame);
  const MaybeReason unsent = node_.send_frame(interface, frame, now_, out_);
  return {unsent, take()};
}

Driver::Given Driver::send_of_program(const Packet& datagram) {
  begin();
  given_.push_back(datagram);
  const MaybeReason unsent = node_.send_of_program(datagram, now_, out_);
  return {unsent, take()};
}

std::span<const OutgoingPacket> Driver::receive_unchecked(const Packet& packet) {
  out_.clear();
  node_.receive(received(packet), out_);
  return out_.packets();
}

std::span<const OutgoingPacket> Driver::tick_unchecked() {
  out_.clear();
  node_.tick(now_, out_);
  return out_.packets();
}

discovery::NeighborKey Driver::key(std::string_view neighbor) const {
  return {InterfaceId{0}, parse_address(neighbor).value()};
}

const discovery::Neighbor* Driver::neighbor(std::string_view address) const {
  return node_.state().neighbors.find(key(address));
}

discovery::NeighborState Driver::state(std::string_view address) const {
  return node_.state().neighbors.state_of(key(address), now_);
}

void Driver::observe(Observer& observer) {
  observers_.push_back(&observer);
  tell_observers();
}

void Driver::stop_observing(Observer& observer) {
  std::erase(observers_, &observer);
  tell_observers();
}

// A node that nobody listens to does nothing for it, so it is told of none.
void Driver::tell_observers() {
  told_ = {};
  for (Observer* const observer : observers_) told_.add(*observer);
  node_.observe(told_.empty() ? nullptr : &told_);
}

// Copies first: stations answer at once, and what the node says to that comes into the same outbox.
void Driver::collect() {
  std::vector<SentPacket> news;
  for (const OutgoingPacket& packet : out_.packets()) {
    const auto& mac = packet.link_destination.octets;
    const bool has_frames = link_addresses_.at(static_cast<std::size_t>(packet.interface)).has_value();
    news.push_back({.at = now_ - start_,
                    .interface = packet.interface,
                    .to = has_frames ? Packet(mac.begin(), mac.end()) : Packet(),
                    .octets = Packet(packet.bytes.begin(), packet.bytes.end()),
                    .is_arp = packet.payload == LinkPayload::arp,
                    .is_frame = packet.payload == LinkPayload::frame});
  }
  out_.clear();
  for (const SentPacket& sent : news) {
    sent_.push_back(sent);
    if (std::ranges::find(given_, sent.octets) != given_.end()) continue;
    expect_right(sent);
    answer(sent);
  }
}

std::vector<SentPacket> Driver::take() {
  collect();
  return std::exchange(sent_, {});
}

void Driver::answer(const SentPacket& question) {
  if (stations_.empty() || question.to.empty()) return;
  const std::string target = question.asks_for();
  const auto station = std::ranges::find_if(
      stations_, [&](const Station& s) { return s.address == target && s.interface == question.interface; });
  if (station == stations_.end()) return;
  Packet reply = [&] {
    if (question.is_arp) return arp_reply(station->address, station->mac);
    const std::string asker = source_of(question.octets);
    return framed(advertisement({.source = station->address,
                                 .destination = asker,
                                 .target = station->address,
                                 .flags = (station->is_router ? router_flag : 0) | solicited_flag | override_flag,
                                 .options = target_option(station->mac)}),
                  station->mac);
  }();
  std::ranges::copy(link_addresses_.at(static_cast<std::size_t>(question.interface))->octets, reply.begin());
  arrive(received(reply, question.interface));
  collect();
}

// V4-TX-010, TUN-010: groups are in frames to groups, and nothing else is.
void Driver::expect_right(const SentPacket& sent) const {
  if (!sent.is_arp) {
    EXPECT_TRUE(checksums_are_right(sent.octets)) << "a wrong checksum was sent";
  }
  if (sent.to.empty()) {
    EXPECT_FALSE(sent.is_arp) << "ARP on a link without addresses";
    return;
  }
  EXPECT_NE(sent.to, no_mac) << "a frame to nobody";
  if (sent.is_arp) return;
  const Packet group = mac_towards_host(sent.octets);
  if (group == own_mac)
    EXPECT_EQ(sent.to.at(0) & 1, 0) << "a unicast datagram in a frame to a group";
  else
    EXPECT_EQ(sent.to, group);
}

}  // namespace tunstack::test
