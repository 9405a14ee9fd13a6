#include "tests/support/host.hpp"

#include <stdexcept>

#include "tunstack/node/interface_config.hpp"

namespace tunstack::test {

namespace {

NodeConfig config_with(std::initializer_list<std::string_view> settings) {
  NodeConfig config = host_config();
  for (const std::string_view setting : settings)
    if (const auto fault = set_option(config.options, setting)) throw std::invalid_argument(fault->what);
  return config;
}

}  // namespace

NodeConfig host_config() {
  InterfaceConfig interface{"tun0", {*parse_prefix("192.0.2.2/24"), *parse_prefix("2001:db8::2/64")}, 1500};
  add_link_local_address(interface);
  NodeConfig config{{interface}, NodeOptions{}, 1};
  config.options.own.reports_ipv6_groups = false;
  return config;
}

Host::Host(std::initializer_list<std::string_view> settings) : Host(config_with(settings)) {}

Packet Host::answer(const Packet& packet) {
  const auto answers = send(packet);
  EXPECT_EQ(answers.size(), 1U) << "not one answer";
  return answers.size() == 1 ? answers[0] : Packet{};
}

void expect_silent(Host& host, const Packet& packet, Reason reason, const char* file, int line) {
  const testing::ScopedTrace trace(file, line, "a packet that must stay unanswered");
  const std::uint64_t before = host.count(reason);
  EXPECT_THAT(host.send(packet), testing::IsEmpty());
  EXPECT_EQ(host.count(reason), before + 1) << "not counted as " << info(reason).name;
  EXPECT_EQ(host.send(echo4()).size(), 1U) << "a plain echo after it";
}

Packet from(const Packet& packet, std::size_t offset) { return part(packet, offset, packet.size() - offset); }

Packet part(const Packet& packet, std::size_t offset, std::size_t size) {
  if (offset + size > packet.size()) throw std::out_of_range("the packet is too short for the part asked for");
  const auto begin = packet.begin() + static_cast<std::ptrdiff_t>(offset);
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

std::string source_of(const Packet& packet) {
  return packet.at(0) >> 4 == 4 ? to_text(IpAddress(Ipv4Address::load(packet, 12)))
                                : to_text(IpAddress(Ipv6Address::load(packet, 8)));
}

std::string destination_of(const Packet& packet) {
  return packet.at(0) >> 4 == 4 ? to_text(IpAddress(Ipv4Address::load(packet, 16)))
                                : to_text(IpAddress(Ipv6Address::load(packet, 24)));
}

}  // namespace tunstack::test
