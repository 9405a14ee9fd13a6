#include "tests/tunstack/clients/at_door.hpp"

#include <sstream>

#include "tunstack/node/interface_config.hpp"

namespace tunstack::test {

NetworkPlan chain_at_door(std::size_t routers, std::optional<std::size_t> mtu,
                          std::initializer_list<std::string_view> settings) {
  InterfaceConfig interface{.name = "tun0", .addresses = {}};
  for (const char* address : {"192.0.2.2/24", "2001:db8::2/64"}) interface.addresses.push_back(*parse_prefix(address));
  add_link_local_address(interface);
  NodeConfig config{.interfaces = {interface}, .options = {}, .seed = 7};
  for (const std::string_view setting : {"mld.enable=off", "dad.transmits=0", "nd.gratuitous=0", "dad.retry=0"})
    EXPECT_FALSE(set_option(config.options, setting)) << setting;
  for (const std::string_view setting : settings) EXPECT_FALSE(set_option(config.options, setting)) << setting;
  config.start = Instant(std::chrono::seconds(42));
  return plan_chain({routers, mtu}, config).value();
}

std::vector<std::string> split(const std::string& words) {
  std::istringstream stream(words);
  return {std::istream_iterator<std::string>(stream), {}};
}

namespace {

std::vector<IpAddress> resolve(const void* of, const std::string& name) {
  std::vector<IpAddress> addresses;
  const auto& names = *static_cast<const Names*>(of);
  if (const auto found = names.find(name); found != names.end())
    for (const std::string& address : found->second) addresses.push_back(*parse_address(address));
  return addresses;
}

std::string name_of(const void* of, const IpAddress& address) {
  for (const auto& [name, addresses] : *static_cast<const Names*>(of))
    if (std::ranges::find(addresses, to_text(address)) != addresses.end()) return name;
  return {};
}

}  // namespace

ClientPlace AtDoor::place() {
  return {.ipv4 = *parse_address("192.0.2.1"),
          .ipv6 = *parse_address("2001:db8::1"),
          .seed = 1,
          .start = network_.now(),
          .resolve = resolve,
          .name_of = name_of,
          .of = &names};
}

std::vector<std::string> AtDoor::lines() const {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void AtDoor::put(Packet packet, bool to_client) {
  on_way_.push_back({network_.now() + delay, std::move(packet), to_client});
}

Instant AtDoor::next_event(const Client& client) const {
  Instant next = std::min(client.next_deadline(), network_.network().next_deadline());
  for (const OnWay& one : on_way_) next = std::min(next, one.due);
  return next;
}

void AtDoor::set_out(clients::ToSend& packets) {
  for (Packet& packet : packets) {
    EXPECT_TRUE(checksums_are_right(packet)) << "a wrong checksum was sent";
    sent.push_back(packet);
    sent_at.push_back(network_.now() - start_);
    std::vector<Packet> to_client;
    if (!on_way_out || on_way_out(packet, to_client)) put(packet, false);
    for (Packet& answer : to_client) put(std::move(answer), true);
  }
}

/// What is due now goes on: into the network, or to the client, and what that sends sets out.
void AtDoor::pass(Client& client) {
  clients::ToSend out;
  for (std::size_t i = 0; i < on_way_.size();) {
    if (on_way_[i].due > network_.now()) {
      ++i;
      continue;
    }
    OnWay one = std::move(on_way_[i]);
    on_way_.erase(on_way_.begin() + static_cast<std::ptrdiff_t>(i));
    if (one.to_client) {
      client.receive(one.packet, network_.now(), out);
      continue;
    }
    for (Left& left : network_.send(one.packet))
      if (left.door == 0 && (!on_way_back || on_way_back(left.octets))) put(left.octets, true);
  }
  set_out(out);
}

ClientResult AtDoor::run(const std::string& words) {
  const ClientPlace here = place();
  start_ = here.start;
  const auto client = clients::make_client(split(words), here);
  const Instant end = network_.now() + std::chrono::hours(1);
  while (!client->is_finished() && network_.now() < end) {
    const Instant next = std::min(next_event(*client), end);
    for (Left& left : network_.run_for(std::max(Duration(0), next - network_.now())))
      if (left.door == 0 && (!on_way_back || on_way_back(left.octets))) put(left.octets, true);
    clients::ToSend out;
    if (client->next_deadline() <= network_.now()) client->tick(network_.now(), out);
    set_out(out);
    pass(*client);
    text += client->take_text();
  }
  EXPECT_TRUE(client->is_finished()) << words << "\n" << text;
  text += client->take_text();
  return client->result();
}

}  // namespace tunstack::test
